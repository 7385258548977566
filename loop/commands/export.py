"""`qed export`: the accepted heads of a graph as an importable Python package, with their nodes and a way to check both."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from rich.table import Table
from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.export.heads import Asked, Head, LeftOut, choose, resting
from loop.export.names import package_name
from loop.export.package import head_data, package_files
from loop.export.writing import check_place, write
from loop.words import SHORT, console
from verify.ci_formats import plain
from verify.spec import ORDERS, TIERS, Order, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportArguments:
    """The options of `export`; `name` is the package's, None for that of the folder."""

    folder: Path
    accepted: Path
    asked: Asked
    name: str | None = None
    checked: bool = False
    force: bool = False
    as_json: bool = False


def to_asked(targets: list[str], tier: str, order: str | None) -> Asked:
    """Read the options that say which heads are meant; targets may be named in one word, with commas. Raises UsageError."""
    found = next((t for t in get_args(Tier) if t == tier), None)
    if found is None:
        raise UsageError(f"--tier is one of {', '.join(TIERS)}; it was {tier!a}.")
    weakest: Order | None = next((o for o in ORDERS if o == order), None)
    if order is not None and weakest is None:
        raise UsageError(f"--order is one of {', '.join(ORDERS)}; it was {order!a}.")
    return Asked(tuple(name for words in targets for name in words.split(",") if name), found, weakest)


def export(arguments: ExportArguments) -> int:
    """Write the package and say what is in it. Raises UsageError, Refusal where the graph is not sound, and OSError."""
    package = package_name(arguments.name, arguments.folder.absolute().name)
    check_place(arguments.folder, force=arguments.force)
    if not arguments.accepted.is_dir():
        raise UsageError(f"there is no graph at {arguments.accepted}; name its folder with --accepted.")
    graph = read_graph(arguments.accepted)
    heads, left = choose(graph, arguments.asked, str(arguments.accepted))
    files = package_files(package, heads, resting(graph, [h.node for h in heads]), checked=arguments.checked)
    write(arguments.folder, files)
    if arguments.as_json:
        print_json({
            "folder": str(arguments.folder), "package": package, "files": len(files), "checked": arguments.checked,
            "heads": [head_data(h) for h in heads],
            "left_out": [{"target": out.target, "node": out.node, "why": out.why} for out in left],
        })  # fmt: skip
    else:
        _show(arguments, package, heads, left)
    return DONE


def _show(arguments: ExportArguments, package: str, heads: list[Head], left: list[LeftOut]) -> None:
    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("function", "tier", "order", "cost in ticks, old -> new", "node"):
        table.add_column(column, overflow="fold")
    for h in heads:
        costs = str(h.costs) if h.old else "-"
        table.add_row(h.name, h.certificate.tier, h.stands.order or "baseline", costs, h.node.id[:SHORT])
    out.print(table)
    for one in left:
        out.print(Text(plain(f"left out: {one.target} {one.node[:SHORT]}, {one.why}"), style="yellow"), soft_wrap=True)
    place = plain(str(arguments.folder))
    use = f"\n{len(heads)} functions in {place}: pip install {place}, then `from {package} import {heads[0].name}`."
    check = f"To check it: python -m {package}.recheck, or python -m loop.export.recheck {place}"
    for line in (use, check):
        out.print(Text(line), soft_wrap=True)
