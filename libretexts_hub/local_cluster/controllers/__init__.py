"""What happens without anybody asking: binding claims, collecting garbage, emptying namespaces?"""
