"""Stops idle servers and removes the homes of people who are gone: `python -m libretexts_hub.culler`."""
