"""In which language is a start told while it happens? In that of whoever looks, as the rest of the page."""

from typing import Any

from jupyterhub.apihandlers.users import SpawnProgressAPIHandler
from markupsafe import Markup, escape

from libretexts_hub.hub.page_words import words_for


class ToldProgress:
    """Before JupyterHub's stream of events, whichever spawner's they are."""

    async def send_event(self, event: dict[str, Any]) -> None:
        """The event, its sentence in the language of the request."""
        words = words_for(self)
        message = event.get("message")
        if isinstance(message, str) and (told := words.tell(message)) != message:
            event = {**event, "message": told}
            if event.get("html_message") in (message, str(escape(message))):
                event["html_message"] = str(Markup.escape(told))
        await super().send_event(event)  # type: ignore[misc]


def with_words(rules: list[Any]) -> list[Any]:
    """The handlers of a hub, that of the progress of starts among them."""
    return [_with_words(rule) for rule in rules]


def _with_words(rule: Any) -> Any:
    pattern, stock, *rest = rule
    is_stream = isinstance(stock, type) and issubclass(stock, SpawnProgressAPIHandler)
    if not is_stream or issubclass(stock, ToldProgress):
        return rule
    return (pattern, type(stock.__name__, (ToldProgress, stock), {}), *rest)
