"""The configuration files of `jupyterhub_config.d/`. A package only so that a wheel carries them."""
