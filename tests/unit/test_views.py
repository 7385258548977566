"""What people look at, as data: made from graphs by hand, and from journals that runs with a stand-in for the gates wrote."""

import random
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from small_graph import certificate, chain, implementation, lemma, put, using
from small_runs import BETTER, GOOD, SPEC, WRONG, Asked, Bench
from targets import HEAD

from loop.governance.measured import Measured
from loop.governance.queue import Held, hold, queue_path
from loop.journal import MEASURED, Journal, journal_path
from loop.search.archive import Elite
from loop.search.learned import Learned, learned_path, save
from loop.timing import Timing
from loop.views.archive import archive_of, archives
from loop.views.curve import WHOLE, cost_curve
from loop.views.dependencies import BOX, around, dependencies
from loop.views.explained import explained
from loop.views.history import target_history
from loop.views.layout import layout
from loop.views.overview import overview
from loop.views.side_by_side import lines_of, side_by_side
from loop.views.targets import targets
from loop.views.times import TimePoint, Times, known_times, points_to_data, size_of, time_points
from loop.views.waiting import waiting
from verify.graph import Graph, graph_of, head, load
from verify.limits import DEFAULT
from verify.node import Node, implementation_node, spec_node
from verify.spec import to_specs
from verify.worst_case import WorstCase

FIBONACCI = (
    HEAD
    + """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    if n < 2:
        return n
    return f(n - 1) + f(n - 2)
"""
).encode()
FAST = b"def f(n: int) -> int:\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n"
UNREADABLE = b"import os\n\n\n@target\ndef f(n: int) -> int:\n    return n\n"
FLAGS = (HEAD + "@target\ndef f(a: bool, b: bool) -> bool:\n    return (a and b) or (b and a)\n").encode()


def graph(*nodes: Node) -> Graph:
    found = graph_of(nodes, "by hand")
    assert isinstance(found, Graph), found
    return found


def line(content: bytes, *programs: bytes, slack: int = 0) -> tuple[Node, ...]:
    spec = spec_node("f", content)
    nodes = [spec, implementation(spec, content, None)]
    for program in programs:
        nodes.append(implementation(spec, program, nodes[-1], "eventually" if slack else "always", slack))
    return tuple(nodes)


# -- targets, history, one node -------------------------------------------------------------------------------------------------


def test_targets_are_listed_by_name_with_where_they_stand() -> None:
    g, h = chain("g", 1), chain("h", 3)
    found = targets(graph(*h, *g))
    assert [(t.name, t.versions, t.improved, t.order, t.tier) for t in found] == [
        ("g", 1, False, None, "kernel"),
        ("h", 3, True, "always", "kernel"),
    ]
    assert (found[1].spec, found[1].baseline, found[1].head) == (h[0].id, h[1].id, h[3].id)
    assert str(found[1].cost) == "3 * n + 2 -> 3 * n + 2"


def test_an_empty_graph_has_an_overview() -> None:
    found = overview(graph())
    assert (found.nodes, found.improved, found.targets, found.lemmas, dict(found.kinds)) == (0, 0, (), (), {})
    assert dependencies(graph()).boxes == ()


def test_an_overview_says_what_lemmas_claim_and_who_uses_them() -> None:
    spec, base = chain("f", 1)
    helper = lemma()
    better = using(spec, b"def f(n: int) -> int:\n    return n + 0\n", base, helper)
    found = overview(graph(spec, base, helper, better))
    assert [(f.name, f.used_by, f.claims) for f in found.lemmas] == [
        ("twice_form", 1, ("for all natural numbers x:", "twice x = 2 * x")),
    ]
    assert found.kinds == {"implementation": 2, "lemma": 1, "spec": 1}


def test_a_history_goes_from_the_baseline_to_the_head() -> None:
    nodes = line(SPEC, GOOD, BETTER, slack=3)
    found = target_history(graph(*nodes), nodes[0].id)
    assert found.signature == "f(n: int) -> int"
    assert found.contract == ("f(n: int) -> int", "requires n >= 0")
    assert [(v.node, v.stands, v.supersedes) for v in found.versions] == [
        (nodes[1].id, "baseline", None),
        (nodes[2].id, "version", nodes[1].id),
        (nodes[3].id, "head", nodes[2].id),
    ]
    assert found.versions[2].code == BETTER.decode()
    assert (
        "order eventually: at most 3 ticks more on any allowed input, and the gain grows without bound"
        in found.versions[1].claims
    )
    assert f"it returns what version {nodes[1].id[:12]} returns" in found.versions[1].claims
    assert [r.change for r in found.versions[2].change] == ["same", "changed"]
    assert [r.new for r in found.change if r.change != "gone"][-1] == "    return n * (n - 1) // 2"


def test_a_spec_that_does_not_read_says_why_and_keeps_its_versions() -> None:
    nodes = line(UNREADABLE, GOOD)
    found = target_history(graph(*nodes), nodes[0].id)
    assert "import" in found.unreadable
    assert [v.stands for v in found.versions] == ["baseline", "head"]
    assert found.versions[1].claims == ()


def test_a_target_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        target_history(graph(), "0" * 64)


def test_an_explanation_says_what_was_measured_only_where_it_was() -> None:
    nodes = line(SPEC, GOOD)
    g = graph(*nodes)
    cost = {s.title: s.lines for s in explained(g, nodes[2])}["Cost"]
    assert len(cost) == 1
    assert {s.title: s.lines for s in explained(g, nodes[2], "measured: 1 ns")}["Cost"] == (*cost, "measured: 1 ns")
    assert [s.title for s in explained(g, nodes[2]) if s.code] == [f"Old, {nodes[1].id[:12]}", "New"]


# -- code side by side ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nc\n"),
        ("", "a\n"),
        ("a", ""),
        ("", ""),
        ("a\x0cb\r\u2028c\n", "a\x0cb\r\u2028c\nd\n"),
        ("x\n" * 50, "x\n" * 49 + "y\n"),
    ],
)
def test_rows_hold_every_line_of_both_sides_once_and_in_order(old: str, new: str) -> None:
    rows = side_by_side(old, new)
    assert [r.old for r in rows if r.old_number is not None] == lines_of(old)
    assert [r.new for r in rows if r.new_number is not None] == lines_of(new)
    assert [r.old_number for r in rows if r.old_number] == list(range(1, len(lines_of(old)) + 1))
    assert all((r.change == "same") == (r.old_number is not None and r.new_number is not None and r.old == r.new) for r in rows)
    assert all(r.change != "gone" or r.new_number is None for r in rows)


def test_only_a_line_feed_ends_a_line() -> None:
    assert lines_of("a\x0bb\x0c\r\x85\u2029c\nd\n") == ["a\x0bb\x0c\r\x85\u2029c", "d"]


# -- times ----------------------------------------------------------------------------------------------------------------------


def test_times_come_from_the_journal_and_from_certificates(tmp_path: Path) -> None:
    nodes = line(SPEC, GOOD, BETTER)
    folder = tmp_path / "accepted"
    put(folder, *nodes)
    points = (TimePoint(3, "n = 3", 50, 40), TimePoint(1000, "n = 1000", 9_000, 40))
    step = Measured(500, 700, slower=True, input="n = 30")
    with closing(Journal(journal_path(folder))) as journal:
        journal.begin({})
        journal.add(MEASURED, {"node": nodes[3].id, "times": points_to_data(points)})
        journal.add(MEASURED, {"turn": 0, "number": 1, "node": nodes[2].id, "times": step.as_data()})
        journal.add(MEASURED, {"node": nodes[2].id, "times": "what is this"})
    times = known_times(folder)
    assert times == Times({nodes[2].id: step}, {nodes[3].id: points})
    assert times.of_step(nodes[2]) == step
    assert times.of_step(nodes[3]) == Measured(900, 500, slower=False, input="")  # as its certificate says
    (one,) = targets(graph(*nodes), times)
    assert one.measured == Measured(9_000, 40, slower=False, input="n = 1000")


def test_a_folder_without_a_journal_has_no_times_and_gets_none(tmp_path: Path) -> None:
    assert known_times(tmp_path / "accepted") == Times()
    assert not journal_path(tmp_path / "accepted").parent.exists()


def test_the_size_of_an_input_is_what_a_claim_may_call_one() -> None:
    text = HEAD + "@target\ndef f(xs: list[int], n: int, b: bool) -> int:\n    return n\n"
    (spec,) = to_specs(text.encode(), "f.py", DEFAULT)
    assert size_of(spec, ([1, 2, 3], -7, True)) == 10
    assert time_points(spec, [Timing(([0] * 40, 2, False), 9, 3)]) == (
        TimePoint(42, "xs = <40 elements>, n = 2, b = False", 9, 3),
    )
    (flags,) = to_specs(FLAGS, "f.py", DEFAULT)
    assert size_of(flags, (True, False)) is None


# -- cost curves ----------------------------------------------------------------------------------------------------------------


def test_a_curve_has_what_was_counted_under_what_is_proved() -> None:
    nodes = line(SPEC, GOOD, slack=3)
    curve = cost_curve(graph(*nodes), nodes[2])
    assert curve is not None
    assert (curve.order, curve.bound_words, curve.size_words, curve.note) == (
        "eventually",
        "ticks of the old version + 3",
        "abs(n)",
        "",
    )
    assert len(curve.points) > 10
    assert all(a.size < b.size for a, b in pairwise(curve.points))
    assert all(p.old is not None and p.new is not None and p.bound == p.old + 3 for p in curve.points)
    assert len({p.new for p in curve.points}) == 1
    assert all((a.old or 0) < (b.old or 0) for a, b in pairwise(curve.points))
    assert curve.points[-1].input == f"n = {curve.points[-1].size}"


def test_a_curve_of_several_steps_adds_up_what_each_may_take_more() -> None:
    nodes = line(SPEC, GOOD, BETTER, slack=3)
    g = graph(*nodes)
    curve = cost_curve(g, nodes[3], nodes[1])
    assert curve is not None
    assert curve.bound_words == "ticks of the old version + 6"
    assert curve.claim.count("order eventually") == 2
    assert cost_curve(g, nodes[1]) is None
    assert cost_curve(g, nodes[0]) is None
    with pytest.raises(ValueError, match="no earlier version"):
        cost_curve(g, nodes[2], nodes[3])


def test_a_version_that_takes_too_long_ends_where_it_does() -> None:
    nodes = line(FIBONACCI, FAST)
    curve = cost_curve(graph(*nodes), nodes[2])
    assert curve is not None
    counted = [p.old is not None for p in curve.points]
    assert 3 < sum(counted) < len(counted)
    assert counted == sorted(counted, reverse=True)
    assert all((p.bound is None) == (p.old is None) for p in curve.points)
    assert sum(p.new or 0 for p in curve.points) < 2 * WHOLE
    assert "takes more than" in curve.note


def test_a_worst_case_is_drawn_on_its_family_under_its_bound() -> None:
    spec = spec_node("f", SPEC)
    base = implementation(spec, SPEC, None)
    worst = WorstCase("abs(n)", "2 * size + 9", 4, (("n", "size"),))
    node = implementation_node(
        spec,
        program=GOOD,
        proof=b"by omega",
        statement=b"theorem " + GOOD,
        notes={"worst": worst.as_data()},
        certificate=replace(certificate(spec, GOOD, base, "worst-case", 0), worst=worst),
        supersedes=base,
    )
    curve = cost_curve(graph(spec, base, node), node)
    assert curve is not None
    assert curve.bound_words == "2 * size + 9, from size 4 on"
    assert {p.size: p.bound for p in curve.points if p.size <= 6} == {1: None, 2: None, 3: None, 4: 17, 6: 21}
    later = implementation(spec, BETTER, node, "eventually", 3)
    whole = cost_curve(graph(spec, base, node, later), later, base)
    assert whole is not None
    assert (whole.order, whole.bound_words) == ("worst-case", "2 * size + 9 + 3, from size 4 on")
    assert [p.bound for p in whole.points if p.size == 4] == [20]


def test_a_target_without_a_size_has_its_inputs_by_number() -> None:
    nodes = line(FLAGS, b"def f(a: bool, b: bool) -> bool:\n    return a and b\n")
    curve = cost_curve(graph(*nodes), nodes[2])
    assert curve is not None
    assert curve.size_words == ""
    assert [p.size for p in curve.points] == list(range(len(curve.points)))
    assert curve.points[0].input == "a = True, b = True"


def test_a_curve_of_what_does_not_read_says_why() -> None:
    nodes = line(UNREADABLE, GOOD)
    curve = cost_curve(graph(*nodes), nodes[2])
    assert curve is not None
    assert curve.points == ()
    assert curve.note.startswith("it cannot be read: ")


def test_a_curve_has_the_times_that_are_known() -> None:
    nodes = line(SPEC, GOOD)
    points = (TimePoint(3, "n = 3", 50, 40), TimePoint(1000, "n = 1000", 9_000, 40))
    curve = cost_curve(graph(*nodes), nodes[2], times=Times({}, {nodes[2].id: points}))
    assert curve is not None
    assert curve.times == points
    step = Times({nodes[2].id: Measured(5, 4, slower=False, input="n = 9")})
    assert (cost_curve(graph(*nodes), nodes[2], times=step) or curve).times == (TimePoint(None, "n = 9", 5, 4),)


# -- what rests on what ---------------------------------------------------------------------------------------------------------


def two_thousand() -> list[Node]:
    lines = [node for i in range(400) for node in chain(f"target_{i}", 1 + i % 7)]
    spec, base = chain("user", 1)
    helper = lemma()
    return [*lines, spec, base, helper, using(spec, b"def user(n: int) -> int:\n    return n + 0\n", base, helper)]


def test_two_thousand_nodes_have_the_same_places_in_whatever_order_they_come() -> None:
    nodes = two_thousand()
    assert len(nodes) >= 2000
    first = dependencies(graph(*nodes))
    random.Random(7).shuffle(nodes)
    assert dependencies(graph(*nodes)) == first
    places = {(b.x, b.y) for b in first.boxes}
    assert len(places) == len(first.boxes) == len(nodes)
    assert all(
        BOX[0] / 2 <= b.x <= first.width - BOX[0] / 2 and BOX[1] / 2 <= b.y <= first.height - BOX[1] / 2 for b in first.boxes
    )
    at = {b.node: b.x for b in first.boxes}
    assert all(at[e.to] < at[e.source] for e in first.edges)
    assert first.width < 4 * first.height
    assert first.height < 4 * first.width


def test_a_layer_is_ordered_so_that_few_edges_cross() -> None:
    edges = [(f"b{i}", f"a{9 - i}") for i in range(10)]
    places = layout([n for e in edges for n in e], edges, (10.0, 10.0))
    parts = [(places[a][1], places[b][1]) for b, a in edges]
    assert all(a == b for a, b in parts)
    crossed = [("x1", "r1"), ("x1", "r3"), ("x2", "r2"), ("x3", "r1"), ("x3", "r3"), ("r3", "z"), ("r1", "z"), ("r2", "z")]
    where = layout({n for e in crossed for n in e}, crossed, (10.0, 10.0))
    assert where["z"][0] < where["r1"][0] < where["x1"][0]


def test_what_goes_round_in_a_circle_has_no_layers() -> None:
    with pytest.raises(ValueError, match="cycle"):
        layout("ab", [("a", "b"), ("b", "a")], (1.0, 1.0))


def test_what_has_to_do_with_a_node_is_all_below_and_above_it() -> None:
    nodes, other = chain("f", 3), chain("g", 2)
    g = graph(*nodes, *other)
    assert around(g, nodes[2].id) == {n.id for n in nodes}
    found = dependencies(g, around(g, other[1].id))
    assert {b.node for b in found.boxes} == {n.id for n in other}
    assert [b.node for b in found.boxes if b.head] == [other[2].id]
    with pytest.raises(KeyError):
        around(g, "0" * 64)


# -- archive and review queue ---------------------------------------------------------------------------------------------------


def test_an_archive_names_its_target_and_lists_cheap_programs_first(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    (spec,) = to_specs(SPEC, "f.py", DEFAULT)
    learned = Learned()
    for n, ticks in enumerate((9_000, 2_500, 4_000)):
        learned.islands(spec.digest).add(Elite(f"def f(n): return {n}", "folds", "linear", 4, ticks), n % 2)
    learned.islands("f" * 64)
    assert not save(learned_path(folder), learned)
    node = spec_node("f", SPEC)
    found = archives(folder, graph(node))
    assert not found.complaint
    assert [(a.target, a.spec, len(a.elites)) for a in found.targets] == [("", None, 0), ("f", node.id, 3)]
    assert [e.ticks for e in found.targets[1].elites] == [2.5, 4.0, 9.0]
    assert [e.islands for e in found.targets[1].elites] == [(1,), (0,), (0,)]
    assert archive_of(folder, graph(node), node.id) == found.targets[1]


def test_an_archive_that_does_not_read_is_a_complaint(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    learned_path(folder).parent.mkdir(parents=True)
    learned_path(folder).write_text("{")
    found = archives(folder, graph())
    assert found.targets == ()
    assert str(learned_path(folder)) in found.complaint


def test_what_waits_has_what_a_person_judges_by(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "accepted")
    bench.run(Asked(GOOD))
    bench.review = True
    bench.run(Asked(WRONG, BETTER))
    g = load(bench.folder)
    assert isinstance(g, Graph)
    (found,) = waiting(g, bench.folder)
    top = head(g, next(n.id for n in g.nodes.values() if n.kind == "spec"))
    assert top is not None
    assert (found.target, found.kind, found.order, found.tier, found.supersedes) == (
        "f",
        "implementation",
        "always",
        "kernel",
        top.id,
    )
    assert found.code == BETTER.decode()
    assert "-    return n * (n - 1) // 2 + 0\n+    return n * (n - 1) // 2\n" in found.patch
    assert [r.change for r in found.change] == ["same", "changed"]
    assert found.why == "the run was asked to hold it"
    assert (found.stale, found.unreadable, found.reviewers) == ("", "", ())
    assert any("order always" in c for c in found.claims)
    assert len(found.rests_on) == 5


def test_an_entry_that_does_not_read_and_one_without_its_ground_say_so(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    nodes = line(SPEC, GOOD)
    put(folder, *nodes[:2])
    hold(folder, Held((nodes[2],), "policy.toml has it reviewed"))
    other = line(SPEC + b"# another\n", GOOD)
    hold(folder, Held((other[2],), "policy.toml has it reviewed"))
    g = graph(*nodes[:2])
    found = {w.node: w for w in waiting(g, folder)}
    assert found[nodes[2].id].unreadable == ""
    assert other[1].id[:12] in found[other[2].id].unreadable or other[0].id[:12] in found[other[2].id].unreadable
    (queue_path(folder) / nodes[2].id / "entry.json").write_text("{}")
    broken = {w.node: w for w in waiting(g, folder)}[nodes[2].id]
    assert "entry.json" in broken.unreadable
    assert broken.claims == ()


def test_nothing_waits_where_there_is_no_queue(tmp_path: Path) -> None:
    assert waiting(graph(), tmp_path / "accepted") == ()
