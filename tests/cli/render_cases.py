"""Which hub do the tests of `libretexts-hub render` look at, and which starts of it?

One configuration with a group for each thing that a server may get, so that a start is a line of arguments.
"""

HUB = """
c.JupyterHub.spawner_class = "libretexts"
c.JupyterHub.hub_connect_url = "http://hub:8081"
c.JupyterHub.allow_named_servers = True
c.KubeSpawner.namespace = "jhub"
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = "10Gi"
c.KubeSpawner.volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}]
c.KubeSpawner.volume_mounts = [{"name": "home", "mountPath": "/home/jovyan"}]
c.KubeSpawner.uid = 1000
c.KubeSpawner.fs_gid = 100
c.KubeSpawner.node_selector = {"hub.jupyter.org/node-purpose": "user"}
c.KubeSpawner.tolerations = [{"key": "hub.jupyter.org/dedicated", "operator": "Equal", "value": "user"}]
c.KubeSpawner.environment = {"UPLOAD_TOKEN": "t0psecret", "PROXY": "http://me:t0psecret@proxy:3128"}
c.KubeSpawner.environment["LANG"] = "C.UTF-8"
c.KubeSpawner.mem_limit = "1G"
"""
MENU = """
c.LibreTextsSpawner.images = {
    "default": {"name": "Default", "image": "quay.io/ours/default-env:3.3", "interfaces": ["lab", "rstudio"]},
    "lsst": {
        "name": "LSST stack",
        "registry": {"repository": "quay.io/ours/lab", "scheme": "rubin", "recommended": "recommended"},
        "sizes": ["small", "large"],
    },
    "free": {"name": "Any of ours", "pattern": r"quay\\.io/ours/[a-z-]+(:[a-z0-9.]+|@sha256:[0-9a-f]{64})"},
    "staff-only": {"name": "Of the staff", "image": "quay.io/ours/staff:1", "groups": ["staff"]},
}
c.LibreTextsSpawner.sizes = {
    "small": {"memory": {"guarantee": "512Mi", "limit": "2Gi"}, "cpu": {"limit": 2}, "default": True},
    "large": {"memory": {"guarantee": "8Gi", "limit": "32Gi"}, "cpu": {"guarantee": 2, "limit": 16}},
    "gpu": {"memory": {"limit": "32Gi"}, "gpu": {"count": 2}, "groups": ["physics"]},
}
c.LibreTextsSpawner.options = {
    "reset": {},
    "dataset": {"name": "Data", "default": "small", "choices": {
        "small": {"environment": {"DATA": "small"}}, "full": {"environment": {"DATA": "full"}}}},
}
c.LibreTextsSpawner.menu_cache = "menu.json"
"""
ROUTES = """
c.LibreTextsSpawner.routes = {
    "hpc": {"match": {"groups": ["physics"], "sizes": ["gpu"]}, "place": {
        "node_selector": {"pool": "hpc"}, "tolerations": [{"key": "hpc", "operator": "Exists"}],
        "node_affinity": {"required": {"zone": ["a", "b"]}}, "kueue_queue": "{group}",
        "priority_class": "research", "replace": ["node_selector"], "start_timeout": "30m"}},
    "teams": {"match": {"groups": ["astro", "chem:lab"]}, "place": {
        "volumes": {"shared": {"claim": "shared-{group}", "mount": "/shared/{group}"}},
        "environment": {"TEAM": "{unescaped_group}"}}},
    "exam": {"match": {"groups": ["exam"]}, "place": {
        "namespace": "exams", "service_account": "exam-{username}", "network_class": "exam",
        "caps": {"memory": "1Gi", "cpu": 1}}},
    "campus": {"match": {"claims": {"email_domain": ["example.edu"]}}, "place": {
        "network_class": "{username}"}},
    "admins": {"match": {"admin": True}, "place": {
        "labels": {"who": "{username}"}, "pod": {"runtimeClassName": "kata"}}},
    "near": {"name": "Near", "choose": True, "match": {"groups": ["two"]}, "place": {
        "node_selector": {"zone": "near"}}},
    "far": {"name": "Far", "choose": True, "match": {"groups": ["two"]}, "place": {
        "node_selector": {"zone": "far"}}},
    "everybody": {"place": {"annotations": {"note": "for {unescaped_username}"}}},
}
c.LibreTextsSpawner.default_route = "everybody"
"""
DATABASES = """
c.LibreTextsSpawner.databases = {
    "mysql": {"engine": "mariadb", "image": "mariadb:11.4", "storage": "2Gi", "groups": ["db"],
        "root": {"groups": ["teachers"]}},
    "scratch": {"engine": "postgresql", "image": "postgres:17", "scratch": "1Gi", "groups": ["pg"],
        "images": ["default"]},
    "filled": {"engine": "mysql", "image": "mysql:8.4", "groups": ["filled"],
        "initial": [{"config_map": "course-sql"}]},
}
"""
CHART = """
c.KubeSpawner.init_containers = [{"name": "prepare", "image": "quay.io/ours/prepare:2"}]
c.KubeSpawner.extra_containers = [{"name": "helper", "image": "quay.io/ours/helper:1"}]
c.KubeSpawner.extra_labels = {"hub.jupyter.org/network-access-hub": "true"}
c.KubeSpawner.image_pull_secrets = ["ours"]
c.Spawner.group_overrides = {"staff": {"groups": ["staff"], "spawner_override": {
    "mem_limit": "4G", "environment": {"STAFF": "1"}}}}
"""
HOOKS = """
import asyncio
async def login(spawner, auth_state):
    spawner.environment["EMAIL"] = (auth_state or {}).get("user_info", {}).get("email", ["none"])[0]
def before(spawner):
    spawner.extra_annotations["example.org/groups"] = " ".join(group.name for group in spawner.user.groups)
async def modify(spawner, pod):
    await asyncio.sleep(0)
    pod.metadata.labels["example.org/course"] = spawner.name or "none"
    pod.spec.containers[0].env.append({"name": "SEEN", "value": spawner.user.name})
    return pod
c.Spawner.auth_state_hook = login
c.Spawner.pre_spawn_hook = before
c.KubeSpawner.modify_pod_hook = modify
"""
PROFILES = """
c.KubeSpawner.profile_list = [
    {"display_name": "Small", "slug": "small", "kubespawner_override": {"mem_limit": "2G"}},
    {"display_name": "Teaching", "slug": "teaching", "groups": ["staff"],
     "kubespawner_override": {"image": "quay.io/ours/teaching:1", "environment": {"TEACH": "1"}}},
]
"""
SERVICE = """
c.KubeSpawner.services_enabled = True
c.KubeSpawner.enable_user_namespaces = True
"""
BROKEN_HOOK = """
def broken(spawner):
    return {}["hunter2"]
c.Spawner.pre_spawn_hook = broken
"""
WHOLE = HUB + MENU + ROUTES + DATABASES
DIGEST = "@sha256:" + "7" * 64

# The name of the golden file: configuration, who asks, and the rest of the line.
CASES = {
    "without-a-menu": (HUB, "alice", ""),
    "profile": (HUB + PROFILES, "alice", "--groups staff --profile teaching"),
    "menu-default": (HUB + MENU, "alice", ""),
    "menu-chosen": (
        HUB + MENU,
        "alice",
        "--image default --size large --interface rstudio --option dataset=full",
    ),
    "menu-reset": (HUB + MENU, "alice", "--option reset --interface lab"),
    "menu-live": (HUB + MENU, "alice", "--image lsst --tag w_2026_45 --cached"),
    "menu-free": (HUB + MENU, "alice", f"--image free --reference quay.io/ours/any{DIGEST}"),
    "menu-of-a-group": (HUB + MENU + CHART, "alice", "--groups staff --image staff-only"),
    "route-nodes-and-queue": (WHOLE, "alice", "--groups physics --size gpu"),
    "route-shared-directories": (WHOLE, "alice", "--groups astro,chem:lab"),
    "route-namespace": (WHOLE, "alice", "--groups exam --size large --network-policy"),
    "rights-in-a-namespace-of-a-route": (WHOLE, "alice", "--groups exam --size large --rbac"),
    "rights-of-another-account": (HUB, "alice", "--rbac jupyter"),
    "route-claim": (WHOLE, "alice", "--claim email_domain=example.edu --network-policy"),
    "route-administrator": (WHOLE, "alice", "--admin"),
    "route-chosen": (WHOLE, "alice", "--groups two --route far"),
    "database-instructor": (WHOLE, "alice", "--groups db,teachers"),
    "database-scratch": (
        WHOLE + 'c.LibreTextsSpawner.database_sidecar = "container"\n',
        "alice",
        "--groups pg",
    ),
    "database-filled-named-server": (WHOLE, "alice", "--groups filled --server second"),
    "hooks": (WHOLE + HOOKS, "alice", "--groups astro --claim email=a@example.org --server lab-1"),
    "any-script": (WHOLE, "Ἀριστοτέλης@例え.jp", "--groups db"),
    "longest-name": (WHOLE, "x" * 255, "--groups db --server " + "y" * 20),
    "namespace-and-service-of-each-user": (HUB + SERVICE, "alice", ""),
    "everything": (
        WHOLE + CHART + HOOKS,
        "Zoë {x} O'Neil",
        "--groups physics,astro,db,teachers,staff --admin --size gpu --server gpu-1 --claim email=z@x.edu",
    ),
}
