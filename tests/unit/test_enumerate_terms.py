import numpy as np
import pytest

from loop.simplify import static_cost
from loop.techniques.doubling import Doubling, Word, evaluated
from loop.techniques.enumerate_terms import Bank, Vocabulary, combined, hashed, lengths
from loop.techniques.term_choices import Choices, predicates
from loop.techniques.term_goals import Finder, Goal
from verify import ir
from verify.interpreter import compile_block
from verify.limits import DEFAULT

X, Y = ir.Var("x", "int"), ir.Var("y", "int")
ONE = ir.Const(1)
SAMPLES = [(0, 5), (1, 1), (2, 9), (6, 3), (7, 255), (12, 8), (40, 41), (200, 0), (255, 254), (96, 77)]
OPERATORS = ("and", "or", "xor", "lshift", "rshift", "add", "sub", "mul")


def bank(room: int = 2000, kind: type = np.int64, literals: tuple[int, ...] = (0, 1, 255)) -> Bank:
    columns = [[x for x, _ in SAMPLES], [y for _, y in SAMPLES], *([c] * len(SAMPLES) for c in literals)]
    leaves = (X, Y, *map(ir.Const, literals))
    return Bank(Vocabulary(leaves, (1, 4), (), OPERATORS), np.array(columns, dtype=kind), room)


def value(e: ir.Expr, x: int, y: int) -> object:
    _, _, result, raised = compile_block((ir.Return(e),), ["x", "y"], DEFAULT).run([x, y], 10_000, None)
    return raised or result


def due(f: object) -> np.ndarray:
    assert callable(f)
    return np.array([f(x, y) for x, y in SAMPLES])


@pytest.mark.parametrize("kind", [np.int64, object])
def test_a_term_has_the_values_that_it_is_kept_for_and_costs_its_level(kind: type) -> None:
    found = bank(400, kind)
    found.grow()
    found.grow()
    assert len(found.values) == 400
    for row in range(0, 400, 7):
        e = found.expression(row)
        assert [value(e, x, y) for x, y in SAMPLES] == found.values[row].tolist()
        assert static_cost(e) == found.level(row)


def test_no_two_terms_behave_alike() -> None:
    found = bank()
    found.grow()
    found.grow()
    assert len({tuple(row) for row in found.values.tolist()}) == len(found.values)


def test_both_kinds_of_ints_make_the_same_first_levels() -> None:
    narrow, wide = bank(), bank(kind=object)
    assert narrow.grow()
    assert wide.grow()
    assert narrow.values.tolist() == wide.values.tolist()


def test_what_would_not_fit_is_left_out() -> None:
    columns = np.array([[2**40, 3], [2**50, 1]])
    found = Bank(Vocabulary((X, Y), (30,), (), ("mul", "lshift")), columns, 100)
    found.grow()
    assert [2**90, 3] not in found.values.tolist()
    assert [2**70, 3 << 30] not in found.values.tolist()
    wide = Bank(Vocabulary((X, Y), (30,), (), ("mul", "lshift")), columns.astype(object), 100)
    wide.grow()
    assert [2**90, 3] in wide.values.tolist()


def test_a_shift_by_a_name_takes_those_that_are_distances() -> None:
    columns = np.array([[8, 200, 77], [-1, 3, 2], [0, 3, 70]])
    found = Bank(Vocabulary((X, Y, ir.Var("k", "int")), (), (2,), ("rshift",)), columns, 100)
    found.grow()
    texts = {str(found.expression(row)) for row in range(len(found.values))}
    assert str(ir.Binary("rshift", X, ir.Var("k", "int"))) in texts
    assert str(ir.Binary("rshift", X, Y)) not in texts


def test_a_divisor_is_positive_on_all_samples() -> None:
    columns = np.array([[8, 200, 77], [0, 3, 2]])
    found = Bank(Vocabulary((X, Y, ir.Const(3)), (), (), ("floordiv",)), np.vstack([columns, [3, 3, 3]]), 100)
    found.grow()
    divisors = {e.right for row in range(3, len(found.values)) if isinstance(e := found.expression(row), ir.Binary)}
    assert divisors == {X, ir.Const(3)}


def test_lengths_are_those_of_the_longest_value() -> None:
    rows = [[0, 0], [1, -1], [255, 3], [-256, 7], [2**40 - 1, 0]]
    assert lengths(np.array(rows)).tolist() == [0, 1, 8, 9, 40]
    assert lengths(np.array(rows, dtype=object)).tolist() == [0, 1, 8, 9, 40]


def test_hashes_tell_rows_apart() -> None:
    rows = np.arange(20_000).reshape(-1, 2)
    assert len(np.unique(hashed(rows))) == len(rows)
    assert (hashed(rows) == hashed(rows.copy())).all()


def test_two_terms_meet_in_the_middle() -> None:
    found = bank()
    found.grow()
    hits = list(Finder(found).joined(Goal(due(lambda x, y: (x & y) + (x << 4)))))
    assert hits
    assert all([value(h.value, x, y) for x, y in SAMPLES] == [(x & y) + (x << 4) for x, y in SAMPLES] for h in hits)
    assert min(h.cost for h in hits) == 3


def test_a_mask_ends_a_search_for_a_word() -> None:
    found = bank()
    found.grow()
    wanted = due(lambda x, _: (x - 1 ^ x) & 255)
    assert not list(Finder(found).joined(Goal(wanted)))
    hits = list(Finder(found).joined(Goal(wanted, 255)))
    assert min(h.cost for h in hits) == 3
    assert all([value(h.value, x, y) for x, y in SAMPLES] == wanted.tolist() for h in hits)


def test_a_conjunction_is_found_from_the_bits_that_its_sides_must_have() -> None:
    found = bank()
    found.grow()
    hits = list(Finder(found).filtered(Goal(due(lambda x, y: (x + 1) & (y ^ 255)))))
    assert min(h.cost for h in hits) == 3
    assert all([value(h.value, x, y) for x, y in SAMPLES] == [(x + 1) & (y ^ 255) for x, y in SAMPLES] for h in hits)


def test_a_term_may_be_read_twice() -> None:
    found = bank()
    found.grow()
    wanted = due(lambda x, y: (y ^ (x & y)) ^ ((x & y) << 4))
    hits = list(Finder(found).shared(Goal(wanted)))
    assert hits
    assert all([value(h.value, x, y) for x, y in SAMPLES] == wanted.tolist() for h in hits)


def test_a_last_operator_takes_a_leaf() -> None:
    found = bank()
    found.grow()
    hits = list(Finder(found).last(Goal(due(lambda x, y: (x | y) * 255))))
    assert min(h.cost for h in hits) == 2
    hits = list(Finder(found).last(Goal(due(lambda x, y: (x * y) >> 4))))
    assert min(h.cost for h in hits) == 2


def test_a_choice_is_made_of_a_condition_and_two_terms() -> None:
    (cheapest, *_) = Choices(bank()).choices(Goal(due(max)))
    assert cheapest.cost == 2
    assert [value(cheapest.value, x, y) for x, y in SAMPLES] == [max(x, y) for x, y in SAMPLES]


def test_one_side_of_a_choice_may_be_a_choice() -> None:
    (cheapest, *_) = Choices(bank()).choices(Goal(due(lambda x, y: 1 if x == 0 else y if x > 1 else 255)))
    assert [value(cheapest.value, x, y) for x, y in SAMPLES] == [1 if x == 0 else y if x > 1 else 255 for x, y in SAMPLES]


def test_predicates_are_the_cheapest_comparisons() -> None:
    found = bank()
    found.grow()
    hits = predicates(found, due(lambda x, y: x & y == 0))
    assert {h.cost for h in hits} == {2}
    assert all([value(h.value, x, y) for x, y in SAMPLES] == [x & y == 0 for x, y in SAMPLES] for h in hits)


def test_two_comparisons_stand_together_where_one_is_not_enough() -> None:
    hits = predicates(bank(literals=(2, 100)), due(lambda x, y: 2 < x < 100 and y < x))
    assert hits
    assert isinstance(hits[0].value, ir.Logic)
    assert [value(hits[0].value, x, y) for x, y in SAMPLES] == [2 < x < 100 and y < x for x, y in SAMPLES]


def test_steps_have_the_values_that_they_are_said_to_end_with() -> None:
    env = {"x": np.array([x for x, _ in SAMPLES])}
    made = list(Doubling(Word(8), env, "t").all([X, ir.Binary("sub", X, ONE)]))
    assert len(made) > 50
    for s in made[::5]:
        program = ir.Program("f", (X,), (ir.Var("t", "int"),), "int", (*s.block, ir.Return(ir.Var("t", "int"))))
        compiled = compile_block(program.body, ["x", "t"], DEFAULT)
        for (x, _), last in zip(SAMPLES, s.last.tolist(), strict=True):
            _, ticks, result, _ = compiled.run([x, None], 10_000, None)
            assert (result, ticks) == (last, s.cost)


@pytest.mark.parametrize(("width", "f"), [
    (8, lambda x: int(f"{x:08b}"[::-1], 2)),
    (8, lambda x: x.bit_count()),
    (8, lambda x: (1 << x.bit_length()) - 1),
])  # fmt: skip
def test_steps_reach_what_words_are_known_for(width: int, f: object) -> None:
    assert callable(f)
    env = {"x": np.array([x for x, _ in SAMPLES])}
    wanted = [f(x) for x, _ in SAMPLES]
    assert any(s.last.tolist() == wanted for s in Doubling(Word(width), env, "t").all([X]))


def test_values_that_get_too_long_are_none() -> None:
    assert evaluated(ir.Binary("lshift", X, ir.Const(40)), {"x": np.array([2**30])}) is None
    assert evaluated(ir.Binary("mul", X, X), {"x": np.array([2**40])}) is None
    assert combined("add", np.array([1]), np.array([2])).tolist() == [3]
