"""In which states can each page be? With people, servers and errors that do not exist."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from libretexts_hub.cli.page_menu import empty_form, menu_form
from libretexts_hub.domain.disruption import memory_words
from libretexts_hub.domain.home_space import Space
from libretexts_hub.hub.culled_home import KEPT
from libretexts_hub.hub.notices import Kind, Notice
from libretexts_hub.hub.page_look import ServerFacts
from libretexts_hub.hub.pages import Pages

# Fixed, so that two galleries of one version are the same.
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC).replace(tzinfo=None)
BOTH = (
    '<p><a class="lt-button" href="#">Sign in with GitHub</a></p>'
    '<form class="lt-once" method="post" action="#"><div class="lt-field"><label for="name">User name</label>'
    '<input class="form-control" id="name" autocomplete="username"></div><div class="lt-field">'
    '<label for="password">Password</label><input class="form-control" id="password" type="password" '
    'autocomplete="current-password"></div><button class="lt-button" type="submit">Sign in</button></form>'
)


@dataclass(frozen=True)
class State:
    """One page in one state: `key` names its file, `words` its line in the index."""

    key: str
    template: str
    words: str
    names: dict[str, Any] = field(default_factory=dict)
    is_admin: bool = False


def server(name: str = "", **known: Any) -> Any:
    """A spawner, as far as pages look at one."""
    found = {
        "name": name,
        "display_name": "",
        "ready": False,
        "active": False,
        "pending": None,
        "user_options": {},
        "orm_spawner": SimpleNamespace(started=None, last_activity=None),
        "last_activity": None,
        "notices": lambda keep=False: [],
        "home_space": lambda: "",
        "images": {},
    }
    return SimpleNamespace(**{**found, **known})


def person(name: str = "ada", *, own: Any = None, others: tuple[Any, ...] = (), admin: bool = False) -> Any:
    """Somebody with servers."""
    spawner = own or server()
    return SimpleNamespace(
        name=name,
        escaped_name=name,
        json_escaped_name=name,
        admin=admin,
        groups=[],
        spawner=spawner,
        all_spawners=lambda include_default=True: [*([spawner] if include_default else []), *others],
        server_url=lambda name="": f"#user/{name}",
    )


def states(pages: Pages, language: str) -> Iterator[State]:
    """All of them, in the order in which somebody meets them."""
    yield from _before()
    yield from _home()
    yield from _spawn(pages)
    yield from _waiting()
    yield from _rest()
    yield from _errors()
    yield from _why()
    for name in ("faq", "about", "terms"):
        if found := pages.article(name, language):
            html, has_heading = found
            names = {"article": html, "has_heading": has_heading, "heading": name.title(), "versions": ()}
            yield State(name, "libretexts/article.html", f"/hub/{name}", names)


def _why() -> Iterator[State]:
    start = {
        "person": "ada",
        "server": "",
        "when": "2026-11-20 09:30:00 UTC",
        "words": "The environment could not be downloaded.",
        "fix": "Look at the image's name, and its pull secret.",
        "choice": {"image": "default"},
        "decided": {"route": "campus"},
        "pod": "jupyter-ada",
        "node": "node-3",
        "phase": "Pending",
        "containers": [{"name": "notebook", "state": "waiting: ImagePullBackOff", "before": ""}],
        "events": ["Failed: Error: ImagePullBackOff (4 times)"],
        "logs": {"database": ["ready for connections"]},
        "hub": ["Starting ada"],
    }
    names = {"user": person(admin=True), "is_kept": True, "starts": [start], "server": ""}
    yield State("why", "libretexts/why.html", "Failed starts", {**names, "person": ""}, is_admin=True)
    yield State(
        "why-one", "libretexts/why.html", "Why a start failed", {**names, "person": "ada"}, is_admin=True
    )


def _before() -> Iterator[State]:
    login: dict[str, Any] = {
        "authenticator": SimpleNamespace(request_otp=False),
        "authenticator_login_url": "#",
        "username": "",
    }
    yield State("login", "login.html", "Login with a password", login)
    wrong = {**login, "login_error": "Invalid username or password", "username": "ada"}
    yield State("login-wrong", "login.html", "Login, wrong password", wrong)
    yield State("login-service", "login.html", "Login with a service", {**login, "login_service": "GitHub"})
    yield State("login-both", "login.html", "Login with several", {**login, "custom_html": BOTH})
    otp = {
        **login,
        "authenticator": SimpleNamespace(request_otp=True, otp_prompt="Code of your app"),
        "login_term_url": "#",
    }
    yield State("login-code", "login.html", "Login with a code and terms", otp)
    yield State("logout", "logout.html", "Logged out")


def _home() -> Iterator[State]:
    used = {"last_activity": NOW - timedelta(minutes=12), "user_options": {}}
    small = ServerFacts("Default environment", "Small", NOW - timedelta(hours=2), NOW + timedelta(minutes=48))
    large = ServerFacts("RStudio", "Large", NOW - timedelta(hours=3), NOW + timedelta(hours=9), True)
    running = server(ready=True, active=True, home_space=lambda: "3.1 of 10 GiB", page_facts=small, **used)
    others = (
        server("project", ready=True, active=True, display_name="Project with Ben", page_facts=large, **used),
        server("thesis", page_facts=ServerFacts("LSST stack Weekly 2026_45", "Large"), **used),
        server("workshop", active=True, pending="spawn"),
    )
    told = [
        Notice(Kind.INFO, KEPT),
        Notice(Kind.WARNING, memory_words("")),
    ]
    home = {
        "url": "#",
        "named_server_limit_per_user": 5,
        "allow_named_servers": True,
        "invalid_server_names": [],
    }
    alone = server(notices=lambda keep=False: told)
    yield State(
        "home",
        "home.html",
        "Home, nothing runs",
        {**home, "user": person(own=alone), "default_server": alone, "allow_named_servers": False},
    )
    user = person(own=running, others=others, admin=True)
    yield State(
        "home-servers",
        "home.html",
        "Home, several servers",
        {**home, "user": user, "default_server": running},
        is_admin=True,
    )


def _spawn(pages: Pages) -> Iterator[State]:
    spawn = {"user": person(), "for_user": person(), "url": "spawn?_xsrf=x", "spawner": server()}
    form = menu_form(pages.look)
    yield State("spawn", "spawn.html", "Choose", {**spawn, "spawner_options_form": form})
    details = {**spawn, "spawner_options_form": menu_form(pages.look, is_instructor=True)}
    yield State("spawn-instructor", "spawn.html", "Choose, as an instructor", details)
    refused = {
        **spawn,
        "for_user": person("ben"),
        "error_message": "Large is not a size of RStudio. Choose small.",
    }
    yield State(
        "spawn-refused",
        "spawn.html",
        "Choose again, for somebody else",
        {**refused, "spawner_options_form": form},
    )
    yield State(
        "spawn-empty",
        "spawn.html",
        "Nothing on the menu",
        {**spawn, "spawner_options_form": empty_form(pages.look)},
    )


def _waiting() -> Iterator[State]:
    starting = server(active=True, pending="spawn")
    names = {"user": person(own=starting), "spawner": starting, "progress_url": "progress"}
    yield State("spawn-pending", "spawn_pending.html", "Starting", names)
    named = server("thesis", active=True, pending="spawn")
    yield State(
        "spawn-pending-named", "spawn_pending.html", "Starting, a named server", {**names, "spawner": named}
    )
    stopping = {"user": person(), "spawner": server(active=True, pending="stop")}
    yield State("stop-pending", "stop_pending.html", "Stopping", stopping)
    stopped = {"user": person(), "server_name": "", "spawn_url": "#"}
    yield State("not-running", "not_running.html", "Does not run", stopped)
    words = Space(used=10 * 2**30, available=0).warning
    failed = {**stopped, "server_name": "thesis", "failed": True, "failed_message": words}
    yield State("not-running-failed", "not_running.html", "Did not start", failed)


def _rest() -> Iterator[State]:
    times = {
        "last_activity": NOW - timedelta(days=2),
        "created": NOW - timedelta(days=30),
        "expires_at": NOW + timedelta(days=60),
    }
    tokens = [
        SimpleNamespace(
            api_id="a1", note="Grades, from my laptop", scopes=["read:users", "servers"], **times
        ),
        SimpleNamespace(
            api_id="a2", note="", scopes=["self"], last_activity=None, created=NOW, expires_at=None
        ),
    ]
    client = {
        "description": "Server at /user/ada/",
        "token_id": "b1",
        "tokens": [SimpleNamespace(scopes=["access:servers"])],
    }
    clients = [{**client, "last_activity": NOW, "created": NOW}]
    options = '<option value="3600">1 Hour</option><option value="" selected>Never</option>'
    token = {"user": person(), "token_expires_in_options_html": options}
    yield State("token", "token.html", "Tokens, none yet", {**token, "api_tokens": [], "oauth_clients": []})
    yield State(
        "token-some", "token.html", "Tokens", {**token, "api_tokens": tokens, "oauth_clients": clients}
    )
    scopes = [
        {"scope": "read:users:name", "description": "Read your name.", "filter": ""},
        {"scope": "access:servers", "description": "Open your servers.", "filter": "user:ada"},
    ]
    oauth = SimpleNamespace(
        description="Grader of Example University",
        identifier="g",
        redirect_uri="https://grader.example.edu/oauth",
    )
    asked = {"user": person(), "oauth_client": oauth, "allowed_scopes": ["a"], "scope_descriptions": scopes}
    yield State("oauth", "oauth.html", "May this application know you", asked)
    share = {"user": person(), "owner": person("ben"), "spawner": server("project"), "spawner_ready": False}
    share |= {
        "scope_descriptions": scopes[1:],
        "code": "x",
        "next_url": "/user/ben/project/",
        "spawner_url": "/user/ben/project/",
    }
    yield State("accept-share", "accept-share.html", "An invitation", share)
    admin = {"user": person(admin=True), "server_version": "", "api_page_limit": 50, "admin_access": True}
    yield State("admin", "admin.html", "Admin, the frame", admin, is_admin=True)


def _errors() -> Iterator[State]:
    denied = (
        "This hub is for members of the organisation example-university on GitHub, and by what GitHub says "
        "you (ada-l) are no member. If you are none, ask the owners to invite you, accept the invitation, "
        "and log in again."
    )
    for status, words, message in (
        (403, "Forbidden", denied),
        (404, "Not Found", ""),
        (500, "Internal Server Error", ""),
        (503, "Service Unavailable", ""),
    ):
        template = "404.html" if status == 404 else "error.html"
        names = {
            "status_code": status,
            "status_message": words,
            "message": message,
            "user": person() if status > 403 else None,
        }
        yield State(f"error-{status}", template, f"Error {status}", names)
