"""Events of a chat completion -> what the model said: text, tool calls, and what the server counted. Pure.

A field is taken for what it should be only where it is; servers of all sorts leave fields out or name them otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

REASONING: Final = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
"""names under which servers send what a model thinks; it is counted and not kept"""
CALLS: Final = 64
"""most tool calls of one reply that are read"""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a server counted: read from the request, and written, reasoning included."""

    read: int
    written: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.read + self.written


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call as a model wrote it: nothing of it was checked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Text:
    """What a model said; `usage` is None where the server counted nothing."""

    content: str
    calls: tuple[Call, ...] = ()
    usage: Usage | None = None
    finish: str = ""


Kind: TypeAlias = Literal["busy", "broken", "refused", "format", "cut"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no text; `wait` is the seconds that the server asked for, `hint` the feature that it seems not to take.

    `billed` says that the server may have counted the request, however much of the answer came.
    """

    kind: Kind
    what: str
    do: str = ""
    wait: float | None = None
    hint: str = ""
    billed: bool = False

    @property
    def again(self) -> bool:
        """Whether to send the request once more."""
        return self.kind in ("busy", "broken")


Reply: TypeAlias = Text | Fault
Event: TypeAlias = dict[str, Any]


class LimitHit(Exception):  # noqa: N818 - a limit, not an error
    """A reply went past a limit; the message says which."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back for one request: the events in their order, and the fault that ended them, if one did."""

    events: tuple[Event, ...]
    fault: Fault | None = None

    def heard(self) -> "Heard":
        """Read the events once more."""
        heard = Heard()
        for event in self.events:
            heard.event(event)
        return heard

    def reply(self) -> Reply:
        """Return what the model said, or why there is nothing."""
        return self.fault or self.heard().text()


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Heard:
    """What a model has said so far; past `limit` characters LimitHit is raised."""

    limit: int | None = None
    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    characters: int = 0
    usage: Usage | None = None
    finish: str = ""
    events: int = 0
    _calls: list[_Call] = field(default_factory=list)
    _slots: dict[int, _Call] = field(default_factory=dict)

    def event(self, data: object) -> None:
        """Take in one event of a stream, or a whole reply. Raises TypeError for what is neither, and LimitHit."""
        if not isinstance(data, dict):
            raise TypeError("an event is an object")
        self.events += 1
        self._count(data.get("usage"))
        match data.get("x_groq"):
            case {"usage": usage}:
                self._count(usage)
        match data.get("choices"):
            case [{**choice}, *_]:
                self._count(choice.get("usage"))
                self.finish = str(choice.get("finish_reason") or self.finish)
                for part in ("delta", "message"):
                    said = choice.get(part)
                    if isinstance(said, dict):
                        self._said(said)

    def text(self) -> Text:
        """Return what was said."""
        calls = tuple(Call(c.id, c.name, "".join(c.arguments)) for c in self._calls)
        return Text("".join(self.content), calls, self.usage, self.finish)

    def texts(self) -> Iterable[str]:
        """Return everything that was said, each part in one piece."""
        text = self.text()
        yield from (text.content, "".join(self.reasoning), *(part for c in text.calls for part in (c.id, c.name, c.arguments)))

    def _said(self, said: Mapping[str, Any]) -> None:
        match said.get("content"):
            case str(text):
                self.content.append(self._counted(text))
            case list(parts):
                for part in parts:
                    match part:
                        case {"type": "text", "text": str(text)}:
                            self.content.append(self._counted(text))
                        case {**other}:
                            self.reasoning.append(self._counted(str(other)))
        for name in REASONING:
            if isinstance(thought := said.get(name), str):
                self.reasoning.append(self._counted(thought))
        match said.get("tool_calls"):
            case list(calls):
                for place, call in enumerate(calls):
                    if isinstance(call, dict):
                        self._call(call, place)

    def _call(self, call: Mapping[str, Any], place: int) -> None:
        """Take in a call or a piece of one; one with another id at the same index is another call."""
        index = call.get("index")
        index = index if isinstance(index, int) else place
        name, own = self._counted(_text(call.get("id"))), self._slots.get(index)
        if own is None or (name and own.id and name != own.id):
            if len(self._calls) >= CALLS:
                raise LimitHit("the answer holds more tool calls than the limit")
            own = self._slots[index] = _Call()
            self._calls.append(own)
        own.id = own.id or name
        match call.get("function"):
            case {**function}:
                own.name += self._counted(_text(function.get("name")))
                match function.get("arguments"):
                    case str(text):
                        own.arguments.append(self._counted(text))

    def _counted(self, text: str) -> str:
        self.characters += len(text)
        if self.limit is not None and self.characters > self.limit:
            raise LimitHit("the answer is longer than the limit")
        return text

    def _count(self, usage: object) -> None:
        """Take a count where it is one; what a total holds beyond its parts was written."""
        if not isinstance(usage, dict):
            return
        read, written, total = (_natural(usage.get(k)) for k in ("prompt_tokens", "completion_tokens", "total_tokens"))
        found = Usage(read, max(written, total - read))
        if found.total:
            self.usage = found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _natural(value: object) -> int:
    return value if type(value) is int and value > 0 else 0
