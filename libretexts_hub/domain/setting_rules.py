"""Is every setting that was written one that its class has, with a value that it takes?"""

from collections.abc import Iterator, Mapping, Sequence

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.domain.findings import Finding, error, info, warning
from libretexts_hub.domain.trait_index import TraitIndex, fits, words

# Traits of every application of traitlets.
OF_APPLICATIONS = (
    "log_level",
    "log_format",
    "log_datefmt",
    "logging_config",
    "show_config",
    "show_config_json",
)


def setting_findings(
    sections: Mapping[str, Mapping[str, object]], index: TraitIndex, *, apart: Sequence[str] = ()
) -> Iterator[Finding]:
    """Of all sections but those in `apart`, which are checked elsewhere.

    A section's settings are those of its class, and of every known class below it:
    `c.Authenticator.client_id` reaches a GitHubOAuthenticator.
    """
    for section, settings in sections.items():
        if section in apart:
            continue
        if not index.lineage(section):
            yield _unknown_class(section, index)
            continue
        traits, renamed = index.traits(section), index.renamed(section)
        below = [each for each in index.classes if section in index.lineage(each)]
        for name, value in settings.items():
            yield from _setting(section, name, value, traits, renamed, [index.traits(each) for each in below])


def _unknown_class(section: str, index: TraitIndex) -> Finding:
    words_of_fix = did_you_mean(section, sorted(index.classes))
    if words_of_fix.startswith("Did"):
        return error(f"{section!r:.60} is not a class of this hub", f"c.{section}", words_of_fix)
    return info(
        f"{section!r:.60} is not known here, so its settings were not checked",
        f"c.{section}",
        "Nothing, if it is a class of your own.",
    )


def _setting(
    section: str,
    name: str,
    value: object,
    traits: Mapping[str, str],
    renamed: Mapping[str, str],
    below: Sequence[Mapping[str, str]],
) -> Iterator[Finding]:
    where = f"c.{section}.{name}"
    if name in renamed:
        yield warning(f"{name!r} has a new name", where, f"Write {renamed[name]}.")
    elif name in traits:
        if not fits(traits[name], value):
            given = type(value).__name__
            yield error(f"{name!r} must be {words(traits[name])}, not {given}", where, "Correct the value.")
    elif not any(name in each for each in below) and name not in OF_APPLICATIONS:
        nearest = did_you_mean(name, sorted({*traits, *(key for each in below for key in each)}))
        fix = nearest if nearest.startswith("Did") else "Look it up in the reference of settings."
        yield error(f"{name!r:.60} is not a setting of {section}", where, fix)
