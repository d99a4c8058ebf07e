"""Do the samples in comments of jupyterhub_config.d work, once the comments are taken away?"""

from pathlib import Path

import pytest
from jupyterhub.app import JupyterHub
from traitlets.config import Config

from libretexts_hub.hub.authenticators.cilogon import CILogonGroupAuthenticator
from libretexts_hub.hub.authenticators.github import GitHubOrgAuthenticator
from libretexts_hub.hub.authenticators.google import GoogleGroupAuthenticator
from tests.servers.fake_google import FakeGoogle

FOLDER = Path(__file__).parents[2] / "jupyterhub_config.d"


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("cilogon", CILogonGroupAuthenticator),
        ("github", GitHubOrgAuthenticator),
        ("google", GoogleGroupAuthenticator),
    ],
)
def test_a_sample(tmp_path, name, cls):
    first, *lines = (FOLDER / f"10-authenticator-{name}.py").read_text().splitlines()
    assert first.startswith("# Log in with")
    assert len(lines) < 15
    assert all(line.startswith("# ") for line in lines), "unedited, it changes nothing"
    key = FakeGoogle().key_file(tmp_path, token_uri="https://oauth2.googleapis.com/token")
    # The others are sentences.
    code = [line[2:] for line in lines if line.startswith(("# c.", "#     ", "# }", "# ]"))]
    text = "\n".join(code).replace("/etc/jupyterhub/google/key.json", str(key))
    c = Config()
    exec(text, {"c": c})
    assert c.JupyterHub.pop("authenticator_class") == f"libretexts-{name}"
    assert JupyterHub(authenticator_class=f"libretexts-{name}").authenticator_class is cls
    unknown = [trait for trait in c[cls.__name__] if trait not in cls.class_trait_names(config=True)]
    assert unknown == []
    assert set(c) == {"JupyterHub", "Authenticator", cls.__name__}
    made = cls(config=c)
    assert made.enable_auth_state
    assert made.oauth_callback_url == "https://hub.example.edu/hub/oauth_callback"
