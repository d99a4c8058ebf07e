"""Which taints of a node does a pod of this route put up with?"""

from collections.abc import Mapping, Sequence

from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.kubernetes_names import check_key, check_label_value, read_text
from libretexts_hub.errors import ConfigurationError

KEYS = ("key", "operator", "value", "effect", "tolerationSeconds")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
Toleration = Mapping[str, object]


def parse_tolerations(entry: Entry, key: str) -> tuple[Toleration, ...]:
    """A list as Kubernetes writes it; a mapping is taken as well, in the order of its keys.

    KubeSpawner's own trait takes both, because Helm merges mappings and replaces lists.
    """
    raw = entry.fields.get(key)
    if raw is None:
        return ()
    if isinstance(raw, Mapping):
        named = [(str(name), raw[name]) for name in sorted(raw, key=str)]
    elif isinstance(raw, list | tuple):
        named = [(str(index), value) for index, value in enumerate(raw)]
    else:
        raise ConfigurationError(
            f"{key!r} must be a list", where=entry.place(key), fix="Write - {key: hpc, operator: Exists}."
        )
    place = entry.place(key)
    return tuple(
        _toleration(Entry(name, _mapping(value, entry, key), f"{place}[{name}]"))
        for name, value in named
        if value is not None
    )


def merged_tolerations(chart: Sequence[Toleration], ours: Sequence[Toleration]) -> list[Toleration]:
    """Those of the chart, and of ours what is not among them."""
    return [*chart, *(each for each in ours if each not in chart)]


def tolerates_the_same(one: Toleration, other: Toleration) -> bool:
    """Whether a pod with `one` may come to nodes for which `other` is needed."""
    if one.get("effect") and one.get("effect") != other.get("effect"):
        return False
    if one.get("operator") == "Exists":
        return not one.get("key") or one["key"] == other.get("key")
    is_any = other.get("operator") == "Exists"
    return one.get("key") == other.get("key") and (is_any or one.get("value") == other.get("value"))


def _mapping(value: object, entry: Entry, key: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ConfigurationError(
            f"A toleration is a mapping, not {value!r:.60}",
            where=entry.place(key),
            fix="Write {key: hpc, operator: Exists}.",
        )
    return value


def _toleration(entry: Entry) -> Toleration:
    entry.only(KEYS)
    operator = entry.text("operator", default="Equal")
    if operator not in ("Exists", "Equal"):
        raise ConfigurationError(
            f"{operator!r:.60} is not an operator",
            where=entry.place("operator"),
            fix="Write Exists or Equal.",
        )
    toleration: dict[str, object] = {"operator": operator}
    if "key" in entry.fields:
        toleration["key"] = check_key(entry.fields["key"], where=entry.place("key"))
    elif operator == "Equal":
        raise ConfigurationError(
            "'key' is missing", where=entry.where, fix="Write key:, or operator: Exists for every taint."
        )
    if "value" in entry.fields:
        if operator == "Exists":
            raise ConfigurationError(
                "Exists takes no value",
                where=entry.place("value"),
                fix="Leave it out, or write operator: Equal.",
            )
        value = read_text(entry.fields["value"], where=entry.place("value"))
        toleration["value"] = check_label_value(value, where=entry.place("value"))
    return {**toleration, **_effect(entry)}


def _effect(entry: Entry) -> dict[str, object]:
    effect = entry.text("effect", default="")
    if effect and effect not in EFFECTS:
        raise ConfigurationError(
            f"{effect!r:.60} is not an effect",
            where=entry.place("effect"),
            fix=f"Known are: {', '.join(EFFECTS)}.",
        )
    found: dict[str, object] = {"effect": effect} if effect else {}
    if "tolerationSeconds" in entry.fields:
        if effect != "NoExecute":
            raise ConfigurationError(
                "tolerationSeconds needs effect: NoExecute",
                where=entry.where,
                fix="Leave it out, or write both.",
            )
        found["tolerationSeconds"] = entry.integer("tolerationSeconds", default=0)
    return found
