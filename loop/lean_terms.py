"""Reads the Lean text of an int term, as a goal shows it or as `verify.lean_expr` prints it, back into an expression.

What it does not know stands as a variable whose name is the text. It only steers a search: a wrong reading gives a proof that
Lean does not accept.
"""

import re
from typing import Final

from loop.goal_text import at_top
from verify import ir
from verify.expr import Arithmetic
from verify.ir import Expr
from verify.lean_expr import value

LONGEST: Final = 20_000
"""characters of the longest term that is read; the reader recurses"""
DEEPEST: Final = 100
_WORD: Final = re.compile(r"[A-Za-z_α-ω][\w'!?.₀-₉✝]*")
_PROJECTION: Final = re.compile(r"(\.[\w']+)+")
_KEYWORDS: Final = frozenset({"if", "then", "else", "fun", "match", "with", "let", "do", "have", "show", "by", "at"})
_BITS: Final[dict[str, Arithmetic]] = {"band": "and", "bor": "or", "bxor": "xor"}
_SUMS: Final[dict[str, Arithmetic]] = {"+": "add", "-": "sub"}
_PRODUCTS: Final[dict[str, Arithmetic]] = {"*": "mul", "/": "floordiv", "%": "mod"}
_RELATIONS: Final = ("=", "≤", "<", "≥", ">")
_OTHERS: Final = ("≠", "∧", "∨", "→", "↔", "∣", "∀", "∃", "¬", ":=", "==", "∈")
_LITERAL_MOST: Final = 4096
"""largest exponent of a power of literals that is worked out"""


def relation(text: str) -> tuple[Expr, str, Expr] | None:
    """Return both sides of an equation or an inequality, and what stands between them; None where the text is none.

    >>> relation("(-v_x < 3)")
    (Unary(op='neg', operand=Var(name='v_x', type='int')), '<', Const(value=3))
    """
    text = unwrapped(text)
    at = at_top(text, (*_OTHERS, *_RELATIONS))
    if at is None or at[1] not in _RELATIONS or len(text) > LONGEST:
        return None
    left, right = text[: at[0]], text[at[0] + len(at[1]) :]
    if at_top(right, (*_OTHERS, *_RELATIONS)) is not None:
        return None
    try:
        return _whole(left, 0), at[1], _whole(right, 0)
    except ValueError:
        return None


def text_of(e: Expr) -> str:
    """Return an expression as Lean text."""
    return value(e, str)


def unwrapped(text: str) -> str:
    """Return a text without parentheses around the whole of it."""
    text = " ".join(text.split())
    while text.startswith("(") and _closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str, opening: int) -> int:
    """Return where a bracket closes, the text's length where it does not."""
    depth = 0
    for i in range(opening, len(text)):
        depth += (text[i] in "([{⟨") - (text[i] in ")]}⟩")
        if depth == 0:
            return i
    return len(text)


def _whole(text: str, depth: int) -> Expr:
    """Return a term that is all of a text. Raises ValueError where there is none."""
    if depth > DEEPEST:
        raise ValueError("brackets nest too deep")
    reader = _Reader(text, depth)
    e = reader.sum()
    if reader.peek():
        raise ValueError(f"not understood: {reader.peek()}")
    return e


class _Reader:
    """Reads one term from left to right, by Lean's precedences."""

    def __init__(self, text: str, depth: int) -> None:
        self.text, self.at, self.depth = text, 0, depth

    def peek(self) -> str:
        """Return the next character that is no space, "" at the end."""
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1
        return self.text[self.at : self.at + 1]

    def taken(self, symbols: dict[str, Arithmetic]) -> Arithmetic | None:
        """Take one of some symbols if it is next."""
        found = symbols.get(self.peek())
        self.at += found is not None
        return found

    def sum(self) -> Expr:
        left = self.product()
        while (op := self.taken(_SUMS)) is not None:
            left = ir.Binary(op, left, self.product())
        return left

    def product(self) -> Expr:
        left = self.negation()
        while (op := self.taken(_PRODUCTS)) is not None:
            right = self.negation()
            known = op == "mul" or (isinstance(right, ir.Const) and right.value > 0)
            if not known:  # a division that is printed so is by a positive literal
                raise ValueError("a division by what is no literal")
            left = ir.Binary(op, left, right)
        return left

    def negation(self) -> Expr:
        if self.peek() != "-":
            return self.power()
        self.at += 1
        operand = self.negation()
        return ir.Const(-operand.value) if isinstance(operand, ir.Const) and operand.value > 0 else ir.Unary("neg", operand)

    def power(self) -> Expr:
        start = self.at
        base = self.application()
        if self.peek() != "^":
            return base
        self.at += 1
        exponent = self.negation()
        match base, exponent:
            case ir.Const(b), ir.Const(e) if 0 <= e <= _LITERAL_MOST:
                return ir.Const(b**e)
        return self.opaque(start)

    def application(self) -> Expr:
        self.peek()
        start = self.at
        head = self.primary()
        if not isinstance(head, ir.Var):
            return head
        operands = []
        while self.is_operand():
            operands.append(self.primary())
        op = _BITS.get(head.name.removeprefix("QED."))
        match op, operands:
            case None, []:
                return head
            case None, _:
                return self.opaque(start)
            case _, [left, right]:
                return ir.Binary(op, left, right)
        raise ValueError(f"`{head.name}` with {len(operands)} operands")

    def is_operand(self) -> bool:
        """Whether an argument of an application is next."""
        word = _WORD.match(self.text, self.at) if self.peek() else None
        return word[0] not in _KEYWORDS if word else self.peek().isdigit() or self.peek() in {"(", "[", "⟨", "↑"}

    def primary(self) -> Expr:
        c = self.peek()
        start = self.at
        if number := re.compile(r"\d+").match(self.text, start):
            self.at = number.end()
            return ir.Const(int(number[0]))
        if word := _WORD.match(self.text, start):
            if word[0] in _KEYWORDS:
                raise ValueError(f"the keyword {word[0]}")
            self.at = word.end()
            return ir.Var(word[0], "int")
        if c == "↑":
            self.at += 1
            self.primary()
            return self.opaque(start)
        if c not in {"(", "[", "⟨"}:
            raise ValueError(f"the character {c}")
        self.at = _closing(self.text, start) + 1
        if projection := _PROJECTION.match(self.text, self.at):
            self.at = projection.end()
            return self.opaque(start)
        return self.group(start) if c == "(" else self.opaque(start)

    def group(self, start: int) -> Expr:
        """Return what stands in the parentheses that end here; opaque where that is not understood."""
        inner = self.text[start + 1 : self.at - 1]
        at = at_top(inner, (":",))
        try:
            return _whole(inner if at is None or inner[at[0] + 1 :].strip() != "Int" else inner[: at[0]], self.depth + 1)
        except ValueError:
            return self.opaque(start)

    def opaque(self, start: int) -> Expr:
        """Return the text from a place on as a variable."""
        text = self.text[start : self.at].strip()
        whole = text.startswith("(") and _closing(text, 0) == len(text) - 1
        return ir.Var(text if whole or _WORD.fullmatch(text) else f"({text})", "int")
