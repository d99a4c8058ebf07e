"""Which objects does the API server accept, and what does it fill in?"""
