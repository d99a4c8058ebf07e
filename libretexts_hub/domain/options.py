"""What else may a person choose? Check boxes, and lists of one choice each, that change the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, parse_access
from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.errors import ConfigurationError

CHOICE_KEYS = ("name", "description", "environment", "order", *ACCESS_KEYS)
OPTION_KEYS = (*CHOICE_KEYS, "choices", "default", "images")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
LONGEST_VALUE = 32_768
HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
# The two that every hub of the Rubin Observatory has; an operator switches them on by their slug.
RESET, DEBUG = "reset", "debug"
BUILT_IN: Mapping[str, Mapping[str, object]] = {
    RESET: {
        "name": "Reset the environment",
        "description": "Starts without what you installed in your home, with a fresh workspace. Files stay.",
        "environment": {"RESET_USER_ENV": "TRUE", "PYTHONNOUSERSITE": "1"},
    },
    DEBUG: {
        "name": "Debug log",
        "description": "The server writes more into its log.",
        "environment": {"DEBUG": "TRUE"},
    },
}


@dataclass(frozen=True)
class Choice:
    """One of several, and the environment variables that it sets."""

    slug: str
    name: str
    description: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    access: Access = EVERYBODY


@dataclass(frozen=True)
class Option:
    """A check box, or a list of `choices`. `images`: the slugs it belongs to, None for all.

    `default` is the slug of a choice; of a check box, "1" where it is ticked at first, else "".
    """

    slug: str
    name: str
    description: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    default: str = ""
    access: Access = EVERYBODY
    images: tuple[str, ...] | None = None

    def belongs_to(self, image: str) -> bool:
        """Whether the image with this slug has the option."""
        return self.images is None or image in self.images

    def choice(self, slug: str) -> Choice | None:
        """The choice with this very slug."""
        return next((choice for choice in self.choices if choice.slug == slug), None)


def parse_options(raw: object, *, where: str) -> tuple[Option, ...]:
    """Read the trait `options`. Raises ConfigurationError for the first thing that is wrong."""
    return tuple(_option(entry) for entry in entries(raw, where=where))


def _option(entry: Entry) -> Option:
    built_in = BUILT_IN.get(entry.slug, {})
    entry = Entry(entry.slug, {**built_in, **entry.fields}, entry.where)
    entry.only(OPTION_KEYS)
    choices = _choices(entry)
    environment = parse_environment(entry)
    if choices and environment:
        raise ConfigurationError(
            "An option with choices has its environment in each choice",
            where=entry.place("environment"),
            fix="Move the variables below the choices.",
        )
    return Option(
        slug=entry.slug,
        name=entry.text("name", default=entry.slug),
        description=entry.text("description", default=""),
        environment=environment,
        choices=choices,
        default=_default(entry, choices),
        access=parse_access(entry),
        images=entry.texts("images"),
    )


def _choices(entry: Entry) -> tuple[Choice, ...]:
    if entry.fields.get("choices") is None:
        return ()  # a check box
    choices = []
    for part in entries(entry.fields["choices"], where=entry.place("choices")):
        part.only(CHOICE_KEYS)
        choices.append(
            Choice(
                slug=part.slug,
                name=part.text("name", default=part.slug),
                description=part.text("description", default=""),
                environment=parse_environment(part),
                access=parse_access(part),
            )
        )
    if not choices:
        raise ConfigurationError(
            "No choice is left",
            where=entry.place("choices"),
            fix="Write one, or leave choices out for a check box.",
        )
    return tuple(choices)


def _default(entry: Entry, choices: tuple[Choice, ...]) -> str:
    """The slug that is marked at first; a check box is empty unless it says true."""
    if not choices:
        return "1" if entry.flag("default") else ""
    default = entry.text("default", default=choices[0].slug)
    known = [choice.slug for choice in choices]
    if default not in known:
        raise ConfigurationError(
            f"{default!r:.60} is not a choice", where=entry.place("default"), fix=did_you_mean(default, known)
        )
    return default


def parse_environment(entry: Entry) -> Mapping[str, str]:
    """Read `environment`, names and texts. Raises ConfigurationError."""
    part = entry.part("environment")
    if part is None:
        return {}
    for name, value in part.fields.items():
        if not isinstance(name, str) or not VARIABLE.fullmatch(name):
            raise ConfigurationError(
                f"{name!r:.60} is not the name of an environment variable",
                where=part.where,
                fix="Use letters, digits and underscores.",
            )
        if not isinstance(value, str) or not _is_value(value):
            raise ConfigurationError(
                f"The value of {name} must be a text of up to {LONGEST_VALUE} characters",
                where=part.place(name),
                fix="Put it in quotation marks.",
            )
    return {str(name): str(value) for name, value in part.fields.items()}


def _is_value(text: str) -> bool:
    """Whether a process can have it: execve() ends a text at its first zero, and takes no half characters."""
    return len(text) <= LONGEST_VALUE and "\0" not in text and not HALF_CHARACTER.search(text)
