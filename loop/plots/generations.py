"""Generations -> a drawing of the yields with their spread, and of the shapes that were fitted to them."""

from collections.abc import Iterator
from typing import Final

from loop.plots.axes import HEIGHT, LEFT, TOP, WIDTH, Axes, linear
from loop.plots.svg import BOUND, NEW, OLD, TEXT, Svg, circle, drawing, element, label, line
from loop.views.generations import GenerationsView

FORMS: Final = {"one-off": (OLD, "7 4"), "tapering": (NEW, "2 3"), "accelerating": (BOUND, "10 3 2 3"), "flat": (TEXT, "1 6")}
"""the colour and the dashes of each shape"""


def generation_plot(view: GenerationsView, *, alone: bool = False) -> Svg:
    """Return the drawing; "" where no generation is over."""
    if not view.rows:
        return ""
    values = [float(v) for row in view.yields for v in row] + [v for f in view.futures for v in f.values]
    axes = Axes(linear([r.generation for r in view.rows]), linear(values))
    return drawing(
        "generations", (WIDTH, HEIGHT), "Held-out targets improved, by generation", _described(view),
        *axes.grid("generation", "held-out targets improved"), *_shapes(axes, view), *_yields(axes, view), alone=alone,
    )  # fmt: skip


def _yields(axes: Axes, view: GenerationsView) -> Iterator[Svg]:
    """Yield the mean of each generation, a bar from the least to the most of its seeds, and each seed."""
    for row, seeds in zip(view.rows, view.yields, strict=True):
        (x, low), (_, high) = axes.place(row.generation, row.least), axes.place(row.generation, row.most)
        yield element("line", {"x1": x, "y1": low, "x2": x, "y2": high, "stroke": TEXT, "stroke_width": 1.5})
        for found in seeds:
            at = axes.place(row.generation, found)[1]
            yield element("line", {"x1": x - 5, "y1": at, "x2": x + 5, "y2": at, "stroke": TEXT, "stroke_width": 1.5})
        said = f"generation {row.generation}: {row.found:.1f} on average, {row.least} to {row.most}"
        yield circle(x, axes.place(row.generation, row.found)[1], TEXT, said)


def _shapes(axes: Axes, view: GenerationsView) -> Iterator[Svg]:
    x = LEFT
    for future in view.futures:
        colour, dashes = FORMS[future.name]
        yield line([axes.place(g, max(v, 0.0)) for g, v in enumerate(future.values)], colour, dashes=dashes, width=2)
        yield line([(x, TOP - 16), (x + 30, TOP - 16)], colour, dashes=dashes, width=2)
        text = f"{future.name} {future.weight:.0%}"
        yield label(x + 35, TOP - 12, text, anchor="start")
        x += 35 + 6.2 * len(text) + 18


def _described(view: GenerationsView) -> str:
    found = ", ".join(f"{row.found:.1f}" for row in view.rows)
    said = f"Of {view.targets} held-out targets, improved on average over {view.seeds} seeds, by generation: {found}."
    shares = ", ".join(f"{f.name} {f.weight:.0%}" for f in view.futures)
    return f"{said} Share of the evidence: {shares}." if shares else f"{said} Too few points to tell one shape from another."
