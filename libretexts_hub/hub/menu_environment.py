"""What if no images are written? Then the environment variables of an LSST hub may name some."""

import os
from collections.abc import Mapping
from typing import Any

# Without one of these there is nothing to look at, and nothing is imported.
NAMES = ("LAB_REPO_NAME", "LAB_IMAGE")


def images_or_environment(images: Any, environ: Mapping[str, str] | None = None) -> Any:
    """`images` as they are written; those of the environment where none are. Raises ConfigurationError."""
    environ = os.environ if environ is None else environ
    if images or not any(environ.get(name) for name in NAMES):
        return images
    from libretexts_hub.domain.lsst_environment import images_from_environment

    return images_from_environment(environ)


def title_or_environment(environ: Mapping[str, str] | None = None) -> str:
    """The heading of the menu where the operator writes none."""
    title = (os.environ if environ is None else environ).get("LAB_SELECTOR_TITLE", "").strip()
    return title or "Environment"
