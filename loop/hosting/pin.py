"""`python -m loop.hosting.pin GRAPH`: pin the heads that a graph holds of the targets in specs/self."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from loop.hosting.pins import FILE, Pin, to_bytes
from verify.graph import Graph, head, load
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.reasons import Reason
from verify.spec import to_specs

SPECS: Final = Path(__file__).resolve().parents[2] / "specs" / "self"


def heads(graph: Graph, specs: Path = SPECS) -> Iterator[tuple[str, Pin | None]]:
    """Yield each target of a folder of specs with the pin of its head; None where nothing better than the baseline is accepted.

    Raises Refusal where a spec file is not one, and OSError.
    """
    for path in sorted(specs.glob("*.py")):
        content = path.read_bytes()
        for spec in to_specs(content, str(path), DEFAULT):
            own = spec_node(spec.name, content)
            top = head(graph, own.id) if own.id in graph.nodes else None
            better = top is not None and top.edge("supersedes") is not None
            yield spec.name, Pin(top.id, own.id) if top is not None and better else None


def main(arguments: list[str]) -> int:
    """Write the pins anew, whole or not at all, and say what they are; 2 where the graph cannot be read."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m loop.hosting.pin GRAPH, the folder of a graph\n")
        return 2
    if not SPECS.is_dir():
        sys.stderr.write(f"there is no folder {SPECS}; the pins are written in a checkout, where its specs are\n")
        return 2
    graph = load(Path(arguments[0]))
    if isinstance(graph, Reason):
        sys.stderr.write(f"{graph}\n")
        return 2
    found = dict(heads(graph))
    temporary = FILE.with_suffix(".tmp")
    temporary.write_bytes(to_bytes({name: pin for name, pin in found.items() if pin is not None}))
    temporary.replace(FILE)
    for name, pin in found.items():
        sys.stdout.write(f"{name}: {pin.node if pin else 'nothing better than the baseline is accepted'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
