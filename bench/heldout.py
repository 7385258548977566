"""Reads lists of Lean theorems with which a prover is measured: `bench/heldout/*.toml` -> Theorem records.

`theorems.toml` is held out: no prover is tuned on it. `training.toml` is for developing one.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

HELD_OUT: Final = Path(__file__).parent / "heldout" / "theorems.toml"
TRAINING: Final = Path(__file__).parent / "heldout" / "training.toml"


@dataclass(frozen=True, slots=True)
class Theorem:
    """One theorem to prove: `definitions` come first, then `theorem NAME STATEMENT := ...`."""

    name: str
    family: str
    definitions: str
    """Lean declarations, each beginning with `def` at column 0"""
    statement: str
    """the head of the theorem without `theorem` and the name: binders, a colon and the type"""
    note: str
    """one line in words"""


_FIELDS: Final = frozenset(f.name for f in fields(Theorem))


def read(path: Path) -> tuple[Theorem, ...]:
    """Return the theorems of a file in its order.

    Raises ValueError for another form than tables `[[theorem]]` whose fields are those of `Theorem`, all texts that are not
    blank, and for a name that occurs twice; OSError and UnicodeDecodeError as reading does.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = data.get("theorem")
    if set(data) != {"theorem"} or not isinstance(tables, list):
        raise ValueError(f"{path.name}: tables named `theorem` are due, and nothing else")
    found = tuple(_theorem(table, f"{path.name}: theorem {number}") for number, table in enumerate(tables, 1))
    names = [t.name for t in found]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise ValueError(f"{path.name}: these names occur twice: {', '.join(twice)}")
    return found


def _theorem(table: object, where: str) -> Theorem:
    if not isinstance(table, dict) or set(table) != _FIELDS:
        raise ValueError(f"{where}: the fields {', '.join(sorted(_FIELDS))} are due, and no others")
    if bad := sorted(key for key, value in table.items() if not isinstance(value, str) or not value.strip()):
        raise ValueError(f"{where}: no text in {', '.join(bad)}")
    return Theorem(**table)
