"""Right shifts within an expression of bits, moved to what is no bit expression, each step with its proof in Lean."""

from dataclasses import dataclass, field
from typing import Final

from loop.lean_terms import text_of
from verify import ir
from verify.ir import Expr
from verify.lean_expr import literal
from verify.walk import rebuilt

_BITS: Final = {"and": "band", "or": "bor", "xor": "bxor"}


@dataclass(slots=True)
class Lowering:
    """Moves the right shifts of expressions inwards: `(a & b) >> k` is `(a >> k) & (b >> k)`, and so on."""

    steps: dict[str, str] = field(default_factory=dict)
    """equations, each with the term that proves it"""

    def lowered(self, e: Expr) -> Expr:
        """Return an expression that is equal to another by rewriting with the steps, from left to right."""
        made = rebuilt(e, self.lowered)
        match made:
            case ir.Binary("floordiv", operand, ir.Const(c)) if (k := log(int(c))) is not None and k > 0:
                return self._shifted(operand, k)
        return made

    def _shifted(self, operand: Expr, k: int) -> Expr:
        """Return a lowered expression shifted by k bits."""
        whole = quotient(operand, k)
        match operand:
            case ir.Binary("and" | "or" | "xor" as op, left, right):
                self._step(whole, ir.Binary(op, quotient(left, k), quotient(right, k)), f"{_BITS[op]}_ediv _ _ {k}")
                return ir.Binary(op, self._shifted(left, k), self._shifted(right, k))
            case ir.Binary("sub", ir.Unary("neg", inner), ir.Const(1)):
                self._step(whole, _inverted(quotient(inner, k)))
                return _inverted(self._shifted(inner, k))
            case ir.Const(v):
                self.steps[f"(({v} : Int) / {1 << k}) = {literal(int(v) >> k)}"] = "by omega"
                return ir.Const(int(v) >> k)
            case ir.Binary("floordiv", inner, ir.Const(c)) if (j := log(int(c))) is not None:
                self._step(whole, quotient(inner, j + k))
                return self._shifted(inner, j + k)
            case ir.Binary("mod", inner, ir.Const(c)) if (j := log(int(c))) is not None:
                if j <= k:
                    return self._step(whole, ir.Const(0))
                cut = ir.Const(1 << (j - k))
                self._step(whole, ir.Binary("mod", quotient(inner, k), cut))
                return ir.Binary("mod", self._shifted(inner, k), cut)
        return whole

    def _step(self, left: Expr, right: Expr, proof: str = "by omega") -> Expr:
        self.steps[f"{text_of(left)} = {text_of(right)}"] = proof
        return right

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines that rewrite a goal so."""
        known = [f"have s{i} : {step} := {proof}" for i, (step, proof) in enumerate(self.steps.items())]
        return (*known, f"simp only [{', '.join(f's{i}' for i in range(len(known)))}]") if known else ()


def quotient(e: Expr, k: int) -> Expr:
    """Return `e >> k` as it is printed in Lean."""
    return ir.Binary("floordiv", e, ir.Const(1 << k))


def log(c: int) -> int | None:
    """Return k for 2^k, None for other ints.

    >>> log(8), log(6), log(0)
    (3, None, None)
    """
    return c.bit_length() - 1 if c > 0 and c & (c - 1) == 0 else None


def _inverted(e: Expr) -> Expr:
    return ir.Binary("sub", ir.Unary("neg", e), ir.Const(1))
