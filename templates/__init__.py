"""The Jinja pages of the hub: a package so that a wheel and an editable install both find them."""
