"""What a server takes beyond messages: tried with everything first, and with less where it answers 400."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from loop.prompt import SCHEMA, Message

_SCHEMA: Final = {"type": "json_schema", "json_schema": {"name": "proposal", "strict": True, "schema": SCHEMA}}
_WORDS: Final = {
    "format": ("response_format", "json_schema", "json_object"),
    "tools": ("tools", "tool_choice", "tool use", "function calling"),
    "limit": ("max_tokens", "max_completion_tokens"),
    "sampling": ("temperature", "seed"),
    "usage": ("stream_options",),
}
"""words by which a server's complaint names a feature"""


@dataclass(frozen=True, slots=True)
class Features:
    """What is asked of a server; `tools` are its own, calls that the model writes into its text, or none."""

    format: Literal["schema", "object", "none"] = "schema"
    tools: Literal["native", "text", "none"] = "native"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    sampling: bool = True
    usage: bool = True

    def body(
        self, model: str, messages: Sequence[Message], tools: Sequence[object], *, temperature: float, seed: int, tokens: int
    ) -> dict[str, Any]:
        """Return the body of a request; `tokens` is the most that the model may write."""
        body: dict[str, Any] = {"model": model, "messages": list(messages), "stream": True, self.limit: tokens}
        if self.sampling:
            body |= {"temperature": temperature, "seed": seed}
        if self.usage:
            body["stream_options"] = {"include_usage": True}
        if tools and self.tools == "native":
            body["tools"] = list(tools)
        # a model that is held to the form of an answer cannot write a call into its text
        if not (tools and self.tools == "text"):
            match self.format:
                case "schema":
                    body["response_format"] = _SCHEMA
                case "object":
                    body["response_format"] = {"type": "json_object"}
        return body

    def less(self, hint: str, *, tools: bool) -> "Features | None":
        """Return what to try after a 400: without the feature of the hint, else without the next; None where none is left.

        `tools` says whether tools were offered.
        """
        ways = {
            "format": replace(self, format="object" if self.format == "schema" else "none") if self.format != "none" else None,
            "tools": replace(self, tools="text") if tools and self.tools == "native" else None,
            "limit": replace(self, limit="max_completion_tokens") if self.limit == "max_tokens" else None,
            "sampling": replace(self, sampling=False, usage=False) if self.sampling else None,
            "usage": replace(self, usage=False) if self.usage else None,
        }
        return ways.get(hint) or next((way for way in ways.values() if way), None)


def hint_of(param: object, body: object) -> str:
    """Return the feature that a complaint names, the field that it is about before its text; empty where none."""
    for text in (str(param or ""), str(body or "")[:4_000]):
        if found := next((name for name, words in _WORDS.items() if any(w in text for w in words)), ""):
            return found
    return ""
