# Log in with LDAP: take away the # before the assignments, and see docs/operators/login-ldap.md.
# c.JupyterHub.authenticator_class = "libretexts-ldap"
# c.LDAPAuthenticator.server_address = ["ldap1.example.edu", "ldap2.example.edu"]
# c.LDAPAuthenticator.lookup_dn = True
# c.LDAPAuthenticator.lookup_dn_search_user = "cn=hub,ou=services,dc=example,dc=edu"  # password: from a Secret
# c.LDAPAuthenticator.user_search_base = "ou=people,dc=example,dc=edu"
# c.LDAPAuthenticator.user_attribute = "uid"
# c.LDAPAuthenticator.allowed_groups = ["cn=hub,ou=groups,dc=example,dc=edu"]
