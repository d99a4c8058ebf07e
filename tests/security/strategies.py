"""What does somebody write who wants to break something? Texts that end, leave or outgrow their place."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

# With `--hypothesis-profile=long` each test tries so many times more: `make security`.
DEPTH = 40 if settings.get_current_profile_name() == "long" else 1
MARK = "hostile0mark"
# Each has MARK in it, so that a test can look for where it came out.
MARKUP = (
    f"<script>alert('{MARK}')</script>",
    f"<img src=x onerror=alert('{MARK}')>",
    f"'\"><svg/onload={MARK}()>",
    f"</textarea></title></style><iframe srcdoc={MARK}>",
    f'" autofocus onfocus="{MARK}()',
    f"</script><script src=//{MARK}.example>",
    f"javascript:{MARK}()",
    f"<!-- {MARK} --!><b>",
    f"&lt;b&gt;{MARK}&#x3c;/b>",
    f"]]><x xmlns='http://www.w3.org/1999/xhtml'>{MARK}",
)
EXPANDED = (
    f"{{{{ {MARK} }}}}{{% for a in b %}}",
    f"{{{MARK}.__class__}}",
    f"{{username}}{{{MARK}}}{{",
    f"$({MARK})$(JUPYTERHUB_API_TOKEN)",
    f"$$({MARK})$$$(X)",
    f"${{{MARK}}}`id`;id|id&&id",
    f"%({MARK})s%s%n%00",
)
ENDED = (
    f"{MARK}\0hidden",
    f"{MARK}\r\nSet-Cookie: a=b\r\n\r\n<b>",
    f"{MARK}\n[C 2026-01-01 00:00:00.000 JupyterHub app:1] all is well",
    f"{MARK}\x1b[2J\x1b]0;title\x07",
    f"{MARK}\u2028\u2029\x85end",
    f"\u202e{MARK}\u2066gpj.exe\u2069",
    f"{MARK}\u200b\u200d\ufeff",
)
PATHS = (
    f"../../../../etc/{MARK}",
    f"/etc/passwd#{MARK}",
    f"..%2f..%2f{MARK}",
    f"..\\..\\{MARK}",
    f"//{MARK}.example/x",
    f"\\\\{MARK}.example\\x",
    f"file:///proc/self/environ?{MARK}",
    f"https://{MARK}.example@127.0.0.1/",
)
LANGUAGES = (
    f"*)(uid=*))(|({MARK}=*",
    f"cn={MARK},ou=x+b=c\\,\\00",
    f"'; DROP TABLE users; --{MARK}",
    f'"; "{MARK}": {{"$ne": ""}}',
    f"&a [*a, *a] # {MARK}: !!python/object/apply:os.system [id]",
    f"- {MARK}: |\n  - x\n\t- y",
    f"# {MARK}: yes",
    f"=cmd|'/c calc'!A1,{MARK}",
)
ODD = (
    f"{MARK}\u0130\u0131\u017f\u212a\ufb01\xdf",
    "".join(chr(0xFEE0 + ord(letter)) for letter in "full") + MARK,
    MARK + "\u0301" * 300,
    f"{MARK}\U0001d54f\U0001f3f4\u200d\u2620\ufe0f\U000e0041",
    f"{MARK}\u0130\u01c4\u1e9e\ufdfa",
)
LONG = (MARK + "a" * 5000, MARK + "<" * 3000, (MARK + ",") * 2000, MARK + "(" * 2000 + "a" * 2000)
# No text at all for who encodes it.
HALVES = (f"{MARK}\ud800", f"\udc80{MARK}\udfff")
NASTY = (*MARKUP, *EXPANDED, *ENDED, *PATHS, *LANGUAGES, *ODD, *LONG, *HALVES, "", " ", "\0", "-", ".", "..")
ALPHABET = "abAB019 .,:;_-/\\|<>\"'`&%#${}()[]*+=!?@~^\t\n\r\0\x1b\x7f\x85\u2028\u202e\u200b\xe4\u0130\ud800"


def nasty(*, encodable: bool = False) -> st.SearchStrategy[str]:
    """One of the texts above, something made of their letters, or both. `encodable`: as UTF-8."""
    # By number: what hypothesis says of a strategy holds all that it is made of.
    one = st.integers(0, len(NASTY) - 1).map(NASTY.__getitem__)
    made = st.one_of(
        one,
        st.text(ALPHABET, max_size=60),
        st.builds(lambda one, more: more + one + more, one, st.text(ALPHABET, max_size=9)),
    )
    return made.map(lambda text: text.encode(errors="ignore").decode()) if encodable else made


def lines(*, encodable: bool = True) -> st.SearchStrategy[str]:
    """Nasty, but not refused for its length alone."""
    return nasty(encodable=encodable).map(lambda text: text[:120])


def values(*, encodable: bool = False) -> st.SearchStrategy[Any]:
    """Whatever JSON can say, with nasty texts in it."""
    texts = nasty(encodable=encodable)
    simple = st.one_of(
        st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False), texts
    )
    return st.recursive(
        simple,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
        max_leaves=8,
    )


def bodies() -> st.SearchStrategy[bytes]:
    """What somebody sends where JSON is wanted."""
    return st.one_of(
        values().map(lambda value: json.dumps(value).encode()),
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"[" * 20_000,
                b'{"image": ' * 500 + b"1" + b"}" * 500,
                b'{"image": NaN, "size": -Infinity}',
                b'{"image": "a", "image": "b"}',
                b'\xff\xfe{\x00"\x00',
                b"9" * 5000,
                b'{"image": "' + b"x" * 70_000 + b'"}',
            ]
        ),
    )


def examples(number: int) -> settings:
    """So many examples of one test, more of them in a long run."""
    return settings(max_examples=number * DEPTH, deadline=None, print_blob=True)


def in_words(error: BaseException, *, most: int = 600) -> None:
    """Assert that an error of ours is one short line, for the log and for the person."""
    for said in (str(error), getattr(error, "jupyterhub_message", "")):
        assert len(said) < most, said[:200]
        assert said.isprintable(), repr(said)
