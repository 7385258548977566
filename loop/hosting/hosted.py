"""Which version of a hosted function runs: the one that `pins.json` names, from the graph, or else the baseline.

A node's name is the digest of all that it holds, so what is loaded under a name is what was accepted, byte for byte. That both
versions return the same is proved; so nothing but time hangs on which of them runs.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

from loop.hosting.pins import Pin, read_pins
from verify.canonical import Digest
from verify.limits import DEFAULT
from verify.node import Node, node_from_files
from verify.node_folder import node_from_folder
from verify.reasons import GraphCorrupt, GraphUnavailable, Refusal
from verify.source import to_source

P = ParamSpec("P")
R = TypeVar("R")

REPOSITORY: Final = Path(__file__).resolve().parents[2] / "accepted"
CARRIED: Final = Path(__file__).with_name("accepted")
"""the pinned nodes that a wheel carries (`hatch_build.py`)"""
FOLDER: Final = CARRIED if CARRIED.is_dir() else REPOSITORY
SWITCH: Final = "QED_SELF"
"""environment variable: at 0 every baseline runs"""


@dataclass(frozen=True, slots=True)
class Running:
    """What runs in the place of a baseline: an accepted version with its node, or the baseline and why."""

    name: str
    function: Callable[..., Any]
    node: Digest | None
    why: str = ""
    """one clause, where it is the baseline"""
    wrong: bool = False
    """whether that is no choice of anybody's, but a fault in the graph or in the pins"""


def chosen(baseline: Callable[..., Any], pins: Mapping[str, Pin], folder: Path) -> Running:
    """Return what runs in the place of a baseline, given the pins and the folder of a graph."""
    name = baseline.__name__
    if name not in pins:
        return Running(name, baseline, None, "no version of it is pinned")
    if not folder.is_dir():
        return Running(name, baseline, None, "there is no graph")
    try:
        return Running(name, loaded(name, pins[name], folder), pins[name].node)
    except Refusal as refusal:
        return Running(name, baseline, None, str(refusal.reason), wrong=True)


def loaded(name: str, pin: Pin, folder: Path) -> Callable[..., Any]:
    """Return an accepted version, read from the graph.

    Raises Refusal where its node is missing, is not what it is named for, implements another target, or holds a program that is
    outside the language.
    """
    where = f"{folder}/{pin.node}"
    node = carried(folder / pin.node) if folder == CARRIED else node_from_folder(folder / pin.node)
    edge = node.edge("implements")
    if edge is None or (node.kind, node.target, edge.to) != ("implementation", name, pin.spec):
        what = f"it is no version of the target `{name}` whose spec is {pin.spec}."
        raise Refusal(GraphCorrupt(what=what, where=where, do="Pin the head of the target: python -m loop.hosting.pin accepted"))
    source = to_source(node.content("program.py"), f"{where}/program.py", DEFAULT)
    space: dict[str, Any] = {"__name__": f"hosted_{node.id}"}
    exec(compile(source.content, source.label, "exec"), space)  # noqa: S102 - a program that was accepted, and read as one
    return cast("Callable[..., Any]", space[name])


def carried(folder: Path) -> Node:
    """Read a node of an installed package, in whose folders pip leaves compiled files. Raises Refusal."""
    try:
        files = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
    except OSError as error:
        what, do = f"it cannot be read: {error.strerror}.", "Install the package again."
        raise Refusal(GraphUnavailable(what=what, where=str(folder), do=do)) from None
    return node_from_files(folder.name, files, str(folder))


class Host:
    """The hosted functions of a process: each is looked up once, when it is first asked for."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Look nothing up yet."""
        self._folder = folder
        self._pins: Mapping[str, Pin] | None = None
        self._running: dict[str, Running] = {}

    def running(self, baseline: Callable[..., Any]) -> Running:
        """Return what runs in the place of a baseline. Of what is wrong with the graph or the pins the log has one warning."""
        name = baseline.__name__
        if name not in self._running:
            found = self._running[name] = self._look_up(baseline)
            if found.wrong:
                logging.getLogger(__name__).warning("the baseline of %s runs: %s", name, found.why)
        return self._running[name]

    def _look_up(self, baseline: Callable[..., Any]) -> Running:
        if os.environ.get(SWITCH) == "0":
            return Running(baseline.__name__, baseline, None, f"{SWITCH} is 0")
        if self._pins is None:
            try:
                self._pins = read_pins()
            except (OSError, ValueError) as fault:
                return Running(baseline.__name__, baseline, None, str(fault), wrong=True)
        return chosen(baseline, self._pins, self._folder)


HOST: Final = Host()


def hosted(baseline: Callable[P, R]) -> Callable[P, R]:
    """Return the accepted version of a function of `loop.hosting.baselines`, or the function itself where none can be had."""
    return cast("Callable[P, R]", HOST.running(baseline).function)
