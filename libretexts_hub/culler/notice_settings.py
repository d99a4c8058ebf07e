"""How are people told, and who is? The traits of the culler that are about notices."""

from traitlets import Dict, List, Unicode
from traitlets.config import Application


class NoticeSettings(Application):
    """Mail, webhook, addresses, letters."""

    mail = Dict(
        help="""
        The mail server for notices: `host`, `sender`, and `port`, `encryption`, `username`, `sender_name`,
        `reply_to`. The password is in the environment variable CULLER_MAIL_PASSWORD. The default sends no
        mail.

        Example: `c.IdleCuller.mail = {"host": "mail.example.edu", "sender": "hub@example.edu"}`
        """,
    ).tag(config=True)
    webhook = Unicode(
        help="""
        An address to which each notice is posted as JSON. The default is empty: none is.

        Example: `c.IdleCuller.webhook = "https://hooks.example.edu/jupyter"`
        """,
    ).tag(config=True)
    webhook_token_file = Unicode(
        help="""
        A file with the token for the webhook, read anew when it changes. The default is empty: no token is
        sent.

        Example: `c.IdleCuller.webhook_token_file = "/etc/culler/webhook-token"`
        """,
    ).tag(config=True)
    addresses_file = Unicode(
        help="""
        A YAML or JSON file of names and mail addresses, asked before what the hub knows. The default is
        empty.

        Example: `c.IdleCuller.addresses_file = "/etc/culler/addresses.yaml"`
        """,
    ).tag(config=True)
    languages = List(
        Unicode(),
        ["en"],
        help="""
        The languages of letters, all in one message, the first one first. The default is English alone.

        Example: `c.IdleCuller.languages = ["en", "es"]`
        """,
    ).tag(config=True)
    letters = Unicode(
        help="""
        A folder with letters of your own, `en/mark.txt` and so on. The default is empty: ours are sent.

        Example: `c.IdleCuller.letters = "/etc/culler/letters"`
        """,
    ).tag(config=True)
    notices_reach_by = List(
        Unicode(),
        ["mail"],
        help="""
        The transports of which one must have taken a notice so that it counts as told: `mail`, `webhook`,
        `event`. A home whose notice reached nobody is kept. The default is mail alone.

        Example: `c.IdleCuller.notices_reach_by = ["mail", "webhook"]`
        """,
    ).tag(config=True)
    hub_name = Unicode(
        "JupyterHub",
        help="""
        What letters call the hub. The default is JupyterHub.

        Example: `c.IdleCuller.hub_name = "LibreTexts"`
        """,
    ).tag(config=True)
    hub_page = Unicode(
        help="""
        The address at which people log in, for letters. The default is empty: letters name none.

        Example: `c.IdleCuller.hub_page = "https://jupyter.example.edu"`
        """,
    ).tag(config=True)
