"""Archives and islands keep the best of each behaviour within bounds; clusters let one stand for those that do the same."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from search_cases import CLOSED, FROM_ONE, RENAMED
from targets import SUM, spec_of

from loop.search.archive import DEPTH, TEXT_BYTES, Archive, Elite
from loop.search.islands import ISLANDS, MIGRATION, STALE, Islands
from loop.search.novelty import Clusters, Seen, behaviour, mark
from loop.search.shape import ladder, shape
from verify.interpreter import Outcome
from verify.limits import DEFAULT
from verify.spec import to_candidate

ELITES = st.builds(
    Elite, st.text("abc", min_size=1, max_size=4), st.sampled_from(["x", "y"]), st.sampled_from(["linear", "constant"]),
    st.integers(1, 40), st.integers(1, 30),
)  # fmt: skip


def elite(program: str = "p", ticks: int = 10, technique: str = "t", growth: str = "linear", nodes: int = 5) -> Elite:
    return Elite(program, technique, growth, nodes, ticks)


@given(st.lists(ELITES, max_size=120, unique_by=lambda e: e.program))
@settings(max_examples=60, deadline=None)
def test_an_archive_holds_the_best_of_each_behaviour(new: list[Elite]) -> None:
    archive = Archive()
    for e in new:
        archive.add(e)
    kept = list(archive)
    for cell in {e.cell for e in new}:
        held = [e for e in kept if e.cell == cell]
        assert 1 <= len(held) <= DEPTH
        assert held == sorted(held, key=lambda e: e.order)
        assert held[0].order == min(e.order for e in new if e.cell == cell)
    assert len(kept) == len(archive) <= DEPTH * archive.cells
    if new:
        assert archive.best is not None
        assert archive.best.order == min(e.order for e in new)
    again = Archive.from_data(json.loads(json.dumps(archive.to_data())))
    assert list(again) == kept
    assert [again.draw(random.Random(3)) for _ in range(5)] == [archive.draw(random.Random(3)) for _ in range(5)]


def test_an_archive_draws_every_behaviour_alike() -> None:
    archive = Archive()
    for i in range(DEPTH):
        archive.add(elite(f"many{i}", i + 1))
    archive.add(elite("rare", 99, growth="constant"))
    rng = random.Random(1)
    drawn = [archive.draw(rng) for _ in range(400)]
    assert 150 < sum(e is not None and e.program == "rare" for e in drawn) < 250


def test_an_archive_keeps_no_long_text() -> None:
    assert not Archive().add(elite("x" * (TEXT_BYTES + 1)))
    assert Archive().draw(random.Random(0)) is None


def test_islands_exchange_their_best() -> None:
    islands = Islands()
    islands.add(elite("best", 1), 0)
    for i in range(MIGRATION - 1):
        islands.add(elite(f"p{i}", 100 + i, growth=f"g{i}"), 0)
    assert [e.program for e in islands.archives[1]] == ["best"]
    assert not len(islands.archives[2])


def test_an_island_on_which_nothing_is_kept_is_settled_anew() -> None:
    islands = Islands()
    islands.add(elite("best", 1), 1)
    islands.add(elite("other", 5, growth="constant"), 0)
    for _ in range(STALE):
        islands.add(elite("other", 5, growth="constant"), 0)
    assert islands.starts == 1
    assert "other" not in {e.program for e in islands.archives[0]}
    assert "best" in {e.program for e in islands.archives[0]}


@given(st.lists(st.tuples(ELITES, st.integers(0, ISLANDS)), max_size=200))
@settings(max_examples=30, deadline=None)
def test_islands_go_on_as_before_from_their_data(new: list[tuple[Elite, int]]) -> None:
    one = Islands()
    for e, island in new[:100]:
        one.add(e, island)
    two = Islands.from_data(json.loads(json.dumps(one.to_data())))
    for e, island in new[100:]:
        assert one.add(e, island) == two.add(e, island)
    assert one.to_data() == two.to_data()
    assert len(list(one.elites())) == len({e.program for a in one.archives for e in a})


def test_names_and_comments_make_nothing_new() -> None:
    spec = spec_of(SUM)

    def marked(text: str, lemmas: bytes = b"") -> bytes:
        return mark(spec.digest, to_candidate(text.encode(), "c.py", spec, DEFAULT)[0], "f", lemmas)

    baseline = SUM.split("@require(lambda n: n >= 0)\n")[1]
    assert marked(RENAMED) == marked(baseline)
    assert len({marked(RENAMED), marked(FROM_ONE), marked(CLOSED), marked(CLOSED, b"theorem")}) == 4


def test_behaviours_differ_in_type_in_ticks_and_in_what_was_raised() -> None:
    values: list[Outcome] = [
        Outcome(1, 3), Outcome(value=True, ticks=3), Outcome(1, 4), Outcome([1], 3), Outcome((1, 1), 3), Outcome([1, 1], 3),
        Outcome([[1], [1]], 3), Outcome(None, 3), Outcome(None, 3, "ValueError"), Outcome(-1, 3), Outcome(2**40_000, 3),
    ]  # fmt: skip
    assert len({behaviour([o]) for o in values}) == len(values)
    assert behaviour(values) == behaviour(list(values))
    assert behaviour(values[:2]) != behaviour(values[1::-1])


def test_what_is_wrong_stays_wrong_and_the_rest_is_tried_against_another_head() -> None:
    seen = Seen()
    seen.against("one")
    assert seen.add(b"a")
    assert seen.add(b"b")
    assert not seen.add(b"a")
    seen.refuse(b"a")
    seen.against("two")
    assert not seen.add(b"a")
    assert seen.add(b"b")


def test_one_stands_for_its_behaviour() -> None:
    clusters = Clusters[str]()
    assert [clusters.offer(b"x", one) for one in ("first", "second", "third")] == [True, False, False]
    assert clusters.offer(b"y", "another")
    assert clusters.told(b"x", unproved=True) == "second"
    assert clusters.told(b"x", unproved=False) is None
    assert not clusters.offer(b"x", "fourth")
    assert clusters.told(b"x", unproved=True) is None
    assert clusters.told(b"y", unproved=True) is None
    assert clusters.offer(b"y", "one more")


GROWN = {
    "constant": "return n * 3",
    "logarithmic": "t = 0\n    while n > 0:\n        n //= 2\n        t += 1\n    return t",
    "root": "k = 0\n    while k * k < n:\n        k += 1\n    return k",
    "linear": "t = 0\n    for i in range(n):\n        t += i\n    return t",
    "quadratic": "t = 0\n    for i in range(n):\n        for j in range(i):\n            t += j\n    return t",
    "exponential": "if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)",
}


def test_growth_is_told_from_ticks() -> None:
    for growth, lines in GROWN.items():
        spec = spec_of(f"@target\n@require(lambda n: n >= 0)\ndef f(n: int) -> int:\n    {lines}\n")
        found = shape(spec.program, ladder(spec, DEFAULT, 1), DEFAULT)
        assert found.growth == growth, found


def test_growth_over_lists_and_over_few_sizes() -> None:
    lists = spec_of("@target\ndef f(xs: list[int]) -> int:\n    t = 0\n    for x in xs:\n        t += x\n    return t\n")
    assert shape(lists.program, ladder(lists, DEFAULT, 1), DEFAULT).growth in ("root", "linear", "linearithmic", "superlinear")
    few = spec_of("@target\n@require(lambda n: 0 <= n < 5)\ndef f(n: int) -> int:\n    return n\n")
    assert shape(few.program, ladder(few, DEFAULT, 1), DEFAULT).growth == "unknown"
