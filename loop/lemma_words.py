"""What a lemma says, in words; where its text is of another form than the loop's own lemmas have, its text as it stands."""

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from verify.lemma import Lemma

_SIGNS: Final = (("≤", "<="), ("≥", ">="), ("≠", "!="), ("∧", " and "), ("∨", " or "), ("¬", " not "), ("/", "//"))
_TYPES: Final = {"Int": "whole numbers", "Nat": "natural numbers", "Bool": "truth values"}


def in_words(lemma: Lemma) -> tuple[str, ...]:
    """Return the lines that say what a lemma claims: for what, under which conditions, and the claim."""
    head, comma, body = lemma.statement.removeprefix("∀ ").partition(", ")
    parts = list(groups(head))
    if not lemma.statement.startswith("∀ ") or not comma or " ".join(parts) != head or not all(" : " in p for p in parts):
        return (" ".join(lemma.statement.split()),)
    pairs = [tuple(p[1:-1].split(" : ", 1)) for p in parts]
    of_type = [(_TYPES[t], n) for n, t in pairs if t in _TYPES]
    conditions = [_formula(t) for _, t in pairs if t not in _TYPES]
    listed = " and ".join(f"{kind} {', '.join(n for _, n in some)}" for kind, some in groupby(of_type, lambda p: p[0]))
    under = f" with {' and '.join(conditions)}" if conditions else ""
    return (f"for all {listed}{under}:", _formula(body))


def groups(text: str) -> Iterator[str]:
    """Yield the outermost parts of a text that stand in parentheses."""
    depth = start = 0
    for i, c in enumerate(text):
        if c == "(":
            start, depth = (start, depth + 1) if depth else (i, 1)
        elif c == ")":
            depth -= 1
            if depth == 0:
                yield text[start : i + 1]


def _formula(text: str) -> str:
    """Return a formula with no more parentheses than Python needs; as it stands where Python cannot read it."""
    python = re.sub(r"\(([A-Za-z_]\w*)((?: \w+)+)\)", lambda m: f"{m[1]}({', '.join(m[2].split())})", text)
    for sign, word in _SIGNS:
        python = python.replace(sign, word)
    try:
        read = ast.unparse(ast.parse(re.sub(r"(?<![<>=!])=(?!=)", "==", python).strip(), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    return read.replace("==", "=").replace("//", "/")
