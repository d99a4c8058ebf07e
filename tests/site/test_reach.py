"""How far does a student reach from inside their pod, with all that the pod has? To nobody else's things.

Network policies are not in force here: the machine's bridge has nothing that enforces them. What stands below
is what is left when they are off: each door answers by itself.
"""

from __future__ import annotations

import json

from tests.site import people
from tests.site.visits import MARKS, Guest

pytestmark = MARKS
OTHER, NOBODY = people.IDLER.name, "github-nobody"
# In the pod, with its own Python: each line is a method, an address, headers and a body, as JSON.
ASK = """
import json, os, ssl, sys, urllib.error, urllib.request
unchecked = ssl._create_unverified_context()
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None
handlers = [urllib.request.ProxyHandler({}), Stay(), urllib.request.HTTPSHandler(context=unchecked)]
opener = urllib.request.build_opener(*handlers)
for line in sys.stdin:
    method, url, headers, body = json.loads(line)
    url, token = os.path.expandvars(url), os.environ["JUPYTERHUB_API_TOKEN"]
    headers = {name: value.replace("TOKEN", token) for name, value in headers.items()}
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, headers, method=method)
    try:
        with opener.open(asked, timeout=30) as answer:
            print(json.dumps([answer.status, answer.read(4000).decode(errors="replace")]))
    except urllib.error.HTTPError as error:
        print(json.dumps([error.code, error.read(4000).decode(errors="replace")]))
"""
KNOCK = """
import socket, sys
for port in sys.argv[2:]:
    with socket.socket() as door:
        door.settimeout(10)
        print(port, door.connect_ex((sys.argv[1], int(port))))
"""
MINE = {"Authorization": "token TOKEN", "Content-Type": "application/json"}
REFUSED, HIDDEN = (401, 403), (401, 403, 404)
REFUSED_CONNECTION = 111  # ECONNREFUSED: nobody listens at that address


async def asked(site, *requests: tuple) -> list[tuple[int, str]]:
    """What the student's pod is answered."""
    lines = "\n".join(json.dumps(each) for each in requests)
    told = await site.inside("github-fry", f"python3 -c '{ASK}'", text=lines)
    return [tuple(json.loads(line)) for line in told.splitlines()]


def api(method: str, path: str, body: object = None) -> tuple:
    return (method, f"$JUPYTERHUB_API_URL/{path}", MINE, body)


async def test_the_hub_tells_and_does_nothing_about_another(site, student, other):
    """Whether somebody is there at all is not told either: answers are those about nobody."""
    paths = [
        ("GET", "users", None),
        ("GET", "users/{}", None),
        ("PATCH", "users/{}", {"admin": True}),
        ("DELETE", "users/{}", None),
        ("POST", "users/{}/server", {}),
        ("DELETE", "users/{}/server", None),
        ("GET", "users/{}/tokens", None),
        ("POST", "users/{}/tokens", {}),
        ("POST", "users/{}/activity", {"last_activity": "2099-01-01T00:00:00Z"}),
        ("GET", "users/{}/server/progress", None),
        ("GET", "shares/{}", None),
        ("GET", "shares/{}/", None),
        ("POST", "shares/{}/", {"user": "github-fry"}),
        ("POST", "share-codes/{}/", {}),
        ("GET", "users/{}/shared", None),
        ("GET", "groups", None),
        ("GET", "services", None),
        ("GET", "proxy", None),
        ("POST", "shutdown", {}),
        ("POST", "libretexts/cull-notices/{}", {"kind": "kept"}),
    ]
    theirs = await asked(site, *(api(method, path.format(OTHER), body) for method, path, body in paths))
    nobodys = await asked(site, *(api(method, path.format(NOBODY), body) for method, path, body in paths))
    for (method, path, _), (status, said), (other_status, other_said) in zip(
        paths, theirs, nobodys, strict=True
    ):
        assert status in HIDDEN, (method, path, status, said)
        assert (status, said.replace(OTHER, "")) == (other_status, other_said.replace(NOBODY, "")), path
    assert await other.servers(), "the other server runs on"


async def test_a_server_knows_of_its_own_person_what_it_needs(site, student):
    [(status, said)] = await asked(site, api("GET", "user"))
    assert status == 200
    model = json.loads(said)
    assert model["name"] == "github-fry"
    assert not {"auth_state", "state", "admin"} & {key for key, value in model.items() if value}
    for token in site.servers.github.tokens:
        assert token not in said


async def test_git_gets_the_token_of_this_server_and_no_other(site, student, other):
    host = {"host": site.servers.git.host}
    own = [token for token, (login, _) in site.servers.github.tokens.items() if login == "fry"]
    others = [token for token, (login, _) in site.servers.github.tokens.items() if login == "idler"]
    door = "libretexts/git-credential"
    answers = await asked(
        site,
        api("POST", door, host),
        api("POST", f"{door}?user={OTHER}", {**host, "user": OTHER, "username": OTHER}),
        ("POST", f"$JUPYTERHUB_API_URL/{door}", {"Authorization": "token " + "0" * 32}, host),
        ("POST", f"$JUPYTERHUB_API_URL/{door}", {}, host),
        ("GET", f"$JUPYTERHUB_API_URL/{door}", MINE, None),
    )
    for status, said in answers[:2]:
        assert status == 200
        assert json.loads(said)["password"] in own
    assert [status for status, _ in answers[2:]] == [403, 403, 405]
    assert not [token for token in others for _, said in answers if token in said]


async def test_the_api_server_shows_nothing(site, student, other):
    """The pod has no token for it; its own of the hub is none there, and nobody at all sees as little."""
    assert await site.inside("github-fry", "ls /var/run/secrets/kubernetes.io 2>&1 || true") != ""
    pod = await site.pod("github-fry")
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert not [each for each in pod["spec"]["volumes"] if "projected" in each]
    kinds = ("secrets", "pods", "persistentvolumeclaims", "configmaps", "events", "services", "pods/exec")
    name = (await site.pod(OTHER))["metadata"]["name"]
    places = [f"/api/v1/namespaces/{site.target.namespace}/{kind.partition('/')[0]}" for kind in kinds]
    places += [
        f"/api/v1/namespaces/{site.target.namespace}/pods/{name}{end}" for end in ("", "/log", "/exec")
    ]
    places += ["/api/v1/nodes", "/apis", "/metrics", "/api/v1/namespaces"]
    requests = [
        ("GET", f"{site.target.server}{place}", headers, None)
        for place in places
        for headers in ({}, {"Authorization": "Bearer TOKEN"})
    ]
    for (_, url, headers, _), (status, said) in zip(requests, await asked(site, *requests), strict=True):
        assert status in REFUSED, (url, headers, status, said)
        assert OTHER not in said or name in url


async def test_anothers_server_and_database_stay_shut(site, student, other):
    pod = await site.pod(OTHER)
    address = pod["status"]["podIP"]
    [notebook] = [each for each in pod["spec"]["containers"] if each["name"] == "notebook"]
    base = f"http://{address}:{notebook['ports'][0]['containerPort']}/user/{OTHER}"
    places = ("api/status", "api/contents", "api/kernels", "api/terminals", "files/x", "api/sessions")
    answers = await asked(
        site,
        *(("GET", f"{base}/{place}", headers, None) for place in places for headers in (MINE, {})),
        ("POST", f"{base}/api/kernels", MINE, {}),
        ("POST", f"{base}/api/terminals", MINE, {}),
        ("GET", f"{base}/api/status?token=0", {}, None),
    )
    for status, said in answers:
        # Without a token a browser is sent to the hub, to log in.
        assert status in (*REFUSED, 302), (status, said)
        assert '"kernels"' not in said
    shut = await site.inside("github-fry", f"python3 -c '{KNOCK}' {address} 3306 33060 5432")
    assert [line.split()[1] for line in shut.splitlines()] == [str(REFUSED_CONNECTION)] * 3, shut
    # Its own database answers, where its own server asks.
    own = await site.inside("github-fry", f"python3 -c '{KNOCK}' 127.0.0.1 3306")
    assert own.split() == ["3306", "0"]


async def test_through_the_proxy_too(site, student, other):
    """With the token of the student's server, as somebody outside who has got hold of it."""
    token = (await site.inside("github-fry", "printenv JUPYTERHUB_API_TOKEN")).strip()
    async with Guest(site.hub.url) as nobody:
        for path in ("api/status", "api/contents", "api/kernels"):
            url = nobody.hub.origin() / "user" / OTHER / path
            async with nobody.request(
                "GET", url, headers={"Authorization": f"token {token}"}, allow_redirects=False
            ) as answer:
                assert answer.status in REFUSED, (path, answer.status)
                assert token not in await answer.text()


async def test_homes_and_volumes_are_ones_own(site, student, other):
    mine, theirs = await site.pod("github-fry"), await site.pod(OTHER)

    def claims(pod: dict) -> set[str]:
        volumes = [each.get("persistentVolumeClaim") for each in pod["spec"]["volumes"]]
        return {each["claimName"] for each in volumes if each}

    def secrets(pod: dict) -> set[str]:
        named = {each["secret"]["secretName"] for each in pod["spec"]["volumes"] if each.get("secret")}
        for container in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
            for each in container.get("env", ()):
                named.add(each.get("valueFrom", {}).get("secretKeyRef", {}).get("name", ""))
        return named - {""}

    assert claims(mine)
    assert secrets(mine)
    assert not claims(mine) & claims(theirs)
    assert not secrets(mine) & secrets(theirs)
    assert not [each for each in mine["spec"]["volumes"] if "hostPath" in each]
    for container in (*mine["spec"].get("initContainers", ()), *mine["spec"]["containers"]):
        context = container.get("securityContext") or {}
        assert not context.get("privileged"), container["name"]
        assert context.get("allowPrivilegeEscalation") is False, container["name"]
    assert not mine["spec"].get("hostNetwork")
    assert not mine["spec"].get("hostPID")
    seen = await site.inside("github-fry", "ps axo user= 2>/dev/null | sort -u; ls /proc | grep -c '^[0-9]'")
    assert "github-idler" not in seen
