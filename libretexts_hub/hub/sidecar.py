"""How does a database come beside the notebook? As a trait, and as hooks of a start and of a deletion."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kubernetes_asyncio.client.rest import ApiException
from traitlets import Dict, Enum, List, Unicode, Union, default, validate
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.domain.access import folded
from libretexts_hub.domain.database_grace import grace_of
from libretexts_hub.hub import sidecar_objects
from libretexts_hub.hub.notices import NOTICES, Kind, Notice
from libretexts_hub.hub.sidecar_state import (
    Stored,
    apart_from_state,
    apart_to_state,
    from_state,
    to_state,
)

if TYPE_CHECKING:
    from types import ModuleType

    from libretexts_hub.domain.databases import Database
    from libretexts_hub.domain.sidecar import Place

# Kubernetes has native sidecars since 1.29, without a feature gate.
NATIVE_SINCE = 29
KEPT = 8
_parsed: list[tuple[object, tuple[Database, ...]]] = []


def core() -> ModuleType:
    """The core of databases, loaded when it is first asked for."""
    from libretexts_hub.hub import sidecar_core

    return sidecar_core


def parsed_databases(raw: object, where: str) -> tuple[Database, ...]:
    """`parse_databases`, once for each configuration: every spawner object has its own copy of the trait."""
    for known, databases in _parsed:
        if known == raw:
            return databases
    databases: tuple[Database, ...] = core().parse_databases(raw, where=where)
    _parsed[:] = [(raw, databases), *_parsed[: KEPT - 1]]
    return databases


class DatabaseSidecarMixin(Configurable):
    """A database beside the notebook, for whom `databases` names. Without `databases` it changes nothing."""

    databases = Union(
        [Dict(), List()],
        help="""
        Databases beside the notebook, by slug; a server gets the first that its owner may have. What it is:
        `engine` (`mariadb`, `mysql` or `postgresql`), `image`, `storage` (the size of a disk of its own, 1Gi
        by default) or `scratch` (a size; gone with the server), `storage_class`, `cpu` and `memory` (each
        with `guarantee` and `limit`), `initial` (SQL to begin with), `settings`, `user`, `grace`, `folder`,
        `driver`, `suffix` (a disk of its own beside the server's, named with this). Who gets it: `groups`, `all_groups`, `not_groups`, `courses`, `everybody`, and with which
        `images` of the menu; `root` (`groups`, `courses`) names who has the root account too. A list of
        entries with `slug` is accepted too. Empty, the default, gives nobody a database.

        Example: `c.LibreTextsSpawner.databases = {"mysql": {"engine": "mariadb", "image": "mariadb:11.4", "storage": "2Gi", "groups": ["nyu:db101"]}}`
        """,  # noqa: E501
    ).tag(config=True)

    database_sidecar = Enum(
        ["auto", "native", "container"],
        default_value="auto",
        help="""
        How the database is put into the pod: `native` (an init container that goes on; the notebook starts
        when the database answers), `container` (beside it, for Kubernetes before 1.29), or `auto`, the
        default, which asks the cluster for its version once.

        Example: `c.LibreTextsSpawner.database_sidecar = "native"`
        """,
    ).tag(config=True)

    database_name_template = Unicode(
        "db-{user_server}",
        help="""
        The name of the claim and of the Secret of a server's database. Each server needs a name of its own.
        Servers that have a database keep the name that it was made with. The default is `db-{user_server}`.

        Example: `c.LibreTextsSpawner.database_name_template = "db-{user_server}"`
        """,
    ).tag(config=True)

    _place: Place | None = None
    _stored = Stored()
    _apart: Mapping[str, Stored] = {}
    # Of the API server with which this hub talks; None until it was asked.
    _has_native_sidecars: bool | None = None

    @default("databases")
    def _no_databases(self):
        return {}

    @validate("databases")
    def _check_databases(self, proposal):
        parsed_databases(proposal.value, f"c.{type(self).__name__}.databases")
        return proposal.value

    @validate("database_name_template")
    def _check_template(self, proposal):
        core().check_apart(proposal.value, where=f"c.{type(self).__name__}.database_name_template")
        return proposal.value

    # Start --------------------------------------------------------------------------------------------------

    async def load_user_options(self):
        """The menu's choice first: a database may go with some images only."""
        await super().load_user_options()
        self._place = self._place_for(self._entitled()) if self.databases else None

    def databases_as_written(self) -> object:
        """The setting before it is parsed; another mixin may add to it."""
        return self.databases

    def _entitled(self) -> tuple[Database, bool] | None:
        """The database that this server gets, and whether with the root account."""
        groups = getattr(self.user, "groups", ())
        names = [group.name for group in groups] if isinstance(groups, Iterable) else []
        member_of = folded(names)
        written = parsed_databases(self.databases_as_written(), f"c.{type(self).__name__}.databases")
        selection = getattr(self, "_selection", None)
        database = core().database_for(written, member_of, *(selection.image.slugs if selection else ()))
        return None if database is None else (database, core().has_root(database, member_of))

    def _place_for(self, entitled: tuple[Database, bool] | None) -> Place | None:
        if entitled is None:
            return None
        database, root = entitled
        objects = self._stored_of(database).objects or self._name_of(database)
        folder = self._expand_user_properties(database.folder)
        self.log.info(
            "%s gets the database %s%s",
            self._log_name,
            database.slug,
            " with its root account" if root else "",
        )
        return core().Place(database, objects, core().account_name(self.user.name), folder, root)

    def _name_of(self, database: Database) -> str:
        name = self._expand_user_properties(self.database_name_template)
        return f"{name}-{core().group_slug(database.suffix)}" if database.suffix else name

    def _stored_of(self, database: Database) -> Stored:
        """Those of this server, or of a database that has its own."""
        return self._apart.get(database.suffix, Stored()) if database.suffix else self._stored

    def _remember_stored(self, database: Database, stored: Stored) -> None:
        if database.suffix:
            self._apart = {**self._apart, database.suffix: stored}
        else:
            self._stored = stored

    async def get_pod_manifest(self):
        """Claim and Secret first, so that the pod never waits for them."""
        if self._place is None:
            return await super().get_pod_manifest()
        await self._ensure_objects(self._place)
        is_native = await self._is_native()
        return core().add(await super().get_pod_manifest(), self._place, is_native=is_native)

    async def _ensure_objects(self, place: Place) -> None:
        has_claim = place.database.storage is not None
        stored = self._stored_of(place.database)
        if stored.has(self.namespace, claim=has_claim):
            return
        labels = self._build_common_labels(self._expand_all(self.storage_extra_labels))
        notes = self._build_common_annotations(self._expand_all(self.storage_extra_annotations))
        if (claim := core().claim_manifest(place, labels, notes)) is not None:
            await sidecar_objects.ensure(self, claim)
        passwords = (secrets.token_hex(20), secrets.token_hex(20))
        await sidecar_objects.ensure(self, core().secret_manifest(place, labels, notes, passwords))
        stored = stored.with_namespace(place.objects, self.namespace, claim=has_claim)
        self._remember_stored(place.database, stored)

    async def _is_native(self) -> bool:
        """Of a cluster that does not tell its version a supported one is expected."""
        if self.database_sidecar != "auto":
            return self.database_sidecar == "native"
        if DatabaseSidecarMixin._has_native_sidecars is None:
            minor = await cluster.minor_version(self.api, seconds=self.k8s_api_request_timeout)
            if minor is None:
                return True
            DatabaseSidecarMixin._has_native_sidecars = minor >= NATIVE_SINCE
        return DatabaseSidecarMixin._has_native_sidecars

    async def _start(self):
        try:
            url = await super()._start()
        except Exception:
            # Perhaps the claim or the Secret has vanished: the next start makes sure of them again.
            self._stored = self._stored.doubted()
            self._apart = {suffix: stored.doubted() for suffix, stored in self._apart.items()}
            raise
        if self.databases:
            self._tell_problem()
        return url

    def _tell_problem(self) -> None:
        """What the container said, because its engine could not start or beside one that works, to the
        person's next page."""
        reflector = self.pod_reflector
        pod = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
        uid = str(pod["metadata"].get("uid") or "") if pod else ""
        words = core().problem_of(pod) or (core().notes_of(self.events, uid, core().NAME) if uid else "")
        key = f"database{self.name}"
        NOTICES.remove(key, person=self.user.name)
        if words:
            self.log.warning("The database of %s: %s", self._log_name, words)
            NOTICES.post(Notice(Kind.WARNING, words, key=key), person=self.user.name)

    # End ----------------------------------------------------------------------------------------------------

    async def _make_create_pod_request(self, pod, request_timeout):
        """KubeSpawner deletes a pod of the same name within its 30 s of retries, and the database may need
        them all: a second attempt follows at once."""
        made = await super()._make_create_pod_request(pod, request_timeout)
        if made or self._place is None:
            return made
        return await super()._make_create_pod_request(pod, request_timeout)

    async def _make_delete_pod_request(self, pod_name, delete_options, grace_seconds, request_timeout):
        """Long enough for the database to shut down, whoever deletes the pod and why."""
        reflector = self.pod_reflector
        pod = reflector.pods.get(f"{self.namespace}/{pod_name}") if reflector else None
        needed = grace_of(pod)
        if needed > grace_seconds:
            grace_seconds = needed
            delete_options.grace_period_seconds = needed
        return await super()._make_delete_pod_request(
            pod_name, delete_options, grace_seconds, request_timeout
        )

    async def delete_forever(self):
        """The database goes where the home goes: not with `delete_pvc` off."""
        for stored in (self._stored, *self._apart.values()):
            if stored.objects and self.delete_pvc:
                await self._delete_objects(stored)
            elif stored.objects:
                self.log.info("Not deleting the database of %s: %s", self._log_name, stored.objects)
        await super().delete_forever()

    async def _delete_objects(self, stored: Stored) -> None:
        """JupyterHub swallows an exception here, so what is left is named in the log, and the home goes."""
        for namespace in stored.namespaces:
            try:
                await sidecar_objects.delete(self, stored.objects, namespace)
            except ApiException as error:
                why = cluster.reason(error)
            except cluster.UNREACHABLE as error:
                why = repr(error)
            else:
                continue
            self.log.error(
                "The claim and the Secret %s/%s of %s could not be deleted: %s. Delete them by hand.",
                *(namespace, stored.objects, self._log_name, why),
            )

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state and where the database is."""
        return super().get_state() | to_state(self._stored) | apart_to_state(self._apart)

    def load_state(self, state):
        """KubeSpawner's state and where the database is."""
        super().load_state(state)
        self._stored, self._apart = from_state(state), apart_from_state(state)
