"""Every block of `docs/language.md` is read, and gives the same in CPython, in the interpreter and where lists are values."""

import random
import re
from pathlib import Path

import pytest
from readings import program_of, readings

from verify.types import ListOf, TupleOf, Type, Value

PAGE = Path(__file__).parent.parent.parent / "docs" / "language.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def drawn(rng: random.Random, t: Type) -> Value:
    match t:
        case ListOf(element):
            return [drawn(rng, element) for _ in range(rng.randrange(6))]
        case TupleOf(parts):
            return tuple(drawn(rng, p) for p in parts)
        case "bool":
            return rng.random() < 0.5
        case _:
            return rng.randrange(-5, 30)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_reads_and_runs(block: str) -> None:
    program = program_of(block)
    rng = random.Random(3)
    results = [readings(block, *(drawn(rng, p.type) for p in program.parameters)) for _ in range(30)]
    assert all(not raised for _, raised in results)
    assert len({repr(r) for r in results}) > 1


def test_the_page_has_blocks() -> None:
    assert len(BLOCKS) == PAGE.read_text().count("```") // 2 >= 12
