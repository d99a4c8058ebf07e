"""Which settings of the hub and its login contradict each other, or do what nobody meant?"""

from collections.abc import Iterator

from libretexts_hub.domain.findings import Finding, error, info, warning
from libretexts_hub.domain.site import Site, mappings

# Settings of JupyterHub, OAuthenticator and ours that let people in, by how their names begin.
ALLOWING = ("allowed_", "allow_", "admin_", "hosted_domain", "idps")
SECRETS = (
    "client_secret",
    "password",
    "lookup_dn_search_password",
    "api_token",
    "cookie_secret",
    "auth_token",
)
SECRET_CLASS_ENDS = ("authenticator", "jupyterhub", "proxy", "culler")


def hub_findings(site: Site) -> Iterator[Finding]:
    """All of them, in no order."""
    for rule in (_groups, _roles, _chart_roles, _services, _auth_state, _nobody, _secrets, _key_in_file):
        yield from rule(site)


def _groups(site: Site) -> Iterator[Finding]:
    where, manages = site.find(site.authenticator, "manage_groups")
    if manages and site.get("JupyterHub", "load_groups"):
        yield error(
            "The login manages groups, so groups that the configuration loads stop the hub at its start",
            f"c.JupyterHub.load_groups, {where}",
            "Remove load_groups; memberships of courses belong into courses.yaml.",
        )


def _roles(site: Site) -> Iterator[Finding]:
    where, manages = site.find(site.authenticator, "manage_roles")
    for role in mappings(site.get("JupyterHub", "load_roles")) if manages else ():
        named = [key for key in ("users", "groups") if role.get(key)]
        if named:
            yield error(
                f"The login manages roles, so the role {role.get('name')!r:.60} may not name {named[0]}",
                f"c.JupyterHub.load_roles, {where}",
                "Give the role to a group by grants.",
            )


def _chart_roles(site: Site) -> Iterator[Finding]:
    if site.value("hub", "config", "JupyterHub", "load_roles") is not None:
        yield error(
            "load_roles in hub.config takes the place of the chart's own roles: its culler gets 403",
            "hub.config.JupyterHub.load_roles",
            "Move it to hub.loadRoles.",
        )


def _services(site: Site) -> Iterator[Finding]:
    for service in mappings(site.get("JupyterHub", "services")):
        name = f"{service.get('name', '')!s:.60}"
        if service.get("admin"):
            yield warning(
                f"The service {name!r} may do everything on the hub",
                "c.JupyterHub.services",
                "Remove admin: true, and give it the scopes that it needs by a role: libretexts-hub roles.",
            )
        if service.get("command") and service.get("user") and site.is_chart:
            yield error(
                f"The service {name!r} wants to run as a user, which the hub's pod may not change to",
                "c.JupyterHub.services",
                "Remove user, or run the service as a Deployment of its own.",
            )


def _auth_state(site: Site) -> Iterator[Finding]:
    where, wanted = site.find(site.authenticator, "enable_auth_state")
    if wanted and not site.has_key:
        yield error(
            "What a login says is to be kept, but there is no key to encrypt it with",
            where,
            "Set JUPYTERHUB_CRYPT_KEY to the output of: openssl rand -hex 32",
        )


def _nobody(site: Site) -> Iterator[Finding]:
    """JupyterHub 5: nobody may log in unless a setting says so."""
    names = [name for section in site.authenticator for name in site.sections.get(section, {})]
    chosen = site.get("JupyterHub", "authenticator_class")
    # Without one this is a part of a configuration, or a hub to try things on.
    if (
        chosen is not None
        and "null" not in str(chosen).lower()
        and not any(name.startswith(ALLOWING) for name in names)
    ):
        yield warning(
            "No setting lets anybody log in",
            f"c.{site.authenticator[0]}",
            "Write allow_all: true, allowed_users, or what the login offers: organizations, groups, domains.",
        )


def _secrets(site: Site) -> Iterator[Finding]:
    """A secret in a file of values ends in a repository and in `helm get values`."""
    config = site.value("hub", "config")
    for section in config if isinstance(config, dict) else ():
        for name in SECRETS:
            if site.value("hub", "config", section, name) and section.lower().endswith(SECRET_CLASS_ENDS):
                yield warning(
                    "A secret stands in the values",
                    f"hub.config.{section}.{name}",
                    "Keep it in a file of values of its own that is encrypted, or in hub.existingSecret.",
                )


def _key_in_file(site: Site) -> Iterator[Finding]:
    if site.get("CryptKeeper", "keys") and not site.is_chart:
        yield info(
            "The key that encrypts logins stands in the configuration",
            "c.CryptKeeper.keys",
            "Give it by JUPYTERHUB_CRYPT_KEY from a Secret; libretexts-hub rotate-key can then renew it.",
        )
