"""What a graph adds to a question: versions that were accepted before, and theorems that may help a proof."""

import ast
from dataclasses import dataclass
from typing import Final

from verify.source import Source

WORDS: Final = {
    "Mod": "fmod", "FloorDiv": "fdiv", "Pow": "^", "BitAnd": "band", "BitOr": "bor", "BitXor": "bxor", "Subscript": "item",
    "range": "upto", "sum": "sum", "min": "least", "max": "greatest", "append": "++", "In": "∈", "divmod": "fdiv fmod",
}  # fmt: skip
"""what constructs of Python are called in statements"""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A version that was accepted: its file and function, in which order at which tier, and what old and new cost.

    `baseline` is the spec's file where the version is one of another target; None for one of the target itself.
    """

    name: str
    source: Source
    baseline: Source | None
    order: str
    tier: str
    costs: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Context:
    """Acceptances, those of the target itself first, and heads of theorems."""

    acceptances: tuple[Acceptance, ...] = ()
    lemmas: tuple[str, ...] = ()


NOTHING: Final = Context()


def words_of(source: Source) -> str:
    """Return the names under which statements speak of what a file uses, as one text."""
    found = set()
    for node in ast.walk(source.tree):
        name = type(node).__name__
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                pass
        found.add(WORDS.get(name, ""))
    return " ".join(sorted(found - {""}))
