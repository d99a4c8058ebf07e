"""Thin adapters to JupyterHub and KubeSpawner; traits live here."""
