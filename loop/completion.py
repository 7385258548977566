"""What the shell is offered where a command takes a name: targets and nodes of the graph, refusals, orders, kinds.

It looks at names and records alone and believes them for nothing else; a graph that does not read offers nothing. What could mean
something to a shell is never offered.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias, get_args

from typer import Context

from loop.next_steps import MEANINGS
from verify.node import RECORD
from verify.spec import ORDERS, RESULTS
from verify.toolchain import Preference

Offer: TypeAlias = list[tuple[str, str]]
"""words, each with what it is"""
SAFE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
NODE: Final = re.compile(r"[0-9a-f]{64}")
SHORT: Final = 12
MOST: Final = 2_000
"""nodes that are looked at"""
RECORD_BYTES: Final = 262_144


def in_graph(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each node of a graph's folder: its short name, its kind, and what it is about; unsafe names are left out."""
    try:
        found = sorted(p for p in folder.iterdir() if NODE.fullmatch(p.name))
    except OSError:
        return
    for path in found[:MOST]:
        try:
            with (path / RECORD).open("rb") as file:
                data = json.loads(file.read(RECORD_BYTES))
            kind, target = str(data["kind"]), str(data["target"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if SAFE.fullmatch(kind) and SAFE.fullmatch(target):
            yield path.name[:SHORT], kind, target


def targets(ctx: Context, args: list[str], incomplete: str) -> Offer:
    """Return the targets of the graph that begin with what was typed."""
    del args
    names = {target for _, kind, target in in_graph(_folder(ctx)) if kind == "spec"}
    return [(name, "target") for name in sorted(names) if name.startswith(incomplete)]


def nodes(ctx: Context, args: list[str], incomplete: str) -> Offer:
    """Return the targets, then the nodes of the graph that begin with what was typed."""
    found = [(node, f"{kind} {target}") for node, kind, target in in_graph(_folder(ctx)) if node.startswith(incomplete)]
    return targets(ctx, args, incomplete) + found


def explainable(ctx: Context, args: list[str], incomplete: str) -> Offer:
    """Return what `qed explain` takes: targets, nodes and refusals."""
    return nodes(ctx, args, incomplete) + [(name, "a refusal") for name in MEANINGS if name.startswith(incomplete)]


def one_of(*words: str) -> Callable[[Context, list[str], str], Offer]:
    """Return what offers fixed words."""

    def offered(ctx: Context, args: list[str], incomplete: str) -> Offer:
        del ctx, args
        return [(word, "") for word in words if word.startswith(incomplete)]

    return offered


orders = one_of(*ORDERS)
results = one_of(*RESULTS)
leans = one_of(*get_args(Preference))
proposers = one_of("symbolic", "openai", "replay:")
executors = one_of("local", "ray")


def _folder(ctx: Context) -> Path:
    return Path(str(ctx.params.get("accepted") or "accepted"))
