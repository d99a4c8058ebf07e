# A server runs as its person: numbers, names, git, and what is fetched at a start. Unedited all servers run as
# uid 1000, as in the chart. Numbers come from the login, so enable_auth_state has to be on.
# "take_over": to whom homes belonged before; they are given to their person once. See docs/operators/provisioning.md.
# c.LibreTextsSpawner.provision = {
#     "uid": {"from": "github_user.id", "maximum": 999999999}, "take_over": [1000],
#     "git": {"host": "github.com"}}
