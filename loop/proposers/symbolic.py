"""Proposals with no model: closed forms of the whole function and of single loops, and algebraic clean-up.

Everything is found on runs of the reference interpreter; what is yielded agreed with the version to beat on all of them and
was cheaper on one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from loop.closed import Fitter, Form, trip
from loop.fit import over
from loop.lemmas import LoopLemmas
from loop.observe import Loop, inputs, observe
from loop.orders import measured
from loop.proposal import Brief, Proposal
from loop.simplify import simplified, tidy
from loop.source_text import to_source_text
from loop.whole import whole_forms
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Block, Expr, Program, Value
from verify.limits import DEFAULT, Limits


class Symbolic:
    """The offline proposer."""

    name = "symbolic"

    def __init__(self, limits: Limits = DEFAULT) -> None:
        """Use the given limits for its runs."""
        self._limits = limits

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Yield distinct candidates, most promising first; refusals of the past are not looked at, as digests dedupe."""
        runs = inputs(brief.spec, self._limits, brief.seed)
        head = brief.head.program
        seen: set[str] = set()
        for program, idea in self._programs(brief, head, runs):
            for variant in (tidy(program), program):
                text = to_source_text(variant)
                if text is None:
                    continue
                if text in seen:
                    break  # the tidy form came up before, and the untidy one is no better
                seen.add(text)
                if self._better(head, variant, runs):
                    yield Proposal(brief.spec.name, text.encode(), b"", self.name, idea)
                    break

    def _better(self, head: Program, candidate: Program, runs: Sequence[tuple[Value, ...]]) -> bool:
        """Say whether a candidate returns the same on all runs and is cheaper on one."""
        if not self._same(head, candidate, runs):
            return False
        old, new = measured(head, runs, self._limits), measured(candidate, runs, self._limits)
        return any(new[k] < old[k] for k in old.keys() & new.keys())

    def _same(self, head: Program, candidate: Program, runs: Sequence[tuple[Value, ...]]) -> bool:
        old, new = Interpreter(head, self._limits), Interpreter(candidate, self._limits)
        for arguments in runs:
            try:
                a = old.run(arguments)
            except OutOfFuel:
                continue
            try:
                b = new.run(arguments)
            except OutOfFuel:
                return False
            if (a.value, a.raised) != (b.value, b.raised):
                return False
        return True

    def _programs(self, brief: Brief, head: Program, runs: Sequence[tuple[Value, ...]]) -> Iterator[tuple[Program, str]]:
        for e, idea in whole_forms(head, brief.spec.require, self._limits, brief.seed):
            yield replace(head, locals=(), body=(ir.Return(simplified(e)),)), idea
        loops = observe(head, runs, self._limits)
        replaced = {k: r for k, own in loops.items() if (r := self._replacement(head, own)) is not None}
        if replaced:
            yield replace(head, body=_replace(head.body, replaced)), "every loop that has a closed form is replaced by it"
            for k, block in replaced.items():
                line = loops[k].loop.line
                yield replace(head, body=_replace(head.body, {k: block})), f"the loop on line {line} in closed form"
        yield head, "algebraic clean-up"

    # -- single loops ---------------------------------------------------------------------------------------------------

    def _replacement(self, head: Program, own: Loop) -> Block | None:
        """Return straight-line code that does what a loop does, or None where no closed form is known for all it leaves."""
        counted = None if ir.returns(own.loop.body) else trip(own, self._limits)
        if counted is None or (isinstance(own.loop, ir.While) and own.loop.measure is not None):
            return None
        fitter = Fitter(own, counted, self._limits)
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
        entered = holds(counted.entered, own.names, self._limits)
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
