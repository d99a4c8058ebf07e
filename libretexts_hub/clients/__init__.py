"""Input and output: one file per server that is talked to."""
