"""How does the embedded cluster speak the Kubernetes REST API over HTTPS?"""
