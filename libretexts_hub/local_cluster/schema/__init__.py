"""Which fields do the objects have, and of which type? The decoder of everything that clients send."""
