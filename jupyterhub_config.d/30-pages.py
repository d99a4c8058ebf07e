# Our pages for signing in and around the menu. Folders of your own in hub.templatePaths come before ours and win.
import libretexts_hub.templates

c.JupyterHub.template_paths = [*(c.JupyterHub.get("template_paths") or ()), *libretexts_hub.templates.__path__]
