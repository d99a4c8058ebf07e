"""Which faults are set, and which of them strike this request?"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asked import Asked

Clock = Callable[[], float]

# What each action does, and which of the rule's own fields it reads.
ACTIONS = {
    "delay": "wait `seconds`; when=after: the server has done it, the answer is late",
    "status": "answer `status` as a Kubernetes Status (or the text `body`), with Retry-After `retry_after`",
    "drop": "break the connection, `how` reset or close; when=after: done, but the answer is lost",
    "hang": "say nothing for `seconds` (0: until the client leaves), then break the connection",
    "truncate": "send the head of the answer and its first `bytes` bytes, then close",
    "trickle": "send the answer in pieces of `bytes` bytes, one every `seconds`",
    "watch_drop": "end a watch after `seconds`, `how` close (a clean end) or reset",
    "watch_error": "end a watch after `seconds` with an ERROR event of code `status` (410 unless told)",
}


class RuleError(ValueError):
    """A rule that cannot be meant; the text names the field."""


@dataclass
class Rule:
    """One fault. Patterns are shell patterns over the whole text; `resource` is `pods` or `pods/log`."""

    action: str
    verb: str = "*"
    resource: str = "*"
    namespace: str = "*"
    name: str = "*"
    path: str = "*"
    when: str = "before"
    probability: float = 1.0
    seed: int = 0
    first: int | None = None
    every: int | None = None
    for_seconds: float | None = None
    seconds: float = 0.0
    status: int = 0
    retry_after: int | None = None
    body: str | None = None
    bytes: int = 1
    how: str = "reset"
    id: int = 0
    matched: int = 0
    struck: int = 0
    _dice: random.Random = field(init=False, repr=False)
    _until: float = field(init=False, repr=False)

    def arm(self, identity: int, clock: Clock) -> None:
        """Start counting: the seed's dice and the `for_seconds` begin now."""
        self.id = identity
        self._dice = random.Random(self.seed)
        self._until = float("inf") if self.for_seconds is None else clock() + self.for_seconds

    def strikes(self, asked: Asked, now: float) -> bool:
        """Does it strike this request? Counts the request, so ask once."""
        if not self._is_about(asked):
            return False
        self.matched += 1
        if now > self._until or (self.first is not None and self.matched > self.first):
            return False
        if self.every is not None and self.matched % self.every:
            return False
        if self._dice.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def _is_about(self, asked: Asked) -> bool:
        if self.action.startswith("watch_") and asked.verb != "watch":
            return False
        pairs = (
            (asked.verb, self.verb),
            (asked.kind, self.resource),
            (asked.namespace, self.namespace),
            (asked.name, self.name),
            (asked.path, self.path),
        )
        return all(fnmatchcase(value, pattern) for value, pattern in pairs)

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if not key.startswith("_")}


_SETTABLE = {
    entry.name: str(entry.type)
    for entry in fields(Rule)
    if not entry.name.startswith("_") and entry.name not in {"id", "matched", "struck"}
}
_CHOICES = {"action": set(ACTIONS), "when": {"before", "after"}, "how": {"reset", "close"}}
_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "None": (type(None),),
}


def parse(given: Any) -> Rule:
    """Make a rule of a JSON object; RuleError says which field is wrong."""
    if not isinstance(given, dict) or "action" not in given:
        raise RuleError(f"a rule is an object with an action, one of {', '.join(ACTIONS)}")
    for key, value in given.items():
        _check(key, value)
    rule = Rule(**given)
    if rule.action == "status" and not 400 <= rule.status <= 599:
        raise RuleError("status: 400 to 599")
    if not 0 <= rule.probability <= 1:
        raise RuleError("probability: 0 to 1")
    if (rule.every is not None and rule.every < 1) or rule.bytes < 1 or rule.seconds < 0:
        raise RuleError("every and bytes: at least 1; seconds: not below 0")
    return rule


def _check(key: str, value: Any) -> None:
    if key not in _SETTABLE:
        raise RuleError(f"{key}: no such field; there are {', '.join(_SETTABLE)}")
    kinds = tuple(kind for part in _SETTABLE[key].split(" | ") for kind in _KINDS[part])
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise RuleError(f"{key}: {_SETTABLE[key]} expected, not {value!r}")
    if key in _CHOICES and value not in _CHOICES[key]:
        raise RuleError(f"{key}: one of {', '.join(sorted(_CHOICES[key]))}, not {value!r}")


class RuleBook:
    """The rules in force, in the order of their adding; all that strike a request act, in that order."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._rules: dict[int, Rule] = {}
        self._ids = itertools.count(1)

    def add(self, rule: Rule) -> Rule:
        rule.arm(next(self._ids), self._clock)
        self._rules[rule.id] = rule
        return rule

    def remove(self, identity: int) -> bool:
        return self._rules.pop(identity, None) is not None

    def clear(self) -> None:
        self._rules.clear()

    def __iter__(self):
        return iter(list(self._rules.values()))

    def striking(self, asked: Asked) -> list[Rule]:
        now = self._clock()
        return [rule for rule in self if rule.strikes(asked, now)]
