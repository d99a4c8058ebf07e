"""Does a registry harm a menu by what it calls its tags, or a page by what it says of itself?"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.repositories import Snapshot
from libretexts_hub.domain.selection import Selection
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.form import render_menu
from tests.clients.registries import asking, repository
from tests.security.live import Page, harmless
from tests.security.strategies import MARK, bodies, examples, in_words, nasty
from tests.servers.fake_registry import FakeRegistry

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
SCHEMES = ("rubin", "semver", "calver", {"pattern": "(?P<tag>.+)"})
GOOD = ("w_2026_46", "r29_0_1", "3.7.2", "2026-11-20", "latest", "1")


def menu_of(tags, scheme, digests=None):
    image = {"registry": {"repository": "example.org/lab", "scheme": scheme}, "name": "Live"}
    menu = Menu.parse({"live": image}, {}, {})
    read = {menu.images[0].registry.repository: Snapshot(tuple(tags), digests or {}, 1.0)}
    return menu.with_snapshots(read, TODAY).for_person((), NOON)


@examples(30)
@given(
    tags=st.lists(nasty() | st.sampled_from(GOOD), max_size=12),
    scheme=st.sampled_from(SCHEMES[:3]),
    digest=nasty(),
)
def test_a_tag_is_an_image_reference_or_it_is_not_on_the_menu(tags, scheme, digest):
    menu = menu_of(tags, scheme, dict.fromkeys(tags, digest))
    page = Page(render_menu(menu, None))
    harmless(page, Page(render_menu(menu_of(GOOD, scheme), None)), MARK)
    for image in menu.images:
        for version in image.versions:
            assert TAG.fullmatch(version.tag), version
            chosen = Selection.parse({"image": image.slug, "tag": version.tag}, menu)
            assert chosen.version.tag == version.tag
    for tag in tags:
        if not TAG.fullmatch(tag):
            with pytest.raises(SelectionError) as refused:
                Selection.parse({"image": "live", "tag": tag or "x y"}, menu)
            in_words(refused.value, most=1200)


@examples(6)
@given(
    bodies=st.lists(
        bodies() | st.lists(nasty(encodable=True)).map(lambda tags: json.dumps({"tags": tags}).encode()),
        min_size=4,
        max_size=4,
    )
)
def test_any_answer_is_a_list_of_texts_or_an_error_in_words(loop, bodies):
    async def asked():
        async with FakeRegistry() as fake, asking() as client:
            for body in bodies:
                fake.does.body = body
                try:
                    found = await client.list_tags(repository(fake.host))
                except RegistryError as error:
                    in_words(error)
                else:
                    assert all(isinstance(tag, str) for tag in found.tags)

    loop.run_until_complete(asked())
