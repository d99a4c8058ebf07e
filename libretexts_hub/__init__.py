"""Image menus, routing, databases, logins, culling and pages for JupyterHub on Kubernetes.

Importing this package imports nothing else: the hub, the console script and the culler each load
only what they use.
"""

__version__ = "0.1.0.dev0"
