"""The part of the embedded cluster that runs pods as local processes."""

from libretexts_hub.local_cluster.kubelet.kubelet import Kubelet

__all__ = ["Kubelet"]
