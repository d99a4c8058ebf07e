# Log in with GitHub: take away the # before the assignments, and see docs/operators/login-github.md.
# c.JupyterHub.authenticator_class = "libretexts-github"
# c.Authenticator.enable_auth_state = True
# c.GitHubOrgAuthenticator.client_id = "Ov23..."  # the secret comes from OAUTH_CLIENT_SECRET
# c.GitHubOrgAuthenticator.oauth_callback_url = "https://hub.example.edu/hub/oauth_callback"
# c.GitHubOrgAuthenticator.allowed_organizations = {"libretexts", "lsst-sqre:square"}
# c.GitHubOrgAuthenticator.group_organizations = ["lsst", "physics:gpu"]
