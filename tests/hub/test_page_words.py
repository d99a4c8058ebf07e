"""Does everything that pages say exist in every language? Also what is said elsewhere in the package."""

import ast
import re
from pathlib import Path

import pytest

import libretexts_hub
from libretexts_hub.domain.sentences import BREAK, HOLE
from libretexts_hub.hub import page_words
from libretexts_hub.hub.page_words import Words

PACKAGE = Path(libretexts_hub.__file__).parent
# Where words are made that end on a page.
SPEAKERS = (
    *(f"domain/{name}.py" for name in (
        "selection", "selected_image", "selected_options", "wording", "waiting", "waiting_container",
        "unschedulable", "image_pull", "quota", "denial", "github_words", "home_space", "disruption",
        "google_accounts", "scratch_home",
    )),
    *(f"hub/{name}.py" for name in (
        "refusal", "pod_health", "request_text", "culled_home", "menu_notices", "menu_form", "menu_page",
        "start", "authenticators/login_flow", "authenticators/cilogon", "authenticators/refusals",
    )),
    "clients/upstream_errors.py",
)  # fmt: skip
# For the log, an operator or a program.
NOT_FOR_PAGES = {
    "Nothing to do: it is asked again.",
    "If it lasts, look at the provider.",
}


def sentences_of(path: Path) -> set[str]:
    """What looks like sentences, with {} for what is put in; not docstrings, nor help of settings."""
    tree = ast.parse(path.read_text())
    skipped = {id(part) for node in ast.walk(tree) if _is_other(node) for part in ast.walk(node)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            found.add("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return {
        part.strip()
        for text in found
        for part in BREAK.split(text.strip())
        if re.fullmatch(r"([A-Z]|\{\} [a-z]).*[a-z})] ?[^ ]* .*[.?]", part.strip())
    }


def _is_other(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    return (
        ".log." in name
        or name.startswith("log.")
        or name.endswith(
            ("ConfigurationError", "re.compile", "Unicode", "Bool", "Dict", "Int", "Integer", "Float", "List")
        )
    )


def test_every_sentence_that_is_made_for_a_person_is_in_spanish():
    known = {HOLE.sub("{}", part).rstrip(".") for text in _catalogue("es") for part in BREAK.split(text)}
    missing = {
        part
        for name in SPEAKERS
        for part in sentences_of(PACKAGE / name) - NOT_FOR_PAGES
        if not _is_covered(part.rstrip("."), known)
    }
    assert missing == set()


def _is_covered(written: str, known: set[str]) -> bool:
    """What is put in may be an ending, ` (3 minutes so far)`, that has a sentence of its own."""
    pattern = re.compile(".*".join(map(re.escape, written.split("{}"))), re.DOTALL)
    return any(pattern.fullmatch(each) or _holds(each, written) for each in known)


def _holds(known: str, written: str) -> bool:
    return bool(re.fullmatch(".+".join(map(re.escape, known.split("{}"))), written, re.DOTALL))


def _catalogue(language: str) -> set[str]:
    return {text for text in vars(page_words.catalogue(language))["_catalog"] if text}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('<option value="3600">1 Hour</option>', '<option value="3600">1 hora</option>'),
        ("Log in again.</p><p><a href='/x?a&amp;b'>Back to the login page</a>",
         "Vuelva a iniciar sesión.</p><p><a href='/x?a&amp;b'>Volver a la página de inicio de sesión</a>"),
        ("&lt;script&gt; <i>x</i>", "&lt;script&gt; <i>x</i>"),
    ],
)  # fmt: skip
def test_markup_stays_and_its_texts_are_told(written, told):
    assert Words("es").tell_html(written) == told
    assert Words("en").tell_html(written) == written


def test_a_name_in_markup_stays_escaped():
    told = Words("es").tell_html("&lt;b&gt; is not an environment on your menu.")
    assert told == "&lt;b&gt; no es un entorno de su menú."
