"""Does a provider's answer belong to a login that this browser began a moment ago, and that is not done?

RFC 6749, 10.12 (state), RFC 7636 (PKCE) and OpenID Connect Core, 3.1.2.1 (nonce).
"""

import base64
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

# Enough to find a telephone for a second factor.
SECONDS = 15 * 60
COOKIE = "oauthenticator-state"
STATE_ID = re.compile(r"[0-9a-f]{32}")
# Tabs in which a login was begun and left; each cookie goes along with every request of a login.
MOST_COOKIES = 5
MOST_REMEMBERED = 50_000
LONGEST_STATE = 4096


@dataclass(frozen=True)
class Flow:
    """One login of one tab: what the cookie keeps, signed by the hub."""

    state_id: str
    next_url: str = ""
    code_verifier: str = ""
    nonce: str = ""

    def __repr__(self) -> str:
        return f"Flow({self.state_id[:8]})"

    def serialized(self) -> str:
        """As OAuthenticator writes its cookie."""
        return packed(asdict(self))

    @property
    def code_challenge(self) -> str:
        """What the provider is told of the code verifier (RFC 7636, 4.2)."""
        digest = hashlib.sha256(self.code_verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def packed(value: dict[str, str]) -> str:
    """JSON in base64, for a cookie or an address."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def read_flow(text: str) -> Flow | None:
    """A flow from its cookie; None for what is none."""
    fields = unpacked(text)
    state_id = fields.get("state_id", "")
    if not state_id:
        return None
    return Flow(**{name: fields.get(name, "") for name in ("state_id", "next_url", "code_verifier", "nonce")})


def state_id_of(text: str) -> str:
    """The id in the `state` of an address; empty for anything that the hub did not write."""
    state_id = unpacked(text).get("state_id", "") if len(text) <= LONGEST_STATE else ""
    return state_id if STATE_ID.fullmatch(state_id) else ""


def unpacked(text: str) -> dict[str, str]:
    """The texts in what `packed` made; empty for anything else."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def cookie_name(state_id: str) -> str:
    """Each flow has a cookie of its own, or two tabs would spoil each other's login."""
    return f"{COOKIE}-{state_id[:16]}"


def too_many(cookies: Iterable[str]) -> list[str]:
    """The cookies of flows to clear, so that one more fits."""
    ours = sorted(name for name in cookies if name.startswith(f"{COOKIE}-"))
    return ours[: max(0, len(ours) - MOST_COOKIES + 1)]


class UsedFlows:
    """Flows that are over: an answer that comes a second time is somebody's copy of it."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def use(self, state_id: str, now: float) -> bool:
        """Is this the first time? `now` in seconds, on a clock that only goes forward."""
        while self._until and (
            next(iter(self._until.values())) <= now or len(self._until) >= MOST_REMEMBERED
        ):
            self._until.popitem(last=False)
        if state_id in self._until:
            return False
        self._until[state_id] = now + SECONDS + 60
        return True
