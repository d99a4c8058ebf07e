# Log in with Google: take away the # before the assignments, and see docs/operators/login-google.md.
# c.JupyterHub.authenticator_class = "libretexts-google"
# c.Authenticator.enable_auth_state = True
# c.Authenticator.manage_groups = True
# c.GoogleGroupAuthenticator.client_id = "123.apps.googleusercontent.com"  # secret: OAUTH_CLIENT_SECRET
# c.GoogleGroupAuthenticator.oauth_callback_url = "https://hub.example.edu/hub/oauth_callback"
# c.GoogleGroupAuthenticator.hosted_domain = ["example.edu"]  # asked of the account, not of its address
# Without an own service account no groups are read, and these two are not needed.
# c.GoogleGroupAuthenticator.google_service_account_keys = {"example.edu": "/etc/jupyterhub/google/key.json"}
# c.GoogleGroupAuthenticator.gsuite_administrator = {"example.edu": "hub-reader"}
# c.GoogleGroupAuthenticator.allowed_google_groups = {"example.edu": {"students", "staff"}}
