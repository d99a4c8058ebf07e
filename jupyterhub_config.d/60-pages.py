# All pages of the hub, set up with c.LibreTextsPages. Folders of your own in hub.templatePaths come before ours and win.
# Every line is optional; docs/operators/pages.md has the others.
# c.LibreTextsPages.name = "Example University Notebooks"
# c.LibreTextsPages.contact = "jupyter-help@example.edu"
# c.LibreTextsPages.colours = {"brand": "#8a1538"}
# c.LibreTextsPages.links = {"Courses": "https://courses.example.edu"}
from libretexts_hub.hub.pages import install

install(c)
