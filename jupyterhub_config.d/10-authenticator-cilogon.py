# Log in with CILogon: take away the # before the assignments, and see docs/operators/login-cilogon.md.
# c.JupyterHub.authenticator_class = "libretexts-cilogon"
# c.Authenticator.enable_auth_state = True
# c.CILogonGroupAuthenticator.client_id = "cilogon:/client_id/..."  # the secret: CILOGON_CLIENT_SECRET
# c.CILogonGroupAuthenticator.oauth_callback_url = "https://hub.example.edu/hub/oauth_callback"
# c.CILogonGroupAuthenticator.idps = {
#     "https://idp.example.edu/shibboleth": {
#         "default": True,
#         "allow_all": True,
#         "username_derivation": {"username_claim": "eppn", "action": "strip_idp_domain", "domain": "example.edu"},
#     }
# }
# c.CILogonGroupAuthenticator.admin_groups = {"hub-admins"}
