"""Which settings of the spawner lose homes, networks or people's work?"""

import re
from collections.abc import Iterator, Mapping

from libretexts_hub.domain.findings import Finding, error, info, warning
from libretexts_hub.domain.site import Site

# Fields of KubeSpawner's templates that name a person.
PERSONAL = re.compile(r"\{(?:unescaped_|safe_|escaped_)?(?:username|user_server)\}|\{userid\}")
ACCESS_LABEL = "hub.jupyter.org/network-access-hub"
OURS = "LibreTextsSpawner"
# In hub.config they take the place of what the chart makes of singleuser, and do not add to it.
REPLACING = {
    "environment": ("singleuser", "extraEnv"),
    "extra_labels": ("singleuser", "extraLabels"),
    "extra_annotations": ("singleuser", "extraAnnotations"),
    "extra_containers": ("singleuser", "extraContainers"),
    "init_containers": ("singleuser", "initContainers"),
    "node_selector": ("singleuser", "nodeSelector"),
    "tolerations": ("singleuser", "extraTolerations"),
    "volumes": ("singleuser", "storage", "extraVolumes"),
    "volume_mounts": ("singleuser", "storage", "extraVolumeMounts"),
    "profile_list": ("singleuser", "profileList"),
}


def storage_findings(site: Site) -> Iterator[Finding]:
    """All of them, in no order."""
    for rule in (_template, _remembered, _labels, _replaced, _unused, _menus, _image_and_menu):
        yield from rule(site)


def _template(site: Site) -> Iterator[Finding]:
    where, template = site.find(site.spawner, "pvc_name_template")
    if isinstance(template, str) and not PERSONAL.search(template):
        yield error(
            "All people would share one home claim, and deleting one person deletes it for everybody",
            where,
            "Write {user_server} or {username} into it, or mount a shared claim by volumes.",
        )


def _remembered(site: Site) -> Iterator[Finding]:
    where, scheme = site.find(site.spawner, "slug_scheme")
    kept_where, kept = site.find(site.spawner, "remember_pvc_name", True)
    if kept is False:
        yield error(
            "Names of home claims are not kept: after a change of names people find empty homes",
            kept_where,
            "Remove remember_pvc_name, or set it to true.",
        )
    elif scheme is not None:
        yield info(
            f"Names follow the scheme {scheme!r:.20}; people who have a home keep it by its remembered name",
            where,
            "Nothing, unless the hub's database is new: then keep the scheme that the claims were made with.",
        )


def _labels(site: Site) -> Iterator[Finding]:
    where, labels = site.find(site.spawner, "extra_labels")
    if site.is_chart and isinstance(labels, Mapping) and str(labels.get(ACCESS_LABEL, "")).lower() != "true":
        yield error(
            "These labels take the place of the chart's, so network policies keep servers from the hub",
            where,
            f'Add {ACCESS_LABEL}: "true", or write the labels into singleuser.extraLabels.',
        )


def _replaced(site: Site) -> Iterator[Finding]:
    for section in site.spawner:
        for name, keys in REPLACING.items():
            if site.value("hub", "config", section, name) is not None and site.value(*keys):
                yield warning(
                    f"It takes the place of {'.'.join(keys)}, which then has no effect",
                    f"hub.config.{section}.{name}",
                    f"Write all of it in one place: {'.'.join(keys)}.",
                )


def _unused(site: Site) -> Iterator[Finding]:
    if OURS in site.sections and OURS not in site.spawner:
        yield warning(
            f"The settings of {OURS} have no effect: another spawner is in use",
            "c.JupyterHub.spawner_class",
            "Set it to libretexts.",
        )


def _menus(site: Site) -> Iterator[Finding]:
    _, images = site.find(site.spawner, "images")
    where, profiles = site.find(site.spawner, "profile_list")
    if images and profiles:
        yield info(
            "There are images and profiles: a person chooses of both",
            where,
            "Move the profiles into images, sizes and options when they mean the same.",
        )


def _image_and_menu(site: Site) -> Iterator[Finding]:
    _, images = site.find(site.spawner, "images")
    where, form = site.find(site.spawner, "options_form")
    if images and isinstance(form, str) and form:
        yield warning(
            "A form of your own takes the place of the menu on the page",
            where,
            "Remove options_form, or images.",
        )
