# Ends the hub at its start, with one sentence and exit code 2, when our settings are wrong. Runs after the others.
import libretexts_hub.hub.configuration

libretexts_hub.hub.configuration.check_or_exit(c)
