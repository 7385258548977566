"""Which targets are held out: whole families, and what is alike up to names wherever it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loop.commands.common import UsageError
from loop.normal import normal_text
from verify.canonical import digest
from verify.node import Node
from verify.spec import Spec

OTHER: Final = "other"
"""the family of a target whose spec file is not there"""
SHARE: Final = 5
"""one target in so many is held out, where no family is named"""


@dataclass(frozen=True, slots=True)
class Families:
    """The family of each spec node, and the nodes that are held out."""

    of: Mapping[str, str]
    held_out: frozenset[str]
    """spec nodes in the split `test`"""
    moved: frozenset[str]
    """of those, the ones that are held out because a program of a held-out family is the same up to names"""

    def split(self, spec: str) -> str:
        """Return the split of a spec node."""
        return "test" if spec in self.held_out else "train"


def families_of(specs: Sequence[tuple[Node, Spec]], folder: Path, named: Sequence[str]) -> Families:
    """Return the families of targets, by the folders under `folder` in which their spec files lie, and which are held out.

    Without names, families are held out in the order of the digests of their names until they have one target in SHARE. Raises
    UsageError for a name that is no family.
    """
    files = {path.read_bytes(): path for path in sorted(folder.rglob("*.py")) if path.is_file()} if folder.is_dir() else {}
    of = {node.id: _family(files.get(node.content("spec.py")), folder) for node, _ in specs}
    if unknown := sorted(set(named) - set(of.values())):
        there = ", ".join(sorted(set(of.values())))
        raise UsageError(f"no target of the graph is of the family {unknown[0]!a}; there are {there}.")
    chosen = frozenset(named) or drawn(of.values())
    texts = {node.id: normal_text(spec.source, spec.name) for node, spec in specs}
    first = frozenset(i for i, family in of.items() if family in chosen)
    known = {texts[i] for i in first}
    moved = frozenset(i for i in of if i not in first and texts[i] in known)
    return Families(of, first | moved, moved)


def _family(path: Path | None, folder: Path) -> str:
    return OTHER if path is None else family_of(path, folder)


def family_of(path: Path, folder: Path) -> str:
    """Return the family of a spec file's targets: its folder under `folder`, or its own name where it lies there itself."""
    return path.parent.relative_to(folder).as_posix() if path.parent != folder else path.stem


def drawn(families: Iterable[str]) -> frozenset[str]:
    """Return the families that are held out where none is named, given that of each target: by the digests of their names."""
    every = list(families)
    chosen = set[str]()
    for name in sorted(set(every), key=lambda f: digest("held-out family", f)):
        if chosen and sum(f in chosen for f in every) * SHARE >= len(every):
            break
        chosen.add(name)
    return frozenset(chosen) if chosen != set(every) else frozenset()
