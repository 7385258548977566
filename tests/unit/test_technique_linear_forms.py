"""Polynomials of degree two become products of linear forms, and stay what they are on all ints."""

from itertools import combinations_with_replacement

import pytest
from drafted import accepted_order, body_of, drafts_of
from hypothesis import given
from hypothesis import strategies as st

from loop.closed import int_function
from loop.simplify import static_cost
from loop.techniques import rewriting
from loop.techniques.linear_forms import as_products
from verify.ir import Binary, Const, Expr, Var
from verify.limits import DEFAULT
from verify.toolchain import Toolchain

NAMES = ("a", "b", "c", "d")
HEAD = "@target\ndef f(a: int, b: int, c: int, d: int) -> int:\n    return "
TURNS = """@target
def f(xs: list[int], k: int) -> int:
    total = 0
    for x in xs:
        total += x * x + 2 * x * k + k * k
    return total
"""


@st.composite
def quadratics(draw: st.DrawFn) -> Expr:
    """Draw sums of products of the names, with coefficients."""
    atoms: list[Expr] = [Const(1), *(Var(n, "int") for n in NAMES)]
    pairs = draw(st.lists(st.sampled_from(list(combinations_with_replacement(atoms, 2))), min_size=1, max_size=8))
    out: Expr = Const(draw(st.integers(-3, 3)))
    for x, y in pairs:
        out = Binary("add", out, Binary("mul", Const(draw(st.integers(-6, 6))), Binary("mul", x, y)))
    return out


@st.composite
def products(draw: st.DrawFn) -> Expr:
    """Draw a product of two linear forms, written out."""
    atoms: list[Expr] = [Var(n, "int") for n in NAMES]
    a, b = (draw(st.lists(st.integers(-3, 3), min_size=4, max_size=4).filter(any)) for _ in range(2))
    out: Expr = Const(0)
    for x, c in zip(atoms, a, strict=True):
        for y, d in zip(atoms, b, strict=True):
            out = Binary("add", out, Binary("mul", Const(c * d), Binary("mul", x, y)))
    return out


@given(quadratics(), st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_the_value_stays_and_the_cost_never_rises(e: Expr, values: list[int]) -> None:
    new = as_products(e)
    assert static_cost(new) <= static_cost(e)
    assert int_function(new, NAMES, DEFAULT)(values) == int_function(e, NAMES, DEFAULT)(values)


@given(products())
def test_a_product_of_two_forms_of_four_atoms_is_found(e: Expr) -> None:
    # in each form at most a factor for each atom and one for all, and sums between them; the product, a factor and a sign
    assert static_cost(as_products(e)) <= 2 * (4 + 1 + 3) + 3


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("a * c + a * d + b * c + b * d", "(a + b) * (c + d)"),
        ("a * c - 2 * a * d + 3 * b * c - 6 * b * d", "(a + 3 * b) * (c - d * 2)"),
        ("a * a + b * b + c * c + 2 * a * b + 2 * b * c + 2 * a * c", "(a + (b + c)) ** 2"),
        ("a * b + 3 * a - 2 * b", "(a - 2) * (b + 3) + 6"),
        ("4 * a * a + 4 * a * b + b * b + c * d", "(2 * a + b) ** 2 + c * d"),
    ],
)
def test_forms_are_found(written: str, due: str) -> None:
    draft, *_ = drafts_of(rewriting.drafts, f"{HEAD}{written}\n")
    assert body_of(draft) == f"return {due}\n"


@pytest.mark.parametrize("written", ["a * b + c * d", "a + b", "a * b * c + a * b * d * 0 + 1", "a * a + b * b"])
def test_what_is_no_product_stays(written: str) -> None:
    draft = next(iter(drafts_of(rewriting.drafts, f"{HEAD}{written}\n")), None)
    assert draft is None or "* d * 0" in written


@pytest.mark.slow
@pytest.mark.parametrize("text", [f"{HEAD}a * c - 2 * a * d + 3 * b * c - 6 * b * d + a\n", TURNS], ids=["straight", "in a loop"])
def test_forms_are_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, rewriting.drafts, text) == "always"
