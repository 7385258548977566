"""Reads the table of the corpus, `bench/corpus.toml`: what is known to be best for each target in `specs/`."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parent / "corpus.toml"
FAMILIES: Final = (
    "sums", "recurrences", "numbers", "bits", "folds", "searching", "sorting", "polynomials", "matrices", "machines",
)  # fmt: skip
"""`numbers` is number theory; `bits`, bit tricks; `folds`, of lists; `matrices`, tuples too; `machines`, calendars too"""
COSTS: Final = (
    "constant", "logarithmic", "root", "linear", "linearithmic", "quadratic",
)  # fmt: skip
"""growth in ticks with the size of the input; for a number that is the number itself, and not its length"""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one target."""

    family: str
    source: str
    """the set that the problem was taken from, or the name under which textbooks have it"""
    cost: str
    """one of COSTS: that of the best version known"""
    best: str
    """the best version known, as an expression or in words"""


_FIELDS: Final = frozenset(f.name for f in fields(Row))


def read(path: Path = TABLE) -> dict[str, Row]:
    """Return the rows by the target's name, in the order of the file.

    Raises ValueError for another form than one table a target with the fields of `Row`, all texts that are not blank, and for a
    family or a cost that is none; OSError, UnicodeDecodeError and TOMLDecodeError as reading does.
    """
    return {name: _row(value, f"{path.name}: {name}") for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def _row(value: object, where: str) -> Row:
    if not isinstance(value, dict) or set(value) != _FIELDS:
        raise ValueError(f"{where}: the fields {', '.join(sorted(_FIELDS))} are due, and no others")
    if bad := sorted(key for key, text in value.items() if not isinstance(text, str) or not text.strip()):
        raise ValueError(f"{where}: no text in {', '.join(bad)}")
    row = Row(**value)
    if row.family not in FAMILIES:
        raise ValueError(f"{where}: the family is one of {', '.join(FAMILIES)}")
    if row.cost not in COSTS:
        raise ValueError(f"{where}: the cost is one of {', '.join(COSTS)}")
    return row
