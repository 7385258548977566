"""The calls of shadows and of other functions that stand in printed Lean text, for lemmas to be applied to."""

import re
from collections.abc import Iterator


def calls(text: str) -> list[tuple[str, list[str]]]:
    """Return the distinct applications of shadows in printed Lean text, each with its arguments, outer ones last."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for match in re.finditer(r"\((shadow\d+) ", text):
        arguments = tuple(_arguments(text, match.end()))
        found[match.group(1), arguments] = None
    ordered = sorted(found, key=lambda c: sum(map(len, c[1])))
    return [(shadow, list(arguments)) for shadow, arguments in ordered]


def applications(text: str) -> list[tuple[str, str, list[str]]]:
    """Return the distinct calls of other functions in printed Lean text: the function, `value` or `ticks`, and the arguments.

    Those under a binder are left out: their arguments mean nothing outside it.
    """
    found: dict[tuple[str, str, tuple[str, ...]], None] = {}
    bound = set(re.findall(r"fun \((\w+) :", text))
    for match in re.finditer(r"\((f_\w+)\.(value|ticks) ", text):
        arguments = tuple(_arguments(text, match.end()))
        if not bound & set(re.findall(r"\w+", " ".join(arguments))):
            found[match[1], match[2], arguments] = None
    return [(function, what, list(arguments)) for function, what, arguments in sorted(found, key=lambda c: sum(map(len, c[2])))]


def _arguments(text: str, at: int) -> Iterator[str]:
    """Yield the arguments of an application up to its closing parenthesis."""
    depth, start = 0, at
    for i in range(at, len(text)):
        c = text[i]
        if c in "(⟨":
            depth += 1
        elif c in ")⟩":
            if depth == 0:
                if i > start:
                    yield text[start:i]
                return
            depth -= 1
        elif c == " " and depth == 0:
            if i > start:
                yield text[start:i]
            start = i + 1
