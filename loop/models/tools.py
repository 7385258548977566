"""The tools that a model may call: what it is told of them, how its calls are read, and what it gets back.

Arguments are text of a model: what is not of the form is answered by what is wrong with it, and nothing of it is run. What a tool
returns is one JSON object, capped; no tool decides anything.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from loop.models.reply import Call, Text
from loop.models.workbench import Report, Workbench
from loop.prompt import LEMMA_CHARACTERS, cut_to
from loop.proposal import Brief

RESULT_CHARACTERS: Final = 4_000
"""longest text that a tool returns"""
MESSAGE_CHARACTERS: Final = 1_500
"""longest message of a trial that a tool passes on"""
CALLS: Final = 4
"""calls of one reply that are run"""
ID_CHARACTERS: Final = 64
_PROGRAM: Final = {"type": "string", "description": "the whole Python file"}
_LEMMAS: Final = {"type": "string", "description": "Lean 4 theorem declarations, or empty"}


def _tool(name: str, description: str, properties: dict[str, object], required: tuple[str, ...]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TOOLS: Final = (
    _tool(
        "check",
        "Try a candidate: reads it, runs it against the version to beat, compares results and ticks. With `whole` "
        "a proof is looked for too, which may take minutes.",
        {"program": _PROGRAM, "lemmas": _LEMMAS, "whole": {"type": "boolean", "description": "look for a proof too"}},
        ("program",),
    ),
    _tool("counterexample", "An input on which a candidate is wrong, or null.", {"program": _PROGRAM}, ("program",)),
    _tool(
        "goals",
        "Look for a proof of a candidate, and say what Lean said last: the goals that were left.",
        {"program": _PROGRAM, "lemmas": _LEMMAS},
        ("program",),
    ),
    _tool(
        "search_lemmas",
        "Theorems of the library and of accepted proofs that speak of the same constants as a Lean statement, or as some words.",
        {"query": {"type": "string", "description": "a Lean statement, or words such as `fmod fdiv`"}},
        ("query",),
    ),
)
"""what a server is told, in the form of the chat-completions protocol"""
_TYPES: Final = {"string": str, "boolean": bool}
_TAGGED: Final = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_FENCED: Final = re.compile(r"^```(?:json|tool)?[ \t]*\n(\{.*?\})\s*^```[ \t]*$", re.MULTILINE | re.DOTALL)


def calls_of(text: Text) -> tuple[Call, ...]:
    """Return the calls of a reply, else those that stand in its text: `{"tool": NAME, "arguments": {...}}`.

    Servers that do not read a model's own form of a call leave it in the text, so that form is read as well.
    """
    return text.calls or tuple(_written(text.content))


def _written(content: str) -> Iterator[Call]:
    content = content.partition("</think>")[2] or content
    found = [m[1] for m in _TAGGED.finditer(content)] or [m[1] for m in _FENCED.finditer(content)]
    for body in found or [content.strip()]:
        try:
            value = json.loads(body) if body.startswith("{") else None
        except (ValueError, RecursionError):
            continue
        match value:
            case {"tool": str(name), "arguments": dict(arguments)} | {"name": str(name), "arguments": dict(arguments)}:
                yield Call("", name, json.dumps(arguments))


@dataclass(slots=True)
class Toolbox:
    """The tools of one conversation; `whole_checks` is how often a proof may still be looked for."""

    workbench: Workbench
    brief: Brief
    whole_checks: int
    _known: dict[str, Callable[[dict[str, Any]], dict[str, object]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Name the tools."""
        self._known = {
            "check": self._check, "counterexample": self._counterexample, "goals": self._goals, "search_lemmas": self._lemmas,
        }  # fmt: skip

    def use(self, call: Call) -> str:
        """Return what a call comes to, as one JSON object; whatever the call holds, it is an answer."""
        tool = self._known.get(call.name)
        if tool is None:
            return _text({"error": f"there is no tool of that name; there are {', '.join(self._known)}"})
        try:
            arguments = json.loads(call.arguments or "{}")
        except (ValueError, RecursionError):
            return _text({"error": "the arguments are no JSON"})
        if wrong := _misfit(call.name, arguments):
            return _text({"error": wrong})
        try:
            return _text(tool(arguments))
        except UnicodeEncodeError:
            return _text({"error": "an argument holds half of a surrogate pair"})

    def _trial(self, arguments: dict[str, Any], *, whole: bool) -> Report:
        """Try a candidate; a proof is looked for as often as it may be, and the runs come first in any case."""
        program, lemmas = arguments["program"].encode(), arguments.get("lemmas", "").encode()
        report = self.workbench.check(self.brief, program, lemmas, whole=False)
        if report.verdict != "passed" or not whole:
            return report
        if self.whole_checks <= 0:
            return Report(verdict="passed", message="No fault was found by running it. No more proofs may be looked for here.")
        self.whole_checks -= 1
        return self.workbench.check(self.brief, program, lemmas, whole=True)

    def _check(self, arguments: dict[str, Any]) -> dict[str, object]:
        report = self._trial(arguments, whole=arguments.get("whole", False))
        found: dict[str, object] = {"verdict": report.verdict, "reason": report.reason, "message": _message(report)}
        return found | {"counterexample": report.counterexample} if report.counterexample else found

    def _counterexample(self, arguments: dict[str, Any]) -> dict[str, object]:
        report = self._trial(arguments, whole=False)
        return {"counterexample": report.counterexample, "reason": report.reason, "message": _message(report)}

    def _goals(self, arguments: dict[str, Any]) -> dict[str, object]:
        report = self._trial(arguments, whole=True)
        return {"proved": False if report.refused else None, "reason": report.reason, "lean": _message(report)}

    def _lemmas(self, arguments: dict[str, Any]) -> dict[str, object]:
        return {"theorems": [cut_to(text, LEMMA_CHARACTERS) for text in self.workbench.search_lemmas(arguments["query"])]}


def _misfit(name: str, arguments: object) -> str:
    """Say what is wrong with the arguments of a tool; empty where nothing is."""
    schema = next(t["function"]["parameters"] for t in TOOLS if t["function"]["name"] == name)
    if not isinstance(arguments, dict):
        return "the arguments are no JSON object"
    for key in schema["required"]:
        if key not in arguments:
            return f"`{key}` is missing"
    for key, value in arguments.items():
        if key not in schema["properties"]:
            return f"there is no argument {key[:ID_CHARACTERS]!a}; there are {', '.join(schema['properties'])}"
        if not isinstance(value, _TYPES[schema["properties"][key]["type"]]):
            return f"`{key}` is not a {schema['properties'][key]['type']}"
    return ""


def _message(report: Report) -> str:
    return cut_to(report.message, MESSAGE_CHARACTERS)


def _text(value: dict[str, object]) -> str:
    """Return a result as text; one that is too long is cut, and said to be."""
    text = json.dumps(value, sort_keys=True)
    if len(text) <= RESULT_CHARACTERS:
        return text
    return json.dumps({"cut": text[: RESULT_CHARACTERS // 2]})
