"""How does the API make a name out of generateName?"""

import secrets

# Without vowels and look-alikes, so that no word comes out: k8s.io/apimachinery/pkg/util/rand.
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
SUFFIX_LENGTH = 5
LONGEST_BASE = 63 - SUFFIX_LENGTH


def generated_name(base: str) -> str:
    """The base, cut to fit, and five random characters."""
    return base[:LONGEST_BASE] + "".join(secrets.choice(ALPHABET) for _ in range(SUFFIX_LENGTH))
