"""Two texts -> rows that stand side by side: what is the same, what went, what came, what was changed."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeAlias

Change: TypeAlias = Literal["same", "changed", "gone", "new"]


@dataclass(frozen=True, slots=True)
class AlignedRow:
    """One row; lines are counted from 1, and a side without a line has None for its number and "" for its text."""

    change: Change
    old_number: int | None
    old: str
    new_number: int | None
    new: str


def side_by_side(old: str, new: str) -> tuple[AlignedRow, ...]:
    r"""Align the lines of two texts.

    >>> [(r.change, r.old, r.new) for r in side_by_side("a\nb\nc", "a\nx\nc\nd")]
    [('same', 'a', 'a'), ('changed', 'b', 'x'), ('same', 'c', 'c'), ('new', '', 'd')]
    """
    return tuple(_rows(lines_of(old), lines_of(new)))


def lines_of(text: str) -> list[str]:
    """Return the lines of a text; only a line feed ends one, so that they are counted as Python counts them."""
    return text.removesuffix("\n").split("\n") if text else []


def _rows(old: list[str], new: list[str]) -> Iterator[AlignedRow]:
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for i, j in zip_longest(range(a, b), range(c, d)):
            left, right = (None, "") if i is None else (i + 1, old[i]), (None, "") if j is None else (j + 1, new[j])
            change: Change = "same" if tag == "equal" else "gone" if j is None else "new" if i is None else "changed"
            yield AlignedRow(change, *left, *right)
