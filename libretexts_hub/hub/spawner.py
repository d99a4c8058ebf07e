"""Which class does `c.JupyterHub.spawner_class = "libretexts"` name? KubeSpawner with our mixins."""

from kubespawner import KubeSpawner

from libretexts_hub.hub.courses import CoursesMixin
from libretexts_hub.hub.culled_home import CulledHomeMixin
from libretexts_hub.hub.failed_starts import FailedStartsMixin
from libretexts_hub.hub.homes import HomesMixin
from libretexts_hub.hub.menu import ImageMenuMixin
from libretexts_hub.hub.provision import ProvisionMixin
from libretexts_hub.hub.routing import GroupRoutingMixin
from libretexts_hub.hub.sidecar import DatabaseSidecarMixin
from libretexts_hub.hub.start import EventDrivenMixin


class LibreTextsSpawner(
    CulledHomeMixin,
    GroupRoutingMixin,
    CoursesMixin,
    DatabaseSidecarMixin,
    HomesMixin,
    ProvisionMixin,
    ImageMenuMixin,
    FailedStartsMixin,
    EventDrivenMixin,
    KubeSpawner,
):
    """Starts servers as pods. Every mixin calls `super()` first, so the leftmost acts last."""
