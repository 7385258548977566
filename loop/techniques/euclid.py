"""The greatest common divisor by taking the smaller number from the larger one becomes Euclid's way, which takes remainders.

That one turn of the new loop does what several of the old one do is shown by induction; that the two numbers may be turned round
is another induction. Nothing need be known of divisors for that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from string import Template

from loop.gains import gain_head
from loop.observe import evaluator
from loop.orders import lean_value
from loop.printed_calls import calls
from loop.simplify import after, static_cost, tidy
from loop.techniques.claim_facts import claimed, closing, declared, noted, out_text
from loop.techniques.euclid_proof import BOTH, ENDED, GAIN, LEMMAS
from loop.techniques.study import Draft, Study
from loop.techniques.written import binders, written
from verify import ir
from verify.interpreter import holds
from verify.ir import Block, Expr, Name, Program, Value, Var
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type
from verify.reasons import Reason, Refusal
from verify.statement import Claim, to_statement

TURN, ASKED = 4, 1
"""ticks of a turn of the new loop, and of asking whether it goes on"""
LARGE = 1_000
"""a number at which it is tried whether the contract allows it beside 1"""


@dataclass(frozen=True, slots=True)
class Subtraction:
    """A loop that takes the smaller of two numbers from the larger one until they are equal."""

    loop: ir.While
    a: Var
    b: Var
    before: Block
    after: Block
    begun: Mapping[Name, Expr]
    turn: int
    asked: int


def drafts(study: Study) -> Iterator[Draft]:
    """Yield Euclid's way."""
    found = _subtraction(study)
    if found is None:
        return
    made = written(study, tidy(replace(study.head, body=_body(found))))
    if made is None:
        return
    *_, left = claimed(study, made[1])
    if isinstance(left, Reason) or left[0].order != "eventually":
        return
    try:
        lemmas = _lemmas(study, found, made[1], left[0])
    except Refusal:
        return
    if lemmas:
        yield Draft(made[0], "remainders take the place of repeated subtraction", lemmas)


def _subtraction(study: Study) -> Subtraction | None:
    """Return the loop of a version that subtracts, None where there is no such loop, or numbers are not positive."""
    head = study.head
    at = next((k for k, s in enumerate(head.body) if isinstance(s, ir.While)), None)
    begun = None if at is None else after(head.body[:at])
    if at is None or begun is None or len(head.loops) != 1 or head.recursive:
        return None
    loop = head.loops[0]
    match loop:
        case ir.While(
            test=ir.Compare((Var() as p, Var() as q), ("ne",)),
            body=(ir.If(ir.Compare((Var() as x, Var() as y), (("lt" | "gt" | "le" | "ge") as relation,)) as test, then, orelse),),
        ) if {p, q} == {x, y} and p.type == "int":
            a, b = (x, y) if relation in ("gt", "ge") else (y, x)
        case _:
            return None
    arms = after(then), after(orelse)
    if arms != ({a.name: ir.Binary("sub", a, b)}, {b.name: ir.Binary("sub", b, a)}):
        return None
    a, b = sorted((a, b), key=head.variables.index)
    starts = [evaluator(begun.get(n.name, n), [v.name for v in head.parameters], study.limits) for n in (a, b)]
    for arguments in study.runs:
        state = dict(zip((v.name for v in head.parameters), arguments, strict=True))
        if any(not isinstance(s := start(state), int) or s <= 0 for start in starts):
            return None
    turn = 1 + static_cost(loop.test) + static_cost(test) + 1 + 2
    return Subtraction(loop, a, b, head.body[:at], head.body[at + 1 :], begun, turn, 1 + static_cost(loop.test))


def _body(found: Subtraction) -> Block:
    """Return the body of the new version; both numbers are the divisor in the end, and one of them is left."""
    a, b = found.a, found.b
    step = ir.Assign((a.name, b.name), (b, ir.Binary("mod", a, b)))
    loop = ir.While(found.loop.index, ir.Unary("truth", b), (step,))
    env: dict[Name, Expr] = {b.name: a}
    return (*found.before, loop, *ir.rewritten(found.after, lambda e: ir.substitute(e, env)))


def _lemmas(study: Study, found: Subtraction, new: Program, claim: Claim) -> str:
    """Return the proof, "" where no input shows the gain. Raises Refusal where a loop of the new version cannot be read."""
    sides = noted(study, study.head, "Old"), noted(study, new, "New")
    arguments = [s.shapes[found.loop.index].arguments for s in sides]
    if any(names != (found.a.name, found.b.name) for names in arguments):
        return ""
    gain = _gain(study, found)
    if gain is None or found.turn < TURN:
        return ""
    statement = to_statement(study.spec, sides[0].program, sides[1].program, claim, study.limits)
    names = " ".join(lean_name(p.name) for p in study.head.parameters)
    k = found.loop.index
    at_a, at_b = next(given for _, given in calls(out_text(statement.old, "Old")))
    put = {
        "a": lean_name(found.a.name), "b": lean_name(found.b.name), "k": k, "turn": found.turn, "asked": found.asked,
        "least": found.turn + found.asked, "saved": found.turn + found.asked - TURN - ASKED, "slack": claim.slack,
        "more": max(0, TURN + ASKED - found.asked, TURN - (found.turn + found.asked - TURN - ASKED)),
        "binders": binders(study.head.parameters), "parameters": names, "at_a": at_a, "at_b": at_b,
        **gain,
    }  # fmt: skip
    parts = [Template(t).substitute(put) for t in (LEMMAS, ENDED, BOTH)]
    parts.append(declared(f"gain {gain_head(study.spec, claim)}", Template(GAIN).substitute(put).split("\n")))
    return "\n\n".join([*parts, *closing(study.spec, "cost gain")]) + "\n"


def _gain(study: Study, found: Subtraction) -> dict[str, str] | None:
    """Return inputs on which one number is 1 and the other one large, in words of the proof; None where there are none."""
    parameters = study.head.parameters
    names = [p.name for p in parameters]
    allowed = holds(study.spec.require, names, study.limits)
    starts = [evaluator(found.begun.get(n.name, n), names, study.limits) for n in (found.a, found.b)]
    ints = [i for i, p in enumerate(parameters) if p.type == "int"]
    for large, one in permutations(ints, 2):
        for arguments in study.runs[:20]:
            states: list[list[Value]] = []
            for n in (LARGE, LARGE + 1):
                point = [*arguments]
                point[large], point[one] = n, 1
                states.append(point)
            at = [[start(dict(zip(names, s, strict=True))) for start in starts] for s in states]
            if all(map(allowed, states)) and [sorted(map(_int, x)) for x in at] == [[1, LARGE], [1, LARGE + 1]]:
                terms = [lean_value(v, p.type) for v, p in zip(arguments, parameters, strict=True)]
                terms[large], terms[one] = f"((m : Int) + {LARGE})", "(1 : Int)"
                pairs = enumerate(zip(parameters, terms, strict=True))
                given = ((f"{lean_name(p.name)}, e_{i}", lean_type(p.type), term) for i, (p, term) in pairs)
                lines = [f"obtain ⟨{pattern}⟩ : ∃ v : {t}, v = {term} := ⟨_, rfl⟩" for pattern, t, term in given]
                return {"put": "\n".join(lines), "witness": ", ".join(map(lean_name, names))}
    return None


def _int(value: Value | None) -> int:
    return int(value) if isinstance(value, int) else 0
