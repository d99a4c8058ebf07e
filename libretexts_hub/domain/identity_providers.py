"""Which name does somebody get who comes through this identity provider, and can two get the same?

CILogon joins thousands of universities and also Google, GitHub and ORCID. Whoever has `amy` at one is not
whoever has `amy` at another, so each provider owns a part of the names, and no two parts overlap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from libretexts_hub.errors import ConfigurationError


@dataclass(frozen=True)
class Provider:
    """One entry of `idps`. Its own are `name@domain` of these `domains`, and `name` if it `has_bare`."""

    entity_id: str
    claim: str
    prefix: str = ""
    domain: str = ""
    domains: tuple[str, ...] = ()
    has_bare: bool = False
    has_any_domain: bool = False

    def owns(self, name: str) -> bool:
        """Is a name, as the hub would have it, among this provider's own?"""
        if self.prefix:
            return name.startswith(f"{self.prefix}:")
        local, at, domain = name.rpartition("@")
        if at and local:
            return self.has_any_domain or domain in self.domains
        return self.has_bare


def parse_providers(idps: Mapping[str, object], *, where: str) -> dict[str, Provider]:
    """Read `idps` as OAuthenticator spells it, and refuse two that could give one name.

    Raises ConfigurationError.
    """
    found = {entity_id: _provider(entity_id, entry) for entity_id, entry in idps.items()}
    for one, other in combinations(found.values(), 2):
        shared = _shared(one, other)
        if shared:
            raise ConfigurationError(
                f"{one.entity_id} and {other.entity_id} share names: {shared}",
                where=where,
                fix="Give one of them action: prefix and its own prefix, or allowed_domains that differ.",
            )
    return found


def _provider(entity_id: str, entry: object) -> Provider:
    fields = entry if isinstance(entry, Mapping) else {}
    rule = fields.get("username_derivation")
    rule = rule if isinstance(rule, Mapping) else {}
    claim = str(rule.get("username_claim", ""))
    if rule.get("action") == "prefix":
        return Provider(entity_id, claim, prefix=str(rule.get("prefix", "")).casefold())
    # A pattern, and domains of another claim than the name's, say nothing about the name.
    listed = fields.get("allowed_domains") or ()
    of_name = fields.get("allowed_domains_claim") in (None, claim)
    plain = tuple(str(each).casefold() for each in listed if of_name and not set(str(each)) & set("*?["))
    is_complete = bool(listed) and of_name and len(plain) == len(listed) and not fields.get("allow_all")
    if rule.get("action") == "strip_idp_domain":
        domain = str(rule.get("domain", "")).casefold()
        others = tuple(each for each in plain if each != domain)
        return Provider(entity_id, claim, domain=domain, domains=others if is_complete else (), has_bare=True)
    return Provider(entity_id, claim, domains=plain, has_bare=not is_complete, has_any_domain=not is_complete)


def _shared(one: Provider, other: Provider) -> str:
    if one.prefix or other.prefix:
        return f"both begin with {one.prefix}:" if one.prefix == other.prefix else ""
    if one.has_bare and other.has_bare:
        return "both give names without a domain"
    shared = sorted(set(one.domains) & set(other.domains))
    if shared:
        return f"both give names of {shared[0]}"
    either = [(one, other), (other, one)]
    if any(first.has_any_domain and (second.has_any_domain or second.domains) for first, second in either):
        return "one gives names of any domain"
    return ""


def is_owner(providers: Mapping[str, Provider], entity_id: str, name: str) -> bool:
    """May this provider give this folded name, and no other? One provider alone may give every name."""
    if len(providers) == 1:
        return entity_id in providers
    # A name with somebody's prefix is theirs, whoever else could give names of any kind.
    prefixed = [each for each in providers.values() if each.prefix and each.owns(name)]
    owners = prefixed or [each for each in providers.values() if not each.prefix and each.owns(name)]
    return [each.entity_id for each in owners] == [entity_id]
