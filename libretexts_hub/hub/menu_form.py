"""What does the spawn page show, and what comes back from it?"""

import time

from traitlets import List, Unicode, default
from traitlets.config import Configurable

from libretexts_hub.domain.selection import Selection
from libretexts_hub.domain.wording import refusal
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.live_menu import age_words
from libretexts_hub.hub.menu_notices import notices_for_owner
from libretexts_hub.hub.notices import Notice
from libretexts_hub.hub.refusal import refuse

# Query keys of JupyterHub itself, and the token of its forms: not choices.
NOT_OPTIONS = frozenset({"next", "display_name", "_xsrf"})


class MenuFormMixin(Configurable):
    """The menu as a form, and its fields as options."""

    menu_details_groups = List(
        Unicode(),
        help="""
        Groups whose members see on the spawn page what a start will create: image, resources, home, database,
        place. Administrators and the instructors of courses (`course-<id>-instructors`) see it anyway; the
        default adds nobody.

        Example: `c.LibreTextsSpawner.menu_details_groups = ["staff"]`
        """,
    ).tag(config=True)

    _refused_form: dict[str, object] | None = None

    @default("options_form")
    def _options_form_default(self):
        if not self.images:
            return self._stock_form(super()._options_form_default())

        # A string would be rendered once for each spawner object; a callable is asked at each page.
        async def form(spawner):
            # Here, since a hub's start waits for every import, and a page can spare some milliseconds once.
            from libretexts_hub.hub.form import render_menu
            from libretexts_hub.hub.menu_details import details_for
            from libretexts_hub.hub.page_words import words_for

            menu, now = spawner.menu, time.time()
            # Only the page that answers a refused form shows it again.
            refused, spawner._refused_form = spawner._refused_form, None
            return render_menu(
                menu,
                spawner.user_options,
                last_valid=spawner.last_choice,
                refused=refused,
                title=spawner.menu_title,
                contact=spawner.menu_contact,
                ages={image.slug: age_words(image, now=now) for image in (*menu.startable, *menu.unread)},
                notices=notices_for_owner(spawner),
                details=details_for(spawner, menu),
                words=words_for(getattr(spawner, "handler", None)),
            )

        return form

    def _stock_form(self, rendered):
        """KubeSpawner renders a list of profiles once for each spawner object, but groups may change."""
        if not isinstance(rendered, str) or not rendered:
            return rendered

        stock = super()._options_form_default

        async def form(_spawner):
            return stock()

        return form

    def notices(self, *, keep: bool = False) -> list[Notice]:
        """What the owner of this server is to see on a page. `keep`: on a page that leaves by itself."""
        return notices_for_owner(self, keep=keep)

    def _options_from_form(self, formdata):
        """Form fields as options. A refusal here never begins a start, so it counts as no failure."""
        if not self.images:
            return super()._options_from_form(formdata)
        options = {
            key: values[0] if len(values) == 1 else values
            for key, values in formdata.items()
            if key not in NOT_OPTIONS
        }
        try:
            if not options:
                # A reload of a refused page sends only the form's token: that is nobody's choice.
                raise refusal("Nothing was chosen.", "Choose an environment below.")
            return Selection.parse(options, self.menu).options
        except SelectionError as error:
            # JupyterHub asks the default server's spawner for the page, also when the form was a named one's.
            getattr(self.user, "spawner", self)._refused_form = options
            raise refuse(self, error) from None

    def options_from_query(self, query_data):
        """Query keys as options: `?image=r&size=small`.

        JupyterHub 6 asks for a prefix `opt-` and strips it.
        """
        if self.images:
            prefixed = {key[4:]: value for key, value in query_data.items() if key.startswith("opt-")}
            query_data = prefixed or query_data
        return super().options_from_query(query_data)
