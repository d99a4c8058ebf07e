"""How do people log in? One module for each kind of provider, and what they share."""
