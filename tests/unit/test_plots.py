"""Drawings: well-formed, with words for who does not see them, and with nothing in them that runs, whatever names hold."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from loop.generations.curve import fits
from loop.generations.report import Row
from loop.plots.axes import HEIGHT, WIDTH, linear, logarithmic
from loop.plots.cost import cost_plot, time_plot
from loop.plots.dependency import dependency_plot
from loop.plots.generations import generation_plot
from loop.plots.svg import words
from loop.views.curve import CostCurve, CostPoint
from loop.views.dependencies import BoxView, DependencyView, EdgeView
from loop.views.generations import FUTURES, FutureView, GenerationsView
from loop.views.times import TimePoint

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>\x00\x1b[31m\ud800]]>"
POINTS = tuple(
    CostPoint(n, f"n = {n}", 5 * n + 4 if n < 900 else None, 6, 5 * n + 6 if n < 900 else None) for n in (1, 10, 100, 1000)
)
CURVE = CostCurve(
    target="f",
    old="1" * 64,
    new="2" * 64,
    order="eventually",
    claim="order eventually: ...",
    bound_words="ticks of the old version + 2",
    size_words="abs(n)",
    points=POINTS,
    times=(TimePoint(10, "n = 10", 900, 80), TimePoint(1000, "n = 1000", 90_000, 81)),
    note="",
)
ROW = Row(
    generation=0,
    found=0.0,
    least=0,
    most=0,
    cost=None,
    compute=None,
    proof_lines=0.0,
    rules=0.0,
    lemmas=0.0,
    diversity=0.0,
    self_made=None,
    trained=None,
    rules_found=None,
    ranking="",
    families={},
    kept=None,
    forgotten=None,
    success=None,
    alarm="",
)
YIELDS = ((5, 4, 6), (7, 8, 6), (8, 9, 8), (9, 9, 10))


def view(yields: tuple[tuple[int, ...], ...]) -> GenerationsView:
    shapes = fits(yields) or {}
    futures = (FutureView(name=n, words=FUTURES[n], weight=f.weight, spread=f.spread, values=f.values) for n, f in shapes.items())
    rows = (replace(ROW, generation=i, found=sum(y) / len(y), least=min(y), most=max(y)) for i, y in enumerate(yields))
    return GenerationsView(
        rows=tuple(rows),
        yields=yields,
        futures=tuple(futures),
        ablations=(),
        targets=22,
        seeds=3,
        words=(),
        stages=(),
    )


def boxes(name: str) -> DependencyView:
    kinds = ("spec", "implementation", "lemma", "rule", "policy")
    made = [
        BoxView(node=str(i) * 64, kind=k, name=name, tier="smt" if i == 1 else None, head=i == 1, x=100.0 * i + 80, y=30)  # type: ignore[arg-type]  # of Kind
        for i, k in enumerate(kinds)
    ]
    edge = EdgeView(source=made[1].node, to=made[0].node, type="implements", order=None)
    return DependencyView(boxes=tuple(made), edges=(edge,), width=560, height=60)


def parsed(text: str) -> ET.Element:
    root = ET.fromstring(text)  # noqa: S314 - text of ours
    assert root.tag == f"{SVG}svg"
    return root


DRAWN = {
    "cost": cost_plot(CURVE),
    "time": time_plot(CURVE),
    "generations": generation_plot(view(YIELDS)),
    "boxes": dependency_plot(boxes("f")),
    "hostile cost": cost_plot(
        replace(CURVE, target=HOSTILE, bound_words=HOSTILE, size_words=HOSTILE, claim=HOSTILE, note=HOSTILE)
    ),
    "hostile points": cost_plot(replace(CURVE, points=tuple(replace(p, input=HOSTILE) for p in POINTS))),
    "hostile times": time_plot(replace(CURVE, target=HOSTILE, times=tuple(replace(t, input=HOSTILE) for t in CURVE.times))),
    "hostile boxes": dependency_plot(boxes(HOSTILE)),
}


def test_drawings_of_one_thing_at_two_times_have_names_of_their_own() -> None:
    now, later = (parsed(dependency_plot(boxes(name))) for name in ("f", "g"))
    assert set((now.get("aria-labelledby") or "").split()).isdisjoint((later.get("aria-labelledby") or "").split())


@pytest.mark.parametrize("text", DRAWN.values(), ids=DRAWN.keys())
def test_a_drawing_has_words_and_holds_nothing_that_runs(text: str) -> None:
    root = parsed(text)
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    named = [e for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")]
    assert [e.get("id") for e in named] == ids
    assert all((e.text or "").strip() for e in named)
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "line",
        "rect",
        "circle",
        "text",
    }
    assert not any(k.startswith("on") or "href" in k or k == "style" for e in root.iter() for k in e.keys())  # noqa: SIM118 - of XML


@pytest.mark.parametrize("text", DRAWN.values(), ids=DRAWN.keys())
def test_every_mark_lies_within_the_drawing(text: str) -> None:
    root = parsed(text)
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for mark in (e for e in root.iter() if e.tag in (f"{SVG}circle", f"{SVG}line")):
        xs = [float(v) for k in ("cx", "x1", "x2") if (v := mark.get(k))]
        ys = [float(v) for k in ("cy", "y1", "y2") if (v := mark.get(k))]
        assert all(0 <= x <= width for x in xs)
        assert all(0 <= y <= height for y in ys)


def test_old_and_new_differ_by_form_and_the_bound_by_its_dashes() -> None:
    root = parsed(DRAWN["cost"])
    old = [e for e in root.iter(f"{SVG}circle") if "ticks, old" in "".join(e.itertext())]
    new = [e for e in root.iter(f"{SVG}rect") if "ticks, new" in "".join(e.itertext())]
    assert (len(old), len(new)) == (3, 4)
    lines = [e for e in root.iter(f"{SVG}path") if (e.get("d") or "").count("L") > 1]
    assert [bool(e.get("stroke-dasharray")) for e in lines] == [True, False, False]
    assert all("var(--plot-" in (e.get("stroke") or "") for e in lines)
    assert {e.get("fill") for e in root.iter(f"{SVG}text")} == {"currentColor"}


def test_what_costs_more_stands_higher() -> None:
    root = parsed(DRAWN["cost"])
    heights = [float(e.get("cy") or 0) for e in root.iter(f"{SVG}circle") if "ticks, old" in "".join(e.itertext())]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3


def test_the_futures_are_told_apart_by_their_dashes() -> None:
    root = parsed(DRAWN["generations"])
    dashes = {e.get("stroke-dasharray") for e in root.iter(f"{SVG}path")}
    assert len(dashes) == 4
    texts = " ".join("".join(e.itertext()) for e in root.iter(f"{SVG}text"))
    assert all(name in texts for name in ("one-off", "tapering", "accelerating"))
    assert "22 held-out targets" in "".join(root.find(f"{SVG}desc").itertext())  # type: ignore[union-attr]  # asserted above


def test_nothing_is_drawn_of_nothing() -> None:
    assert cost_plot(replace(CURVE, points=())) == ""
    assert time_plot(replace(CURVE, times=CURVE.times[:1])) == ""
    assert time_plot(replace(CURVE, times=(TimePoint(None, "", 3, 2), *CURVE.times[:1]))) == ""
    assert generation_plot(replace(view(YIELDS), rows=(), yields=())) == ""
    assert dependency_plot(DependencyView(boxes=(), edges=(), width=0, height=0)) == ""


def test_one_point_and_one_generation_can_be_drawn() -> None:
    parsed(cost_plot(replace(CURVE, points=(CostPoint(0, "", 0, 0, 0),))))
    parsed(generation_plot(view(((0, 0, 0),))))
    parsed(generation_plot(view(((0, 0, 0), (0, 0, 0), (0, 0, 0)))))


def test_a_bound_far_above_what_was_counted_leaves_room_for_it() -> None:
    far = cost_plot(replace(CURVE, points=tuple(replace(p, bound=2**5000) for p in POINTS)))
    near = cost_plot(replace(CURVE, points=tuple(replace(p, bound=None) for p in POINTS)))
    assert far == near


def test_a_file_of_its_own_has_its_colours_in_it() -> None:
    root = parsed(cost_plot(CURVE, alone=True))
    style = root.find(f"{SVG}style")
    assert style is not None
    assert "prefers-color-scheme:dark" in (style.text or "")


def test_text_of_any_letters_is_text_of_xml() -> None:
    everything = "".join(map(chr, [*range(0x300), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x10FFFF]))
    ET.fromstring(f"<a>{words(everything)}</a>")  # noqa: S314 - text of ours
    ET.fromstring(f'<a b="{words(everything)}"/>')  # noqa: S314 - likewise


@pytest.mark.parametrize("values", [[0], [7], [3, 900], [12, 13], [10**30], [0, 1]])
def test_scales_have_marks_within_their_ends(values: list[int]) -> None:
    for scale in (logarithmic(values), linear([float(v) for v in values])):
        assert all(0 <= scale.part(v) <= 1 for v in values)
        marks = list(scale.marks())
        assert marks
        assert all(scale.low <= m <= scale.high * 1.001 for m in marks)
        assert len(marks) < 40
    assert WIDTH > HEIGHT
