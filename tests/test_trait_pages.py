"""Does every setting have a page that answers what an operator asks, and does the index lead to each?"""

import re
from pathlib import Path

import pytest
import trait_pages
from our_traits import all_settings

FOLDER = Path(__file__).parents[1] / "docs" / "operators"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """What a build writes, by name; and under which names it is known."""
    folder = tmp_path_factory.mktemp("settings")
    known = trait_pages.write_pages(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}, known


def rows(page: str) -> dict[str, str]:
    """The table at the top."""
    return dict(re.findall(r"^\| (\w[\w ]+) \| (.*) \|$", page, re.MULTILINE))


def test_each_setting_has_one_page(pages):
    written, known = pages
    assert {known[setting.id].name for setting in all_settings()} == set(written)
    assert len(written) == len(all_settings())


def test_a_page_says_where_and_how_it_is_set(pages):
    written, _ = pages
    page = written["LibreTextsSpawner.images.md"]
    assert "# `c.LibreTextsSpawner.images`" in page
    assert rows(page) == {
        "Class": "`LibreTextsSpawner`, `ImageMenuMixin`",
        "Type": "a dict or a list",
        "Default": "`{}`",
        "Configuration file": "`c.LibreTextsSpawner.images = …`",
        "Helm values": "`hub.config.LibreTextsSpawner.images`",
    }
    assert "Example: `c.LibreTextsSpawner.images = " in page


@pytest.mark.parametrize("setting", all_settings(), ids=lambda setting: setting.id)
def test_no_page_lacks_anything(pages, setting):
    written, known = pages
    page = written[known[setting.id].name]
    table = rows(page)
    assert set(table) == {"Class", "Type", "Default", "Configuration file", "Helm values"}
    assert all(table.values())
    assert setting.help in page
    assert "](../traits.md" in page, "no way back to the index"


def test_the_settings_of_the_culler_are_not_sent_to_the_hubs_values(pages):
    """The chart hands hub.config to the hub; the culler is another program."""
    written, _ = pages
    assert all("hub.config" not in text for name, text in written.items() if name.startswith("IdleCuller."))
    assert "policy file" in rows(written["IdleCuller.homes.md"])["Helm values"]


def test_a_setting_is_known_under_every_class_that_has_it(pages):
    _, known = pages
    assert known["ImageMenuMixin.images"] == known["LibreTextsSpawner.images"]
    assert known["GitHubOrgAuthenticator.grants"] == known["LoginMixin.grants"]


def test_the_index_leads_to_each_page_and_says_what_it_is(pages):
    written, _ = pages
    index = trait_pages.index("settings")
    listed = re.findall(r"^- \[`c\.[\w.]+`\]\(settings/([\w.]+\.md)\): (\S.*\.)$", index, re.MULTILINE)
    assert {name for name, _ in listed} == set(written)
    headings = set(re.findall(r"^## (\w+)$", index, re.MULTILINE))
    assert {re.search(r"all of \[(\w+)\]", text)[1] for text in written.values()} == headings


def test_a_summary_ends_with_a_sentence_and_not_within_code():
    for one in trait_pages.described():
        assert one.summary.count("`") % 2 == 0, f"{one.typed}: {one.summary}"
        assert len(one.summary.split()) >= 3, f"{one.typed}: {one.summary}"


def test_a_page_of_a_setting_that_is_gone_goes_too(tmp_path):
    (tmp_path / "LibreTextsSpawner.gone.md").write_text("# old", encoding="utf-8")
    trait_pages.write_pages(tmp_path)
    assert not (tmp_path / "LibreTextsSpawner.gone.md").exists()


def test_a_page_that_says_the_same_is_not_written_again(tmp_path):
    """Sphinx reads only what is newer than its last build."""
    trait_pages.write_pages(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.md")}
    trait_pages.write_pages(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.md")} == before


def test_nothing_of_it_is_committed():
    ignored = (FOLDER.parents[1] / ".gitignore").read_text(encoding="utf-8")
    assert "/docs/operators/settings/" in ignored.splitlines()
