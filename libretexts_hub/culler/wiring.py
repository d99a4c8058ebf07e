"""How do the settings become a world? Clients for the hub and the cluster, opened for as long as they are
used."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from libretexts_hub.clients.claim_events import ClaimEvents
from libretexts_hub.clients.claim_pods import ClaimPods
from libretexts_hub.clients.claims import Claims
from libretexts_hub.clients.database_secrets import DatabaseSecrets
from libretexts_hub.clients.hub_api import CHANGING, READING, SERVERS_ONLY, HubApi
from libretexts_hub.clients.kube_access import find_access, fixed, token_file
from libretexts_hub.clients.kube_api import KubeApi
from libretexts_hub.clients.leases import Lease
from libretexts_hub.clients.mail import Mail, MailServer
from libretexts_hub.clients.polite_requests import PoliteClient
from libretexts_hub.clients.snapshots import Snapshots
from libretexts_hub.clients.webhook import Webhook
from libretexts_hub.culler.addresses import Addresses, AddressFile
from libretexts_hub.culler.audit import AuditLog
from libretexts_hub.culler.directory import MembersFile
from libretexts_hub.culler.letters import Letters
from libretexts_hub.culler.local import LoggedAudit, NoCluster, OnlyRunner, SystemClock
from libretexts_hub.culler.notices import NoticeSender
from libretexts_hub.culler.world import Ports
from libretexts_hub.domain.cull_policy import Policy
from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError, SetupError

MAIL_KEYS = ("host", "port", "sender", "encryption", "username", "sender_name", "reply_to")


@dataclass(frozen=True)
class Wires:
    """What `IdleCuller` was told, as plain values."""

    policy: Policy
    url: str
    token: str
    holder: str
    log: Any
    concurrency: int = 20
    namespaces: tuple[str, ...] = ()
    lease: str = "libretexts-culler"
    audit_file: str = ""
    members_file: str = ""
    mail: Mapping[str, object] = field(default_factory=dict)
    mail_password: str = ""
    webhook: str = ""
    webhook_token_file: str = ""
    addresses: str = ""
    languages: tuple[str, ...] = ("en",)
    letters: str = ""
    hub_name: str = "JupyterHub"
    hub_page: str = ""
    reaching: tuple[str, ...] = ("mail",)
    needs_cluster: bool = True


@asynccontextmanager
async def wired(wires: Wires) -> AsyncIterator[tuple[Ports, str]]:
    """The ports, and the namespace of the culler itself. Raises ConfigurationError, SetupError."""
    async with AsyncExitStack() as stack:
        if not wires.token:
            raise SetupError(
                "The culler has no token of the hub",
                where="$JUPYTERHUB_API_TOKEN",
                fix="Run it as a service of the hub, or set the variable from a Secret.",
            )
        hub_client = PoliteClient(wires.url, fixed(f"token {wires.token}"), concurrency=wires.concurrency)
        needed = READING + CHANGING if wires.needs_cluster else SERVERS_ONLY
        hub = HubApi(await stack.enter_async_context(hub_client), needed=needed)
        audit: Any = LoggedAudit(wires.log)
        if wires.audit_file:
            audit = AuditLog(Path(wires.audit_file))
            stack.callback(audit.close)
        if not wires.needs_cluster:
            nothing = NoCluster()
            sender = await _sender(wires, stack, hub, None, None)
            yield Ports(hub, nothing, nothing, audit, OnlyRunner(), SystemClock(), notices=sender), ""
            return
        access = find_access()
        kube = PoliteClient(
            access.server, access.authorization, concurrency=wires.concurrency, tls=access.tls
        )
        api = KubeApi(await stack.enter_async_context(kube))
        namespaces = wires.namespaces or (access.namespace,)
        claims = Claims(api, namespaces)
        classes = [rule.snapshot_class for rule in wires.policy.homes if rule.snapshot]
        yield (
            Ports(
                hub=hub,
                claims=claims,
                pods=ClaimPods(api),
                audit=audit,
                lease=Lease(api, access.namespace, wires.lease, wires.holder),
                clock=SystemClock(),
                secrets=DatabaseSecrets(api),
                directory=MembersFile(Path(wires.members_file)) if wires.members_file else None,
                snapshots=Snapshots(api, namespaces, snapshot_class=classes[0]) if classes else None,
                notices=await _sender(wires, stack, hub, claims, ClaimEvents(api)),
            ),
            access.namespace,
        )


async def _sender(
    wires: Wires, stack: AsyncExitStack, hub: HubApi, claims: Claims | None, events: ClaimEvents | None
) -> NoticeSender:
    letters = Letters(
        hub=wires.hub_name,
        url=wires.hub_page,
        languages=wires.languages,
        folder=Path(wires.letters) if wires.letters else None,
    )
    mail, webhook = None, None
    if wires.mail:
        mail = Mail(mail_server(wires.mail, wires.mail_password))
    if wires.webhook:
        token = Path(wires.webhook_token_file) if wires.webhook_token_file else None
        webhook = Webhook(wires.webhook, token_file(token, "Bearer") if token else fixed(""))
        await stack.enter_async_context(webhook.client)
    file = AddressFile(Path(wires.addresses)) if wires.addresses else None
    return NoticeSender(
        letters,
        mail=mail,
        addresses=Addresses(file=file, hub=hub, claims=claims),
        webhook=webhook,
        events=events,
        pages=hub,
        reaching=wires.reaching,
    )


def mail_server(raw: Mapping[str, object], password: str) -> MailServer:
    """Read `mail`. Raises ConfigurationError. The password is in an environment variable, never here."""
    entry = Entry("mail", raw, "c.IdleCuller.mail")
    entry.only(MAIL_KEYS)
    encryption = entry.text("encryption", default="starttls")
    if encryption not in ("starttls", "tls", "none"):
        raise ConfigurationError(
            f"{encryption!r:.40} is no encryption", where=entry.place("encryption"), fix="Write starttls."
        )

    def current() -> str:
        return os.environ.get(password, "")

    return MailServer(
        host=entry.text("host"),
        sender=entry.text("sender"),
        port=entry.integer("port", default=587),
        encryption=encryption,
        username=entry.text("username", default=""),
        password=current if password else None,
        sender_name=entry.text("sender_name", default="JupyterHub"),
        reply_to=entry.text("reply_to", default=""),
    )
