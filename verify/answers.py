"""What a Lean process answers, as values.

Refuses only: a reply that has not the shape that its request calls for, or does not belong to it, raises `SessionLost`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from verify.pipe import SessionLost

if TYPE_CHECKING:
    from collections.abc import Iterator

Reply: TypeAlias = "dict[str, object]"


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


def checked(body: bytes, nonce: str) -> Reply:
    """Returns the reply to the request of that nonce; a failure that Lean reports is a loss as well."""
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SessionLost(f"the reply is not JSON: {error}") from error
    if not isinstance(reply, dict):
        raise SessionLost(f"the reply is not an object: {body[:200]!r}")
    for key in ("error", "refused"):  # a failure before any request was read carries no nonce
        if key in reply:
            raise SessionLost(f"Lean could not answer: {reply[key]}", "stack" if reply.get("limit") == "stack" else None)
    if reply.get("nonce") != nonce:
        raise SessionLost(f"the reply does not belong to this request: {body[:200]!r}")
    return reply


def _malformed(key: str, reply: object) -> SessionLost:
    return SessionLost(f"the reply has no proper '{key}': {str(reply)[:200]}")


def _text(reply: Reply, key: str) -> str:
    value = reply.get(key)
    if not isinstance(value, str):
        raise _malformed(key, reply)
    return value


def _int(reply: Reply, key: str) -> int:
    value = reply.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _malformed(key, reply)
    return value


def _bool(reply: Reply, key: str) -> bool:
    value = reply.get(key)
    if not isinstance(value, bool):
        raise _malformed(key, reply)
    return value


def _list(reply: Reply, key: str) -> list[object]:
    value = reply.get(key)
    if not isinstance(value, list):
        raise _malformed(key, reply)
    return value


def _object(value: object) -> Reply:
    if not isinstance(value, dict):
        raise _malformed("object", value)
    return value


def to_version(reply: Reply) -> str:
    """Reads the reply to `version`."""
    return _text(reply, "version")


def to_bytes(reply: Reply) -> int:
    """Reads the reply to `memory`."""
    return _int(reply, "bytes")


def to_sha256(reply: Reply) -> str:
    """Reads the reply to `snapshot`."""
    return _text(reply, "sha256")


def to_elaboration(reply: Reply) -> Elaboration:
    """Reads the reply to `import` and `elaborate`."""
    messages = tuple(_message(_object(m)) for m in _list(reply, "messages"))
    seconds = reply.get("ms")
    if not isinstance(seconds, int | float):
        raise _malformed("ms", reply)
    env = None if reply.get("env") is None else _int(reply, "env")
    return Elaboration(env, messages, _int(reply, "errors"), seconds / 1000)


def _message(reply: Reply) -> Message:
    position = _object(reply.get("pos"))
    line, column = _int(position, "line"), _int(position, "column")
    return Message(_text(reply, "severity"), _text(reply, "data"), line, column, _text(reply, "kind"))


def to_tree(reply: Reply) -> Tree | SyntaxFault:
    """Reads the reply to `parse`."""
    if "syntax_error" in reply:
        return SyntaxFault(_text(reply, "syntax_error"))
    return _tree(_list(reply, "tree"))


def to_kinds(reply: Reply) -> tuple[str, ...]:
    """Reads the reply to `kinds`."""
    kinds = _list(reply, "kinds")
    if not all(isinstance(kind, str) for kind in kinds):
        raise _malformed("kinds", reply)
    return tuple(map(str, kinds))


def to_audit(reply: Reply) -> Audit:
    """Reads the reply to `audit`."""
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
