"""Reads what a search needs to know from the Lean text of a goal: definitions -> Function, a theorem's head -> Head.

The reading is a guess that only steers a search: text that it does not understand gives fewer tactics, never a wrong proof.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

WORD: Final = re.compile(r"[A-Za-z_α-ω][\w'!?.₀-₉]*")
_OPEN: Final = "([{⟨"
_CLOSE: Final = ")]}⟩"
_TYPES: Final = re.compile(r"(Nat|Int|Bool|List|Prod|Option)\b")


@dataclass(frozen=True, slots=True)
class Binder:
    """One name that a head binds, with its type or, of a hypothesis, its proposition."""

    name: str
    type: str

    @property
    def is_data(self) -> bool:
        """Whether it is a number, a flag or a list, and no hypothesis."""
        return _TYPES.match(self.type.lstrip("(")) is not None and not re.search(r"[=≤<>≥≠∣∀∃∧∨¬]", self.type)


@dataclass(frozen=True, slots=True)
class Function:
    """A definition: its name, the types of its arguments, that of its result, and how it recurs."""

    name: str
    arguments: tuple[Binder, ...]
    """those before the colon by name, the others as `_`"""
    result: str
    recursive: bool
    by_match: bool
    body: str

    @property
    def text_words(self) -> frozenset[str]:
        """The words of its body."""
        return frozenset(WORD.findall(self.body))


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a theorem: what it binds, and its goal."""

    binders: tuple[Binder, ...]
    goal: str

    @property
    def data(self) -> tuple[Binder, ...]:
        """The binders that induction may be on."""
        return tuple(b for b in self.binders if b.is_data)

    @property
    def hypotheses(self) -> tuple[Binder, ...]:
        """The other binders."""
        return tuple(b for b in self.binders if not b.is_data)


def at_top(text: str, symbols: tuple[str, ...], start: int = 0) -> tuple[int, str] | None:
    """Return where the first of the symbols stands outside all brackets, and which; None where none does."""
    depth = 0
    for i in range(start, len(text)):
        if text[i] in _OPEN:
            depth += 1
        elif text[i] in _CLOSE:
            depth -= 1
        elif depth == 0:
            for symbol in symbols:
                if text.startswith(symbol, i):
                    return i, symbol
    return None


def split_top(text: str, symbol: str) -> list[str]:
    """Split a text at a symbol wherever it stands outside all brackets.

    >>> split_top("Nat → (Int → Int) → Bool", "→")
    ['Nat', '(Int → Int)', 'Bool']
    """
    parts, start = [], 0
    while (found := at_top(text, (symbol,), start)) is not None:
        parts.append((start, found[0]))
        start = found[0] + len(symbol)
    return [text[a:b].strip() for a, b in (*parts, (start, len(text)))]


def binders(text: str) -> tuple[Binder, ...]:
    """Read a run of binders in brackets, one entry a name.

    >>> [b.name + ":" + b.type for b in binders("(n m : Int) {k : Nat}")]
    ['n:Int', 'm:Int', 'k:Nat']
    """
    found = []
    for group in _groups(text):
        at = at_top(group, (":",))
        if at is not None:
            found += [Binder(name, group[at[0] + 1 :].strip()) for name in group[: at[0]].split()]
    return tuple(found)


def _groups(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for i, c in enumerate(text):
        if c in _OPEN:
            if depth == 0:
                start = i + 1
            depth += 1
        elif c in _CLOSE:
            depth -= 1
            if depth == 0:
                yield text[start:i]


def to_head(statement: str) -> Head:
    """Read the head of a theorem; where it has no colon, all of it is the goal. Leading `∀` binders count as the head's."""
    at = at_top(statement, (":",))
    if at is None:
        return Head((), statement.strip())
    return Head(binders(statement[: at[0]]), statement[at[0] + 1 :].strip())


def declarations(text: str) -> tuple[str, ...]:
    """Return the texts of the definitions, each beginning with `def` at column 0."""
    return tuple(p.strip() + "\n" for p in re.split(r"(?m)^(?=def )", text) if p.strip())


def to_function(text: str) -> Function | None:
    """Read one definition; None where it is none."""
    if not (found := re.match(r"def\s+(\S+)", text)):
        return None
    at = at_top(text, (":=", "\n  |", "\n|"), found.end())
    if at is None:
        return None
    head, body = text[found.end() : at[0]], text[at[0] :]
    colon = at_top(head, (":",))
    named = binders(head[: colon[0]] if colon else head)
    types = split_top(head[colon[0] + 1 :], "→") if colon else [""]
    name, by_match = found[1], at[1] != ":="
    return Function(
        name,
        (*named, *(Binder("_", t) for t in types[:-1])),
        types[-1],
        re.search(rf"(?<![\w.']){re.escape(name)}(?![\w'])", body) is not None,
        by_match,
        body,
    )


def functions(definitions: str) -> tuple[Function, ...]:
    """Read all definitions of a text."""
    return tuple(f for d in declarations(definitions) if (f := to_function(d)) is not None)


def applications(text: str, name: str, arity: int) -> list[tuple[str, ...]]:
    """Return the distinct lists of arguments that a function is applied to, in order; shorter ones are left out.

    >>> applications("f (n + 1) (f n 0).1 + g n", "f", 2)
    [('n', '0')]
    """
    found: dict[tuple[str, ...], None] = {}
    for match in re.finditer(rf"(?<![\w.']){re.escape(name)}(?= )", text):
        arguments = tuple(_arguments(text, match.end(), arity))
        if len(arguments) == arity and not any("." in a.lstrip("(0123456789") and a.endswith((".1", ".2")) for a in arguments):
            found[arguments] = None
    return list(found)


def _arguments(text: str, at: int, most: int) -> Iterator[str]:
    """Yield up to so many arguments that follow: names, numerals, and terms in brackets, projections included."""
    for _ in range(most):
        while at < len(text) and text[at] == " ":
            at += 1
        start = at
        if at < len(text) and text[at] in _OPEN:
            depth = 0
            while at < len(text):
                depth += (text[at] in _OPEN) - (text[at] in _CLOSE)
                at += 1
                if depth == 0:
                    break
        while at < len(text) and (text[at].isalnum() or text[at] in "_'.✝"):
            at += 1
        if at == start:
            return
        yield text[start:at]


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, each once."""
    return tuple(dict.fromkeys(WORD.findall(text)))
