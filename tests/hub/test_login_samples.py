"""Do the samples in comments of jupyterhub_config.d work, once the comments are taken away?"""

import re
from pathlib import Path

import pytest
import yaml
from jupyterhub.app import JupyterHub
from traitlets.config import Config

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.identity import identity_of
from libretexts_hub.domain.provision import parse_provision
from libretexts_hub.hub.authenticators.cilogon import CILogonGroupAuthenticator
from libretexts_hub.hub.authenticators.github import GitHubOrgAuthenticator
from libretexts_hub.hub.authenticators.google import GoogleGroupAuthenticator
from tests.servers.fake_google import FakeGoogle

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "jupyterhub_config.d"


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


async def test_the_sample_for_ncsa_names_people_and_numbers_their_groups():
    """docs/operators/login-cilogon.md: who is let in, as whom, and as which numbers in the pod."""
    page = (ROOT / "docs/operators/login-cilogon.md").read_text(encoding="utf-8")
    sample = next(each for each in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "ncsa" in each)
    config = yaml.safe_load(sample)["hub"]["config"]
    made = CILogonGroupAuthenticator(
        config=Config({"CILogonGroupAuthenticator": config["CILogonGroupAuthenticator"]})
    )
    assert made.manage_groups
    (ncsa,) = made.idps
    amy = {
        "sub": "http://cilogon.org/serverA/users/1",
        "idp": ncsa,
        "eppn": "Amy@ncsa.illinois.edu",
        "uidNumber": "45001",
        "isMemberOf": [{"name": "LSST_users", "id": 2001}, {"name": "ships", "id": 2002}],
    }

    async def log_in(claims):
        name = made.normalize_username(made.user_info_to_username(claims))
        model = {"name": name, "admin": None, "auth_state": {made.user_auth_state_key: claims}}
        model = await made._apply_managed_groups(await made.update_auth_model(model))
        return await made.finish(made.login_of(model))

    model = await log_in(amy)
    assert (model["name"], model["groups"], model["admin"]) == ("amy", ["lsst_users", "ships"], False)
    assert await made.check_allowed("amy", model)
    raw = config["LibreTextsSpawner"]["provision"]
    identity = identity_of(parse_provision(raw, where="here").identity, model["auth_state"], frozenset())
    assert (identity.uid, dict(identity.groups)) == (45001, {"LSST_users": 1002001, "ships": 1002002})

    outside = await log_in({**amy, "isMemberOf": []})
    with pytest.raises(Denied, match="This hub is for members of lsst_users"):
        await made.check_allowed("amy", outside)


def test_the_operators_own_words_for_who_is_not_allowed():
    """OAuthenticator's setting for them goes on working."""
    words = "Write to jupyter@a.example."
    made = GitHubOrgAuthenticator(config=Config({"OAuthenticator": {"custom_403_message": words}}))
    assert made.not_allowed().jupyterhub_message == words
    assert "not among those" in GitHubOrgAuthenticator(config=Config()).not_allowed().jupyterhub_message
