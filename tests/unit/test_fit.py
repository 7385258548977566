"""Closed forms from values: exact, or none."""

from fractions import Fraction
from itertools import product

import pytest

from loop.fit import by_residue, evaluate, fit, horner, is_linear, monomials, over, plus, solve, times, whole
from verify.interpreter import compile_block
from verify.ir import Binary, Const, Expr, Return, Unary, Var
from verify.limits import DEFAULT

X, Y = Var("x", "int"), Var("y", "int")


def at(e: Expr, *point: int) -> object:
    return compile_block((Return(e),), ("x", "y"), DEFAULT).run(point, 10**6, None)[2]


def test_equations_with_one_solution() -> None:
    assert solve([[1, 1], [1, -1], [2, 0]], [3, 1, 4]) == [2, 1]
    assert solve([[6], [12]], [4, 8]) == [Fraction(2, 3)]


def test_equations_without_a_solution() -> None:
    assert solve([[1], [1]], [1, 2]) is None
    assert solve([[1, 0], [0, 1], [1, 1]], [1, 1, 3]) is None


def test_one_row_that_does_not_fit_is_seen_among_many() -> None:
    rows = [[1, x] for x in range(20_000)]
    values = [3 + 2 * x for x in range(20_000)]
    assert solve(rows, values) == [3, 2]
    values[12_345] += 1
    assert solve(rows, values) is None


def test_monomials_are_ordered_by_degree() -> None:
    assert monomials(2, 2) == [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    assert evaluate((2, 1), (3, 5)) == 45
    assert evaluate((0, 0), (3, 5)) == 1


def test_a_polynomial_is_found_with_its_denominator() -> None:
    points = [[x] for x in range(-20, 30)]
    assert fit(1, points, [7] * 50) == ({(0,): 7}, 1)
    found = fit(1, points, [x * (x + 1) // 2 for (x,) in points])
    assert found == ({(1,): 1, (2,): 1}, 2)
    square = [[x, y] for x, y in product(range(-5, 6), repeat=2)]
    assert fit(2, square, [x * x * y - 3 * y + 1 for x, y in square]) == ({(2, 1): 1, (0, 1): -3, (0, 0): 1}, 1)


@pytest.mark.parametrize("values", [[2**x for x in range(50)], [x // 3 for x in range(50)], [abs(x - 25) for x in range(50)]])
def test_what_is_no_polynomial_is_not_taken_for_one(values: list[int]) -> None:
    assert fit(1, [[x] for x in range(50)], values) is None


def test_few_points_fit_nothing_of_high_degree() -> None:
    assert fit(1, [[0], [1], [2], [3], [4], [5]], [0, 1, 8, 27, 64, 125]) is None


def test_whole_drops_what_is_zero() -> None:
    assert whole([Fraction(1, 2), Fraction(0), Fraction(2, 3)], [(0,), (1,), (2,)]) == ({(0,): 3, (2,): 4}, 6)
    assert whole([Fraction(0)], [(0,)]) == ({}, 1)


@pytest.mark.parametrize(
    "poly",
    [{}, {(0, 0): -4}, {(1, 0): 1}, {(2, 0): 1, (1, 0): 1}, {(2, 1): 3, (0, 1): -6, (0, 0): 9}, {(1, 0): -1, (0, 1): -2},
     {(3, 0): 2, (2, 1): -1, (0, 3): 5, (0, 0): 1}],
)  # fmt: skip
def test_horner_has_the_value_of_the_polynomial(poly: dict[tuple[int, ...], int]) -> None:
    e = horner(poly, [X, Y])
    for point in product(range(-3, 4), repeat=2):
        assert at(e, *point) == sum(c * evaluate(m, point) for m, c in poly.items())


def test_horner_factors_out() -> None:
    assert horner({(2,): 1, (1,): 1}, [X]) == Binary("mul", X, Binary("add", X, Const(1)))


def test_sums_and_products_are_simplified() -> None:
    assert (plus(X, Const(0)), plus(Const(0), X)) == (X, X)
    assert plus(X, Const(-2)) == Binary("sub", X, Const(2))
    assert plus(X, Unary("neg", Y)) == Binary("sub", X, Y)
    assert plus(Unary("neg", X), Y) == Binary("sub", Y, X)
    assert (times(Const(0), X), times(Const(1), X), times(X, Const(1))) == (Const(0), X, X)
    assert times(Const(-1), X) == Unary("neg", X)
    assert times(X, Const(3)) == Binary("mul", Const(3), X)


def test_quotients_and_pieces() -> None:
    assert over(X, 1) == X
    assert over(X, 2) == Binary("floordiv", X, Const(2))
    assert by_residue(X, [Y, Y, Y]) == Y
    chosen = by_residue(Binary("mod", X, Const(3)), [Const(5), Const(6), Const(7)])
    assert [at(chosen, x, 0) for x in range(6)] == [5, 6, 7, 5, 6, 7]


def test_linear_expressions() -> None:
    assert is_linear(Binary("add", Binary("mul", Const(2), X), Y))
    assert not is_linear(Binary("mul", X, Y))


@pytest.mark.parametrize(
    ("e", "due"),
    [
        (Binary("mul", Const(3), X), True), (Binary("mul", X, Y), False), (Binary("pow", X, Const(2)), False),
        (Binary("pow", Const(2), X), False), (Binary("pow", Const(2), Const(5)), True), (Binary("lshift", X, Const(2)), True),
        (Binary("lshift", Const(1), X), False), (Binary("sub", X, Y), True),
    ],
)  # fmt: skip
def test_what_is_linear(e: Expr, due: bool) -> None:  # noqa: FBT001 - a parameter of a test
    assert is_linear(e) is due
