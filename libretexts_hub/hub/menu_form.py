"""What does the spawn page show, and what comes back from it?"""

import time

from traitlets import default
from traitlets.config import Configurable

from libretexts_hub.domain.selection import Selection
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.form import render_menu
from libretexts_hub.hub.live_menu import age_words
from libretexts_hub.hub.notices import NOTICES
from libretexts_hub.hub.refusal import refuse

# Query keys of JupyterHub itself, and the token of its forms: not choices.
NOT_OPTIONS = frozenset({"next", "display_name", "_xsrf"})


class MenuFormMixin(Configurable):
    """The menu as a form, and its fields as options."""

    @default("options_form")
    def _options_form_default(self):
        if not self.images:
            return super()._options_form_default()

        # A string would be rendered once for each spawner object; a callable is asked at each page.
        async def form(spawner):
            menu, now = spawner.menu, time.time()
            return render_menu(
                menu,
                spawner.user_options,
                last_valid=spawner.last_choice,
                title=spawner.menu_title,
                contact=spawner.menu_contact,
                ages={image.slug: age_words(image, now=now) for image in menu.startable},
                notices=NOTICES.for_person(getattr(spawner.user, "name", ""), now=now),
            )

        return form

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
            return Selection.parse(options, self.menu).options
        except SelectionError as error:
            raise refuse(self, error) from None

    def options_from_query(self, query_data):
        """Query keys as options: `?image=r&size=small`.

        JupyterHub 6 asks for a prefix `opt-` and strips it.
        """
        if self.images:
            prefixed = {key[4:]: value for key, value in query_data.items() if key.startswith("opt-")}
            query_data = prefixed or query_data
        return super().options_from_query(query_data)
