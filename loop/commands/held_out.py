"""The spec files of a folder, divided into those that the loop learns from and those that it is measured on, by families."""

from collections.abc import Collection
from pathlib import Path

from loop.commands.common import UsageError, read_spec, spec_paths
from loop.dataset.families import drawn, family_of


def divided(specs: Path, named: Collection[str]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the files to learn from and the held-out ones, whole paths; without names, families are drawn by their digests.

    Raises UsageError for a name that is no family, and where either part is empty.
    """
    of = {path: family_of(path, specs) for path in spec_paths([specs]) for _ in read_spec(path, None).specs}
    if unknown := sorted(set(named) - set(of.values())):
        raise UsageError(f"no target is of the family {unknown[0]!a}; there are {', '.join(sorted(set(of.values())))}.")
    held = frozenset(named) or drawn(of.values())
    train, test = (tuple(p.absolute() for p, f in of.items() if (f in held) == wanted) for wanted in (False, True))
    if not train or not test:
        raise UsageError("there are no targets to learn from, or none to be measured on; hold out some families, and not all.")
    return train, test
