"""A request to look at something -> a page. What is shown comes from `loop.views`, and drawings from `loop.plots`."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from loop.commands.explain import find
from loop.commands.graph import find_target
from loop.generations.report import COLUMNS, cells
from loop.plots.cost import cost_plot, time_plot
from loop.plots.generations import generation_plot
from loop.progress import spent_words
from loop.serve.render import drawn, html, page
from loop.serve.site import Site
from loop.views.archive import archives
from loop.views.certificate import Field, fields_of
from loop.views.curve import CostCurve, cost_curve
from loop.views.dependencies import dependencies
from loop.views.explained import explained
from loop.views.generations import generations
from loop.views.history import target_history
from loop.views.overview import overview
from loop.views.runs import RunView, run_view, runs
from loop.views.times import known_times
from verify.certificate import DIGEST
from verify.claim_words import ORDERS
from verify.command import judge_now
from verify.graph import Graph, in_order, spec_of
from verify.node import Node


def targets_page(site: Site, _: Request) -> Response:
    """Show the targets and what else the graph holds."""
    found = overview(site.graph(), known_times(site.accepted))
    return page("targets.html", site.values("/", found=found))


def target_page(site: Site, request: Request) -> Response:
    """Show a target's history. A name that is not that of its spec leads there."""
    name, graph = request.path_params["name"], site.graph()
    node = find_target(graph, name, site.accepted)
    if node.id != name:
        return RedirectResponse(f"/target/{node.id}", 303)
    found = target_history(graph, node.id, known_times(site.accepted))
    return page("target.html", site.values("/", found=found))


# -- nodes ----------------------------------------------------------------------------------------------------------------------


def node_page(site: Site, request: Request) -> Response:
    """Show a node: what it claims, how it was proved, what that rests on, its certificate. Short names lead there."""
    name, graph = request.path_params["name"], site.graph()
    node = find(graph, name, site.accepted)
    if node.id != name:
        return RedirectResponse(f"/node/{node.id}", 303)
    edge = node.edge("supersedes") if node.kind == "implementation" else None
    values = {
        "node": node, "sections": explained(graph, node),
        "certificate": site.made(("certificate", node.id), lambda g: _certificate(site, g, node)),
        "spec": spec_of(graph, node).id if node.kind in ("spec", "implementation") else None, "old": edge.to if edge else None,
        "below": [_neighbour(graph.nodes[e.to], e.type) for e in node.edges],
        "above": [_neighbour(n, e.type) for n in map(graph.nodes.__getitem__, sorted(graph.resting.succ[node.id]))
                  for e in n.edges if e.to == node.id],
    }  # fmt: skip
    return page("node.html", site.values("/graph", **values))


def _certificate(site: Site, graph: Graph, node: Node) -> tuple[Field, ...]:
    """Return the fields of a node's certificate, as the judge of the moment at which the graph was read sees them."""
    if node.certificate is None:
        return ()
    return tuple(fields_of(graph, node, node.certificate, site.made(("judge",), lambda _: judge_now("auto"))))


def _neighbour(node: Node, edge: str) -> Mapping[str, str]:
    return {"to": node.id, "type": edge, "kind": node.kind, "name": node.target}


def node_file(site: Site, request: Request) -> Response:
    """Show a file of a node as plain text, byte for byte."""
    node = site.graph().nodes.get(request.path_params["name"])
    found = [f.content for f in node.files if f.name == request.path_params["file"]] if node else []
    if not found:
        raise HTTPException(404)
    return PlainTextResponse(found[0])


def nodes_page(site: Site, _: Request) -> Response:
    """List all nodes, each after what it rests on."""
    graph = site.graph()
    rows = in_order(graph)
    above = {i: len(graph.resting.succ[i]) for i in graph.nodes}
    return page("nodes.html", site.values("/graph", rows=rows, above=above, kinds=sorted({n.kind for n in rows})))


# -- the drawing ----------------------------------------------------------------------------------------------------------------


def graph_page(site: Site, request: Request) -> Response:
    """Show the drawing of the graph; its script asks for the places."""
    graph, chosen = site.graph(), request.query_params.get("node", "")
    edges = graph.resting.number_of_edges()
    chosen = chosen if DIGEST.fullmatch(chosen) else ""
    return page("graph.html", site.values("/graph", nodes=len(graph.nodes), edges=edges, chosen=chosen))


def graph_data(site: Site, _: Request) -> Response:
    """Return the drawing as data: boxes as rows, and edges as pairs of their numbers."""
    return JSONResponse(site.made(("drawing",), _drawing))


def prepare(site: Site) -> None:
    """Read the graph and lay its drawing out before somebody asks; what is wrong with it is told to who does."""
    with suppress(Exception):
        site.made(("drawing",), _drawing)


def _drawing(graph: Graph) -> dict[str, object]:
    found = dependencies(graph)
    number = {box.node: i for i, box in enumerate(found.boxes)}
    return {
        "width": found.width, "height": found.height,
        "boxes": [[b.node, b.kind, b.name, b.tier, b.head, round(b.x, 1), round(b.y, 1)] for b in found.boxes],
        "edges": [[number[e.source], number[e.to], e.type] for e in found.edges],
    }  # fmt: skip


# -- curves ---------------------------------------------------------------------------------------------------------------------


def curve_page(site: Site, request: Request) -> Response:
    """Show what two versions cost, as a page of its own."""
    node, values = _curve(site, request)
    part = Markup(html("curve_part.html", values))  # noqa: S704 - made by a template of this package
    return page("curve.html", site.values("/", part=part, name=node.target, spec=spec_of(site.graph(), node).id))


def curve_part(site: Site, request: Request) -> Response:
    """Return what two versions cost, to be put into a page."""
    return PlainTextResponse(html("curve_part.html", _curve(site, request)[1]), media_type="text/html")


def _curve(site: Site, request: Request) -> tuple[Node, Mapping[str, Any]]:
    graph = site.graph()
    old, new = (graph.nodes.get(request.path_params[side]) for side in ("old", "new"))
    if old is None or new is None or {old.kind, new.kind} != {"implementation"} or spec_of(graph, old) != spec_of(graph, new):
        raise HTTPException(404)
    times = known_times(site.accepted)

    def make(graph: Graph) -> tuple[CostCurve | None]:
        return (cost_curve(graph, new, old, times),)

    (found,) = site.made(("curve", old.id, new.id), make)
    return new, {"found": found, "plots": [drawn(cost_plot(found)), drawn(time_plot(found))] if found else []}


# -- the search -----------------------------------------------------------------------------------------------------------------


def runs_page(site: Site, request: Request) -> Response:
    """Show a run, by default the newest, and list all."""
    number = request.path_params.get("number")
    listed = runs(site.accepted)
    if number is not None and number not in {s.number for s in listed}:
        raise HTTPException(404)
    part = Markup(_run_part(site, number))  # noqa: S704 - made by a template of this package
    return page("runs.html", site.values("/runs", number=number, listed=listed, part=part))


def runs_part(site: Site, request: Request) -> Response:
    """Return how a run stands now, to be put into its page."""
    asked = request.path_params["number"]
    return renewed(request, _run_part(site, None if asked == "latest" else int(asked)))


def _run_part(site: Site, number: int | None) -> str:
    graph = site.graph()
    found = run_view(site.accepted, graph, number)
    return html("run_part.html", _of_run(graph, found)) if found else ""


def _of_run(graph: Graph, run: RunView) -> Mapping[str, Any]:
    stages = [{"view": s, "link": s.spec if s.spec in graph.nodes else None} for s in run.stages]
    return {"run": run, "stages": stages, "spent": spent_words(run.summary.spent).removeprefix("spent: "), "there": graph.nodes}


def renewed(request: Request, text: str, then: str = "") -> Response:
    """Answer with a part of a page, or with nothing where the browser has it as it is; `then` is the page to go to after it."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", **({"X-Then": then} if then else {})}
    if request.headers.get("if-none-match") == tag and not then:
        return Response(None, 304, headers)
    return Response(text, 200, headers, "text/html")


def archive_page(site: Site, _: Request) -> Response:
    """List the archives of the search."""
    found = archives(site.accepted, site.graph())
    return page("archive.html", site.values("/archive", targets=found.targets, complaint=found.complaint))


def archive_target_page(site: Site, request: Request) -> Response:
    """Show what the search keeps for one target."""
    found = next((t for t in archives(site.accepted, site.graph()).targets if t.digest == request.path_params["digest"]), None)
    if found is None:
        raise HTTPException(404)
    return page("archive_target.html", site.values("/archive", found=found))


def generations_page(site: Site, _: Request) -> Response:
    """Show whether the loop gets better, where a folder of `qed evolve` was named."""
    if site.generations is None:
        return page("generations.html", site.values("/generations", found=None))
    found = generations(site.generations)
    table, plot = [cells(row) for row in found.rows], drawn(generation_plot(found))
    return page("generations.html", site.values("/generations", found=found, plot=plot, columns=COLUMNS, cells=table))


def help_page(site: Site, _: Request) -> Response:
    """Say what is shown, what the words mean, and what the keys do."""
    letters = {"slack": "K", "least": "N", "size": "S", "bound": "B", "family": "a family of inputs"}
    orders = [(name, words.format(**letters)) for name, words in ORDERS.items()]
    return page("help.html", site.values("/help", orders=orders))
