"""Which images does the environment of an LSST hub name? In the variables that such hubs always had.

Read in the public configurations of such hubs: `LAB_REPO_HOST` is `hub.docker.com` where nothing is written,
`LAB_OWNER` was later called `LAB_REPO_OWNER`, and `LAB_IMAGE` is for a hub with one image only.
"""

from collections.abc import Mapping

from libretexts_hub.domain.references import is_reference, split_reference
from libretexts_hub.errors import ConfigurationError

# Docker's web site, which stands in old configurations in the place of its registry.
DOCKER_SITES = frozenset({"", "hub.docker.com"})
RECOMMENDED = "recommended"


def images_from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """`LAB_REPO_HOST`, `LAB_OWNER` and `LAB_REPO_NAME` as a live image, `LAB_IMAGE` as a static one that is
    the default: what `images` would say. Raises ConfigurationError.
    """
    images: dict[str, dict[str, object]] = {}
    if image := environ.get("LAB_IMAGE", "").strip():
        _check(image, "LAB_IMAGE")
        images["lab-image"] = {"name": "Lab", "image": image, "interface": "lab", "default": True}
    if name := environ.get("LAB_REPO_NAME", "").strip():
        registry = {
            "repository": _repository(environ, name),
            "scheme": "rubin",
            "recommended": RECOMMENDED,
        }
        images["lab"] = {
            "name": "Lab versions" if images else "Lab",
            "registry": registry,
            "interface": "lab",
        }
    return images


def _repository(environ: Mapping[str, str], name: str) -> str:
    host = environ.get("LAB_REPO_HOST", "").strip()
    owner = (environ.get("LAB_OWNER") or environ.get("LAB_REPO_OWNER") or "").strip()
    if host in DOCKER_SITES and not owner:
        raise ConfigurationError(
            f"{name!r:.120} on Docker Hub belongs to nobody",
            where="LAB_REPO_NAME",
            fix="Write LAB_OWNER too; hubs of old meant lsstsqre where it was not written.",
        )
    parts = ("docker.io" if host in DOCKER_SITES else host, owner, name)
    repository = "/".join(part.strip("/") for part in parts if part)
    _check(repository, "LAB_REPO_HOST, LAB_OWNER and LAB_REPO_NAME")
    _, _, tag, digest = split_reference(repository)
    if tag or digest:
        raise ConfigurationError(
            f"{repository!r:.120} names one image, not a repository",
            where="LAB_REPO_NAME",
            fix="Write the name alone, or all of it as LAB_IMAGE.",
        )
    return repository


def _check(reference: str, where: str) -> None:
    if not is_reference(reference):
        raise ConfigurationError(
            f"{reference!r:.120} is not a reference of an image",
            where=where,
            fix="Write host, owner and name in lower case, without scheme and tag.",
        )
