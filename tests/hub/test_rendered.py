"""Is what `libretexts-hub render` prints what a start really creates?"""

import asyncio

import yaml

from libretexts_hub.cli import main

SETTINGS = {
    "storage_pvc_ensure": True,
    "storage_capacity": "64Mi",
    "images": {"lab": {"name": "Lab", "image": "localhost/shell:1"}},
    "sizes": {"small": {"memory": {"guarantee": "16Mi", "limit": "2Gi"}}},
    "routes": {"all": {"place": {"labels": {"who": "{username}"}, "environment": {"TEAM": "a"}}}},
    "databases": {"db": {"engine": "mariadb", "image": "localhost/database:1", "everybody": True}},
    "delete_grace_period": 1,
}


def differences(rendered, real, path: str = "") -> list[str]:
    """What is printed and not so in the cluster; what the API server adds is no difference."""
    if isinstance(rendered, dict) and isinstance(real, dict):
        found = [differences(value, real.get(key), f"{path}.{key}") for key, value in rendered.items()]
    elif isinstance(rendered, list) and isinstance(real, list) and len(rendered) <= len(real):
        pairs = enumerate(zip(rendered, real, strict=False))
        found = [differences(*pair, f"{path}[{at}]") for at, pair in pairs]
    else:
        same = rendered == real or (not rendered and not real) or _amount(rendered) == _amount(real)
        return [] if same else [f"{path}: {rendered!r} printed, {real!r} there"]
    return [each for some in found for each in some]


def _amount(value) -> str:
    """Quantities are written in one way by the API server."""
    return {"2147483648": "2Gi", "16777216": "16Mi", "1000m": "1"}.get(str(value), str(value))


def without_hub(pod):
    """The pod without what is of one start, and without the variables of a hub that a test does not have."""
    pod["metadata"]["annotations"].pop("libretexts.org/start-id")
    notebook = pod["spec"]["containers"][0]
    notebook["env"] = [
        each for each in notebook["env"] if not each["name"].startswith(("JUPYTERHUB_", "JPY_"))
    ]
    return pod


async def test_a_start_creates_what_was_printed(web, objects, cluster, tmp_path, capsys):
    spawner = web(**SETTINGS)
    settings = dict(spawner.config["LibreTextsSpawner"])
    file = tmp_path / "hub.py"
    file.write_text("".join(f"c.LibreTextsSpawner.{name} = {value!r}\n" for name, value in settings.items()))
    code = await asyncio.to_thread(main, ["render", "--config", str(file), "--user", "alice"])
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    home, claim, secret, pod = yaml.safe_load_all(said.out)

    await spawner.start()
    claims = {each["metadata"]["name"]: each for each in await objects.list("persistentvolumeclaims")}
    secrets = {each["metadata"]["name"]: each for each in await objects.list("secrets")}
    [real] = await objects.list("pods")
    for each in (home, claim):
        there = claims.pop(each["metadata"]["name"])
        assert differences(each, {"apiVersion": "v1", "kind": "PersistentVolumeClaim"} | there) == []
    kept = secrets[secret["metadata"]["name"]]
    assert secret.pop("stringData").keys() == kept["data"].keys()
    assert differences(secret, {"apiVersion": "v1", "kind": "Secret"} | kept) == []
    assert claims == {}
    assert differences(without_hub(pod), without_hub({"apiVersion": "v1", "kind": "Pod"} | real)) == []
