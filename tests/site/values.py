"""Which values does the site install the chart with? As an operator would write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from libretexts_hub.hub.roles import CULLER_SCOPES
from tests.servers.fake_github import CLIENT_ID
from tests.servers.oidc import CLIENT
from tests.servers.slapd import BASE, GROUPS, READER_DN
from tests.site.people import CAMPUS_IDP, COURSE_TEAM
from tests.site.registry import RUBIN, SEMANTIC

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.info import ClusterInfo
    from tests.servers.git_server import GitServer
    from tests.servers.hub import HubProcess
    from tests.servers.slapd import Slapd
    from tests.site.providers import SiteCILogon, SiteGitHub, SiteGoogle

POOL = "libretexts.org/site-pool"
GPU = "nvidia.com/gpu"
TAINT_KEY = "kwok.x-k8s.io/node"
ROWS = 10_000
NAME = "Planet Express Notebooks"
CONTACT = "help@planetexpress.example"
CA = "/etc/planetexpress/git"
IDLE = "2h"
HOMES = {"inactive": "180d", "notices": ["30d"], "grace": "14d", "unsent": "delete", "settle": "1m"}


@dataclass
class Servers:
    """Everything around the hub."""

    cluster: ClusterInfo
    github: SiteGitHub
    google: SiteGoogle
    cilogon: SiteCILogon
    slapd: Slapd
    git: GitServer
    google_key: Path
    answer_port: int


def logins(servers: Servers) -> dict[str, Any]:
    """The sections of the authenticators."""
    github, google, cilogon = servers.github, servers.google, servers.cilogon
    return {
        "SeveralAuthenticator": {
            "providers": {
                "campus": {"class": "libretexts-ldap", "name": "your campus account", "prefix": ""},
                "github": {"class": "libretexts-github"},
                "google": {"class": "libretexts-google"},
                "cilogon": {"class": "libretexts-cilogon", "name": "another university"},
            }
        },
        "Authenticator": {
            "enable_auth_state": True,
            "manage_groups": True,
            "refresh_pre_spawn": True,
            "auth_refresh_age": 300,
        },
        "GitHubOrgAuthenticator": {
            "client_id": CLIENT_ID,
            "github_url": github.url,
            "github_api": github.api,
            "scope": ["read:user", "user:email", "read:org", "repo"],
            "allowed_organizations": ["libretexts"],
            "group_organizations": "all",
        },
        "GoogleGroupAuthenticator": {
            "client_id": CLIENT,
            "issuer": google.issuer,
            "google_api_url": google.url,
            "authorize_url": f"{google.url}/o/oauth2/v2/auth",
            "directory_url": google.url,
            "hosted_domain": ["a.example"],
            "google_service_account_keys": {"a.example": str(servers.google_key)},
            "gsuite_administrator": {"a.example": "root"},
            "allowed_google_groups": {"a.example": ["hpc"]},
        },
        "CILogonGroupAuthenticator": {
            "client_id": CLIENT,
            "issuer": cilogon.issuer,
            "jwks_url": f"{cilogon.url}/oauth2/certs",
            "authorize_url": f"{cilogon.url}/authorize",
            "token_url": f"{cilogon.url}/oauth2/token",
            "userdata_url": f"{cilogon.url}/oauth2/userinfo",
            "idps": {
                CAMPUS_IDP: {
                    "username_derivation": {
                        "username_claim": "eppn",
                        "action": "strip_idp_domain",
                        "domain": "ncsa.example",
                    },
                    "allow_all": True,
                }
            },
        },
        "LDAPAuthenticator": directory(servers.slapd),
    }


def directory(slapd: Slapd) -> dict[str, Any]:
    """The campus's directory; those of the group nimbus may log in."""
    return {
        "server_address": f"ldaps://127.0.0.1:{slapd.tls_port}",
        "tls_kwargs": {"ca_certs_file": str(slapd.ca_file)},
        "lookup_dn": True,
        "lookup_dn_search_user": READER_DN,
        "user_search_base": BASE,
        "user_attribute": "uid",
        "group_search_base": BASE,
        "auth_state_attributes": ["uidNumber"],
        "allowed_groups": [f"cn=nimbus,{GROUPS}"],
    }


def spawner(servers: Servers) -> dict[str, Any]:
    """Menu, sizes, routes, databases, and people as themselves."""
    cluster = servers.cluster
    tolerations = [{"key": TAINT_KEY, "operator": "Exists", "effect": "NoSchedule"}]
    live = {"plain_http": True, "refresh": "10s"}
    rubin = live | {
        "repository": f"{cluster.registry}/{RUBIN}",
        "scheme": "rubin",
        "keep": {"release": 2, "weekly": 3, "daily": 4},
    }
    semantic = live | {
        "repository": f"{cluster.registry}/{SEMANTIC}",
        "scheme": "semver",
        "keep": {"release": 3},
    }
    return {
        "culler_owns_homes": True,
        "menu_title": "Environments",
        "images": {
            "default": {"name": "Default environment", "image": cluster.workbench_image, "default": True},
            "lsst": {"name": "LSST stack", "registry": rubin, "groups": ["lsst"]},
            "statistics": {"name": "Statistics", "registry": semantic},
        },
        "sizes": {
            "small": {
                "name": "Small",
                "cpu": {"guarantee": 0.05, "limit": 2},
                "memory": {"guarantee": "64Mi", "limit": "1Gi"},
                "default": True,
            },
            "gpu": {
                "name": "1 GPU",
                "cpu": {"guarantee": 8, "limit": 8},
                "memory": {"guarantee": "16Gi", "limit": "32Gi"},
                "gpu": {"resource": GPU, "count": 1},
                "groups": ["hpc@a.example"],
            },
        },
        "routes": {
            "hpc": {
                "match": {"groups": ["hpc@a.example"], "sizes": ["gpu"]},
                "place": {
                    "node_selector": {POOL: "hpc"},
                    "tolerations": tolerations,
                    "kueue_queue": "physics",
                },
            },
            # Helm sorts keys, so the one for everybody else says that it comes last.
            "campus": {"order": 1, "place": {"node_selector": {POOL: "campus"}}},
        },
        "databases": {
            "mysql": {
                "engine": "mariadb",
                "image": cluster.mariadb_image,
                "storage": "256Mi",
                "courses": ["db101"],
                "root": {"courses": ["db101"]},
                "initial": [{"config_map": "db101-sql"}],
            }
        },
        "provision": {
            "uid": {
                "from": "ldap_user.uidNumber",
                "maximum": 59_999,
                "or": [
                    {
                        "from": "github_user.id",
                        "offset": 1_000_000,
                        "minimum": 1_000_001,
                        "maximum": 999_999_999,
                    }
                ],
                "else": 60_000,
            },
            "groups": {"from": "github_groups", "offset": 1_000_000_000, "minimum": 1_000_000_001},
            "take_over": [1000],
            "git": {
                "host": servers.git.host,
                "username": "x-access-token",
                "scopes": ["repo"],
                "provider": "github",
            },
        },
    }


# Teams have the upper half of the numbers that a login with GitHub gives.
COURSE_GROUP = 1_500_000_000 + COURSE_TEAM
COURSES = """
courses:
  db101:
    name: Databases 101
    instructors: [kif]
    members: {{groups: ["libretexts:db101"]}}
    image: default
    size: small
    database: {{use: mysql}}
    pull: [{{repository: "{repository}", branch: main, to: db101}}]
"""
SECRETS = """
import os
c.GitHubOrgAuthenticator.client_secret = os.environ["SITE_GITHUB_SECRET"]
c.GoogleGroupAuthenticator.client_secret = os.environ["SITE_GOOGLE_SECRET"]
c.CILogonGroupAuthenticator.client_secret = os.environ["SITE_CILOGON_SECRET"]
c.LDAPAuthenticator.lookup_dn_search_password = os.environ["SITE_DIRECTORY_PASSWORD"]
"""
FOLDER = "/usr/local/etc/jupyterhub/jupyterhub_config.d"


def shared(servers: Servers, hub: HubProcess) -> dict[str, Any]:
    """What a stock hub and ours have in common: claims, images, and where this machine's hub listens."""
    image, _, tag = servers.cluster.workbench_image.rpartition(":")
    listening = {
        "JupyterHub.bind_url": hub.addresses.url,
        "JupyterHub.hub_bind_url": hub.addresses.hub_url,
        "JupyterHub.hub_connect_url": hub.addresses.hub_url,
        "JupyterHub.db_url": f"sqlite:///{hub.folder}/hub.sqlite",
        "JupyterHub.pid_file": f"{hub.folder}/hub.pid",
        "ConfigurableHTTPProxy.api_url": hub.addresses.proxy_api_url,
    }
    return {
        "cull": {"enabled": False},
        "hub": {
            "config": {
                # What the proxy saw is asked for seldom, so that a test can write who was there when.
                "JupyterHub": {"allow_named_servers": True, "last_activity_interval": 36000},
                "KubeSpawner": {"port": servers.answer_port, "delete_grace_period": 1},
            },
            "extraConfig": {
                "99-this-machine": "".join(f"c.{key} = {value!r}\n" for key, value in listening.items())
            },
        },
        "singleuser": {
            "image": {"name": image, "tag": tag},
            "defaultUrl": "/lab",
            "startTimeout": 120,
            "cloudMetadata": {"blockWithIptables": False},
            "memory": {"guarantee": "64M"},
            "storage": {"capacity": "64Mi"},
        },
    }


def ours(servers: Servers, config_d: Path, courses: Path) -> dict[str, Any]:
    """What is ours, to be laid over it."""
    files = {
        re.sub(r"[^a-z0-9]", "-", path.stem): {
            "mountPath": f"{FOLDER}/{path.name}",
            "stringData": path.read_text(),
        }
        for path in sorted(config_d.glob("[0-9]*.py"))
        # Of the ways to log in nobody's is switched on; the folder is as it is shipped.
        if not path.name.startswith("10-authenticator-")
    }
    files["courses"] = {
        "mountPath": "/etc/jupyterhub/courses.yaml",
        "stringData": COURSES.format(repository=servers.git.url),
    }
    several = "libretexts_hub.hub.authenticators.several.SeveralAuthenticator"
    pages = {
        "name": NAME,
        "contact": CONTACT,
        "colours": {"brand": "#8a1538"},
        "login_hints": {"LDAPAuthenticator": "With your staff number."},
        "server_limits": {"everyone": {"idle": IDLE}},
    }
    return {
        "hub": {
            "config": {
                "JupyterHub": {"authenticator_class": several},
                "LibreTextsSpawner": spawner(servers),
                "LibreTextsPages": pages,
                # In a container this is the path below; here the container's files lie in a folder.
                "LoginMixin": {"courses_file": str(courses)},
            }
            | logins(servers),
            "services": {"culler": {}},
            "loadRoles": {"culler": {"services": ["culler"], "scopes": list(CULLER_SCOPES)}},
            "extraFiles": files,
            "extraConfig": {"10-secrets": SECRETS},
        },
        "singleuser": {
            "extraEnv": {"GIT_SSL_CAINFO": f"{CA}/ca.pem"},
            "storage": {
                "extraVolumes": [{"name": "git-ca", "configMap": {"name": "git-ca"}}],
                "extraVolumeMounts": [{"name": "git-ca", "mountPath": CA}],
            },
        },
    }


def rows() -> str:
    """The first data of the course, as its instructor exported it."""
    text = "DROP TABLE IF EXISTS stars;\nCREATE TABLE stars (number INTEGER PRIMARY KEY, name VARCHAR(20));\n"
    for first in range(0, ROWS, 1000):
        values = ", ".join(f"({each}, 'star {each}')" for each in range(first, first + 1000))
        text += f"INSERT INTO stars VALUES {values};\n"
    return text
