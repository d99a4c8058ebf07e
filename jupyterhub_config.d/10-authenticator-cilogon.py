# Log in with CILogon, here NCSA and GitHub: take away the #, and see docs/operators/login-cilogon.md.
# The keys of idps are entity ids. The same name at two providers is two people: `prefix` keeps them apart.
# c.JupyterHub.authenticator_class = "libretexts-cilogon"
# c.Authenticator.enable_auth_state = True
# c.Authenticator.manage_groups = True
# c.CILogonGroupAuthenticator.client_id = "cilogon:/client_id/1234"  # the secret: OAUTH_CLIENT_SECRET
# c.CILogonGroupAuthenticator.oauth_callback_url = "https://hub.example.edu/hub/oauth_callback"
# c.CILogonGroupAuthenticator.idps = {
#     "https://idp.ncsa.illinois.edu/idp/shibboleth": {
#         "default": True, "allow_all": True, "username_derivation": {
#             "username_claim": "eppn", "action": "strip_idp_domain", "domain": "ncsa.illinois.edu"}},
#     "http://github.com/login/oauth/authorize": {"username_derivation": {
#         "username_claim": "preferred_username", "action": "prefix", "prefix": "github"}}}
