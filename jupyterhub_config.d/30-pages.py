# All pages of the hub, set up with c.LibreTextsPages. Folders of your own in hub.templatePaths come before ours and win.
from libretexts_hub.hub.pages import install

install(c)
