"""A cost curve -> a drawing of ticks over the size of inputs with what is proved, and one of measured times."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from loop.plots.axes import HEIGHT, LEFT, TOP, WIDTH, Axes, logarithmic
from loop.plots.svg import BOUND, NEW, OLD, Svg, circle, drawing, label, line, square
from loop.views.curve import CostCurve
from loop.words import duration

DASHES: Final = "6 4"
FAR: Final = 100
"""times the most ticks that were counted, above which a bound is not drawn"""
VERSIONS: Final = (("old version", OLD, "circle"), ("new version", NEW, "square"))
Mark: TypeAlias = Callable[[float, float, str, str], Svg]


def cost_plot(curve: CostCurve, *, alone: bool = False) -> Svg:
    """Return the drawing of what was counted; "" where there are no points."""
    points = curve.points
    if not points:
        return ""
    old = [(p.size, p.old, p.input) for p in points if p.old is not None]
    new = [(p.size, p.new, p.input) for p in points if p.new is not None]
    counted = [t for _, t, _ in (*old, *new)]
    # a bound far above both would leave them no room
    bound = [(p.size, p.bound) for p in points if p.bound is not None and p.bound <= FAR * max(counted)]
    ticks = [*counted, *(t for _, t in bound)]
    axes = Axes(logarithmic([p.size for p in points]), logarithmic(ticks))
    parts = [
        *axes.grid(f"size of the input: {_cut(curve.size_words)}" if curve.size_words else "inputs, by number", "ticks"),
        line([axes.place(x, y) for x, y in bound], BOUND, dashes=DASHES, width=2.5),
        *_series(axes, old, OLD, circle, "ticks, old"), *_series(axes, new, NEW, square, "ticks, new"),
        *_legend([*VERSIONS, (f"proved bound: {curve.bound_words}", BOUND, "")]),
    ]  # fmt: skip
    title = f"Cost of {curve.target} in ticks"
    return drawing(f"cost {curve.old} {curve.new}", (WIDTH, HEIGHT), title, _described(curve), *parts, alone=alone)


def time_plot(curve: CostCurve, *, alone: bool = False) -> Svg:
    """Return the drawing of measured times; "" where fewer than two are known with the size of their input."""
    found = [(t.size, t) for t in curve.times if t.size is not None]
    if len(found) < 2:  # noqa: PLR2004 - one point is a number, and no curve
        return ""
    old, new = [(s, t.old, t.input) for s, t in found], [(s, t.new, t.input) for s, t in found]
    axes = Axes(logarithmic([s for s, _ in found]), logarithmic([v for _, v, _ in (*old, *new)]), lambda v: duration(int(v)))
    parts = [
        *axes.grid("size of the input", "measured time"),
        *_series(axes, old, OLD, circle, "ns, old"), *_series(axes, new, NEW, square, "ns, new"),
        *_legend(VERSIONS),
    ]  # fmt: skip
    last = found[-1][1]
    said = f"On the largest input, {last.input}: {duration(last.old)} before, {duration(last.new)} now. Measured, and not proved."
    title = f"Measured time of {curve.target}"
    return drawing(f"time {curve.old} {curve.new}", (WIDTH, HEIGHT), title, said, *parts, alone=alone)


def _series(
    axes: Axes, points: Sequence[tuple[int, int, str]], colour: str, mark: Mark, unit: str
) -> Iterator[Svg]:
    yield line([axes.place(x, y) for x, y, _ in points], colour)
    for x, y, given in points:
        yield mark(*axes.place(x, y), colour, f"{given or f'size {x}'}: {y} {unit}")


def _legend(entries: Sequence[tuple[str, str, str]]) -> Iterator[Svg]:
    x = LEFT
    for text, colour, mark in entries:
        y = TOP - 16
        yield line([(x, y), (x + 22, y)], colour, dashes="" if mark else DASHES, width=1.5 if mark else 2.5)
        if mark:
            yield {"circle": circle, "square": square}[mark](x + 11, y, colour, text)
        shown = _cut(text)
        yield label(x + 27, y + 4, shown, anchor="start")
        x += 27 + 6.2 * len(shown) + 18


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - letters that fit beside the rest


def _described(curve: CostCurve) -> str:
    """Return in words what the drawing shows."""
    both = [p for p in curve.points if p.old is not None and p.new is not None]
    said = [f"Ticks of both versions on {len(curve.points)} inputs that grow."]
    if both:
        last = both[-1]
        said.append(f"At size {last.size}, the largest that both get through: {last.old} before, {last.new} now.")
    said += [f"Proved: {curve.claim}."] if curve.claim else []
    return " ".join([*said, curve.note.capitalize()]).strip()
