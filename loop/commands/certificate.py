"""`qed certificate show`: a certificate in words, and whether what it binds is still what it was."""

from pathlib import Path

from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.commands.explain import find
from loop.views.certificate import Field, fields_of
from loop.words import console
from verify.certificate import Certificate, certificate_to_data
from verify.ci_formats import plain
from verify.command import judge_now
from verify.node import Node


def show(name: str, accepted: Path, *, as_json: bool) -> int:
    """Print a certificate. Raises UsageError where a spec or nothing is meant, and Refusal as the graph does."""
    graph = read_graph(accepted)
    node = find(graph, name, accepted)
    if node.certificate is None:
        raise UsageError(f"{node.id} is a {node.kind}, which claims nothing and has no certificate; name a version of a target.")
    fields = list(fields_of(graph, node, node.certificate, judge_now("auto")))
    old = [f.name for f in fields if f.state == "stale"]
    if as_json:
        print_json(_data(node, node.certificate, fields))
        return DONE
    out = console()
    out.print(Text(f"{node.kind} {node.id}, of `{plain(node.target)}`", style="bold"))
    for f in fields:
        out.print(Text(f"  {f.name:16} {f.state:10}  {plain(f.value)}"), soft_wrap=True)
        out.print(Text(f"  {'':16} {'':10}  {plain(f.binds)}", style="dim"), soft_wrap=True)
        for changed in f.changed:
            out.print(Text(f"  {'':16} {'':10}  changed: {plain(changed)}", style="yellow"), soft_wrap=True)
    again = f"stale: {', '.join(old)}. `qed ci` judges it again." if old else "fresh: all that it binds is what it was."
    out.print(Text(again), soft_wrap=True)
    return DONE


def _data(node: Node, certificate: Certificate, fields: list[Field]) -> dict[str, object]:
    data = certificate_to_data(certificate)
    return {
        "node": node.id,
        "kind": node.kind,
        "target": node.target,
        "fresh": not any(f.state == "stale" for f in fields),
        "fields": [
            {"name": f.name, "value": data.get(f.name), "binds": f.binds, "state": f.state, "changed": list(f.changed)}
            for f in fields
        ],
    }
