"""What is one whole site, for tests and for a person to click through? `python -m tests.site` shows it."""
