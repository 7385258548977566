"""Reads plain recursive Lean definitions as text: `def ...` -> Definition.

The reading only steers a search for lemmas. Text that is not understood gives None, never a guess; what is given wrongly all the
same can cost a proof attempt and nothing else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

Role = Literal["fixed", "structural", "counter", "accumulator"]
"""`fixed` is handed on as it came; `structural` is taken apart by patterns; `counter` changes and a test or the measure looks at
it; `accumulator` changes and nothing looks at it"""

_TOKEN: Final = re.compile(
    r"[A-Za-z_α-κμ-ω][\w'!?₀-₉]*(?:\.[A-Za-z_][\w'!?]*)*|\d+|::|\+\+|:=|=>|==|!=|&&|\|\||<;>|\.\d+|--[^\n]*|\S"
)
_OPEN: Final = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
_NAME: Final = re.compile(r"[A-Za-z_α-κμ-ω][\w'!?₀-₉]*")
_RESERVED: Final = frozenset(
    {"if", "then", "else", "match", "with", "let", "have", "fun", "do", "where", "by", "from", "in", "at", "termination_by"}
)
_MEASURE: Final = frozenset({"termination_by", "decreasing_by"})
_STEP: Final = re.compile(r"(.+) ([+-]) (\d+)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign, and where it begins and ends in its text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `step` is what every recursive call adds to it, None where they differ or it is no number."""

    name: str
    type: str
    role: Role
    step: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """One way through the body: the patterns of the parameters, the tests passed (`¬` before one that failed), the value."""

    patterns: tuple[str, ...]
    tests: tuple[str, ...]
    value: str
    calls: tuple[tuple[str, ...], ...]
    """arguments of each recursive call in the value"""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as its text gives it."""

    name: str
    parameters: tuple[Parameter, ...]
    result: str
    cases: tuple[Case, ...]
    words: frozenset[str]
    """every name that occurs in the body, but its own"""
    by_patterns: bool
    """whether it is given by equations or a `match`"""

    @property
    def recursive(self) -> bool:
        """Whether it calls itself."""
        return any(case.calls for case in self.cases)

    @property
    def nested(self) -> bool:
        """Whether an argument of a recursive call holds another one: such a function may grow beyond all bounds."""
        return any(t.text == self.name for c in self.cases for call in c.calls for a in call for t in tokens(a))

    def role(self, *roles: Role) -> tuple[Parameter, ...]:
        """Return the parameters that have one of these roles, in order."""
        return tuple(p for p in self.parameters if p.role in roles)


class _Unread(Exception):  # noqa: N818 - an outcome
    """The text has a form that this reader does not know."""


def tokens(text: str) -> list[Token]:
    """Return the words and signs of a text; comments are left out."""
    return [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text) if not m[0].startswith("--")]


def read_definition(text: str) -> Definition | None:
    """Return the definition that a text holds, or None where it has another form than this reader knows."""
    try:
        return _read(text)
    except _Unread:
        return None


def split_top(text: str, *signs: str) -> list[str]:
    """Return the parts of a text between signs that stand outside all brackets."""
    parts, start, depth = [], 0, 0
    for t in tokens(text):
        depth += (t.text in _OPEN) - (t.text in _OPEN.values())
        if depth == 0 and t.text in signs:
            parts.append(text[start : t.start].strip())
            start = t.end
    return [*parts, text[start:].strip()]


def arguments(text: str, name: str, arity: int) -> list[tuple[tuple[str, ...], int, int]] | None:
    """Return the arguments, start and end of each application of `name`; None where it stands with fewer than `arity`."""
    found: list[tuple[tuple[str, ...], int, int]] = []
    words = tokens(text)
    for i, t in enumerate(words):
        if t.text != name:
            continue
        if i and _ends_atom(words[i - 1].text):
            return None  # it is itself an argument
        at = i + 1
        out: list[str] = []
        while at < len(words) and len(out) < arity and (end := _atom(words, at)) is not None:
            out.append(bare(text[words[at].start : words[end - 1].end]))
            at = end
        if len(out) < arity:
            return None
        found.append((tuple(out), t.start, words[at - 1].end))
    return found


def bare(text: str) -> str:
    """Return a text without brackets that enclose the whole of it; a tuple keeps them."""
    text = " ".join(text.split())
    while text.startswith("(") and _closing(tokens(text), 0) == len(tokens(text)) - 1 and len(split_top(text[1:-1], ",")) == 1:
        inner = text[1:-1].strip()
        if not inner or len(split_top(inner, ":")) > 1:
            break
        text = inner
    return text


def atom(text: str) -> str:
    """Return a text as an argument: in brackets unless it is one word."""
    words = tokens(text)
    return text if words and _atom(words, 0) == len(words) else f"({text})"


def components(result: str) -> list[tuple[str, str]]:
    """Return the ways into a product type with the type at their end: `Int × Nat` gives `.1` and `.2`, another type ""."""
    parts = split_top(bare(result), "×")
    if len(parts) == 1:
        return [("", bare(result))]
    out: list[tuple[str, str]] = []
    for i, part in enumerate(parts):
        path = ".2" * i + (".1" if i < len(parts) - 1 else "")
        out += [(path + inner, kind) for inner, kind in components(part)]
    return out


# -- reading ------------------------------------------------------------------------------------------------------------------


def _read(text: str) -> Definition:
    text = _without_comments(text)
    head, body = _head_and_body(text)
    words = tokens(head)
    if len(words) < 2 or words[0].text != "def" or not _NAME.fullmatch(words[1].text):  # noqa: PLR2004
        raise _Unread
    name = words[1].text
    named, types = _signature(head[words[1].end :])
    body, measure = _parted(body)
    if body.lstrip().startswith("|"):
        names, cases = _equations(body, len(types) - 1)
        result = types[-1]
        heads = [(n, t) for n, t in zip(names, types[:-1], strict=True)]
        patterned = [False] * len(named) + [True] * len(heads)
        cases = [replace(c, patterns=(*(n for n, _ in named), *c.patterns)) for c in cases]
    else:
        if len(types) != 1:
            raise _Unread  # a function without names for its parameters
        result, heads = types[0], []
        cases, matched = _body(body, [n for n, _ in named])
        patterned = [n in matched for n, _ in named]
    parameters = [*named, *heads]
    if not parameters or len({n for n, _ in parameters}) < len(parameters):
        raise _Unread
    cases = [_with_calls(c, name, len(parameters)) for c in cases]
    looked_at = {t.text for c in cases for test in c.tests for t in tokens(test)} | {t.text for t in tokens(measure)}
    looked_at |= {t.text for c in cases for test in _tests_within(c.value) for t in tokens(test)}
    read = tuple(_parameter(i, n, kind, cases, looked_at, patterned[i]) for i, (n, kind) in enumerate(parameters))
    used = frozenset(t.text for t in tokens(body)) - {name}
    return Definition(name, read, result, tuple(cases), used, any(patterned))


def _without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", "", re.sub(r"/-.*?-/", "", text, flags=re.DOTALL))


def _head_and_body(text: str) -> tuple[str, str]:
    depth = 0
    for t in tokens(text):
        depth += (t.text in _OPEN) - (t.text in _OPEN.values())
        if depth == 0 and t.text in (":=", "|"):
            return text[: t.start], text[t.end if t.text == ":=" else t.start :]
    raise _Unread


def _signature(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the binders before the colon with their types, and the types after it, the result last."""
    named: list[tuple[str, str]] = []
    words = tokens(text)
    i = 0
    while i < len(words) and words[i].text != ":":
        if words[i].text != "(":  # implicit arguments and instances make the function polymorphic
            raise _Unread
        end = _closing(words, i)
        parts = split_top(text[words[i].end : words[end].start], ":")
        if len(parts) != 2:  # noqa: PLR2004 - names and a type
            raise _Unread
        named += [(n, parts[1]) for n in parts[0].split()]
        i = end + 1
    if i >= len(words):
        raise _Unread
    types = split_top(text[words[i].end :], "→")
    if not all(types) or any(t.text in ("∀", "Type", "Prop", "Sort", ":") for part in types for t in tokens(part)):
        raise _Unread
    return named, types


def _parted(body: str) -> tuple[str, str]:
    """Return a body without its `termination_by` and `decreasing_by`, and the measure."""
    measure, end = "", len(body)
    found = [t for t in tokens(body) if t.text in _MEASURE]
    for i, t in enumerate(found):
        end = min(end, t.start)
        if t.text == "termination_by":
            measure = body[t.end : found[i + 1].start if i + 1 < len(found) else len(body)]
    return body[:end], measure


def _alternatives(text: str) -> list[tuple[list[str], str]]:
    """Return the patterns and the value of each `| p, q => value`; a `match` within a value is not read."""
    out = []
    for part in split_top(text, "|")[1:]:
        pieces = split_top(part, "=>")
        if len(pieces) != 2 or any(t.text == "match" for t in tokens(part)):  # noqa: PLR2004 - patterns and a value
            raise _Unread
        out.append((split_top(pieces[0], ","), pieces[1]))
    return out


def _equations(body: str, arity: int) -> tuple[list[str], list[Case]]:
    rows = _alternatives(body)
    if any(len(patterns) != arity for patterns, _ in rows):
        raise _Unread
    cases = [Case(tuple(patterns), tests, value, ()) for patterns, whole in rows for tests, value in _leaves(whole, ())]
    names: list[str] = []
    for i in range(arity):
        name = _pattern_name([patterns[i] for patterns, _ in rows])
        names.append(name if name is not None and name not in names else f"x{i + 1}")
    return names, cases


def _pattern_name(patterns: Sequence[str]) -> str | None:
    """Return the name that patterns suggest: a plain name, or what is left when one is taken apart."""
    plain = [p for p in patterns if _NAME.fullmatch(p) and p != "_" and not p[0].isupper()]
    inner = [p.split("::")[-1].strip() if "::" in p else p.split("+")[0].strip() for p in patterns if "::" in p or "+" in p]
    return next((p for p in (*plain, *inner) if _NAME.fullmatch(p) and p not in ("_", "true", "false")), None)


def _body(body: str, names: Sequence[str]) -> tuple[list[Case], set[str]]:
    words = tokens(body)
    if words and words[0].text == "match":
        head = split_top(body[words[0].end :], "with")
        if len(head) != 2:  # noqa: PLR2004 - what is matched, and the alternatives
            raise _Unread
        matched = split_top(head[0], ",")
        if not all(m in names for m in matched):
            raise _Unread
        cases = []
        for patterns, value in _alternatives(head[1]):
            if len(patterns) != len(matched):
                raise _Unread
            given = dict(zip(matched, patterns, strict=True))
            row = tuple(given.get(n, n) for n in names)
            cases += [Case(row, tests, leaf, ()) for tests, leaf in _leaves(value, ())]
        return cases, set(matched)
    return [Case(tuple(names), tests, leaf, ()) for tests, leaf in _leaves(body, ())], set()


def _leaves(text: str, tests: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the values that the `if`s at the head of a text lead to, each with the tests on the way."""
    words = tokens(text)
    if not words:
        raise _Unread
    if words[0].text in ("do", "where", "by"):
        raise _Unread
    if words[0].text != "if":
        yield tests, " ".join(text.split())
        return
    test, then, other = _branches(text, words)
    yield from _leaves(then, (*tests, test))
    yield from _leaves(other, (*tests, f"¬({test})"))


def _branches(text: str, words: Sequence[Token]) -> tuple[str, str, str]:
    depth, pending = 0, 0
    marks: list[Token] = []
    for t in words:
        depth += (t.text in _OPEN) - (t.text in _OPEN.values())
        if depth:
            continue
        pending += t.text == "if"
        if t.text == "then" and pending == 1 and not marks:
            marks.append(t)
        elif t.text == "else":
            if pending == 1:
                marks.append(t)
                break
            pending -= 1
    if len(marks) != 2:  # noqa: PLR2004 - `then` and `else`
        raise _Unread
    test = " ".join(text[words[0].end : marks[0].start].split())
    parts = split_top(test, ":")
    return parts[-1], text[marks[0].end : marks[1].start], text[marks[1].end :]


def _tests_within(text: str) -> Iterator[str]:
    """Yield the tests of every `if` that stands inside a value."""
    words = tokens(text)
    for i, t in enumerate(words):
        if t.text == "if":
            end = next((w for w in words[i:] if w.text == "then"), None)
            if end is not None:
                yield text[t.end : end.start]


def _with_calls(case: Case, name: str, arity: int) -> Case:
    found = arguments(case.value, name, arity)
    if found is None:
        raise _Unread
    inner = [a for args, _, _ in found for arg in args for a, _, _ in arguments(arg, name, arity) or []]
    calls = tuple(dict.fromkeys([a for a, _, _ in found] + inner))
    return replace(case, calls=calls)


def _parameter(i: int, name: str, kind: str, cases: Sequence[Case], looked_at: set[str], patterned: bool) -> Parameter:  # noqa: FBT001
    kind = " ".join(kind.split())
    taken_apart = patterned and any(not _NAME.fullmatch(c.patterns[i]) or c.patterns[i] in ("true", "false") for c in cases)
    pairs = [(c.patterns[i], call[i]) for c in cases for call in c.calls]
    steps = {_step(pattern, argument) for pattern, argument in pairs}
    step = next(iter(steps)) if len(steps) == 1 else None
    if taken_apart:
        return Parameter(name, kind, "structural", step)
    if all(pattern == argument for pattern, argument in pairs):
        return Parameter(name, kind, "fixed", 0)
    names = {c.patterns[i] for c in cases} | {name}
    return Parameter(name, kind, "counter" if names & looked_at else "accumulator", step)


def _step(pattern: str, argument: str) -> int | None:
    if pattern == argument:
        return 0
    for longer, shorter, sign in ((argument, pattern, 1), (pattern, argument, -1)):
        match = _STEP.fullmatch(longer)
        if match and match[1] == shorter:
            return sign * int(match[3]) * (1 if match[2] == "+" else -1)
    return None


def _closing(words: Sequence[Token], at: int) -> int:
    """Return where the bracket that opens at a place closes."""
    depth = 0
    for i in range(at, len(words)):
        depth += (words[i].text in _OPEN) - (words[i].text in _OPEN.values())
        if depth == 0:
            return i
    raise _Unread


def _ends_atom(word: str) -> bool:
    return word in _OPEN.values() or word[-1].isdigit() or (_NAME.match(word) is not None and word not in _RESERVED)


def _atom(words: Sequence[Token], at: int) -> int | None:
    """Return where the argument that begins at a place ends, None where none begins there."""
    first = words[at].text
    if first in _OPEN:
        end = _closing(words, at) + 1
    elif first[0].isdigit() or (_NAME.match(first) and first not in _RESERVED):
        end = at + 1
    else:
        return None
    while end < len(words) and re.fullmatch(r"\.\d+", words[end].text) and words[end].start == words[end - 1].end:
        end += 1
    return end
