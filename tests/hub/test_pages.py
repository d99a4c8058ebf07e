"""Are settings of the pages refused in words, is Markdown harmless, does the pack fit JupyterHub's pages?"""

import json
import logging
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages import mofile, pofile
from hypothesis import given
from hypothesis import strategies as some
from jinja2 import nodes
from traitlets.config import Config

from libretexts_hub.cli import main
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub import page_text, watched_file
from libretexts_hub.hub.page_templates import STOCK, environment
from libretexts_hub.hub.page_terms import Acceptances, parse_terms
from libretexts_hub.hub.pages import FOLDER, check_pages

ELEMENTS = {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "ul",
    "ol",
    "li",
    "a",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "hr",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "img",
}
ATTRIBUTES = {"id", "href", "title", "class", "src", "alt", "start", "style"}
# JupyterHub's own pages as of 5.5 and 6.1. A release that has another page or block fails here:
# decide what to do with it in templates/, then add it.
PAGES = {"404", "accept-share", "admin", "error", "home", "login", "logout", "not_running", "oauth", "page"}
PAGES |= {"spawn", "spawn_pending", "stop_pending", "token"}


class Reader(HTMLParser):
    """What a browser would find."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes += attrs


def pages_of(**settings):
    return check_pages(Config({"LibreTextsPages": settings}))


def refused(**settings) -> str:
    with pytest.raises(ConfigurationError) as error:
        pages_of(**settings)
    return str(error.value)


@given(some.text(alphabet="<>ab\"'=/[]()!&;:#`*_-\n jscript.ohf", max_size=200))
def test_markdown_writes_only_harmless_elements(text):
    reader = Reader()
    reader.feed(str(page_text.article(text)[0]) + str(page_text.line(text)))
    assert reader.elements <= ELEMENTS
    for name, value in reader.attributes:
        assert name in ATTRIBUTES
        assert name != "style" or re.fullmatch(r"text-align:(left|right|center)", value)
        assert not (value or "").strip().lower().startswith(
            ("javascript:", "data:", "vbscript:", "//")
        ) or name in (
            "alt",
            "title",
            "class",
            "id",
        )


def test_pictures_of_other_hosts_are_words():
    html, starts = page_text.article(
        "# One\n\n![a dog](https://example.org/x.png) ![cat](/files/cat.png)\n\n# Two"
    )
    assert "example.org" not in html
    assert "a dog" in html
    assert '<img src="/files/cat.png" alt="cat" />' in html
    assert starts
    assert html.count("<h1") == 1


def test_a_logo_that_is_no_picture(tmp_path):
    large, text = tmp_path / "large.png", tmp_path / "logo.txt"
    large.write_bytes(b"x" * (5 << 20))
    text.write_text("x")
    assert "has more than 256 KiB (c.LibreTextsPages.logo)" in refused(logo=str(large))
    assert "is no picture" in refused(logo=str(text))
    assert "can't be read: No such file" in refused(logo_dark=str(tmp_path / "missing.svg"))


def test_texts_that_can_not_be_read(tmp_path):
    binary, empty = tmp_path / "faq.md", tmp_path / "terms.md"
    binary.write_bytes(b"\xff\xfe\x00")
    empty.write_text(" \n")
    assert "is not text in UTF-8 (byte 0)" in refused(faq_file=str(binary))
    assert "The terms of use are empty" in refused(terms_file=str(empty))
    assert "can't be read" in refused(about_file=str(tmp_path))
    broken = tmp_path / "announcements.yaml"
    broken.write_text("- text: [\n")
    assert "The file is no YAML" in refused(announcements_file=str(broken))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"server_limits": {"all": {"idle": 3600}}}, "c.LibreTextsPages.server_limits['all']"),
        ({"server_limits": "/nowhere/policy.yaml"}, "c.LibreTextsPages.server_limits"),
        ({"nmae": "x"}, "Did you mean 'name'?"),
        ({"name": 7}, "'name' must be a unicode string, not of type int (c.LibreTextsPages.name)"),
        ({"stock_pages": ["hoem"]}, "Did you mean 'home'?"),
        ({"language": "fr"}, "c.LibreTextsPages.language"),
        ({"colours": {"brand": "#f37524"}}, "The nearest colour that passes is"),
        ({"links": {"x": "javascript:x"}}, "is not a link"),
        ({"announcements": [{"text": "x", "level": "loud"}]}, "c.LibreTextsPages.announcements[0].level"),
    ],
)
def test_a_wrong_setting_is_named(settings, words):
    assert words in refused(**settings)


def _ends(config: dict, **known) -> object:
    pages = check_pages(Config(config))
    began = datetime(2026, 11, 21, 10, tzinfo=UTC)
    record = SimpleNamespace(started=began, last_activity=None, state={"libretexts_route": {"slug": "hpc"}})
    ada = SimpleNamespace(name="ada", groups=[])
    spawner = SimpleNamespace(
        name="", ready=True, pending=None, user_options={}, user=ada, orm_spawner=record
    )
    facts = pages.look.facts(spawner)
    return facts.ends and facts.ends.strftime("%H:%M"), facts.ends_in_use


def test_the_page_knows_the_limits_of_the_culler_of_the_same_configuration(tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("servers: {hpc: {routes: [hpc], max_age: 3h}, rest: {idle: 1h}}\nhomes: {}\n")
    assert _ends({}) == (None, False)
    assert _ends({"IdleCuller": {"servers": {"all": {"idle": "1h"}}}}) == ("11:00", False)
    assert _ends({"IdleCuller": {"timeout": 7200}}) == ("12:00", False)
    assert _ends({"IdleCuller": {"policy_file": str(policy)}}) == ("13:00", True)
    own = {"server_limits": {"all": {"idle": "20m"}}}
    assert _ends({"IdleCuller": {"timeout": 7200}, "LibreTextsPages": own}) == ("10:20", False)


def test_a_file_is_read_again_and_what_was_good_stays(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(watched_file, "LOOK_EVERY_SECONDS", 0)
    path = tmp_path / "a.yaml"
    path.write_text("- one\n")
    pages = pages_of(announcements_file=str(path))
    assert [each.text for each in pages.look.announcements()] == ["one"]
    path.write_text("- {level: loud, text: <b>two</b>}\n")
    with caplog.at_level(logging.ERROR):
        pages.log.propagate = True
        assert [each.text for each in pages.look.announcements()] == ["one"]
    path.write_text("- three and more\n")
    assert [each.text for each in pages.look.announcements()] == ["three and more"]
    path.unlink()
    assert [each.text for each in pages.look.announcements()] == ["three and more"]


def test_acceptances_are_kept_and_a_broken_line_counts_for_nobody(tmp_path):
    path, terms = tmp_path / "terms.jsonl", parse_terms("# Be kind", "file")
    record = Acceptances(path, where="x")
    record.add("ada", terms.version)
    with path.open("a") as file:
        file.write('{"person": \n[]\n"x"\n')
    again = Acceptances(path, where="x")
    assert again.has("ada", terms.version)
    assert not again.has("ben", terms.version)
    assert not again.has("ada", parse_terms("# Be kinder", "file").version)
    assert json.loads(path.read_text().splitlines()[0])["person"] == "ada"


def blocks_of(templates, name) -> set[str]:
    source = templates.loader.get_source(templates, name)[0]
    return {block.name for block in templates.parse(source).find_all(nodes.Block)}


def all_blocks(templates, name) -> set[str]:
    """With those of the templates of the pack that it extends."""
    source = templates.loader.get_source(templates, name)[0]
    parent = re.search(r'{% extends "(libretexts/[\w.-]+)" %}', source)
    return blocks_of(templates, name) | (all_blocks(templates, parent[1]) if parent else set())


@pytest.mark.parametrize("path", sorted(STOCK.glob("*.html")), ids=lambda path: path.stem)
def test_every_page_and_block_of_jupyterhub_is_there(path):
    assert path.stem in PAGES
    templates = environment([str(FOLDER)])
    ours = all_blocks(templates, f"libretexts/{path.name}")
    assert blocks_of(templates, f"templates/{path.name}") <= ours
    assert (FOLDER / path.name).is_file()


def test_an_operators_own_blocks_compose(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "login.html").write_text(
        '{% extends "libretexts/login.html" %}{% block login_container %}<h1>Ours</h1>{% endblock %}'
    )
    (own / "page.html").write_text(
        '{% extends "templates/page.html" %}{% block footer %}our foot{% endblock %}'
    )
    (own / "token.html").write_text('{% extends "page.html" %}{% block main %}<p>all ours</p>{% endblock %}')
    config = tmp_path / "config.py"
    config.write_text(
        f"c.JupyterHub.template_paths = [{str(own)!r}]\nc.LibreTextsPages.stock_pages = ['home']\n"
    )
    assert main(["pages", "--out", str(tmp_path / "out"), "--config", str(config)]) == 0
    login = (tmp_path / "out" / "login.html").read_text()
    assert "<h1>Ours</h1>" in login
    assert "our foot" in login
    assert login.count("libretexts/pack.") == 2  # style and script, also in somebody else's frame
    assert "all ours" in (tmp_path / "out" / "token.html").read_text()
    assert 'require(["home"])' in (tmp_path / "out" / "home.html").read_text()


def test_an_override_that_is_broken_is_named(tmp_path, capsys):
    (tmp_path / "error.html").write_text(
        '{% extends "libretexts/error.html" %}\n{% block main %}{% endblok %}'
    )
    config = tmp_path / "config.py"
    config.write_text(f"c.JupyterHub.template_paths = [{str(tmp_path)!r}]\n")
    assert main(["pages", "--out", str(tmp_path / "out"), "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert "error.html:2" in said
    assert "endblok" in said


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('{% extends "libretexts/login.html" %}\n{% block login_contaner %}x{% endblock %}',
         "Did you mean 'login_container'?"),
        ('{% extends "templates/home.html" %}{% block mian %}x{% endblock %}', "Did you mean 'main'?"),
        ('{% extends "page.html" %}{% block nothing_like_it %}x{% endblock %}', "is of no page"),
        ('{% extends "no-such.html" %}', "can't be read: there is no no-such.html"),
        ("{% block x %}", "can't be read"),
        (b"\xff\xfe", "not text in UTF-8"),
    ],
)  # fmt: skip
def test_a_block_that_no_page_has_is_refused_with_its_line(tmp_path, page, said):
    (tmp_path / "login.html").write_bytes(page if isinstance(page, bytes) else page.encode())
    with pytest.raises(ConfigurationError) as error:
        check_pages(Config({"JupyterHub": {"template_paths": [str(tmp_path)]}}))
    assert said in str(error.value)
    assert "login.html" in str(error.value)


@pytest.mark.parametrize(
    "page",
    [
        '{% extends "libretexts/login.html" %}{% block main %}{% block own %}x{% endblock %}{% endblock %}',
        '{% extends "own.html" %}{% block theirs %}x{% endblock %}{% block title %}x{% endblock %}',
        "{% extends somewhere %}{% block anything %}x{% endblock %}",
        "<p>all by itself</p>{% block own %}{% endblock %}",
    ],
    ids=["a block inside one", "a page of theirs between", "known when it is shown", "extends nothing"],
)
def test_blocks_that_will_be_seen_are_not_refused(tmp_path, page):
    (tmp_path / "own.html").write_text(
        '{% extends "page.html" %}{% block main %}{% block theirs %}{% endblock %}{% endblock %}'
    )
    (tmp_path / "home.html").write_text(page)
    check_pages(Config({"JupyterHub": {"template_paths": [str(tmp_path)]}}))


def test_a_template_folder_that_can_not_be_read_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"template folder .*missing can't be read: No such file"):
        check_pages(Config({"JupyterHub": {"template_paths": [str(tmp_path / "missing")]}}))


def words_of_templates() -> set[str]:
    texts = [path.read_text() for path in (FOLDER / "libretexts").glob("*.html")]
    return {each for text in texts for each in re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', text)}


@pytest.mark.parametrize("folder", sorted((FOLDER / "locale").iterdir()), ids=lambda path: path.name)
def test_every_word_is_translated(folder):
    base = folder / "LC_MESSAGES" / "libretexts_hub.po"
    with base.open("rb") as written, base.with_suffix(".mo").open("rb") as compiled:
        catalogue, machine = pofile.read_po(written), mofile.read_mo(compiled)
    told = {message.id: message.string for message in catalogue if message.id}
    assert words_of_templates() <= set(told)
    for source, translated in told.items():
        assert translated
        assert sorted(re.findall(r"%\(\w+\)s", source)) == sorted(re.findall(r"%\(\w+\)s", translated))
    assert {message.id: message.string for message in machine if message.id} == told


def test_no_page_has_a_script_or_style_inside_or_asks_another_host(tmp_path):
    assert main(["pages", "--out", str(tmp_path / "out")]) == 0
    for path in sorted((tmp_path / "out").glob("*.html")):
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), path.name
        assert not re.search(r"""(?:src|<link[^>]*href)=["']?(?:https?:)?//""", text), path.name
    assert not [
        path
        for path in Path(FOLDER / "assets").iterdir()
        if re.search(r"url\(|@import|https?://", path.read_text())
    ]


def test_the_pictures_in_the_docs_are_of_these_pages(tmp_path):
    from tests.browser import screenshots

    assert screenshots.stale(screenshots.gallery(tmp_path / "out")) == []
