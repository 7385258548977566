"""Targets -> the names under which a package offers them: importable, all different, none that hides what is Python's own.

A target may be called as a builtin, as a word that some statements begin with, or as a part of the package itself: an underscore
then follows its name. Targets of one name, or of names that a file system may take for one, are told apart by the digits that
their specs' nodes begin with, which stay what they are when a better version is accepted.
"""

import builtins
import keyword
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

from loop.commands.common import UsageError
from loop.export.recheck import CHECKED, HEADS, NODES, VOCABULARY
from verify.node import Node

OWN: Final = frozenset({CHECKED, HEADS, NODES, VOCABULARY, "recheck"})
"""what a package has beside its functions"""
TAKEN: Final = frozenset({*dir(builtins), "copyright", "credits", "exit", "help", "license", "quit", *keyword.softkwlist})
DIGITS: Final = 12
FOREIGN: Final = frozenset({"icontract", "loop", "test", "tests", "verify"})
"""packages that what is exported, or its check, may need under their own names"""


def public_names(specs: Sequence[Node]) -> list[str]:
    """Return a name for each target, in their order.

    >>> from verify.node import spec_node
    >>> public_names([spec_node("hash", b""), spec_node("gcd", b""), spec_node("recheck", b"")])
    ['hash_', 'gcd', 'recheck_']
    """
    first = [f"{s.target}_" if s.target in TAKEN | OWN else s.target for s in specs]
    # macOS holds two names that differ in case for one
    count = Counter(name.casefold() for name in first)
    return [f"{name}_{s.id[:DIGITS]}" if count[name.casefold()] > 1 else name for name, s in zip(first, specs, strict=True)]


def package_name(asked: str | None, folder: str) -> str:
    """Return the name of a package: the one that is asked for, or the folder's. Raises UsageError where it can be none."""
    name = folder.replace("-", "_").replace(".", "_").replace(" ", "_") if asked is None else asked
    do = "name the package with --name." if asked is None else "choose another with --name."
    if not (name.isascii() and name.isidentifier()) or name.startswith("_"):
        raise UsageError(f"{name!a} cannot be imported, since it is no name of letters, digits and underscores; {do}")
    if keyword.iskeyword(name) or name in keyword.softkwlist:
        raise UsageError(f"{name} is a word of Python's own; {do}")
    if name.casefold() in {n.casefold() for n in sys.stdlib_module_names | FOREIGN}:
        raise UsageError(f"a package called {name} would hide a module of that name; {do}")
    return name
