"""A theorem's head taken apart, and the same claim about any starting values: statement -> Form -> Draft.

`f n 0 = g n` cannot be proved by induction where the 0 changes in the recursive call; what it says of every `acc` may be.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loop.evaluate import Evaluate, Query
from loop.lean_defs import arguments, atom, bare, split_top, tokens
from loop.lean_forms import Column, combination, fitted, monomials, reach, sample
from loop.study import NUMBERS, SEED, Draft, Study

RELATIONS: Final = ("=", "≤", "<", "≥", ">")
_DATA: Final = re.compile(r"(Nat|Int|Bool|List\b.*)")
_LITERAL: Final = re.compile(r"\d+|\(?-\d+\)?|\[\]|true|false")


@dataclass(frozen=True, slots=True)
class Form:
    """A statement: its variables with their types, its hypotheses, and what it claims; `text` is the whole of it."""

    variables: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    claim: str
    text: str


def read_form(statement: str) -> Form | None:
    """Return the parts of `(binders) : claim`, None where it has another form."""
    variables: list[tuple[str, str]] = []
    conditions: list[str] = []
    head, *rest = split_top(statement, ":")
    if not rest:
        return None
    at = 0
    words = tokens(head)
    depth, start = 0, 0
    for t in words:
        if t.text == "(":
            start = t.end if depth == 0 else start
            depth += 1
        elif t.text == ")":
            depth -= 1
            if depth == 0:
                names, *kind = split_top(head[start : t.start], ":")
                if len(kind) != 1:
                    return None
                if _DATA.fullmatch(kind[0]):
                    variables += [(n, kind[0]) for n in names.split()]
                else:
                    conditions.append(" ".join(kind[0].split()))
                at = t.end
        elif depth == 0:
            return None
    if head[at:].strip():
        return None
    claim = " ".join(statement[len(head) :].split(":", 1)[1].split())
    return Form(tuple(variables), tuple(conditions), claim, statement)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A statement with its starting values made variables."""

    variables: tuple[tuple[str, str], ...]
    start: tuple[str, ...]
    """what the variables are in the statement"""
    given: dict[str, str]
    """the arguments of the function's calls, by parameter"""
    gathers: tuple[tuple[str, str], ...]
    """the new variables that stand for accumulators"""
    study: Study

    @property
    def scripts(self) -> tuple[str, ...]:
        """Proofs by induction along the function's recursion."""
        names = ", ".join(x.name for x in (*self.study.others, self.study.definition))
        start = f"fun_induction {self.call}"
        return (f"{start} <;> grind", f"{start} <;> grind [{names}]", f"{start} <;> simp_all <;> grind")

    @property
    def call(self) -> str:
        """The function on its new arguments."""
        return " ".join([self.study.definition.name, *(atom(self.given[p.name]) for p in self.study.definition.parameters)])


def generalised(form: Form, studies: Sequence[Study], evaluate: Evaluate) -> Iterator[Draft]:
    """Yield the statement about any starting values of the accumulators and counters that it fixes."""
    sides = _sides(form.claim)
    for study in studies:
        opened = _opened(form, study)
        if sides is None or opened is None:
            continue
        left, sign, right = sides
        if not arguments(left, study.definition.name, len(study.definition.parameters)):
            continue
        left = _put(left, opened)
        trip = study.trip()
        entered = [renamed(trip.entered, opened.given)] if trip else []
        if sign == "=":
            for more in ([], entered):
                yield from _equal(left, opened, (*form.conditions, *more), evaluate)
        else:
            yield from _bounded((left, sign, right), opened, form.conditions)


def _sides(claim: str) -> tuple[str, str, str] | None:
    for sign in RELATIONS:
        parts = split_top(claim, sign)
        if len(parts) == 2:  # noqa: PLR2004 - two sides
            return parts[0], sign, parts[1]
    return None


def _opened(form: Form, study: Study) -> _Opened | None:
    """Return the statement opened up; None unless all calls of the function in it are alike, and something in them is fixed."""
    d = study.definition
    calls = {args for args, _, _ in arguments(form.claim, d.name, len(d.parameters)) or []}
    if len(calls) != 1:
        return None
    taken = {n for n, _ in form.variables}
    free = set(taken)
    given: dict[str, str] = {}
    new: list[tuple[str, str]] = []
    start: list[str] = []
    gathers: list[tuple[str, str]] = []
    for p, argument in zip(d.parameters, next(iter(calls)), strict=True):
        if argument in free:
            given[p.name] = argument
            free.remove(argument)
        elif _LITERAL.fullmatch(argument) and p.role in ("accumulator", "counter"):
            given[p.name] = next(n for n in (p.name, *(f"{p.name}{k}" for k in range(1, 99))) if n not in taken)
            taken.add(given[p.name])
            new.append((given[p.name], bare(p.type)))
            start.append(argument)
            gathers += new[-1:] if p.role == "accumulator" else []
        else:
            return None  # a term cannot be what an induction runs over
    if not new:
        return None
    return _Opened((*form.variables, *new), (*(n for n, _ in form.variables), *start), given, tuple(gathers), study)


def _put(text: str, opened: _Opened) -> str:
    """Return a text in which the function's calls have the new arguments."""
    d = opened.study.definition
    out, end = [], 0
    for _, start, stop in arguments(text, d.name, len(d.parameters)) or []:
        out += [text[end:start], opened.call]
        end = stop
    return "".join([*out, text[end:]])


def renamed(text: str, names: dict[str, str]) -> str:
    """Return a text with words replaced, all at once."""
    out, end = [], 0
    for t in tokens(text):
        if t.text in names:
            out += [text[end : t.start], names[t.text]]
            end = t.end
    return "".join([*out, text[end:]])


def _equal(left: str, opened: _Opened, conditions: tuple[str, ...], evaluate: Evaluate) -> Iterator[Draft]:
    """Yield what the left side comes to, as a polynomial in all variables."""
    variables, study = opened.variables, opened.study
    points = sample(variables, SEED, largest=reach([study.definition, *study.others])) or []
    held = " ∧ ".join(f"({c})" for c in conditions) or "True"
    values, meets = evaluate([Query(variables, t, tuple(points)) for t in (left, f"((if {held} then 1 else 0 : Nat))")])
    if values is None or meets is None or not all(isinstance(v, int) for v in values):
        return
    whole = any("Int" in kind for _, kind in variables) or ": Int" in left
    columns = []
    for i, (name, kind) in enumerate(variables):
        if bare(kind) in NUMBERS:
            text = f"({name} : Int)" if whole and bare(kind) == "Nat" else name
            columns.append(Column(text, tuple(int(p[i]) for p in points)))  # type: ignore[arg-type]  # a number
    chosen = [i for i, m in enumerate(meets) if m == 1]
    for degree in (1, 2, 3):
        found = fitted(monomials(columns, degree, len(points)), [int(v) for v in values], chosen)  # type: ignore[arg-type]  # as tested
        if found and (whole or all(c >= 0 for c in found[0].values())):
            poly, scale = found
            claim = f"{left if scale == 1 else f'{scale} * ({left})'} = {combination(poly)}"
            yield Draft("eq", variables, conditions, claim, opened.scripts, opened.start)
            return


def _bounded(claim: tuple[str, str, str], opened: _Opened, conditions: tuple[str, ...]) -> Iterator[Draft]:
    """Yield the bound with what the accumulators start from put into the other side."""
    left, sign, right = claim
    bases = list(dict.fromkeys(re.findall(r"(?:\(\d+ : (?:Int|Nat)\)|\b\d+)(?= \^)", f"{left} {right}")))
    forms: list[tuple[str, str, tuple[str, ...]]] = []
    for name, kind in opened.gathers:
        for i, base in enumerate(bases if kind == "Nat" else ()):
            text = f"{left} {sign} {base} ^ {name} * {atom(right)}"
            forms.append((f"bound{i}", text, _power_scripts(opened, base, name, right)))
        forms += [("plus", f"{left} {sign} {right} + {name}", ()), ("times", f"{left} {sign} {name} * {atom(right)}", ())]
    for label, text, scripts in forms:
        yield Draft(label, opened.variables, conditions, text, (*opened.scripts, *scripts), opened.start)


def _power_scripts(opened: _Opened, base: str, name: str, right: str) -> tuple[str, ...]:
    """Return a proof of `base ^ f x k ≤ base ^ k * right` where each turn adds one to `k` and divides what `right` is about."""
    d = opened.study.definition
    going = [c for c in d.cases if c.calls]
    if "Int" not in base or len(going) != 1 or len(going[0].calls) != 1 or len(d.cases) != 2:  # noqa: PLR2004 - a plain loop
        return ()
    after = {opened.given[p.name]: f"({a})" for p, a in zip(d.parameters, going[0].calls[0], strict=True)}
    moving = " ".join(opened.given[p.name] for p in d.parameters if p.role != "fixed")
    positive = f"have p : (0 : Int) < {base} ^ {name} := Int.pow_pos (by omega)"
    turn = [
        f"rename_i {moving} _ ih", "have step := ih (by omega)", positive,
        f"have q : {base} * {atom(renamed(right, after))} ≤ {right} := by omega",
        "have r := Int.mul_le_mul_of_nonneg_left q (Int.le_of_lt p)",
        "rw [Int.pow_succ, Int.mul_assoc] at step", "exact Int.le_trans step r",
    ]  # fmt: skip
    last = [
        f"rename_i {moving} _", positive, f"have q : 1 ≤ {right} := by omega",
        "have r := Int.mul_le_mul_of_nonneg_left q (Int.le_of_lt p)", "rw [Int.mul_one] at r", "exact r",
    ]  # fmt: skip
    script = f"fun_induction {opened.call}"
    return ("\n".join([script, *(f"{'  · ' if i == 0 else '    '}{x}" for part in (turn, last) for i, x in enumerate(part))]),)
