"""A dependency view -> a drawing of it: boxes by kind and tier, arrows to what each rests on."""

from collections.abc import Iterator, Mapping
from typing import Final

from loop.plots.svg import BOUND, NEW, OLD, PAPER, TEXT, Svg, Value, drawing, element, label, line, number, words
from loop.views.dependencies import BOX, BoxView, DependencyView
from verify.node import EdgeType, Kind

LONGEST: Final = 20
"""letters of a name that fit a box"""
CORNERS: Final[Mapping[Kind, float]] = {"spec": 0, "implementation": 8, "lemma": 17, "rule": 17, "policy": 4}
LETTERS: Final[Mapping[Kind, str]] = {"spec": "S", "implementation": "V", "lemma": "L", "rule": "R", "policy": "P"}
"""what stands before a name, so that kinds differ by more than form and colour"""
COLOURS: Final[Mapping[Kind, str]] = {"spec": TEXT, "implementation": NEW, "lemma": BOUND, "rule": BOUND, "policy": OLD}
DASHES: Final[Mapping[EdgeType, str]] = {"implements": "", "supersedes": "", "strengthens": "8 3", "uses": "2 3"}
MEANING: Final = "S spec, V version (a heavy frame: the head), L lemma, R rule, P policy; dashed lines: uses, strengthens."


def dependency_plot(view: DependencyView, *, alone: bool = False) -> Svg:
    """Return the drawing; "" of no nodes. Each box stands to the right of what it rests on."""
    if not view.boxes:
        return ""
    said = f"{len(view.boxes)} nodes and {len(view.edges)} edges, each node to the right of what it rests on. {MEANING}"
    size = (view.width, view.height + 24)
    parts = [*_edges(view), *(_box(box) for box in view.boxes), label(8, view.height + 14, MEANING, anchor="start")]
    return drawing("dependencies", size, "What rests on what", said, *parts, alone=alone)


def _edges(view: DependencyView) -> Iterator[Svg]:
    places = {b.node: (b.x, b.y) for b in view.boxes}
    half = BOX[0] / 2
    for edge in view.edges:
        (x1, y1), (x2, y2) = places[edge.to], places[edge.source]
        a, b = x1 + half, x2 - half
        bend = number((a + b) / 2)
        path = f"M{number(a)} {number(y1)}C{bend} {number(y1)} {bend} {number(y2)} {number(b)} {number(y2)}"
        style: dict[str, Value] = {"d": path, "fill": "none", "stroke": TEXT, "stroke_opacity": 0.45}
        if DASHES[edge.type]:
            style["stroke_dasharray"] = DASHES[edge.type]
        yield element("path", style)
        yield line([(b - 5, y2 - 3), (b, y2), (b - 5, y2 + 3)], TEXT, width=1)


def _box(box: BoxView) -> Svg:
    width, height = BOX
    shape: dict[str, Value] = {
        "x": box.x - width / 2, "y": box.y - height / 2, "width": width, "height": height, "rx": CORNERS[box.kind],
    }  # fmt: skip
    colour = COLOURS[box.kind]
    frame = {**shape, "fill": colour, "fill_opacity": 0.12, "stroke": colour, "stroke_width": 3 if box.head else 1.2}
    if box.tier == "smt":
        frame["stroke_dasharray"] = "4 2"
    name = box.name if len(box.name) <= LONGEST else f"{box.name[: LONGEST - 1]}…"
    tier = f", tier {box.tier}" if box.tier else ""
    said = f"{box.kind} {box.name} {box.node[:12]}{tier}{', head' if box.head else ''}"
    text = label(box.x, box.y + 4, f"{LETTERS[box.kind]} {name}")
    boxes = element("rect", {**shape, "fill": PAPER}), element("rect", frame)
    return element("g", {}, element("title", {}, words(said)), *boxes, text)
