"""The demonstration hub that `make demo` starts."""
