"""A search that notes what it found and goes on returns at once.

The loop, with those in it, leaves nothing that is read later but a flag, which it only ever gives one value, or a count, of which
only matters whether it is zero. What follows the loop goes where the flag is set.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from loop.gains import Gain
from loop.observe import evaluator, read_outside
from loop.orders import lean_value
from loop.source_text import to_source_text
from loop.techniques.claim_facts import Noted, Shows, Step, facts, noted
from loop.techniques.lockstep import better
from loop.techniques.step_writer import TAIL, Pair, Writer, least
from loop.techniques.study import Draft, Study
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Block, Expr, Program
from verify.lean_expr import condition, lean_type, value
from verify.limits import Limits
from verify.reasons import Refusal
from verify.shape import slot
from verify.spec import to_candidate


@dataclass(frozen=True, slots=True)
class Flag:
    """What a loop notes: its variable, what that holds before, and what it is once something was found."""

    variable: ir.Var
    before: Expr
    found: Expr
    """a condition on the variable, which no turn undoes"""
    kept: tuple[ir.Assign, ...]
    """the assignments that note it"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the head with the search that returns at once, for the last loop of its body."""
    head = study.head
    for i, loop in enumerate(head.body):
        if not isinstance(loop, ir.LOOPS) or i + 2 != len(head.body):
            continue
        last = head.body[i + 1]
        flag = _flag(head, head.body[:i], loop)
        if flag is None or not isinstance(last, ir.Return):
            continue
        hit, miss = _decided(last.value, flag, study.limits)
        if not isinstance(hit, ir.Const) or not isinstance(miss, ir.Const) or hit == miss:
            continue
        body = (*head.body[:i], replace(loop, body=_leaving(loop.body, flag, hit)), ir.Return(miss))
        body = tuple(s for s in body if s not in _starts(body, flag))
        found = _draft(study, replace(head, body=body), loop, flag, hit)
        if found is not None:
            yield found


def _flag(head: Program, before: Block, loop: ir.Loop) -> Flag | None:
    """Return the flag of a loop whose only effect it is."""
    inside = list(ir.statements(loop.body))
    if any(isinstance(s, ir.Return | ir.Break | ir.Call) for s in inside):
        return None
    after = read_outside(head.body, loop.index)
    left = ir.writes(loop.body) & after
    starts = {n: v for s in before if isinstance(s, ir.Assign) for n, v in zip(s.targets, s.values, strict=True)}
    name = min(left, default="")
    begun = starts.get(name)
    if len(left) != 1 or not isinstance(begun, ir.Const):
        return None
    kept = tuple(s for s in inside if isinstance(s, ir.Assign) and name in s.targets)
    reads = [e for s in inside if s not in kept for e in ir.expressions(s)]
    if any(len(s.targets) != 1 for s in kept) or any(name in ir.variables(e) for e in (*reads, *ir.expressions(loop))):
        return None
    variable = ir.Var(name, begun.type)
    values = {s.values[0] for s in kept}
    if len(values) == 1 and isinstance(one := next(iter(values)), ir.Const) and one != begun:
        return Flag(variable, begun, ir.Compare((variable, one), ("eq",)), kept)
    match next(iter(values)):
        case ir.Binary("add", ir.Var(n), ir.Const(c)) if n == name and c > 0 and len(values) == 1:
            least = ir.Const(int(begun.value) + int(c))
            return Flag(variable, begun, ir.Compare((variable, least), ("ge",)), kept)
    return None


def _decided(e: Expr, flag: Flag, limits: Limits) -> tuple[Expr | None, Expr | None]:
    """Return the result where something was found and where nothing was; None where the first is not one for all counts."""
    found = flag.found.operands[1]  # type: ignore[union-attr]  # a comparison
    miss = _folded(ir.substitute(e, {flag.variable.name: flag.before}), limits)
    counts = (0, 1, 2, 5) if _counts(flag) else (0,)
    hits = {_folded(ir.substitute(e, {flag.variable.name: _plus(found, k)}), limits) for k in counts}
    hit = next(iter(hits)) if len(hits) == 1 else None
    if hit is not None and (ir.variables(hit) & {flag.variable.name} or _loop_bound(e, flag)):
        hit = None
    return hit, miss


def _loop_bound(e: Expr, flag: Flag) -> bool:
    """Say whether a count is used otherwise than in one comparison with a literal, so that a few values say nothing of all."""
    if not _counts(flag):
        return False
    uses = [x for x in ir.subexpressions(e) if isinstance(x, ir.Compare) and flag.variable in x.operands]
    plain = all(len(x.operands) == 2 and isinstance(x.operands[1], ir.Const) and x.operands[0] == flag.variable for x in uses)  # noqa: PLR2004
    return not (plain and len(uses) == sum(x == flag.variable for x in ir.subexpressions(e)))


def _counts(flag: Flag) -> bool:
    return isinstance(flag.found, ir.Compare) and flag.found.relations == ("ge",)


def _plus(e: Expr, k: int) -> Expr:
    return ir.Const(e.value + k) if isinstance(e, ir.Const) and k else e


def _folded(e: Expr, limits: Limits) -> Expr:
    """Return an expression without variables as a literal, where it is one."""
    if not ir.variables(e) and e.type in ("int", "bool"):
        made = evaluator(e, [], limits)({})
        return ir.Const(made) if isinstance(made, int) else e
    return ir.rebuilt(e, lambda x: _folded(x, limits))


def _leaving(block: Block, flag: Flag, hit: Expr) -> Block:
    """Return a block that returns where it noted a find; what stands behind that in the same block is not reached."""
    out: list[ir.Statement] = []
    for s in block:
        if s in flag.kept:
            return (*out, ir.Return(hit))
        match s:
            case ir.If(then=then, orelse=orelse):
                out.append(replace(s, then=_leaving(then, flag, hit), orelse=_leaving(orelse, flag, hit)))
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                out.append(replace(s, body=_leaving(body, flag, hit)))
            case _:
                out.append(s)
    return tuple(out)


def _starts(body: Block, flag: Flag) -> list[ir.Statement]:
    """Return the assignments by which a flag began, which nothing reads any more."""
    if flag.variable.name in ir.reads(body):
        return []
    return [s for s in body if isinstance(s, ir.Assign) and s.targets == (flag.variable.name,)]


# -- the proof ------------------------------------------------------------------------------------------------------------------


def _draft(study: Study, program: Program, loop: ir.Loop, flag: Flag, hit: ir.Const) -> Draft | None:
    text = to_source_text(program)
    try:
        if text is None:
            return None
        new = to_candidate(text.encode(), "", study.spec, study.limits)[1]
        proof = _proof(study, new, loop, flag, hit) if better(study, new) else None
    except Refusal:
        return None
    return None if proof is None else Draft(text, f"the loop on line {loop.line} returns once it is known what it finds", proof)


def _proof(study: Study, new: Program, loop: ir.Loop, flag: Flag, hit: ir.Const) -> str | None:
    sides = noted(study, study.head, "Old"), noted(study, new, "New")
    nested = [loop.index, *(s.index for s in ir.statements(loop.body) if isinstance(s, ir.LOOPS))]
    steps: list[Step] = []
    name = flag.variable.name
    said = condition(flag.found, lambda n: f"{{old}}.{slot(n)}" if n == name else slot(n))
    kept = f"{{old}}.{slot(name)} = {value(flag.before, slot)}"
    for k in sorted(nested, reverse=True):
        pair = Pair(k, (k,), assumes=(ir.Compare((flag.variable, flag.before), ("eq",)),))
        writer = Writer(study, sides, pair)
        steps += [least(sides[0], k), _absorbed(sides[0], k, flag, [s.name for s in steps])]
        steps.append(_result(sides[1], k, hit, [s.name for s in steps if s.name.startswith("result")]))
        # what is at least one number is found by no pattern
        other = f"(intro _; dsimp only; apply stays{k} <;> first | omega | grind [{', '.join(s.name for s in steps)}])"
        steps.append(writer.theorem(f"found{k}", (k,), f"{{new}}.returned = true → {said}", steps, other=other))
        for label, goal in (
            ("missed", f"{{new}}.returned = false → {kept}"),
            ("fewer", "{new}.ticks ≤ {old}.ticks"),
            ("saved", "{new}.returned = true → {new}.ticks + 1 ≤ {old}.ticks"),
        ):
            steps.append(writer.theorem(f"{label}{k}", (k,), goal, steps))
    shows = _shows(study, new, loop.index, hit)
    proved = list(facts(study, new, sides, steps, shows)) if shows is not None else []
    return "\n\n".join([TAIL, *(s.text for s in steps), *proved]) + "\n" if proved else None


def _result(new: Noted, k: int, hit: ir.Const, known: list[str]) -> Step:
    """Return what a loop of the new version returns where it does."""
    s, types = new.shapes[k], new.types
    head = "".join(f" ({slot(n)} : {lean_type(types[n])})" for n in s.arguments)
    call = f"New.shadow{k} {' '.join(map(slot, s.arguments))}"
    names = f" [{', '.join(known)}]" if known else ""
    said = f"({call}).returned = true → ({call}).result = {value(hit, slot)}"
    text = f"theorem result{k}{head} :\n    {said} := by\n  fun_induction {call} <;> grind{names}"
    return Step(f"result{k}", text, tuple(("New", k, i) for i in range(len(s.arguments))), 0)


def _absorbed(old: Noted, k: int, flag: Flag, known: list[str]) -> Step:
    """Return that no turn undoes what was noted."""
    s, types, name = old.shapes[k], old.types, flag.variable.name
    call = f"Old.shadow{k} {' '.join(map(slot, s.arguments))}"
    assumed = [condition(flag.found, slot), *([condition(s.invariant, slot)] if s.invariant != ir.TRUE else [])]
    head = "".join(f" ({slot(n)} : {lean_type(types[n])})" for n in s.arguments)
    head += "".join(f" (h{i} : {a})" for i, a in enumerate(assumed))
    said = condition(flag.found, lambda n: f"({call}).{slot(n)}" if n == name else slot(n))
    names = f" [{', '.join(known)}]" if known else ""
    text = f"theorem stays{k}{head} :\n    {said} := by\n  fun_induction {call} <;> grind{names}"
    return Step(f"stays{k}", text, tuple(("Old", k, i) for i in range(len(s.arguments))), len(assumed))


def _shows(study: Study, new: Program, k: int, hit: ir.Const) -> Shows | None:
    """Return an input on which the search ends in its first turn, with the line that says so."""
    old_run, new_run = Interpreter(study.head, study.limits), Interpreter(new, study.limits)
    cheaper: list[tuple[int, int]] = []
    for i, arguments in enumerate(study.runs):
        try:
            a, b = old_run.run(arguments), new_run.run(arguments)
        except OutOfFuel:
            continue
        if b.ticks < a.ticks and a.value == hit.value:
            cheaper.append((b.ticks, i))
    if not cheaper:
        return None
    arguments = study.runs[min(cheaper)[1]]
    parameters = study.spec.program.parameters
    terms = {p.name: lean_value(v, p.type) for p, v in zip(parameters, arguments, strict=True)}
    return Shows(Gain(terms), k, "returned = true")
