"""Which of the operator's own profiles may this person start? KubeSpawner's `profile_list`, by groups."""

from typing import Any

from traitlets.config import Configurable

from libretexts_hub.domain.access import ACCESS_KEYS, folded, parse_access
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.wording import one_of, refusal, shown
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.refusal import refuse


class MenuProfilesMixin(Configurable):
    """`groups`, `all_groups` and `not_groups` in a profile, for form and REST, where `images` is empty.

    A person's choice that KubeSpawner answers with a ValueError or a KeyError, which is a 500 and a counted
    failure, is refused in words.
    """

    _loads_profile = False

    def _get_initialized_profile_list(self, profile_list):
        """KubeSpawner's, which its form and its start both ask for, without what this person may not have."""
        initialized = super()._get_initialized_profile_list(profile_list)
        member_of = folded(self.group_names)
        left = [each for each in initialized or () if _access(each).admits(member_of)]
        if initialized and not left and not self.images:
            # An empty list would start the default settings, which nobody has been given.
            raise refuse(
                self,
                refusal("There is no environment that you may start.", f"Ask {self.menu_contact}."),
                started=self._loads_profile,
            )
        if left and not any(each.get("default") for each in left):
            left[0]["default"] = True
        return [{key: value for key, value in each.items() if key not in ACCESS_KEYS} for each in left]

    async def load_user_options(self):
        """KubeSpawner's; what is refused meanwhile has begun a start."""
        self._loads_profile = True
        try:
            return await super().load_user_options()
        finally:
            self._loads_profile = False

    def _validate_user_options(self, profile_list):
        """KubeSpawner's, and that a choice is one of the choices. Its form asks too, for a ValueError."""
        if not self._loads_profile or self.images:
            return super()._validate_user_options(profile_list)
        try:
            _check_texts(self.user_options, profile_list)
            super()._validate_user_options(profile_list)
        except SelectionError as error:
            raise refuse(self, error, started=True) from None
        except ValueError as error:
            self.log.warning("Refused a profile: %s", error)
            words = refusal("That choice is not on your menu.", "Go back and choose again.", key="profile")
            raise refuse(self, words, started=True) from None


def _access(profile: dict[str, Any]):
    slug = str(profile.get("slug", ""))
    return parse_access(Entry(slug, profile, f"profile_list[{slug!r:.80}]"))


def _check_texts(options: dict[str, Any], profiles: list[dict[str, Any]]) -> None:
    """Refuse an unknown profile and an unknown choice of it. Raises SelectionError."""
    slug = options.get("profile")
    if not slug:
        return
    profile = next((each for each in profiles if each["slug"] == slug), None)
    if profile is None:
        raise refusal(
            f"{shown(slug)} is not on your menu.",
            f"Choose {one_of(each['slug'] for each in profiles)}.",
            key="profile",
        )
    for name, option in profile.get("profile_options", {}).items():
        for key in (name, f"{name}--unlisted-choice"):
            if options.get(key) and not isinstance(options[key], str):
                raise refusal(f"The {name} must be one name.", "Send one name.", key="profile")
        choice, choices = options.get(name), option.get("choices", {})
        if choice and choice not in choices and not options.get(f"{name}--unlisted-choice"):
            raise refusal(
                f"{shown(choice)} is not a choice of {name}.", f"Choose {one_of(choices)}.", key="profile"
            )
