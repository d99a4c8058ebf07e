"""Does the token of a server end with it, also when the hub was restarted meanwhile?

JupyterHub revokes the token that it remembers, which is in the memory of the hub that started the server. A
hub that was restarted remembers none, and what was in the environment of a pod would be good for ever.
"""

from traitlets.config import Configurable


class ServerTokenMixin(Configurable):
    """JupyterHub's end of a server, after which none of its tokens is left."""

    def run_post_stop_hook(self):
        """JupyterHub calls it when a server is over, however it ended. The operator's hook first."""
        try:
            return super().run_post_stop_hook()
        finally:
            self._revoke_tokens()

    def _revoke_tokens(self) -> None:
        # Here, since the checks of a configuration make this class without a hub.
        from jupyterhub import orm
        from jupyterhub.utils import url_escape_path, url_path_join

        database = self.user.db
        # As User.spawn writes it.
        note = f"Server at {url_path_join(self.user.base_url, url_escape_path(self.name), '/')}"
        left = database.query(orm.APIToken).filter_by(user_id=self.user.orm_user.id, note=note).all()
        for token in left:
            self.log.info("The token of %s, which is over, is revoked", self._log_name)
            database.delete(token)
        if left:
            database.commit()
