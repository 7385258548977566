"""The targets that a server speaks of: those of the spec files under one folder, each by a name.

A client names a target, and no file: a name is looked up among those that the folder holds, and never made into a path.
"""

import difflib
import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loop.commands.common import UsageError, read_file, spec_paths
from verify.components import linked
from verify.graph import Graph
from verify.limits import DEFAULT
from verify.reasons import Reason, Refusal
from verify.spec import Spec, to_specs

NAME: Final = 300
"""characters of a name that is looked up"""
NEAR: Final = 3
"""names like one that is not there, which are told"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A target under the name by which clients call it: that of its function, or `FILE::FUNCTION` where several have that."""

    name: str
    file: str
    spec: Spec


@dataclass(frozen=True, slots=True)
class Catalog:
    """All targets of a folder by their names, and the files that do not read, with the reasons."""

    targets: Mapping[str, Listed]
    problems: Mapping[str, Reason]

    def find(self, name: str) -> Listed:
        """Return a target. Raises UsageError where there is none of this name."""
        if found := self.targets.get(name):
            return found
        if many := [n for n in self.targets if n.endswith(f"::{name}")]:
            raise UsageError(f"{len(many)} targets have the name {shown(name)}; name one of {', '.join(many)}.")
        near = difflib.get_close_matches(name[:NAME], self.targets, NEAR)
        like = f" Like it are {', '.join(near)}." if near else ""
        raise UsageError(f"there is no target {shown(name)}; the tool `targets` lists them.{like}")


def shown(name: str) -> str:
    """Return what a client called something, as a short literal of printable ASCII."""
    return ascii(name if len(name) <= NAME else name[:NAME] + "...")


def catalog(folder: Path, graph: Graph) -> Catalog:
    """Read the spec files under a folder, with the accepted components that they call. Raises UsageError where there are none."""
    found: list[tuple[str, Spec]] = []
    problems: dict[str, Reason] = {}
    for path in spec_paths((folder,)):
        label = path.relative_to(folder).as_posix() if path != folder else path.name
        try:
            content = linked(read_file(path, "spec"), label, graph.nodes, DEFAULT)
            found += [(label, spec) for spec in _specs(content, label)]
        except Refusal as refusal:
            problems[label] = refusal.reason
    times = Counter(spec.name for _, spec in found)
    named = [(spec.name if times[spec.name] == 1 else f"{file}::{spec.name}", file, spec) for file, spec in found]
    return Catalog({name: Listed(name, file, spec) for name, file, spec in named}, problems)


@functools.lru_cache(maxsize=2_048)
def _specs(content: bytes, label: str) -> tuple[Spec, ...]:
    """Read a spec file; what does not change is read once."""
    return to_specs(content, label, DEFAULT)
