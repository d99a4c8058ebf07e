"""Is a refresh token, which a provider takes once, used once, and never lost?"""

import asyncio

import pytest

from libretexts_hub.clients.upstream import UpstreamAway
from libretexts_hub.hub.authenticators.token_renewals import MOST_KEPT, TokenRenewals


class Provider:
    """Takes each token once."""

    def __init__(self, *, rotates=True):
        self.good, self.asked, self.is_away, self.rotates = {"t0"}, 0, False, rotates

    async def ask(self, token):
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise UpstreamAway("away", where="x")
        assert token in self.good, "used twice"
        if not self.rotates:
            return {"access_token": f"a{self.asked}"}
        self.good = {f"t{self.asked}"}
        return {"access_token": f"a{self.asked}", "refresh_token": f"t{self.asked}"}


FIRST = {"access_token": "a0", "refresh_token": "t0"}


async def test_of_many_at_once_one_asks():
    provider, renewals = Provider(), TokenRenewals()
    found = await asyncio.gather(*(renewals.renew(FIRST, provider.ask) for _ in range(20)))
    assert provider.asked == 1
    assert {each["refresh_token"] for each in found} == {"t1"}


async def test_who_comes_with_the_old_one_goes_on_from_the_newest():
    provider, renewals = Provider(), TokenRenewals()
    await renewals.renew(await renewals.renew(FIRST, provider.ask), provider.ask)
    assert (await renewals.newest(FIRST))["refresh_token"] == "t2"


async def test_a_person_who_goes_away_does_not_lose_the_token():
    provider, renewals = Provider(), TokenRenewals()
    task = asyncio.ensure_future(renewals.renew(FIRST, provider.ask))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await renewals.newest(FIRST))["refresh_token"] == "t1"


async def test_a_bad_moment_of_the_provider_is_tried_again():
    provider, renewals = Provider(), TokenRenewals()
    provider.is_away = True
    with pytest.raises(UpstreamAway):
        await renewals.renew(FIRST, provider.ask)
    provider.is_away = False
    assert await renewals.newest(FIRST) == FIRST
    assert (await renewals.renew(FIRST, provider.ask))["refresh_token"] == "t2"


async def test_a_provider_that_does_not_rotate_is_asked_each_time():
    provider, renewals = Provider(rotates=False), TokenRenewals()
    for number in (1, 2):
        fresh = await renewals.renew(FIRST, provider.ask)
        assert fresh == {"access_token": f"a{number}", "refresh_token": "t0"}


async def test_what_is_kept_has_an_end():
    renewals = TokenRenewals()

    async def ask(token):
        return {"refresh_token": f"{token}-next"}

    for number in range(MOST_KEPT + 10):
        await renewals.renew({"refresh_token": f"t{number}"}, ask)
    assert len(renewals._asked) == MOST_KEPT
