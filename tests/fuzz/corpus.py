"""Programs on which readings once differed, each a file in `corpus/` that is replayed for ever.

A file is the function's text; comment lines before it say what was found, and give the inputs: `# inputs: [(1, [2])]`.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.fuzz.compare import Disagreement
from tests.fuzz.values import Arguments

FOLDER: Final = Path(__file__).parent / "corpus"


def entry(found: Disagreement, origin: str) -> str:
    """Return the text of a corpus file for a disagreement."""
    given = "\n".join(f"# {name}: {outcome}" for name, outcome in found.outcomes.items())
    return f"# {origin}\n{given}\n# inputs: {[found.arguments]!r}\n{found.text}"


def parse(text: str) -> tuple[str, Sequence[Arguments]]:
    """Return the program of a corpus file, and its inputs."""
    lines = text.splitlines(keepends=True)
    (given,) = (line for line in lines if line.startswith("# inputs: "))
    return "".join(line for line in lines if not line.startswith("#")), ast.literal_eval(given.removeprefix("# inputs: "))


def entries() -> Iterator[tuple[str, str, Sequence[Arguments]]]:
    """Yield name, program and inputs of every file."""
    for path in sorted(FOLDER.glob("*.txt")):
        yield (path.stem, *parse(path.read_text()))
