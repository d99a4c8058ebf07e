"""In which namespace does this server run, and which home claim is its own there?

KubeSpawner keeps the last namespace and one claim name. A person who is sent elsewhere needs a claim there,
and the old one again when they come back.
"""

from traitlets.config import Configurable

STATE_KEY = "libretexts_homes"
STATE_VERSION = 1


class RouteNamespaceMixin(Configurable):
    """A namespace of a route, entered before the home claim is looked at and left at the next start."""

    _own_namespace = ""
    # The state says that a route led elsewhere once; there may be no routes any more.
    _has_moved = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # As it is configured: reading the state puts there where the server ran last.
        self._own_namespace = self.namespace
        self._homes: dict[str, str] = {}

    async def apply_group_overrides(self):
        """The operator's overrides for groups, before which nothing is left of the last start's namespace."""
        self.leave_namespace()
        before = self.namespace
        await super().apply_group_overrides()
        if self.routing:
            self.settle_namespace(before)

    def enter_namespace(self, namespace: str) -> None:
        """Run there from now on, with the claim that is known there."""
        if not namespace or namespace == self.namespace:
            return
        self._note_home()
        self.namespace = namespace
        self.dns_name = self.dns_name_template.format(namespace=namespace, name=self.pod_name)
        known = self._homes.get(namespace, "") if self.remember_pvc_name else ""
        self._pvc_exists = bool(known)
        self.pvc_name = known or self._expand_user_properties(self.pvc_name_template)

    def leave_namespace(self) -> None:
        """Back to the configured one, where a route led elsewhere at the last start."""
        if self._has_moved or self.routing:
            self.enter_namespace(self._own_namespace)

    def settle_namespace(self, before: str) -> None:
        """What a profile or an override wrote into the trait, entered as it should be."""
        wanted, self.namespace = self.namespace, before
        self.enter_namespace(wanted)

    def _note_home(self) -> None:
        if self._pvc_exists:
            self._homes[self.namespace] = self.pvc_name

    async def delete_forever(self):
        """The claims in every namespace; one that can't be deleted leaves no other one behind."""
        self._note_home()
        failed: Exception | None = None
        for namespace in dict.fromkeys((self.namespace, *self._homes)):
            self.enter_namespace(namespace)
            try:
                await super().delete_forever()
            except Exception as error:
                self.log.exception("Deleting what %s has in namespace %s", self._log_name, namespace)
                failed = failed or error
        if failed is not None:
            raise failed

    def get_state(self):
        """KubeSpawner's state, and the claims in other namespaces."""
        state = super().get_state()
        is_elsewhere = self.namespace != self._own_namespace and bool(self._has_moved or self.routing)
        if self._homes or is_elsewhere:
            self._note_home()
            state[STATE_KEY] = {"version": STATE_VERSION, "claims": dict(self._homes)}
        return state

    def load_state(self, state):
        """KubeSpawner's state, and the claims in other namespaces."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            self._has_moved = True
            self._homes = {str(key): str(name) for key, name in dict(saved.get("claims") or {}).items()}
