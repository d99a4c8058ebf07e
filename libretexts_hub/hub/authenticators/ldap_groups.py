"""Who of the directory may log in, what are their groups, and how long may it take? Settings."""

from __future__ import annotations

from traitlets import Enum, Int, List, Unicode
from traitlets.config import Configurable

from libretexts_hub.domain.directory_entry import SUBJECT_ATTRIBUTES
from libretexts_hub.domain.directory_rules import NESTING, OFF


class LDAPGroupSettings(Configurable):
    """Admission, groups, what is kept of an entry, and limits."""

    search_filter = Unicode(
        help="""
        A filter that a person must pass, whatever else allows them; `{userattr}` is `user_attribute`,
        `{username}` the name, escaped. It must find exactly one entry. Empty, the default: all pass.

        Example: `c.LDAPAuthenticator.search_filter = "(&(objectClass=person)({userattr}={username}))"`
        """,
    ).tag(config=True)
    allowed_groups = List(
        Unicode(),
        allow_none=True,
        default_value=None,
        help="""
        Groups whose members may log in, by distinguished name or by name. It holds at every refresh too.
        None, the default: groups admit nobody, `allow_all` or `allowed_users` do.

        Example: `c.LDAPAuthenticator.allowed_groups = ["cn=hub,ou=groups,dc=example,dc=edu"]`
        """,
    ).tag(config=True)
    admin_groups = List(
        Unicode(),
        help="""
        Groups whose members are admins of the hub, by distinguished name or by name; who leaves them is none
        any more, unless `admin_users` names them. Empty, the default: groups make nobody an admin.

        Example: `c.LDAPAuthenticator.admin_groups = ["cn=hub-admins,ou=groups,dc=example,dc=edu"]`
        """,
    ).tag(config=True)
    group_search_base = Unicode(
        help="""
        Below which entry groups are; no others count. Empty, the default: what `member_of_attribute` says,
        and the groups that other settings name by distinguished name.

        Example: `c.LDAPAuthenticator.group_search_base = "ou=groups,dc=example,dc=edu"`
        """,
    ).tag(config=True)
    group_search_filter = Unicode(
        "(|(member={userdn})(uniqueMember={userdn})(memberUid={uid}))",
        help="""
        The filter that finds a person's groups; `{userdn}` and `{uid}` are theirs, escaped. The default takes
        the three usual kinds of groups.

        Example: `c.LDAPAuthenticator.group_search_filter = "(member={userdn})"`
        """,
    ).tag(config=True)
    group_attributes = List(
        Unicode(),
        default_value=["member", "uniqueMember", "memberUid"],
        help="""
        The attributes of a group that hold its members; with `nested_groups` they are searched for groups
        too. The default are the three usual ones.

        Example: `c.LDAPAuthenticator.group_attributes = ["member"]`
        """,
    ).tag(config=True)
    group_name_attribute = Unicode(
        "cn",
        help="""
        The attribute with a group's name, which is its name at the hub. The default is `cn`.

        Example: `c.LDAPAuthenticator.group_name_attribute = "sAMAccountName"`
        """,
    ).tag(config=True)
    member_of_attribute = Unicode(
        "memberOf",
        help="""
        The attribute of a person that names their groups, where the directory keeps one. The default is
        `memberOf`; empty asks for none.

        Example: `c.LDAPAuthenticator.member_of_attribute = "isMemberOf"`
        """,
    ).tag(config=True)
    nested_groups = Enum(
        NESTING,
        default_value=OFF,
        help="""
        Whether groups that hold a person's groups are theirs too: `off`, the default; `breadth-first`,
        searched level by level on any server; `in-chain`, by Active Directory itself.

        Example: `c.LDAPAuthenticator.nested_groups = "breadth-first"`
        """,
    ).tag(config=True)
    attributes = List(
        Unicode(),
        help="""
        Attributes of a person to ask for besides those needed. Empty is the default; `auth_state_attributes`
        are asked for anyway.

        Example: `c.LDAPAuthenticator.attributes = ["employeeType"]`
        """,
    ).tag(config=True)
    auth_state_attributes = List(
        Unicode(),
        help="""
        Attributes of a person that are kept as lists of texts in `auth_state["user_attributes"]`. Empty, the
        default, keeps none there.

        Example: `c.LDAPAuthenticator.auth_state_attributes = ["employeeType", "departmentNumber"]`
        """,
    ).tag(config=True)
    subject_attributes = List(
        Unicode(),
        default_value=list(SUBJECT_ATTRIBUTES),
        help="""
        Attributes with an id that is never given to another person; the first that the entry shows is what
        the hub's account is bound to. The default are those of OpenLDAP, Active Directory and 389.

        Example: `c.LDAPAuthenticator.subject_attributes = ["eduPersonUniqueId"]`
        """,
    ).tag(config=True)
    receive_seconds = Int(
        5,
        min=1,
        help="""
        Whole seconds that a server may be silent before the next one is asked. The default is 5.

        Example: `c.LDAPAuthenticator.receive_seconds = 3`
        """,
    ).tag(config=True)
    threads = Int(
        8,
        min=1,
        max=64,
        help="""
        How many questions the directory is asked at the same time; each has up to two connections that are
        kept. The default is 8.

        Example: `c.LDAPAuthenticator.threads = 16`
        """,
    ).tag(config=True)
