"""Decides: what a claim in the order `worst-case` says: its texts, over a target -> Reading, checked expressions.

The texts are proposals. What is printed of them is the trees that this module reads from them, and no others are let through:

- The size is a sum of `len(xs)` of lists and `abs(n)` of ints among the parameters, each at most once and at least one. It is
  never negative and leaves no room to sort inputs by what a version happens to cost on them. An arbitrary expression would:
  under `min(n, 5)`, or a constant, the claim is about few sizes or one, and a size that looks into a list can put what is dear
  for the new version among the inputs that are large for another reason. Under these sums a parameter that is left out is one
  of any value at every size, which makes the bound harder to hold.
- The bound is an int expression over `size` alone, so what it allows is the same for all inputs of a size.
- The family is one expression over `size` for each parameter. The statement asks, for every size from N on, that this input is
  allowed, has that size, and costs the old version more than the bound. So there are inputs of every size from N on, and none of
  these expressions raises there. N has a limit, since nobody would see the gain of a claim about larger inputs than are used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verify import ir
from verify.canonical import Data
from verify.ir import Expr, ListOf, Name, Type
from verify.limits import Limits
from verify.notes import read_note
from verify.reasons import BadWorstCase, Refusal
from verify.spec import Spec
from verify.types import type_text

SIZE: Final = "size"
"""the variable of a bound and of a family"""


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The claim as texts: the size of an input, the bound, the least size that it is about, and an input of each size."""

    size: str
    """over the parameters"""
    bound: str
    """in ticks, over `size`"""
    least: int
    family: tuple[tuple[Name, str], ...]
    """an expression over `size` for each parameter, in their order"""

    def as_data(self) -> dict[str, Data]:
        """Return the claim for a certificate and for `notes.json`."""
        family: list[Data] = [[name, text] for name, text in self.family]
        return {"size": self.size, "bound": self.bound, "least": self.least, "family": family}


@dataclass(frozen=True, slots=True)
class Reading:
    """The claim as checked expressions: the size over the parameters, the rest over `size`."""

    size: Expr
    bound: Expr
    least: int
    family: tuple[Expr, ...]

    @property
    def safe(self) -> Expr:
        """The condition, over `size`, under which no expression of the claim raises."""
        return ir.conjunction([ir.safe(e) for e in (self.bound, *self.family)])


def worst_case_from_data(data: object) -> WorstCase:
    """Read what `as_data` wrote and nothing else; ValueError otherwise."""
    match data:
        case {"size": str(size), "bound": str(bound), "least": int(least), "family": [*family], **rest} if not rest:
            pairs = tuple((p[0], p[1]) for p in family if isinstance(p, list | tuple) and len(p) == 2)  # noqa: PLR2004 - a pair
            texts = [size, bound, *(text for pair in pairs for text in pair)]
            plain = all(isinstance(text, str) and text.isprintable() for text in texts)
            if plain and len(pairs) == len(family) and not isinstance(least, bool) and least >= 0:
                return WorstCase(size, bound, least, pairs)
    raise ValueError("`worst` is not size, bound, least and family of the order worst-case")


def read_worst_case(claim: WorstCase, spec: Spec, limits: Limits) -> Reading:
    """Read a claim for a target. Raises Refusal (BadWorstCase) where a part is not of the due form."""
    parameters = spec.program.parameters
    size = _read("size", claim.size, {p.name: p.type for p in parameters}, "int", limits)
    _check_size(size, claim.size)
    bound = _read("bound", claim.bound, {SIZE: "int"}, "int", limits)
    if not 0 <= claim.least <= limits.worst_from:
        what = f"the claim begins at size {claim.least}; it may begin at 0 to {limits.worst_from}."
        raise Refusal(BadWorstCase(what=what, do="Give a bound that holds from a smaller size on."))
    names = [name for name, _ in claim.family]
    if names != [p.name for p in parameters]:
        what = f"the family gives {', '.join(names) or 'nothing'}; due is one expression for each parameter, in their order."
        raise Refusal(BadWorstCase(what=what, do=f"Give {', '.join(p.name for p in parameters) or 'no family'}."))
    family = tuple(
        _read(f"family's {p.name}", text, {SIZE: "int"}, p.type, limits)
        for p, (_, text) in zip(parameters, claim.family, strict=True)
    )
    return Reading(size, bound, claim.least, family)


def sizes(spec: Spec) -> Iterator[str]:
    """Yield the size of each parameter that has one: what a claim's size may be the sum of."""
    for p in spec.program.parameters:
        if p.type == "int":
            yield f"abs({p.name})"
        elif isinstance(p.type, ListOf):
            yield f"len({p.name})"


def _read(part: str, text: str, scope: Mapping[Name, Type], due: Type, limits: Limits) -> Expr:
    """Read one text; a comment in it could tell people something else than it says."""
    if not text.isprintable() or "#" in text:
        raise Refusal(BadWorstCase(what=f"the {part} is not one line without a comment.", do="Write one expression."))
    try:
        return read_note(text, scope, due, limits)
    except Refusal as refusal:
        r, over = refusal.reason, ", ".join(scope) or "nothing"
        what = f"the {part}, `{text[:60]}`, is no {type_text(due)} over {over}: {r.what}"
        raise Refusal(BadWorstCase(what=what, do=r.do)) from None


def _check_size(e: Expr, text: str) -> None:
    """Raise Refusal unless a size is a sum of lengths and absolute values of distinct parameters."""
    seen: list[Name] = []
    for part in _summands(e):
        match part:
            case ir.Length(ir.Var(name)) | ir.Unary("abs", ir.Var(name)) if name not in seen:
                seen.append(name)
            case _:
                what = f"`{text[:60]}` is no size of an input: it is not a sum of lengths and absolute values of parameters."
                raise Refusal(BadWorstCase(what=what, do="Write `len(xs)`, `abs(n)`, or a sum of such, each parameter once."))


def _summands(e: Expr) -> Iterator[Expr]:
    match e:
        case ir.Binary("add", left, right):
            yield from _summands(left)
            yield from _summands(right)
        case _:
            yield e
