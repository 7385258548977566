"""A warm Lean process, typed.

Decides: nothing by itself; it hands the kernel's facts on unchanged, and a reply that is late, malformed, oversized
or not for this request raises `SessionLost` and ends the process. So the absence of an answer can never be read as one.
The same interface serves the portable Lean (driver.js) and a native one (driver.lean).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from verify.pipe import Pipe, PipeLimits, SessionLost, open_pipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verify.toolchain import Toolchain

__all__ = [
    "DEFAULT_LIMITS", "Atom", "Audit", "AxiomUse", "Elaboration", "Ident", "Message", "Missing", "NewConstant",
    "Node", "Session", "SessionLimits", "SessionLost", "SyntaxFault", "Tree", "walk",
]  # fmt: skip

_HERE: Final = Path(__file__).parent
_Json: TypeAlias = "dict[str, object]"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What one session may use; the clock of the parent decides, whatever the child does."""

    start_seconds: float
    request_seconds: float
    reply_bytes: int
    output_bytes: int
    memory_bytes: int
    stack_kib: int


DEFAULT_LIMITS: Final = SessionLimits(
    start_seconds=90.0,
    request_seconds=60.0,
    reply_bytes=32 << 20,
    output_bytes=8 << 20,
    memory_bytes=3 << 30,
    stack_kib=4000,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of Lean's elaborator. It is for people: no decision reads its text."""

    severity: str
    text: str
    line: int
    column: int
    kind: str


@dataclass(frozen=True, slots=True)
class Elaboration:
    """What came of elaborating one text on top of an environment, which itself is unchanged.

    `errors` counts every error message, those left out of `messages` for length included.
    """

    env: int | None
    messages: tuple[Message, ...]
    errors: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the syntax tree: its kind and its children."""

    kind: str
    children: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """A keyword, symbol or literal as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Ident:
    """An identifier: the name that Lean read and the text as written."""

    name: str
    raw: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that the parser could not read; it occurs in recovered trees only."""


Tree: TypeAlias = Node | Atom | Ident | Missing


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """The text is not exactly one phrase of the category."""

    text: str


@dataclass(frozen=True, slots=True)
class AxiomUse:
    """A constant without a value that a theorem rests on, with the kind that it was declared as.

    Imported theorems have no body in the portable library, so they are listed here with the kind `theorem`.
    """

    name: str
    kind: str
    in_base: bool


@dataclass(frozen=True, slots=True)
class NewConstant:
    """A constant that a theorem rests on and base lacks, and what the kernel said when it was added to base again."""

    name: str
    kind: str
    replay: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The facts about one constant of an environment, seen from the trusted environment `base`.

    Every field is about an existing constant unless `exists` is false; then all others are empty.
    """

    exists: bool
    in_base: bool
    kind: str
    type_const: str | None
    type_in_base: bool
    level_params: int
    axioms: tuple[AxiomUse, ...]
    new: tuple[NewConstant, ...]


def walk(tree: Tree) -> Iterator[Tree]:
    """Yields every part of a syntax tree, parents before children, without recursion."""
    stack: list[Tree] = [tree]
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, Node):
            stack.extend(reversed(part.children))


class Session:
    """A Lean process with named environments; use it as a context manager.

    Not for use by two threads at once: requests and replies alternate.
    """

    __slots__ = ("_limits", "_pipe", "version")

    def __init__(self, pipe: Pipe, limits: SessionLimits, version: str) -> None:
        """Wraps a process that has answered its first request; `start` makes one."""
        self._pipe, self._limits, self.version = pipe, limits, version

    @classmethod
    def start(cls, toolchain: Toolchain, limits: SessionLimits) -> Session:
        """Starts a process and waits until it has said which Lean it is; raises `SessionLost` where it does not."""
        pipe_limits = PipeLimits(limits.reply_bytes, limits.output_bytes, limits.memory_bytes)
        pipe = open_pipe(lambda *fds: _command(toolchain, limits, fds), pipe_limits)
        session = cls(pipe, limits, "")
        session.version = _text(session._ask(limits.start_seconds, op="version"), "version")
        return session

    def __enter__(self) -> Self:
        """Returns the session itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kills the process, whatever happened inside the block."""
        self.close()

    def close(self) -> None:
        """Kills the process and its group; closing twice is fine."""
        self._pipe.kill()

    @property
    def pid(self) -> int:
        """The number of the process, which is also that of its group."""
        return self._pipe.process.pid

    def import_header(self, header: str) -> Elaboration:
        """Imports the modules of a header such as `import Init` and returns the environment that holds them."""
        return _elaboration(self._ask(self._limits.start_seconds, op="import", header=header))

    def elaborate(self, env: int, source: str, *, keep: bool, timeout: float | None = None) -> Elaboration:
        """Elaborates `source` on top of `env`; with `keep` the result is an environment for later requests."""
        seconds = self._limits.request_seconds if timeout is None else timeout
        return _elaboration(self._ask(seconds, op="elaborate", env=env, source=source, keep=keep))

    def parse(self, env: int, category: str, text: str) -> Tree | SyntaxFault:
        """Reads `text` as exactly one phrase of a syntax category, with the notations that `env` knows."""
        reply = self._ask(self._limits.request_seconds, op="parse", env=env, category=category, source=text)
        if "syntax_error" in reply:
            return SyntaxFault(_text(reply, "syntax_error"))
        return _tree(_list(reply, "tree"))

    def audit(self, base: int, env: int, name: str) -> Audit:
        """Says what `name` in `env` is and rests on, and adds its new parts to `base` again with the kernel on."""
        return _audit(self._ask(self._limits.request_seconds, op="audit", base=base, env=env, name=name))

    def memory(self) -> int:
        """Returns the bytes of memory that Lean's heap takes; the session is recycled by this figure."""
        return _int(self._ask(self._limits.request_seconds, op="memory"), "bytes")

    def forget(self, env: int) -> None:
        """Frees an environment that no later request will name."""
        self._ask(self._limits.request_seconds, op="forget", env=env)

    def _ask(self, seconds: float, **request: object) -> _Json:
        nonce = secrets.token_hex(16)
        body = json.dumps({**request, "nonce": nonce}).encode()
        try:
            return _checked(self._pipe.exchange(body, seconds), nonce)
        except SessionLost:
            self.close()
            raise


def _command(toolchain: Toolchain, limits: SessionLimits, fds: Sequence[int]) -> list[str]:
    numbers = [str(fd) for fd in fds]
    if toolchain.kind == "native":
        lean, driver = toolchain.root / "bin" / "lean", _HERE / "driver.lean"
        return [str(lean), f"--tstack={limits.stack_kib}", "--run", str(driver), *numbers]
    # The permission model is a second fence: no writing, no processes, and reading in two folders only.
    readable = [f"--allow-fs-read={folder}" for folder in (_HERE, toolchain.root)]
    flags = [f"--stack-size={limits.stack_kib}", "--permission", "--allow-worker", *readable]
    return [str(toolchain.node), *flags, str(_HERE / "driver.js"), str(toolchain.root / "package"),
            str(toolchain.root / "lib"), *numbers]  # fmt: skip


def _checked(body: bytes, nonce: str) -> _Json:
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SessionLost(f"the reply is not JSON: {error}") from error
    if not isinstance(reply, dict):
        raise SessionLost(f"the reply is not an object: {body[:200]!r}")
    for key in ("error", "refused"):  # a failure before any request was read carries no nonce
        if key in reply:
            raise SessionLost(f"Lean could not answer: {reply[key]}")
    if reply.get("nonce") != nonce:
        raise SessionLost(f"the reply does not belong to this request: {body[:200]!r}")
    return reply


def _malformed(key: str, reply: object) -> SessionLost:
    return SessionLost(f"the reply has no proper '{key}': {str(reply)[:200]}")


def _text(reply: _Json, key: str) -> str:
    value = reply.get(key)
    if not isinstance(value, str):
        raise _malformed(key, reply)
    return value


def _int(reply: _Json, key: str) -> int:
    value = reply.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _malformed(key, reply)
    return value


def _bool(reply: _Json, key: str) -> bool:
    value = reply.get(key)
    if not isinstance(value, bool):
        raise _malformed(key, reply)
    return value


def _list(reply: _Json, key: str) -> list[object]:
    value = reply.get(key)
    if not isinstance(value, list):
        raise _malformed(key, reply)
    return value


def _object(value: object) -> _Json:
    if not isinstance(value, dict):
        raise _malformed("object", value)
    return value


def _elaboration(reply: _Json) -> Elaboration:
    messages = tuple(_message(_object(m)) for m in _list(reply, "messages"))
    seconds = reply.get("ms")
    if not isinstance(seconds, int | float):
        raise _malformed("ms", reply)
    env = None if reply.get("env") is None else _int(reply, "env")
    return Elaboration(env, messages, _int(reply, "errors"), seconds / 1000)


def _message(reply: _Json) -> Message:
    position = _object(reply.get("pos"))
    line, column = _int(position, "line"), _int(position, "column")
    return Message(_text(reply, "severity"), _text(reply, "data"), line, column, _text(reply, "kind"))


def _audit(reply: _Json) -> Audit:
    if not _bool(reply, "exists"):
        return Audit(exists=False, in_base=False, kind="", type_const=None, type_in_base=False, level_params=0, axioms=(), new=())
    said = {_text(r, "name"): _text(r, "said") for r in map(_object, _list(reply, "replay"))}
    new = tuple(
        NewConstant(_text(n, "name"), _text(n, "kind"), said.get(_text(n, "name"), "not replayed"))
        for n in map(_object, _list(reply, "new"))
    )
    axioms = tuple(
        AxiomUse(_text(a, "name"), _text(a, "kind"), _bool(a, "in_base")) for a in map(_object, _list(reply, "axioms"))
    )
    return Audit(
        exists=True,
        in_base=_bool(reply, "in_base"),
        kind=_text(reply, "kind"),
        type_const=None if reply.get("type_const") is None else _text(reply, "type_const"),
        type_in_base=_bool(reply, "type_in_base"),
        level_params=_int(reply, "level_params"),
        axioms=axioms,
        new=new,
    )


def _tree(items: list[object]) -> Tree:
    """Builds the tree from its preorder, from the end backwards: children are complete before their node."""
    done: list[Tree] = []
    for item in reversed(items):
        match item:
            case ["n", str(kind), int(count)] if 0 <= count <= len(done):
                children = tuple(reversed(done[len(done) - count :]))
                del done[len(done) - count :]
                done.append(Node(kind, children))
            case ["a", str(text)]:
                done.append(Atom(text))
            case ["i", str(name), str(raw)]:
                done.append(Ident(name, raw))
            case ["m"]:
                done.append(Missing())
            case _:
                raise _malformed("tree", item)
    if len(done) != 1:
        raise _malformed("tree", len(done))
    return done[0]
