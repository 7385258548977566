"""Decides: the Lean reading of programs: a Program -> the Lean text of its procedure, its shadows and their theorems.

The text is trusted: it is elaborated before any candidate text is seen. A person who trusts `prog` need trust no theorem in
it, since Lean checks those. In a namespace of its own, for a program with parameters `x y`:

- `S`, `prog`: the state and the procedure, in the terms of `lean/QED/Semantics.lean`;
- for loop K: `loopK`, its shadow `shadowK` (last values of what it writes, and ticks), `loopK_does` (the loop is its shadow);
- `value x y`, `ticks x y`: what the function returns and costs; `runs`: that `Run prog` is just that, for all allowed inputs.

A shadow is written path by path, so that a proof by functional induction gets one case a path.
"""

from dataclasses import dataclass, field

from verify import ir
from verify.ir import Expr, Name, Program
from verify.lean_expr import Naming, blank, condition, lean_type, natural, of_state, packed, plain, plus, projections, value
from verify.lean_expr import field as lean_name
from verify.lean_facts import facts_of, is_relied_on, post_of
from verify.lean_recursion import Called, recursion
from verify.lean_script import element_script, lengths_of, script, speaks_of_elements
from verify.limits import Limits
from verify.reasons import NoMeasure, Refusal, TooLarge
from verify.shape import RESULT, Ending, Endings, Env, Shape, shape, slot, start_of
from verify.ticks import TABLE, add, branch_cost, cost

DECREASING = "decreasing_by all_goals first | omega | grind"


@dataclass(slots=True)
class _Printer:
    """Prints one program; `out` collects declarations in order."""

    program: Program
    namespace: str
    limits: Limits
    require: Expr
    """what `Pre` says"""
    ensure: Expr
    """what callers may rest on"""
    out: list[str] = field(default_factory=list)
    shapes: dict[int, Shape] = field(default_factory=dict)
    facts: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """theorems about what a loop leaves, by its number"""
    written: int = 0
    runs: list[tuple[int, str]] = field(default_factory=list)
    """the loops that the body runs, with the arguments of their shadows"""

    # -- commands -------------------------------------------------------------------------------------------------------

    def command(self, block: ir.Block) -> str:
        if not block:
            return "skip"
        parts = [self.single(s) for s in block]
        text = parts[-1]
        for part in reversed(parts[:-1]):
            text = f"(seq {part}\n    {text})"
        return text

    def step(self, ok: Expr, ticks: Expr, updates: list[tuple[str, str]]) -> str:
        fields = ", ".join(f"{n} := {v}" for n, v in updates)
        run = f"{{ s with {fields} }}" if updates else "s"
        return f"(step {self.on_state(condition(ok, of_state))} {self.ticks(ticks)} (fun s => {run}))"

    def assign_cost(self, s: ir.Assign) -> Expr:
        if self.is_advance(s):
            # the bookkeeping of a `for` is part of the loop step: only the loop variable is assigned
            return ir.Const(TABLE["assignment"])
        return add(*map(cost, s.values), ir.Const(0 if s.free else TABLE["assignment"] * len(s.targets)))

    def is_advance(self, s: ir.Assign) -> bool:
        return any(s == h.advance for h in self.shapes.values())

    @staticmethod
    def on_state(text: str) -> str:
        return f"(fun {'s' if 's.' in text else '_'} => {text})"

    def ticks(self, e: Expr) -> str:
        return self.on_state(natural(e, of_state))

    def single(self, s: ir.Statement) -> str:
        match s:
            case ir.Assign(targets, values):
                updates = [(lean_name(n), value(e, of_state)) for n, e in zip(targets, values, strict=True)]
                # where a loop goes on there is an element to take
                ok = ir.TRUE if self.is_advance(s) else ir.conjunction([ir.safe(e) for e in values])
                return self.step(ok, self.assign_cost(s), updates)
            case ir.Call(target, _, arguments):
                made = packed([value(a, of_state) for a in arguments])
                put = f"(fun s r => {{ s with {lean_name(target)} := r }})"
                before = add(*map(cost, arguments), ir.Const(TABLE["call"] - 1))  # the call itself costs 1 in the semantics
                first = self.step(ir.conjunction([ir.safe(a) for a in arguments]), before, [])
                return f"(seq {first} (self {self.on_state(made)} {put}))"
            case ir.Return(e):
                return f"(seq {self.step(ir.safe(e), cost(e), [(RESULT, value(e, of_state))])} (exit ret))"
            case ir.If(test, then, orelse):
                parts = [self.on_state(condition(ir.safe(test), of_state)), self.ticks(branch_cost(test))]
                parts += [self.on_state(condition(test, of_state)), self.command(then), self.command(orelse)]
                return f"(branch {' '.join(parts)})"
            case ir.Break():
                return "(exit brk)"
            case ir.Continue():
                return "(exit cont)"
            case ir.While():
                return self.loop(s)
            case ir.For() | ir.ForEach():
                return f"(seq {self.start(s)}\n    {self.loop(s)})"

    def start(self, s: ir.For | ir.ForEach) -> str:
        ok, ticks, updates = start_of(s)
        return self.step(ok, ticks, [(lean_name(n), value(e, of_state)) for n, e in updates])

    def loop(self, loop: ir.Loop) -> str:
        """Print a loop's declarations, those of the loops within it first; return its name."""
        h = self.shapes[loop.index] = shape(self.program, loop)
        k, s = h.index, self.on_state
        body = self.command(ir.turn(loop))
        ok, ticks, test = s(condition(ir.safe(h.test), of_state)), self.ticks(h.test_cost), s(condition(h.test, of_state))
        measure = s(h.measure(of_state))
        self.out += [
            f"def body{k} : Cmd S {self.alpha} {self.rho} :=\n    {body}",
            f"def loop{k} : Cmd S {self.alpha} {self.rho} := loop {ok} {ticks} {test} (fun _ _ => True) {measure} body{k}",
            (f"theorem loop{k}_unfold (call) (s : S) : denote call loop{k} s =\n    unroll {ok} {ticks} {test} {measure}"
             f" (denote call body{k}) (denote call loop{k}) s := denote_loop .."),
            self.last(h),
            self.shadow(h),
            self.does(h),
        ]  # fmt: skip
        if self.ensure != ir.TRUE or is_relied_on(self.program, h):
            facts = facts_of(h, self.binders(h.arguments), self.facts)
            self.facts[h.index] = tuple(facts)
            self.out += facts.values()
        return f"loop{k}"

    # -- shadows --------------------------------------------------------------------------------------------------------

    def last(self, h: Shape) -> str:
        fields = [f"  {slot(n)} : {self.type(n)}" for n in h.written] + ["  ticks : Nat"]
        return "\n".join([f"structure Last{h.index} where", *fields, *(["  returned : Bool"] if h.returns else [])])

    def type(self, name: Name) -> str:
        if name == RESULT:
            return self.rho
        return lean_type(next(v.type for v in self.program.variables if v.name == name))

    def binders(self, names: tuple[Name, ...]) -> str:
        return " ".join(f"({slot(n)} : {self.type(n)})" for n in names)

    def shadow(self, h: Shape) -> str:
        k, guards = h.index, [condition(e, plain) for e in (h.invariant, h.test) if e != ir.TRUE]
        guard = guards[0] if len(guards) == 1 else f"({' ∧ '.join(guards)})"
        flag = ", {}".format if h.returns else (lambda _: "")
        test_cost = natural(h.test_cost, plain)
        env: Env = {n: slot(n) for n in h.arguments}
        # a variable that the loop neither reads nor writes is never asked for

        def again(now: Env, ticks: str) -> str:
            call = f"(shadow{k} {' '.join(now[n] for n in h.arguments)})"
            last = [f"{call}.{slot(n)}" for n in h.written]
            return f"⟨{', '.join(last)}, {test_cost} + ({ticks}) + {call}.ticks{flag(f'{call}.returned')}⟩"

        def leave(now: Env, ticks: str) -> str:
            return f"⟨{', '.join(now[n] for n in h.written)}, {test_cost} + ({ticks}){flag('true')}⟩"

        def stop(now: Env, ticks: str) -> str:
            return f"⟨{', '.join(now[n] for n in h.written)}, {test_cost} + ({ticks}){flag('false')}⟩"

        known = self.known([s.index for s in ir.statements(h.loop.body) if isinstance(s, ir.LOOPS)])
        falls = f" | grind [{', '.join(known)}]" if known else ""
        self.written = 0
        turn = self.paths(ir.turn(h.loop), env, "0", Endings(again, leave, stop))
        stay = f"⟨{', '.join(slot(n) for n in h.written)}, {test_cost}{flag('false')}⟩"
        return (
            f"def shadow{k} {self.binders(h.arguments)} : Last{k} :=\n  "
            + (f"if {guard} then\n    {turn}\n  else {stay}\n" if guards else f"{turn}\n")
            + f"termination_by {h.measure(plain)}\n{DECREASING}{falls}"
        )

    def paths(self, block: ir.Block, env: Env, ticks: str, ends: Endings) -> str:
        """Write what a block does, path by path."""
        if not block:
            return self.end(ends.fall(env, ticks))
        s, rest = block[0], block[1:]
        name: Naming = env.__getitem__
        match s:
            case ir.Assign(targets, values):
                new = {n: value(e, name) for n, e in zip(targets, values, strict=True)}
                return self.paths(rest, {**env, **new}, plus(ticks, natural(self.assign_cost(s), name)), ends)
            case ir.Call(target, _, arguments):
                call = f"(run {' '.join(value(a, name) for a in arguments)})"
                spent = plus(plus(ticks, natural(add(*map(cost, arguments), ir.Const(TABLE["call"])), name)), f"{call}.2")
                return self.paths(rest, {**env, target: f"{call}.1"}, spent, ends)
            case ir.Return(e):
                return self.end(ends.leave({**env, RESULT: value(e, name)}, plus(ticks, natural(cost(e), name))))
            case ir.Break():
                return self.end(ends.stop(env, ticks))
            case ir.Continue():
                return self.end(ends.fall(env, ticks))
            case ir.If(test, then, orelse):
                spent = plus(ticks, natural(branch_cost(test), name))
                yes = self.paths((*then, *rest), env, spent, ends)
                no = self.paths((*orelse, *rest), env, spent, ends)
                return f"if {condition(test, name)} then\n      {yes}\n    else\n      {no}"
            case ir.For() | ir.ForEach():
                _, start_cost, updates = start_of(s)
                new = {n: value(e, name) for n, e in updates}
                return self.after_loop(s, rest, {**env, **new}, plus(ticks, natural(start_cost, name)), ends)
            case ir.While():
                return self.after_loop(s, rest, env, ticks, ends)

    def after_loop(self, s: ir.Loop, rest: ir.Block, env: Env, ticks: str, ends: Endings) -> str:
        h = self.shapes[s.index]
        given = " ".join(env[n] for n in h.arguments)
        self.runs.append((s.index, given))
        call = f"(shadow{s.index} {given})"
        after = {**env, **{n: f"{call}.{slot(n)}" for n in h.written}}
        spent = plus(ticks, f"{call}.ticks")
        if not h.returns:
            return self.paths(rest, after, spent, ends)
        on = self.paths(rest, after, spent, ends)
        return f"if {call}.returned then\n      {self.end(ends.leave(after, spent))}\n    else\n      {on}"

    def end(self, text: str) -> str:
        """Count the paths and the text written; both have limits."""
        self.written += 1
        if self.written > self.limits.paths or len(text) > self.limits.source_bytes:
            what = f"`{self.program.name}` has more than {self.limits.paths} paths through one loop body or function body."
            raise Refusal(TooLarge(what=what, do="Split the branches, or compute with fewer of them."))
        return text

    # -- theorems -------------------------------------------------------------------------------------------------------

    def does(self, h: Shape) -> str:
        k = h.index
        every = (*(v.name for v in self.program.variables), RESULT)
        args = " ".join(slot(n) for n in h.arguments)
        r = f"(shadow{k} {args})"
        state = ", ".join(f"{r}.{slot(n)}" if n in h.written else slot(n) for n in every)
        flow = f"if {r}.returned then ret else fall" if h.returns else "fall"
        premise = "" if h.invariant == ir.TRUE else f" (h : {condition(h.invariant, plain)})"
        inner = [s.index for s in ir.statements(h.loop.body) if isinstance(s, ir.LOOPS)]
        names = [f"body{k}", *(f"loop{i}_does" for i in inner)]
        rest = ir.rest_of(h.loop) if isinstance(h.loop, ir.ForEach) else None
        return (
            f"theorem loop{k}_does (call) {self.binders(every)}{premise} :\n    denote call loop{k}"
            f" ⟨{', '.join(map(slot, every))}⟩ = some ({flow}, ⟨{state}⟩, {r}.ticks) := by\n"
            f"  fun_induction shadow{k} {args} <;> rw [loop{k}_unfold] <;> {self.script(names, inner, h.invariant, rest)}"
        )

    def script(self, names: list[str], loops: list[int], given: Expr, rest: Expr | None = None) -> str:
        """Return the proof that ties a command to its shadow.

        `loops` are those that it runs, `given` is what its hypothesis says, and `rest` what it goes over.
        """
        known = self.known(loops)
        names = [*names, *(f for f in known if f.endswith("_length"))]
        plainly = script(names, self.has_bools, known, lengths_of(self.program.body))
        noted = any(speaks_of_elements(self.shapes[k].invariant) for k in self.shapes)
        if not noted and not speaks_of_elements(given):
            return plainly
        by_elements = element_script(names, self.has_bools, known, given, rest)
        return by_elements if noted else f"first | {plainly} | {by_elements}"

    def known(self, loops: list[int]) -> list[str]:
        """Return the theorems about what some loops leave, and their shadows, of which a first turn may be unfolded."""
        return [name for k in loops for name in self.facts.get(k, ())] + [f"shadow{k}" for k in loops if self.facts.get(k)]

    @property
    def has_bools(self) -> bool:
        return any(v.type == "bool" for v in self.program.variables)

    @property
    def alpha(self) -> str:
        """The type of the procedure's argument: the product of the parameters' types."""
        types = [lean_type(p.type) for p in self.program.parameters]
        return types[0] if len(types) == 1 else f"({' × '.join(types)})" if types else "Unit"

    @property
    def rho(self) -> str:
        return lean_type(self.program.result)

    def finish(self) -> str:
        """Print the whole program."""
        p = self.program
        fields = "\n".join(f"  {slot(n)} : {self.type(n)}" for n in (*(v.name for v in p.variables), RESULT))
        body = self.command(p.body)
        locals_ = {v.name: blank(v.type) for v in p.locals} | {RESULT: blank(p.result)}
        own = self.own
        start = ", ".join([*projections("x", len(own)), *locals_.values()])
        env = {n: lean_name(n) for n in own} | locals_

        def state(now: Env, ticks: str) -> str:
            return f"(⟨{', '.join(now[n] for n in (*own, *locals_))}⟩, {ticks})"

        def returned(now: Env, ticks: str) -> str:
            return f"({now[RESULT]}, {ticks})"

        return "\n\n".join([
            f"namespace {self.namespace}\nopen QED Cmd Flow",
            f"structure S where\n{fields}",
            *self.out,
            (f"def prog : Proc S {self.alpha} {self.rho} where\n  start := fun {'x' if own else '_'} => ⟨{start}⟩\n"
             f"  result := S.{RESULT}\n  body := fun _ =>\n    {body}"),
            *([self.run(self.outcome(env, returned))] if p.recursive else []),
            f"def out {self.binders(own)} : S × Nat :=\n    {self.outcome(env, state)}",
            *(self.recursive() if p.recursive else self.plain()),
            *(self.post() if self.ensure != ir.TRUE else []),
            f"end {self.namespace}",
        ])  # fmt: skip

    @property
    def own(self) -> tuple[Name, ...]:
        """The parameters' names."""
        return tuple(v.name for v in self.program.parameters)

    @property
    def names(self) -> list[str]:
        """What the proof of `does` unfolds or rewrites with."""
        return ["prog", "out", *(f"loop{k}_does" for k in self.shapes)]

    def outcome(self, env: Env, ending: Ending) -> str:
        """Write what the whole body does, path by path."""
        self.written = 0
        self.runs = []
        # no path falls off the end of a Program, nor out of a loop that it is not in: only `leave` is ever written
        return self.paths(self.program.body, env, "0", Endings(ending, ending, ending))

    def plain(self) -> list[str]:
        """Print value, ticks and their theorems for a function that does not call itself."""
        binders, args, from_x, tuple_ = self.forms
        proof = self.script(self.names, list(self.shapes), self.require)
        return [
            f"def value {binders} : {self.rho} := (out{args}).1.{RESULT}",
            f"def ticks {binders} : Nat := (out{args}).2",
            (f"theorem does (call) {binders} (h : Pre{args}) : denote call (prog.body {tuple_}) (prog.start {tuple_}) =\n"
             f"    some (ret, (out{args}).1, (out{args}).2) := by\n"
             f"  simp only [Pre] at h\n  simp only [out]\n  (repeat' split) <;> {proof}"),
            (f"theorem runs {binders} (h : Pre{args}) : Run prog {tuple_} (value{args}) (ticks{args}) :=\n"
             f"  runs_of_denote prog (fun x => Pre{from_x}) (fun x => (value{from_x}, ticks{from_x})) (fun _ => 0)\n"
             f"    (fun x h => ⟨(out{from_x}).1, does _{from_x} h, rfl⟩) {tuple_} h"),
        ]  # fmt: skip

    @property
    def forms(self) -> tuple[str, str, str, str]:
        """The parameters as binders, as arguments, as components of `x`, and packed."""
        names = [lean_name(n) for n in self.own]
        from_x = "".join(f" {t}" for t in projections("x", len(names)))
        return self.binders(self.own), "".join(f" {n}" for n in names), from_x, packed(names)

    def post(self) -> list[str]:
        """Print the theorem that the function ensures what it says."""
        binders, args, _, _ = self.forms
        goal = condition(self.ensure, lambda n: f"(value{args})" if n == RESULT else lean_name(n))
        head = f"{binders} (h : {condition(self.require, plain)}) : {goal}"
        left = () if self.program.recursive else self.runs
        return post_of(head, args, [(k, given) for k, given in left if f"loop{k}_left" in self.facts.get(k, ())])

    # -- recursion ------------------------------------------------------------------------------------------------------

    def measure(self, name: Naming) -> str:
        """Print the measure of a function that calls itself."""
        p = self.program
        if p.measure is None:
            what = f"no termination measure is known for `{p.name}`, which calls itself."
            do = "Put `decreases(...)` first in its body: an int that is never negative, and falls with every call."
            raise Refusal(NoMeasure(what=what, do=do))
        return f"({value(p.measure, name)}).toNat"

    def run(self, outcome: str) -> str:
        """Print the recursive function from the parameters to value and ticks; where the contract does not hold it stops."""
        if self.require != ir.TRUE:
            stay = f"({blank(self.program.result)}, 0)"
            outcome = f"if {condition(self.require, plain)} then\n    {outcome}\n  else {stay}"
        head = f"def run {self.binders(self.own)} : {self.rho} × Nat :=\n  {outcome}"
        return f"{head}\ntermination_by {self.measure(plain)}\n{DECREASING}"

    def recursive(self) -> list[str]:
        """Print value, ticks and their theorems for a function that calls itself."""
        proof = self.script([*self.names, "again_eq"], list(self.shapes), self.require)
        return recursion(Called(self.forms, self.own, self.type, self.alpha, self.rho, self.measure, self.require), proof)


def to_lean(program: Program, namespace: str, limits: Limits, require: Expr, ensure: Expr = ir.TRUE) -> str:
    """Return the Lean text of a program; it takes `Pre`, a predicate over the parameters that says `require`, from around it.

    With an `ensure`, over the parameters and `result`, comes a theorem that says it.

    Raises Refusal: NoMeasure where a `while` has no measure, TooLarge where there are too many paths.
    """
    text = _Printer(program, namespace, limits, require, ensure).finish()
    if len(text) > limits.proof_bytes:
        what = f"the Lean text of `{program.name}` has {len(text)} characters; the limit is {limits.proof_bytes}."
        raise Refusal(TooLarge(what=what, do="Compute in smaller steps."))
    return text
