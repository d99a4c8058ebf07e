"""A stand-in for a Kubernetes cluster on one machine, for the demo and for fast tests.

It speaks the Kubernetes REST API for the few kinds that a JupyterHub needs, and runs each pod as processes of
the person who started it. Behaviour that clients can see is compared with a real API server by contract
tests.

What it is **not**: a place to run anything that you do not trust. Pods are not isolated from each other or
from you: no namespaces of the kernel, no cgroup limits, no other uid (runAsUser is recorded, not applied), no
image is pulled, and absolute mount paths become paths below the pod's own folder. There is one user, with one
token, who may do everything; the server listens on loopback only.
"""
