"""What is a person told whom GitHub knows, but who does not belong here? What is missing, how to get it."""

from collections.abc import Iterable
from urllib.parse import quote

from libretexts_hub.domain.denial import OPERATORS, Denied
from libretexts_hub.domain.github_entries import Named
from libretexts_hub.domain.github_membership import Checked, Found, Membership
from libretexts_hub.domain.wording import one_of

# https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
USED_CODE = "bad_verification_code"
UNVERIFIED = "unverified_user_email"
EXPIRED_REFRESH = "bad_refresh_token"


def not_a_member(
    login: str,
    allowed: Iterable[Named],
    membership: Membership,
    *,
    github_url: str,
    client_id: str,
    lacking: Iterable[str] = (),
) -> Denied:
    """The denial of who belongs to none of `allowed`. `lacking` are sentences about scopes not granted."""
    wanted = tuple(allowed)
    ways = [*lacking, *_sign_ins(wanted, membership, github_url)]
    if any(_of(membership, named) is Found.UNKNOWN for named in wanted):
        ways.append(
            "If you are a member, GitHub may not show it to this hub: request access for the organisation at "
            f"{settings_page(github_url, client_id)}, and log in again when its owners have approved it."
        )
    ways.append("If you are none, ask the owners to invite you, accept the invitation, and log in again.")
    return Denied(
        f"This hub is for {described(wanted)} on GitHub, and by what GitHub says you ({login}) are no member",
        cause="organisation",
        fix=" ".join([*ways, OPERATORS]),
        where=f"allowed_organizations, {login}",
    )


def described(wanted: Iterable[Named]) -> str:
    """`the organisations a or b`, `the team a:b`, `the organisation a or the team b:c`."""
    listed = tuple(wanted)
    parts = []
    for kind, names in (
        ("organisation", [str(each) for each in listed if not each.team]),
        ("team", [str(each) for each in listed if each.team]),
    ):
        if names:
            parts.append(f"members of the {kind}{'s' if len(names) > 1 else ''} {one_of(names)}")
    return " or ".join(parts)


def settings_page(github_url: str, client_id: str) -> str:
    """Where a person sees and revokes what they granted to this hub."""
    return f"{github_url}/settings/connections/applications/{quote(client_id, safe='')}"


def hidden_sentence(membership: Membership, github_url: str) -> str:
    """About organisations that want a sign-in first; "" when there is none."""
    if not membership.hidden:
        return ""
    return (
        "Some of your organisations want you to sign in at their own provider before GitHub names them here: "
        f"open {github_url}/settings/organizations, sign in there, and log in again."
    )


def _sign_ins(wanted: tuple[Named, ...], membership: Membership, github_url: str) -> list[str]:
    """A sentence when one of these wants a sign-in of its own (SAML single sign-on)."""
    answers = [membership.checked.get(named, Checked(Found.UNKNOWN)) for named in wanted]
    pages = [
        f"{github_url}/orgs/{quote(named.organization, safe='')}/sso"
        for named, answer in zip(wanted, answers, strict=True)
        if answer.sign_in
    ]
    if pages:
        where = one_of(dict.fromkeys(pages))
        return [f"Your organisation may want you to sign in at {where} before you log in here."]
    return [sentence] if (sentence := hidden_sentence(membership, github_url)) else []


def _of(membership: Membership, named: Named) -> Found:
    answer = membership.checked.get(named)
    return answer.found if answer and not answer.sign_in else Found.OUTSIDE


def no_token(error: str) -> Denied | None:
    """The denial when GitHub gives no token for a reason that the person can mend; None for all others."""
    if error == USED_CODE:
        return Denied(
            "This login was used before, or is older than ten minutes", cause="code", fix="Log in again."
        )
    if error == UNVERIFIED:
        return Denied(
            "GitHub has not verified your e-mail address",
            cause="email_unverified",
            fix="Verify it in your settings at GitHub, and log in again.",
        )
    return None
