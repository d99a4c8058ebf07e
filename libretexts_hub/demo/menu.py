"""What is on the demo's menu, and which local command stands behind each image?"""

import os
import sys
from pathlib import Path
from typing import Any

IMAGES: dict[str, dict[str, Any]] = {
    "default": {
        "name": "Default environment",
        "description": "Python and JupyterLab",
        "image": "localhost/default-env:3.3",
        "interface": "lab",
        "default": True,
    },
    "focus": {
        "name": "One notebook at a time",
        "description": "JupyterLab showing one document",
        "image": "localhost/focus-env:3.3",
        "interface": "/doc",  # JupyterLab's single-document mode
    },
    "hpc": {
        "name": "HPC environment",
        "description": "For the group “hpc”, on an HPC node",
        "image": "localhost/hpc-env:2.0",
        "interface": "lab",
        "groups": ["hpc"],
        "sizes": ["node"],
    },
}

SIZES: dict[str, dict[str, Any]] = {
    "small": {
        "name": "Small",
        "cpu": {"guarantee": 0.1, "limit": 1},
        "memory": {"guarantee": "256Mi", "limit": "1Gi"},
        "default": True,
    },
    "medium": {
        "name": "Medium",
        "cpu": {"guarantee": 0.5, "limit": 2},
        "memory": {"guarantee": "512Mi", "limit": "4Gi"},
    },
    "large": {
        "name": "Large",
        "cpu": {"guarantee": 2, "limit": 8},
        "memory": {"guarantee": "4Gi", "limit": "16Gi"},
        "groups": ["course-demo101-instructors", "hpc", "staff"],
    },
    "node": {
        "name": "HPC node",
        "cpu": {"guarantee": 16, "limit": 16},
        "memory": {"guarantee": "64Gi", "limit": "64Gi"},
        "groups": ["hpc"],
    },
}


# JupyterLab's defaults as an image sets them, in a file overrides.json
# (https://jupyterlab.readthedocs.io/en/stable/user/directories.html). Without these its first screen asks
# whether it may fetch news; `LabApp.news_url=None` does not keep it from asking.
NEWS = {"fetchNews": "false", "checkForUpdates": False}
LAB_DEFAULTS = {"@jupyterlab/apputils-extension:notification": NEWS}


def cluster_images(lab_settings: Path) -> dict[str, dict[str, Any]]:
    """For the embedded cluster: every demo image is this Python's own jupyterhub-singleuser.

    `lab_settings` is the folder with JupyterLab's `overrides.json`.
    """
    command = ["{python}", "-m", "jupyterhub.singleuser", f"--LabApp.app_settings_dir={lab_settings}"]
    if os.geteuid() == 0:
        command.append("--allow-root")  # jupyter_server refuses root without it
    return {"localhost/*-env:*": {"entrypoint": [], "cmd": command, "env": _image_environment()}}


def _image_environment() -> dict[str, str]:
    """What an image of that kind would set."""
    return {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "SHELL": "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh",
        "PYTHONNOUSERSITE": "1",
    }
