"""What a precondition says of its ints: bounds that hold every allowed input, or a refusal that names the int."""

import random
from itertools import product

import pytest
from targets import spec_of

from verify.interpreter import holds
from verify.limits import DEFAULT
from verify.ranges import ranges
from verify.reasons import NotBounded, Refusal
from verify.spec import Spec

Bounds = dict[tuple[str | int, ...], tuple[int, int]]


def spec_for(*requires: str, parameters: str = "x: int, y: int") -> Spec:
    names = ", ".join(p.split(":")[0] for p in parameters.split(", ") if ":" in p)
    lines = "".join(f"@require(lambda {names}: {r})\n" for r in requires)
    return spec_of(f"@target\n{lines}def f({parameters}) -> int:\n    return 0\n")


X, Y = ("x",), ("y",)
READ: dict[str, Bounds] = {
    "0 <= x < 2**32 and -5 <= y <= 5": {X: (0, 2**32 - 1), Y: (-5, 5)},
    "x >= 0 and x < 16 and 3 > y and y > -3": {X: (0, 15), Y: (-2, 2)},
    "not (x < 0 or x > 9) and y == 7": {X: (0, 9), Y: (7, 7)},
    "0 <= x <= y < 100": {X: (0, 99), Y: (0, 99)},
    "0 <= y < x < 1 << 8": {X: (1, 255), Y: (0, 254)},
    "abs(x) <= 2**31 and abs(y) < 4": {X: (-(2**31), 2**31), Y: (-3, 3)},
    "not abs(x) > 3 and not y != 2": {X: (-3, 3), Y: (2, 2)},
    "-(1 << 7) <= x < 1 << 7 and 0 <= y <= 0xFF": {X: (-128, 127), Y: (0, 255)},
    "0 <= x < 9 and 0 <= y < 9 and (x != y or x > 3) and x * y > 2": {X: (0, 8), Y: (0, 8)},
    "x == y and 0 <= x < 4": {X: (0, 3), Y: (0, 3)},
    "0 <= x < 50 and x < 20 and 0 <= y < 1000 and y < 10": {X: (0, 19), Y: (0, 9)},
}


@pytest.mark.parametrize("require", READ)
def test_what_is_read(require: str) -> None:
    assert ranges(spec_for(require), DEFAULT) == READ[require]


def test_several_preconditions_and_tuples() -> None:
    assert ranges(spec_for("0 <= x < 4", "x <= 2", "abs(y) < 2"), DEFAULT) == {X: (0, 2), Y: (-1, 1)}
    spec = spec_for("0 <= t[0] < 8 and t[1] == 1 and abs(x) < 3", parameters="t: tuple[int, int, bool], p: bool, x: int")
    assert ranges(spec, DEFAULT) == {("t", 0): (0, 7), ("t", 1): (1, 1), X: (-2, 2)}


UNREAD = {
    "0 <= y < 9": "x",
    "0 <= y < 9 and x >= 0": "x",
    "0 <= y < 9 and (0 <= x < 9 or x == 10)": "x",
    "0 <= y < 9 and not (0 <= x < 9)": "x",
    "0 <= y < 9 and x * x < 100": "x",
    "0 <= y < 9 and -x < 100 and x < 3 ** (4 // 0)": "x",
    "0 <= x < 9 and y <= x": "y",
    "0 <= x < 9 and (0 <= y < 9) == True": "y",
}


@pytest.mark.parametrize("require", UNREAD)
def test_what_is_not_read_is_refused_by_name(require: str) -> None:
    with pytest.raises(Refusal) as caught:
        ranges(spec_for(require), DEFAULT)
    assert isinstance(caught.value.reason, NotBounded)
    assert f"`{UNREAD[require]}`" in caught.value.reason.what


def test_every_allowed_input_is_within() -> None:
    """Random conjunctions over a small box that holds all their inputs; `or`, `not` and chains among them."""
    rng, read = random.Random(7), 0
    box = list(product(range(-7, 8), repeat=2))

    def link() -> str:
        some = ["x", "y", "abs(x)", "abs(y)", "x + y", str(rng.randrange(-6, 7))]
        sides = rng.choices(some, k=rng.choice((2, 2, 3)))
        text = sides[0] + "".join(f" {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {s}" for s in sides[1:])
        return rng.choice([text, f"not ({text})", f"({text} or {sides[0]} == 3)", f"not ({text} or x == 2)"])

    for _ in range(300):
        require = " and ".join(["-7 <= x <= 7", "abs(y) <= 7", *(link() for _ in range(rng.randrange(1, 4)))])
        spec = spec_for(require)
        found, allowed = ranges(spec, DEFAULT), holds(spec.require, ["x", "y"], DEFAULT)
        read += found != {X: (-7, 7), Y: (-7, 7)}
        for x, y in filter(allowed, box):
            assert found[X][0] <= x <= found[X][1], (require, x, y)
            assert found[Y][0] <= y <= found[Y][1], (require, x, y)
    assert read > 60
