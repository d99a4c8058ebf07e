# Classes: people log in as the other files say, and courses.yaml says who is in which.
c.Authenticator.manage_groups = True
c.LoginMixin.courses_file = "/etc/jupyterhub/courses.yaml"
