"""What a loop leaves in one variable, as a function of the variables that it depends on."""

import pytest
from targets import plain, spec_of

from loop.slices import Slice, slice_of
from verify.limits import DEFAULT
from verify.shape import shape


def sliced(body: str, wanted: str) -> Slice | None:
    program = spec_of(plain("n >= 0", body)).program
    return slice_of(program, shape(program, program.loops[0]), wanted, DEFAULT.paths)


def test_what_a_comprehension_binds_is_no_argument() -> None:
    turn = "t += sum(x * i for x in [i, t])\n        u += t"
    found = sliced(f"t, u = 0, 0\n    for i in range(n):\n        {turn}\n    return t", "t")
    assert found is not None
    assert found.variables == ("t", "next_1", "stop_1")
    assert found.types == ("int",) * 3


def test_lists_are_arguments_where_the_value_depends_on_them() -> None:
    found = sliced("xs = [n]\n    t = 0\n    for x in xs[:]:\n        xs.append(t)\n        t += x\n    return t", "t")
    assert found is not None
    assert found.variables == ("t", "rest_1")
    assert found.binders == "(x0 : Int) (x1 : (List Int))"


@pytest.mark.parametrize(
    "turn",
    ["if i > 3:\n            break", "if i > 3:\n            continue\n        t += 1", "if i > 3:\n            return t",
     "for x in [i]:\n            t += x"],
    ids=["break", "continue", "return", "a loop within"],
)  # fmt: skip
def test_loops_that_have_no_such_function(turn: str) -> None:
    assert sliced(f"t = 0\n    for i in range(n):\n        t += 1\n        {turn}\n    return t", "t") is None
