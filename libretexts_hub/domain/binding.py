"""Does this hub user belong to the one who logs in? Bound to the provider's immutable id, not to a name."""

from dataclasses import dataclass
from enum import StrEnum

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.wording import shown


class BindExisting(StrEnum):
    """What happens at the login of somebody whose hub user is from before, and bound to nobody."""

    FIRST_LOGIN = "first_login"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Account:
    """A hub user and whose it is. `subject` is unique within `provider`, and only there."""

    name: str
    provider: str
    subject: str

    def is_of(self, other: "Account") -> bool:
        """Whether both are the same person at the same provider."""
        return (self.provider, self.subject) == (other.provider, other.subject)


TELL = "Tell the operators of this hub; they can check it and change it."


def must_bind(
    asking: Account,
    *,
    of_name: Account | None,
    of_subject: Account | None,
    has_user: bool,
    policy: BindExisting,
) -> bool:
    """Whether a new binding is to be written; False: it is there already.

    `of_name` is what the hub user is bound to, `of_subject` where the person is bound now; `has_user` says
    whether the hub knows the name. Raises Denied, cause "bound".
    """
    if of_name is not None and of_name.is_of(asking):
        return False
    if of_name is not None:
        raise Denied(
            f"The name {shown(asking.name)} belongs to another account here. Somebody else had your login "
            "name before you, or your account was made anew",
            cause="bound",
            fix=TELL,
        )
    if of_subject is not None:
        raise Denied(
            f"You are known here as {shown(of_subject.name)}, and your login name is now "
            f"{shown(asking.name)}. Your files are under the old name",
            cause="bound",
            fix=TELL,
        )
    if has_user and policy is BindExisting.REFUSE:
        raise Denied(
            f"The name {shown(asking.name)} is in use here, and nobody has said yet that it is yours",
            cause="bound",
            fix=TELL,
        )
    return True
