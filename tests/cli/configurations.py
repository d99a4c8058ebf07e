"""Which configurations do the tests of `libretexts-hub images` begin with?"""

STATIC = """
c.LibreTextsSpawner.images = {
    "default": {"name": "Default", "image": "quay.io/ours/default-env:3.3.1", "default": True},
    "exam": {"name": "Exam", "image": "quay.io/ours/exam:1", "groups": ["staff"], "hidden": True},
}
c.KubeSpawner.init_containers = [{"name": "prepare", "image": "quay.io/ours/prepare:2"}]
c.KubeSpawner.extra_containers = {"db": {"name": "db", "image": "quay.io/ours/postgres:15"}}
c.KubeSpawner.node_selector = {"pool": "users"}
c.KubeSpawner.tolerations = [{"key": "gpu", "operator": "Exists"}]
c.KubeSpawner.image_pull_secrets = ["ours"]
c.KubeSpawner.namespace = "servers"
c.JupyterHub.spawner_class = "libretexts"
"""


def live(host: str, memory: str = "", **entry: object) -> str:
    """Configuration with one live image, and more keys of its entry."""
    source = {"repository": f"{host}/team/lab", "plain_http": True, "scheme": "rubin"}
    source |= {"recommended": "recommended"}
    menu = {"lab": {"name": "Lab", "registry": source, **entry}}
    return f"c.LibreTextsSpawner.images = {menu!r}\nc.LibreTextsSpawner.menu_cache = {memory!r}\n"
