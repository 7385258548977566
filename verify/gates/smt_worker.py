"""Refuses only: the process in which Z3 runs; it re-reads the sources, asks Z3 and writes one JSON line for each answer.

It is given one JSON object on standard input and believes nothing of how the caller read the sources. It is stopped by its
own limits on memory and processor time, and by the caller's clock.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import z3  # type: ignore[import-untyped]

from verify import smt
from verify.ir import TRUE, Program, Return, Value, Var, has_list
from verify.limits import Limits
from verify.python_run import tagged
from verify.reasons import Refusal
from verify.spec import Spec, to_candidate, to_specs

WORK: Final = {"smoke": 400_000, "hint": 3_000_000}
"""what each solver may spend on a question, in Z3's deterministic unit (2 to 10 million a second); see `ORDINARY_WORK`"""
ORDINARY_WORK: Final = 1_500_000
NEAR: Final = 20_000
"""ints below this are asked for first where the old version will be run on them"""


class _Asker:
    """Puts questions about one set of parameters to Z3 and writes the answers."""

    def __init__(self, spec: Spec, nonce: str, seconds: float, unroll: int) -> None:
        self.spec, self.nonce, self.unroll = spec, nonce, unroll
        self.until = time.monotonic() + seconds
        self.lists = any(has_list(p.type) for p in spec.program.parameters)
        self.named: tuple[Var, ...] = spec.program.parameters
        self.terms = smt.variables(self.named)
        self.bounded = smt.bounded(self.terms.values())
        self.require = smt.read(spec.require, self.terms, unroll)
        self.allowed = smt.both(self.bounded, self.require.holds)

    def say(self, question: str, answer: str, **more: object) -> None:
        """Write one answer."""
        sys.stdout.write(json.dumps({"nonce": self.nonce, "question": question, "answer": answer, **more}) + "\n")
        sys.stdout.flush()

    def ask(self, question: str, *conditions: z3.BoolRef, near: bool = False) -> None:
        """Ask whether an allowed input meets the conditions, and write the answer, with an input where Z3 names one.

        `near` asks for an input of small numbers first.
        """
        own = [self.allowed, *conditions]
        asked = [[*own, *self.near()], own] if near else [own]
        verdict, model = z3.unknown, None
        for part in asked:
            verdict, model = self.check(question, part)
            if model is not None:
                self.say(question, "sat", model=[tagged(v) for v in self.values(model)])
                return
        self.say(question, "unsat" if verdict == z3.unsat else "unknown")

    def check(self, question: str, conditions: list[z3.BoolRef]) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
        """Return Z3's answer, with a model where it is `sat`."""
        work = WORK.get(question, ORDINARY_WORK)
        # the plain solver is quicker where there are many branches, the one with tactics where ints are multiplied
        for solver in (z3.SimpleSolver(), z3.Solver()) if self.lists else (z3.Solver(), z3.SimpleSolver()):
            left = int((self.until - time.monotonic()) * 1000)
            if left <= 0:
                break
            solver.set("timeout", left)
            solver.set("rlimit", work)
            solver.add(*conditions)
            verdict = solver.check()
            if verdict != z3.unknown:
                return verdict, solver.model() if verdict == z3.sat else None
        return z3.unknown, None

    def near(self) -> list[z3.BoolRef]:
        """Return that all ints are small enough for a slow version to be run on them."""
        return [z3.And(t > -NEAR, t < NEAR) for t in smt.ints(self.terms.values())]

    def values(self, model: z3.ModelRef) -> list[Value]:
        """Return the values that a model gives the parameters."""

        def evaluate(term: z3.ExprRef) -> z3.ExprRef:
            return model.eval(term, model_completion=True)

        return [smt.concrete(self.terms[p.name], evaluate) for p in self.named]

    def ask_satisfiable(self) -> None:
        """Ask for an allowed input; that there is none is said only where every input was asked about."""
        verdict, model = self.check("satisfiable", [self.allowed])
        if model is not None:
            self.say("satisfiable", "sat", model=[tagged(v) for v in self.values(model)])
            return
        if verdict == z3.unsat and not self.lists and not z3.is_false(self.require.cut):
            verdict, _ = self.check("satisfiable", [self.require.cut])
        self.say("satisfiable", "unsat" if verdict == z3.unsat and not self.lists else "unknown")

    def ask_results(self) -> None:
        """Ask for an allowed input and two results within the contract; that there are none is said where all were asked about.

        A model has the input's values, then the two results.
        """
        program = self.spec.program
        two = [Var(name, program.result) for name in ("__one__", "__other__")]
        unknown = smt.variables([*program.parameters, *two])
        one, other = (unknown[v.name] for v in two)
        first, second = (smt.read(self.spec.ensure, {**self.terms, "result": r}, self.unroll) for r in (one, other))
        found = [self.allowed, smt.bounded([one, other]), first.holds, second.holds, smt.no(smt.same(one, other))]
        verdict, model = self.check("results", found)
        if model is not None:
            values = [smt.concrete(t, lambda term: model.eval(term, model_completion=True)) for t in unknown.values()]
            self.say("results", "sat", model=[tagged(v) for v in values])
            return
        cut, whole = smt.either(self.require.cut, first.cut), not self.lists and not has_list(program.result)
        if verdict == z3.unsat and whole and not z3.is_false(cut):
            verdict, _ = self.check("results", [cut])
        self.say("results", "unsat" if verdict == z3.unsat and whole else "unknown")


def main() -> None:
    """Read the job, answer it, end."""
    sys.set_int_max_str_digits(0)  # Z3 hands numbers over as decimal text
    job = json.loads(sys.stdin.read())
    limits = Limits(**job["limits"])
    resource.setrlimit(resource.RLIMIT_AS, (limits.smt_bytes, limits.smt_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.smt_seconds + 1, limits.smt_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    specs = to_specs(job["spec"].encode(), "spec", limits)
    (spec,) = [s for s in specs if s.name == job["function"]]
    asker = _Asker(spec, job["nonce"], job["seconds"], limits.smt_unroll)
    if job["ask"] == "satisfiable":
        asker.ask_satisfiable()
    elif job["ask"] == "weakens":
        (other,) = [s for s in to_specs(job["other"].encode(), "other", limits) if s.name == job["function"]]
        _weakens(asker, other)
    elif job["ask"] == "results":
        asker.ask_results()
    else:
        _judge(asker, job, lambda text: to_candidate(text.encode(), "candidate", spec, limits)[1], limits)
    asker.say("end", "end")


def _judge(asker: _Asker, job: dict[str, Any], reader: Callable[[str], Program], limits: Limits) -> None:
    """Ask whether the judged version can raise, differ, or break the contract."""
    spec, terms = asker.spec, asker.terms
    old = reader(job["old"]) if job["old"] is not None else spec.program
    new = reader(job["new"]) if job["new"] is not None else None
    judged = smt.execute(new or old, terms, limits.smt_unroll)
    asker.ask("smoke", judged.ended)
    asker.ask("raises", judged.raised)
    if judged.value is None:
        return
    if new is not None and spec.result == "same":
        if job["hint"] is not None:
            _ask_hint(asker, reader, job["hint"], judged)
        reference = smt.execute(old, terms, limits.smt_unroll)
        if reference.value is not None:
            asker.ask("differs", judged.returned, reference.returned, smt.no(smt.same(judged.value, reference.value)))
    if spec.ensure != TRUE:
        asker.ask("breaks", judged.returned, smt.read(spec.ensure, {**terms, "result": judged.value}, asker.unroll).fails)


def _weakens(asker: _Asker, other: Spec) -> None:
    """Ask for an input that only `asker.spec` allows, and for one with a result that only the other one allows."""
    result = Var("result", asker.spec.program.result)
    # unknowns are named by their places, so that the parameters' stay what they are
    asker.named = (*asker.named, result)
    asker.terms = smt.variables(asker.named)
    asker.bounded = smt.bounded(asker.terms.values())
    asker.allowed = smt.both(asker.bounded, asker.require.holds)
    asker.ask("forbids", smt.read(other.require, asker.terms, asker.unroll).fails)
    mine, others = (smt.read(s.ensure, asker.terms, asker.unroll) for s in (asker.spec, other))
    asker.ask("allows", others.holds, mine.fails)


def _ask_hint(asker: _Asker, reader: Callable[[str], Program], hint: str, judged: smt.Execution) -> None:
    """Ask whether the judged version differs from what the old one is believed to equal."""
    try:
        (believed,) = reader(hint).body
    except (Refusal, ValueError):
        asker.say("hint", "unread")
        return
    if not isinstance(believed, Return) or judged.value is None:
        asker.say("hint", "unread")
        return
    reading = smt.read(believed.value, asker.terms, asker.unroll)
    other = smt.no(smt.same(judged.value, reading.value))
    asker.ask("hint", judged.returned, smt.no(reading.raises), smt.no(reading.cut), other, near=True)
