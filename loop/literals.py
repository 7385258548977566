"""Literals of a program around which it may do other things than elsewhere."""

from typing import Final

from verify import ir
from verify.ir import Program

FARTHEST: Final = 1200
"""the largest literal around which inputs are drawn: a loop may count up to it"""


def thresholds(program: Program, least: int) -> set[int]:
    """Return the sizes above `least` of literals with which a program compares an int."""
    compared = (x for s in ir.statements(program.body) for e in ir.expressions(s) for x in ir.subexpressions(e))
    literals = (abs(o.value) for x in compared if isinstance(x, ir.Compare) for o in x.operands if isinstance(o, ir.Const))
    return {c for c in literals if least < c <= FARTHEST}
