# What holds for every way to log in. The ways themselves: 10-authenticator-github.py, -google, -ldap, -cilogon;
# take away the # in exactly one of them. Unedited nobody's login changes. See docs/operators/login.md.
# Keep what a login said (git, routes by claim); wants a key: hub.config.CryptKeeper.keys or JUPYTERHUB_CRYPT_KEY.
# c.Authenticator.enable_auth_state = True
# Groups come from the provider at every login. Never together with c.JupyterHub.load_groups.
# c.Authenticator.manage_groups = True
# Ask the provider again when its answer is older than this many seconds.
# c.Authenticator.auth_refresh_age = 300
# Members and instructors of courses get groups course-<id> and course-<id>-instructors.
# What a course gives to servers stands in that file too; see docs/operators/courses.md.
# c.LoginMixin.courses_file = "/etc/jupyterhub/courses.yaml"
# What a group may do, in scopes of JupyterHub. It adds to hub.loadRoles and does not replace it.
# c.LoginMixin.grants = [{"group": "staff", "role": "readers", "scopes": ["list:users"]}]
