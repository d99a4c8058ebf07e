"""How are these pages built? `make docs` runs Sphinx with this file; nothing is fetched from the network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from libretexts_hub import __version__

project = "libretexts_hub"
author = "LibreTexts and contributors"
project_copyright = "LibreTexts and contributors; BSD-3-Clause"
version = release = __version__

extensions = ["changelog_fragments", "myst_parser", "trait_reference"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"libretexts_hub {version}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_show_sphinx = False
