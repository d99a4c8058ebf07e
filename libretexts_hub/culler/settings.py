"""What does an operator set for the culler? The traits of `IdleCuller`, read once into plain values."""

import logging
import os
import socket
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Float, Int, List, Unicode

from libretexts_hub.culler.peer_settings import PeerSettings
from libretexts_hub.culler.wiring import Wires
from libretexts_hub.domain.claims import DATABASE_TEMPLATE, HOME_TEMPLATE, Naming
from libretexts_hub.domain.cull_policy import Policy, parse_policy
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.yaml_text import read_yaml


class CullerSettings(PeerSettings):
    """The settings that the service and the console verb share."""

    servers = Dict(
        help="""
        When servers are stopped: entries by slug with `idle`, `max_age`, `warn`, for `groups`, `routes`,
        `images` and default or named `servers`. The default is empty and stops nothing.

        Example: `c.IdleCuller.servers = {"everyone": {"idle": "1h"}, "hpc": {"groups": ["physics:gpu"], "idle": "30m", "max_age": "12h"}}`
        """,  # noqa: E501 - the example is one line to paste
    ).tag(config=True)
    homes = Dict(
        help="""
        When homes are marked, announced and deleted: entries by slug with `inactive`, `notices`, `grace`
        and more, for `groups`, people who `left`, or `orphans`. The default is empty and deletes nothing.

        Example: `c.IdleCuller.homes = {"left": {"inactive": "180d", "notices": ["30d", "7d"], "grace": "14d", "snapshot": True}}`
        """,  # noqa: E501
    ).tag(config=True)
    protect = Dict(
        help="""
        What is never deleted: `users`, `groups`, `admins`, `labels`, `annotations`, `patterns` of names,
        `claims` and what is `younger_than` so long. By default administrators, and claims younger than 30
        days.

        Example: `c.IdleCuller.protect = {"groups": ["staff"], "admins": True, "younger_than": "30d"}`
        """,
    ).tag(config=True)
    fuse = Dict(
        help="""
        How many `claims` and `percent` of all claims may be deleted in one run, how many `marks` set, by
        how many percent the number of users may fall between runs, and how far clocks may differ. The
        defaults are 50, 5, 5000, 10 and 2m.

        Example: `c.IdleCuller.fuse = {"claims": 200, "percent": 5}`
        """,
    ).tag(config=True)
    policy_file = Unicode(
        help="""
        A YAML file with `servers`, `homes`, `protect` and `fuse`, instead of the four settings. The default
        is empty: the settings count.

        Example: `c.IdleCuller.policy_file = "/etc/culler/policy.yaml"`
        """,
    ).tag(config=True)
    url = Unicode(
        help="""
        The address of the hub's REST API. The default is the environment variable JUPYTERHUB_API_URL, which
        the hub sets for its services.

        Example: `c.IdleCuller.url = "http://hub:8081/hub/api"`
        """,
    ).tag(config=True)
    concurrency = Int(
        20,
        min=1,
        max=100,
        help="""
        How many requests at most are under way to the hub, and as many to the API server. The default is
        twenty: for each home that goes the hub is asked twice, one after the other, for a last look and for
        the delete.

        Example: `c.IdleCuller.concurrency = 10`
        """,
    ).tag(config=True)
    api_page_size = Int(
        200,
        min=2,
        max=1000,
        help="""
        How many people one page of the hub's list has. The hub gives 200 at most unless it is set up
        otherwise, and that is the default.

        Example: `c.IdleCuller.api_page_size = 200`
        """,
    ).tag(config=True)
    storage_costs = Dict(
        help="""
        What a GiB of each StorageClass costs in a month, in any currency: `cull plan` says then what is
        saved. The default is empty: sizes alone.

        Example: `c.IdleCuller.storage_costs = {"standard-rwo": 0.1, "premium": 0.2}`
        """,
    ).tag(config=True)
    namespaces = List(
        Unicode(),
        help="""
        The namespaces whose claims are looked at: that of the hub's servers first, then those of routes.
        Name none in which another hub keeps homes, or tell them apart by `claim_labels`. The default is
        empty: the namespace of the culler itself.

        Example: `c.IdleCuller.namespaces = ["hub", "hpc"]`
        """,
    ).tag(config=True)
    pvc_name_templates = List(
        Unicode(),
        [HOME_TEMPLATE],
        help="""
        The spawner's `pvc_name_template`, and every one that it had before. A claim with another name is
        kept unless a server's state refers to it. The default is that of KubeSpawner.

        Example: `c.IdleCuller.pvc_name_templates = ["claim-{user_server}", "claim-{username}"]`
        """,
    ).tag(config=True)
    database_name_templates = List(
        Unicode(),
        [DATABASE_TEMPLATE],
        help="""
        The spawner's `database_name_template`, and every one that it had before. The default is that of the
        spawner.

        Example: `c.IdleCuller.database_name_templates = ["db-{user_server}"]`
        """,
    ).tag(config=True)
    user_namespace_template = Unicode(
        help="""
        The spawner's template where each person has a namespace of their own. The default is empty: all
        servers run in the first of `namespaces`.

        Example: `c.IdleCuller.user_namespace_template = "jupyter-{username}"`
        """,
    ).tag(config=True)
    claim_labels = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="""
        Labels that a claim must have to be looked at, beside `component`. Set the release where two hubs
        share a namespace. The default asks for none.

        Example: `c.IdleCuller.claim_labels = {"release": "hub"}`
        """,
    ).tag(config=True)
    needs_hub_consent = Bool(
        True,
        help="""
        Whether homes are deleted only where a hub with `culler_owns_homes` wrote the state of a server.
        Without it the hub deletes homes itself, with the record of their person and without a last look.
        Set it to False only for a hub with another spawner whose `delete_pvc` is off. The default is True.

        Example: `c.IdleCuller.needs_hub_consent = False`
        """,
    ).tag(config=True)
    members_file = Unicode(
        help="""
        A text file with the names of all who are in the directory, one a line, for `left: directory`. One
        that is missing, empty or older than three days tells nothing: nobody has left. The default is empty.

        Example: `c.IdleCuller.members_file = "/etc/culler/members.txt"`
        """,
    ).tag(config=True)
    audit_file = Unicode(
        help="""
        The file of the audit log, one JSON object a line, on a volume that stays. The default is empty: the
        lines go to the log of the process.

        Example: `c.IdleCuller.audit_file = "/var/lib/culler/audit.jsonl"`
        """,
    ).tag(config=True)
    snapshot_timeout = Float(
        600.0,
        min=1.0,
        help="""
        Seconds to wait until a snapshot is ready. A home whose snapshot is not ready stays. The default is
        ten minutes.

        Example: `c.IdleCuller.snapshot_timeout = 1800`
        """,
    ).tag(config=True)

    def policy(self) -> Policy:
        """The whole policy. Raises ConfigurationError for the first thing that is wrong."""
        settings = {key: getattr(self, key) for key in ("servers", "homes", "protect", "fuse")}
        where = "c.IdleCuller"
        if self.policy_file:
            if any(settings.values()):
                raise ConfigurationError(
                    "The policy is in a file and in settings",
                    where="c.IdleCuller.policy_file",
                    fix="Leave servers, homes, protect and fuse out, or the file.",
                )
            settings, where = _read(Path(self.policy_file)), self.policy_file
        if (rest := self.as_entry()) and isinstance(settings.get("servers") or {}, dict):
            settings = {**settings, "servers": {**(settings.get("servers") or {}), "timeout": rest}}
        policy = parse_policy(settings, where=where)
        if not self.members_file and any(rule.left == "directory" for rule in policy.homes):
            raise ConfigurationError(
                "Nothing tells who left the directory",
                where="c.IdleCuller.members_file",
                fix="Name a file of all members, or write left: courses.",
            )
        if not self.cull_admin_users:
            policy = replace(policy, protect=replace(policy.protect, admins=True))
        return policy

    def costs(self) -> dict[str, float]:
        """Of a GiB in a month, by class. Raises ConfigurationError."""
        for name, cost in self.storage_costs.items():
            if isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost < float("inf"):
                raise ConfigurationError(
                    f"The cost of {name!r:.60} is no number that could be paid: {cost!r:.60}",
                    where="c.IdleCuller.storage_costs",
                    fix='Write {"standard": 0.1}.',
                )
        return dict(self.storage_costs)

    def naming(self, namespace: str) -> Naming:
        """How claims are named and labelled."""
        return Naming(
            homes=tuple(self.pvc_name_templates),
            databases=tuple(self.database_name_templates),
            labels=dict(self.claim_labels),
            namespace=(self.namespaces or [namespace])[0],
            user_namespace=self.user_namespace_template,
            others=frozenset(self.namespaces[1:]),
        )

    def wires(self, policy: Policy, *, needs_cluster: bool) -> Wires:
        """What `wired` needs."""
        return Wires(
            policy=policy,
            url=self.url or os.environ.get("JUPYTERHUB_API_URL", "http://127.0.0.1:8081/hub/api"),
            token=os.environ.get("JUPYTERHUB_API_TOKEN", ""),
            holder=f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}",
            log=logging.getLogger("libretexts_hub.culler"),
            concurrency=self.concurrency,
            namespaces=tuple(self.namespaces),
            audit_file=self.audit_file,
            members_file=self.members_file,
            mail=self.mail,
            mail_password="CULLER_MAIL_PASSWORD",  # noqa: S106 - the name of a variable
            webhook=self.webhook,
            webhook_token_file=self.webhook_token_file,
            addresses=self.addresses_file,
            languages=tuple(self.languages),
            letters=self.letters,
            hub_name=self.hub_name,
            hub_page=self.hub_page,
            reaching=tuple(self.notices_reach_by),
            needs_cluster=needs_cluster,
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The policy can't be read: {type(error).__name__}", where=str(path), fix="Correct the path."
        ) from None
    read = read_yaml(text, str(path))
    if not isinstance(read, dict):
        raise ConfigurationError(
            "The policy file is no mapping", where=str(path), fix="Write servers: and homes: in it."
        )
    return read
