"""Which grammar do the tags of a repository follow?"""

from collections.abc import Mapping

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.domain.tag_schemes.calendar import CalverScheme, DateScheme
from libretexts_hub.domain.tag_schemes.custom import parse_pattern_scheme
from libretexts_hub.domain.tag_schemes.rubin import RubinScheme
from libretexts_hub.domain.tag_schemes.semver import SemverScheme
from libretexts_hub.domain.tags import Scheme
from libretexts_hub.errors import ConfigurationError

SCHEMES: Mapping[str, Scheme] = {
    "rubin": RubinScheme(),
    "semver": SemverScheme(),
    "calver": CalverScheme(),
    "date": DateScheme(),
}


def parse_scheme(value: object, *, where: str) -> Scheme:
    """A scheme by its name, or one of the operator's own. Raises ConfigurationError."""
    if isinstance(value, Mapping):
        return parse_pattern_scheme(value, where=where)
    if isinstance(value, str) and value in SCHEMES:
        return SCHEMES[value]
    raise ConfigurationError(
        f"{value!r:.60} is not a scheme of tags",
        where=where,
        fix=f"{did_you_mean(str(value), list(SCHEMES))} Or write pattern: and a regular expression below it.",
    )
