"""Closed forms of the whole function and of single loops, and algebraic clean-up: all found on runs."""

from collections.abc import Iterator
from dataclasses import replace

from loop.closed import Fitter, Form, trip
from loop.fit import over
from loop.lemmas import LoopLemmas
from loop.observe import Loop
from loop.simplify import simplified
from loop.techniques.study import Draft, Study
from loop.whole import whole_forms
from verify import ir
from verify.interpreter import holds
from verify.ir import Block, Expr, Program
from verify.limits import Limits


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the whole function in closed form, then its loops, then what algebra makes of it as it stands."""
    head, limits = study.head, study.limits
    for e, idea in whole_forms(head, study.spec.require, limits, study.brief.seed):
        yield Draft(replace(head, locals=(), body=(ir.Return(simplified(e)),)), idea)
    replaced = {k: r for k, own in study.loops.items() if (r := _replacement(head, own, limits)) is not None}
    if replaced:
        yield Draft(replace(head, body=_replace(head.body, replaced)), "every loop that has a closed form is replaced by it")
        for k, block in replaced.items():
            line = study.loops[k].loop.line
            yield Draft(replace(head, body=_replace(head.body, {k: block})), f"the loop on line {line} in closed form")
    yield Draft(head, "algebraic clean-up")


def _replacement(head: Program, own: Loop, limits: Limits) -> Block | None:
    """Return straight-line code that does what a loop does, or None where no closed form is known for all it leaves."""
    counted = None if ir.returns(own.loop.body) else trip(own, limits)
    if counted is None or (isinstance(own.loop, ir.While) and own.loop.measure is not None):
        return None
    fitter = Fitter(own, counted, limits)
    wanted = LoopLemmas.names_wanted(head, own)
    forms: dict[str, Form] = {}
    for name in wanted:
        form = next(fitter.forms(name), None)
        if form is None:
            return None
        forms[name] = form
    env: dict[str, Expr] = {}
    match own.loop:
        case ir.For(index=k, start=start, stop=stop):
            env = {f"next_{k}": start, f"stop_{k}": stop}
        case ir.ForEach(source=source):
            env = {ir.rest_of(own.loop).name: source}
    env["T"] = ir.substitute(counted.turns, env)
    values = [over(ir.substitute(f.numerator, env), f.scale) for f in forms.values()]
    body: Block = (ir.Assign(tuple(forms), tuple(map(simplified, values))),) if forms else ()
    entered = holds(counted.entered, own.names, limits)
    if own.states and all(entered([s[n] for n in own.names]) for s in own.states):
        return body
    going = ir.Compare((ir.substitute(counted.distance, env), ir.Const(0)), ("gt",))
    return (ir.If(going, body, ()),) if body else ()


def _replace(block: Block, replaced: dict[int, Block]) -> Block:
    """Return a block with loops replaced, inner ones where the outer one stays."""
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.While(index=k) | ir.For(index=k) | ir.ForEach(index=k) if k in replaced:
                out += replaced[k]
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                out.append(replace(s, body=_replace(body, replaced)))
            case ir.If(then=then, orelse=orelse):
                out.append(replace(s, then=_replace(then, replaced), orelse=_replace(orelse, replaced)))
            case _:
                out.append(s)
    return tuple(out)
