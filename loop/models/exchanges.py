"""Exchanges with models, written down as they happen and played back: JSON Lines, one canonical object a line, no key in any.

The first line holds the settings. After it, in the order in which they came, `exchange` lines hold a request and what came back,
and `tool` lines what a tool returned: whatever a proposer learns from outside goes through a tape, so a run that is played back
asks the same and gets the same, with no server and no tool at work. A conversation is named by target, spec, round and number;
within it lines are played back in their order.
"""

import json
import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from loop.models.reply import Event, Fault, Sent
from loop.proposal import ProposerFailed
from loop.recording import unreadable
from verify.reasons import Malformed, Refusal

LINE_BYTES: Final = 64 * 2**20
"""longest line that is read; a reply is limited to less on the wire, and escapes make it longer"""
START: Final = b'{"kind":"settings",'
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "settings": {"kind": str, "settings": dict},
    "exchange": {"conversation": str, "events": list, "fault": (dict, type(None)), "kind": str, "request": dict},
    "tool": {"arguments": str, "conversation": str, "kind": str, "name": str, "result": str},
}


def to_text(value: object) -> str:
    """Return JSON data in its one canonical form. Raises ValueError for what is none (NaN), TypeError and RecursionError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


class Tape(Protocol):
    """What stands between a proposer and the world."""

    @property
    def live(self) -> bool:
        """Whether anything is waited for."""
        ...

    def exchange(self, conversation: str, request: dict[str, Any], send: Callable[[], Sent], /) -> Sent:
        """Return what came back for a request; `send` sends it."""
        ...

    def tool(self, conversation: str, name: str, arguments: str, use: Callable[[], str], /) -> str:
        """Return what a tool said; `use` uses it."""
        ...


@dataclass(frozen=True, slots=True)
class Through:
    """A tape that keeps nothing."""

    live: bool = True

    def exchange(self, _: str, _request: dict[str, Any], send: Callable[[], Sent]) -> Sent:
        """Send it."""
        return send()

    def tool(self, _: str, _name: str, _arguments: str, use: Callable[[], str]) -> str:
        """Use it."""
        return use()


@dataclass(frozen=True, slots=True)
class Line:
    """One line after the first: an exchange, whose `sent` is there, or what a tool returned."""

    conversation: str
    request: dict[str, Any] = field(default_factory=dict)
    sent: Sent | None = None
    name: str = ""
    arguments: str = ""
    result: str = ""

    def data(self) -> dict[str, Any]:
        """Return it for JSON."""
        parts: dict[str, Any]
        if self.sent is None:
            parts = {"arguments": self.arguments, "name": self.name, "result": self.result}
            return {"kind": "tool", "conversation": self.conversation, **parts}
        fault = asdict(self.sent.fault) if self.sent.fault else None
        parts = {"request": self.request, "events": list(self.sent.events), "fault": fault}
        return {"kind": "exchange", "conversation": self.conversation, **parts}


class Recording:
    """Appends to a file what goes through another tape; each line is handed to the system before the proposer sees its content.

    A new file begins with `settings`. Raises Refusal (Malformed) for a file that is no exchanges file, or one of other settings.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], inner: Tape | None = None) -> None:
        """Open `path` for appending; it is made if it is missing. Half a line that a killed run left is taken off."""
        self.path, self.inner = path, inner or Through()
        first = to_text({"kind": "settings", "settings": dict(settings)}).encode() + b"\n"
        self.settings: dict[str, Any] = json.loads(first)["settings"]
        content = path.read_bytes() if path.exists() else b""
        whole = content.rfind(b"\n") + 1
        head = content[:whole].split(b"\n", 1)[0] + b"\n" if whole else b""
        if head != first if whole else not first.startswith(content):
            what, do = "not an exchanges file, or one of other settings.", "Name another file."
            raise Refusal(Malformed(what=what, where=str(path), do=do))
        read(content[:whole], str(path))
        if content[whole:]:
            os.truncate(path, whole)
        if not whole:
            self._write(first)

    @property
    def live(self) -> bool:
        """Whether the inner tape is."""
        return self.inner.live

    def exchange(self, conversation: str, request: dict[str, Any], send: Callable[[], Sent]) -> Sent:
        """Write an exchange down."""
        sent = self.inner.exchange(conversation, request, send)
        self._append(Line(conversation, request, sent))
        return sent

    def tool(self, conversation: str, name: str, arguments: str, use: Callable[[], str]) -> str:
        """Write the use of a tool down."""
        result = self.inner.tool(conversation, name, arguments, use)
        self._append(Line(conversation, name=name, arguments=arguments, result=result))
        return result

    def _append(self, line: Line) -> None:
        self._write(to_text(line.data()).encode("ascii") + b"\n")

    def _write(self, content: bytes) -> None:
        # opened for each line, which costs little beside an exchange and leaves nothing to close
        with self.path.open("ab", buffering=0) as file:
            left = memoryview(content)
            while left:
                left = left[file.write(left) :]


@dataclass(slots=True)
class Played:
    """Plays the lines of a recording back; `settings` are those of the run that was recorded.

    `differed` counts requests that are not those of the recording, which is what another judge or another graph makes of it.
    """

    settings: dict[str, Any]
    lines: dict[str, deque[Line]]
    live: bool = False
    differed: int = 0

    def exchange(self, conversation: str, request: dict[str, Any], _: Callable[[], Sent]) -> Sent:
        """Return the next exchange of a conversation. Raises ProposerFailed where the recording has none."""
        line = self._next(conversation, exchange=True)
        self.differed += line.request != request
        return line.sent or Sent(())

    def tool(self, conversation: str, name: str, arguments: str, _: Callable[[], str]) -> str:
        """Return what the next tool of a conversation said. Raises ProposerFailed where the recording has none."""
        line = self._next(conversation, exchange=False)
        self.differed += (line.name, line.arguments) != (name, arguments)
        return line.result

    def _next(self, conversation: str, *, exchange: bool) -> Line:
        lines = self.lines.get(conversation)
        if not lines or (lines[0].sent is not None) != exchange:
            what = f"The recording holds nothing more of the conversation {conversation}."
            raise ProposerFailed(what, "Play it back with the specs, the seed and the graph that it was recorded with.")
        return lines.popleft()


@dataclass(slots=True)
class Continued:
    """Plays a recording back as far as it goes and is what happens, and goes on with what there is: nothing is paid for twice.

    What a conversation came to an end by, where the server may do better now, is tried again.
    """

    lines: dict[str, deque[Line]]

    def __post_init__(self) -> None:
        """Leave out the last faults of each conversation that were the server's."""
        for of in self.lines.values():
            while of and (sent := of[-1].sent) and sent.fault and sent.fault.kind in ("busy", "broken", "refused"):
                of.pop()

    @property
    def live(self) -> bool:
        """Whether nothing is left to be played."""
        return not any(self.lines.values())

    def exchange(self, conversation: str, request: dict[str, Any], send: Callable[[], Sent]) -> Sent:
        """Return the next exchange of a conversation where it is the one that is due, else send it."""
        line = self._next(Line(conversation, request, Sent(())), lambda one: (one.sent is not None, one.request))
        return line.sent if line is not None and line.sent is not None else send()

    def tool(self, conversation: str, name: str, arguments: str, use: Callable[[], str]) -> str:
        """Return what the next tool of a conversation said where it is the one that is due, else use it."""
        line = self._next(Line(conversation, name=name, arguments=arguments), lambda one: (one.sent, one.name, one.arguments))
        return line.result if line is not None else use()

    def _next(self, due: Line, of: Callable[[Line], object]) -> Line | None:
        """Return the next line of a conversation; where it is another than what is due, nothing more is played."""
        lines = self.lines.get(due.conversation)
        if lines and of(lines[0]) == of(due):
            return lines.popleft()
        self.lines = {}
        return None


def played(content: bytes, label: str) -> Played:
    """Read an exchanges file for playing back. Raises Refusal (Malformed) naming the first line that is not of the form."""
    settings, lines = read(content, label)
    found: dict[str, deque[Line]] = {}
    for line in lines:
        found.setdefault(line.conversation, deque()).append(line)
    return Played(settings, found)


def read(content: bytes, label: str) -> tuple[dict[str, Any], tuple[Line, ...]]:
    """Read an exchanges file: its settings and its lines; of an empty one both are empty. Raises Refusal (Malformed)."""
    lines = content.split(b"\n")
    if lines.pop():
        raise unreadable("the last line is cut off.", f"{label}:{len(lines) + 1}")
    data = [_data(line, f"{label}:{number}", first=number == 1) for number, line in enumerate(lines, 1)]
    if not data:
        return {}, ()
    return data[0]["settings"], tuple(_line(d, f"{label}:{number}") for number, d in enumerate(data[1:], 2))


def _data(line: bytes, where: str, *, first: bool) -> dict[str, Any]:
    """Read one line strictly: canonical JSON with exactly the fields of its kind."""
    try:
        value: Any = json.loads(line.decode("ascii")) if len(line) <= LINE_BYTES else None
        canonical = isinstance(value, dict) and to_text(value).encode() == line
    except (ValueError, RecursionError):
        raise unreadable("not a JSON object.", where) from None
    fields = _FIELDS.get(str(value.get("kind"))) if canonical else None
    if fields is None or set(value) != set(fields) or (value["kind"] == "settings") != first:
        raise unreadable("not a line of an exchanges file in canonical form.", where)
    if odd := next((name for name, kind in fields.items() if not isinstance(value[name], kind)), None):
        raise unreadable(f"`{odd}` is not what it should be.", where)
    return dict(value)


def _line(data: dict[str, Any], where: str) -> Line:
    if data["kind"] == "tool":
        return Line(data["conversation"], name=data["name"], arguments=data["arguments"], result=data["result"])
    events: list[Event] = data["events"]
    if not all(isinstance(e, dict) for e in events):
        raise unreadable("an event is not an object.", where)
    try:
        fault = None if data["fault"] is None else Fault(**data["fault"])
    except TypeError:
        raise unreadable("`fault` is not what it should be.", where) from None
    return Line(data["conversation"], data["request"], Sent(tuple(events), fault))
