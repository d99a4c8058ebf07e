"""What does a notice say, and in which language? Texts of this package, or the operator's own in a folder.

A text is plain: its first line is the subject, `$name` stands for a value, and nothing in it is executed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from string import Template

from libretexts_hub.domain.culling import Notice
from libretexts_hub.errors import ConfigurationError

KINDS = ("mark", "reminder", "kept", "server", "deleted")
LANGUAGES = ("en", "es")
NAMES = ("hub", "user", "date", "reason", "url", "snapshot")
MONTHS = {
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
    "es": "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
}
DIVIDER = "\n\n----------------------------------------\n\n"
LONGEST_VALUE = 2000


@dataclass(frozen=True)
class Letter:
    """A subject of one line, and a text."""

    subject: str
    text: str


class Letters:
    """Letters in `languages`, the first one first, all of them in one message: nobody has to choose.

    Raises ConfigurationError for a language, a file or a `$name` that can't be used.
    """

    def __init__(
        self, *, hub: str, url: str, languages: Sequence[str] = ("en",), folder: Path | None = None
    ) -> None:
        self._fixed = {"hub": _clean(hub, lines=False), "url": _clean(url, lines=False)}
        self._languages = tuple(languages)
        self._templates: dict[tuple[str, str], Template] = {}
        if not self._languages:
            raise ConfigurationError(
                "No language is set for letters", where="languages", fix='Write ["en"], or ["en", "es"].'
            )
        for language in self._languages:
            for kind in (*KINDS, "snapshot"):
                self._templates[language, kind] = _template(language, kind, folder)

    def letter(self, notice: Notice) -> Letter:
        """The letter for one notice; what comes from elsewhere is text in it, never a header or a name."""
        drafts = [self._draft(notice, language) for language in self._languages]
        subject, text = drafts[0].subject, DIVIDER.join(each.text for each in drafts)
        if len(drafts) > 1:
            subject = " / ".join(each.subject for each in drafts)
        return Letter(subject, text + "\n")

    def _draft(self, notice: Notice, language: str) -> Letter:
        values = {
            **self._fixed,
            "user": _clean(notice.user, lines=False),
            "date": day(notice.delete_after, language),
            "reason": _clean(notice.reason, lines=True),
            "snapshot": "",
        }
        if notice.snapshot_kept_until is not None:
            kept = {**values, "date": day(notice.snapshot_kept_until, language)}
            values["snapshot"] = self._templates[language, "snapshot"].substitute(kept).strip() + "\n"
        text = self._templates[language, notice.kind].substitute(values)
        subject, _, body = text.partition("\n")
        return Letter(_clean(subject, lines=False), body.strip())


def day(moment: float | None, language: str) -> str:
    """A day of the calendar in UTC, with the month as a word; empty where none is known."""
    if moment is None:
        return ""
    date = datetime.fromtimestamp(moment, UTC)
    month = MONTHS.get(language, MONTHS["en"]).split(",")[date.month - 1]
    return f"{date.day} de {month} de {date.year}" if language == "es" else f"{date.day} {month} {date.year}"


def _template(language: str, kind: str, folder: Path | None) -> Template:
    own = folder / language / f"{kind}.txt" if folder else None
    where = str(own or f"letters/{language}/{kind}.txt")
    try:
        if own is not None and own.is_file():
            text = own.read_text(encoding="utf-8")
        elif language in LANGUAGES:
            ours = files("libretexts_hub.culler").joinpath("letters", language, f"{kind}.txt")
            text = ours.read_text("utf-8")
        else:
            raise FileNotFoundError(where)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The letter can't be read: {type(error).__name__}",
            where=where,
            fix=f"Use one of {', '.join(LANGUAGES)}, or write the file, in UTF-8.",
        ) from None
    template = Template(text)
    try:
        template.substitute(dict.fromkeys(NAMES, ""))
    except (KeyError, ValueError) as error:
        raise ConfigurationError(
            f"The letter has a name that nothing stands for: {error}",
            where=where,
            fix=f"Known are {', '.join('$' + name for name in NAMES)}; a dollar sign is $$.",
        ) from None
    return template


def _clean(text: str, *, lines: bool) -> str:
    kept = "".join(each if each.isprintable() or (lines and each == "\n") else " " for each in text)
    return kept[:LONGEST_VALUE]


def as_document(notice: Notice, letter: Letter) -> Mapping[str, object]:
    """A notice for another program. Without the mail address, which that program may not need."""

    def moment(seconds: float | None) -> str | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

    return {
        "kind": notice.kind,
        "user": notice.user,
        "claims": [{"namespace": namespace, "name": name} for namespace, name in notice.claims],
        "number": notice.number,
        "delete_after": moment(notice.delete_after),
        "snapshot_kept_until": moment(notice.snapshot_kept_until),
        "server": notice.server,
        "reason": notice.reason,
        "subject": letter.subject,
        "text": letter.text,
    }
