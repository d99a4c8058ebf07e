"""Which files do the pages load, and from where? All in memory, each under a name that changes with it."""

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

from jupyterhub.utils import url_path_join
from tornado import web

from libretexts_hub import templates
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.watched_file import read_bytes

FOLDER = Path(templates.__file__).parent / "assets"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
}
IMAGES = tuple(suffix for suffix, kind in TYPES.items() if kind.startswith("image/"))
# A logo stands on every page and is loaded on phones.
LARGEST_IMAGE = 256 * 1024
FOREVER = "public, max-age=31536000, immutable"
PATH = "libretexts"


class Asset(NamedTuple):
    """One file as it is sent."""

    content: bytes
    packed: bytes
    kind: str


class Assets:
    """All files of the pages, by the name under which they are sent."""

    def __init__(self, prefix: str) -> None:
        self._prefix = url_path_join(prefix, PATH)
        self._by_name: dict[str, Asset] = {}
        self._sent_as: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        """Send `content` under a name that begins as `name` does."""
        stem, dot, suffix = name.rpartition(".")
        digest = hashlib.sha256(content).hexdigest()[:10]
        sent_as = f"{stem}.{digest}{dot}{suffix}"
        packed = gzip.compress(content, mtime=0)
        kind = TYPES[f"{dot}{suffix}"]
        self._by_name[sent_as] = Asset(content, packed if len(packed) < len(content) else b"", kind)
        self._sent_as[name] = sent_as

    def url(self, name: str) -> str:
        """The address of the file that was added as `name`; empty for none."""
        sent_as = self._sent_as.get(name)
        return f"{self._prefix}/{sent_as}" if sent_as else ""

    def names(self, stem: str) -> list[str]:
        """What was added under this name, whatever it ends with."""
        return [name for name in self._sent_as if name.rpartition(".")[0] == stem]

    def get(self, sent_as: str) -> Asset | None:
        """The file under the name of its address."""
        return self._by_name.get(sent_as)

    def texts(self) -> dict[str, bytes]:
        """All of them, by the last part of their addresses."""
        return {name: asset.content for name, asset in self._by_name.items()}


def pack_assets(prefix: str, css: str) -> Assets:
    """The pack's own files; `css` comes after its style sheet."""
    assets = Assets(prefix)
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            content = path.read_bytes()
            assets.add(path.name, content + css.encode() if path.name == "pack.css" else content)
    return assets


def image(path: Path, *, where: str) -> bytes:
    """A picture of an operator's. Raises ConfigurationError for what is missing, too large or no picture."""
    if path.suffix.lower() not in IMAGES:
        raise ConfigurationError(
            f"{path.name} is no picture that browsers know by its name",
            where=where,
            fix=f"Use one of {', '.join(IMAGES)}.",
        )
    return read_bytes(path, where=where, largest=LARGEST_IMAGE)


class AssetHandler(web.RequestHandler):
    """Sends one file. It knows nobody and sets no cookie."""

    def initialize(self, assets: Assets) -> None:
        """What there is."""
        self.assets = assets

    def set_default_headers(self) -> None:
        """A picture that is opened by itself runs nothing (SVG may hold scripts)."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")

    def get(self, name: str) -> None:
        """The file, packed where the browser can unpack it."""
        asset = self.assets.get(name)
        if asset is None:
            # One from before the last start: the page that wants it is open still.
            raise web.HTTPError(404)
        self.set_header("Content-Type", asset.kind)
        self.set_header("Cache-Control", FOREVER)
        self.set_header("Vary", "Accept-Encoding")
        if asset.packed and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(asset.packed)
        else:
            self.finish(asset.content)

    def head(self, name: str) -> None:
        """As `get`, without the content, which tornado leaves out."""
        self.get(name)
