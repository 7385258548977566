"""Programs on which readings once differed, each a file in `corpus/` that is replayed for ever.

A file is the function's text. Comment lines before it say what was found, give the inputs (`# inputs: [(1, [2])]`), and say what
is due: `# due: agreement`, or the reason for which the reader refuses the program.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.compare import Disagreement
from tests.fuzz.values import Arguments

FOLDER: Final = Path(__file__).parent / "corpus"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the corpus."""

    name: str
    text: str
    inputs: Sequence[Arguments]
    due: str


def entry(found: Disagreement, origin: str) -> str:
    """Return the text of a corpus file for a disagreement."""
    given = "\n".join(f"# {name}: {outcome}" for name, outcome in found.outcomes.items())
    return f"# {origin}\n{given}\n# inputs: {[found.arguments]!r}\n# due: agreement\n{found.text}"


def entries() -> Iterator[Entry]:
    """Yield every file of the corpus."""
    for path in sorted(FOLDER.glob("*.txt")):
        lines = path.read_text().splitlines(keepends=True)
        text = "".join(line for line in lines if not line.startswith("#"))
        notes = dict(line[2:].rstrip("\n").split(": ", 1) for line in lines if line.startswith(("# inputs: ", "# due: ")))
        yield Entry(path.stem, text, ast.literal_eval(notes["inputs"]), notes["due"])
