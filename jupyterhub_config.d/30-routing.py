# Routes: where servers run. Unedited every server runs where the chart says. The first route that matches is taken:
# all keys of "match" must hold, of the values of one any will do. See docs/operators/routing.md.
# "place" adds to what the chart set; "replace" in it names what it takes the place of.
# c.LibreTextsSpawner.routes = {
#     "hpc": {
#         "match": {"groups": ["physics:gpu"]},
#         "place": {
#             "node_selector": {"libretexts.org/pool": "hpc"},
#             "tolerations": [{"key": "hpc", "operator": "Exists", "effect": "NoSchedule"}],
#             "kueue_queue": "physics"}}}
# Refuse, in words, who matches none.
# c.LibreTextsSpawner.refuse_unrouted = True
