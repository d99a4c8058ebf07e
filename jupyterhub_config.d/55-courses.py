# Courses: who is in them, and what their servers get. The file is named once, by c.LoginMixin.courses_file in
# 10-authenticator.py, and spawners take it from there. Unedited, and without that file, nothing happens here. See
# docs/operators/courses.md.
# Where servers of courses with a grader find ngshare, if not at the chart's proxy.
# c.LibreTextsSpawner.course_exchange = "http://ngshare:8080/services/ngshare"
# The name of ngshare among c.JupyterHub.services.
# c.LibreTextsSpawner.course_exchange_service = "ngshare"
# Instructors get the role of their own course. With c.LoginMixin.grants the login does it, and this nothing.
import libretexts_hub.hub.course_roles

libretexts_hub.hub.course_roles.install(c)
