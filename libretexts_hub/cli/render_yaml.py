"""How are objects printed? As a stream of YAML in which each can be read and copied by itself."""

from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """Without anchors, and with scripts as they were written."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always written out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)


def as_yaml(documents: list[dict[str, Any]], *, is_unicode: bool = True) -> str:
    """A stream of them."""
    return yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, allow_unicode=is_unicode, width=110)
