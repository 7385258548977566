"""Decides: the Lean reading of programs: a Program -> the Lean text of its procedure, its shadows and their theorems.

The text is trusted: it is elaborated before any candidate text is seen. A person who trusts `prog` need trust no theorem in
it, since Lean checks those. In a namespace of its own, for a program with parameters `x y`:

- `S`, `prog`: the state and the procedure, in the terms of `lean/QED/Semantics.lean`;
- for loop K: `loopK`, its shadow `shadowK` (last values of what it writes, and ticks), `loopK_does` (the loop is its shadow);
- `value x y`, `ticks x y`: what the function returns and costs; `runs`: that `Run prog` is just that, for all allowed inputs.

A shadow is written path by path, so that a proof by functional induction gets one case a path.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from verify import ir
from verify.ir import Expr, Name, Program
from verify.lean_expr import TYPE, Naming, condition, natural, of_state, plain, value
from verify.lean_expr import field as lean_name
from verify.lean_script import script
from verify.limits import Limits
from verify.reasons import NoMeasure, Refusal, TooLarge
from verify.ticks import TABLE, add, cost

Env = dict[Name, str]
"""from each variable to the Lean term that it holds on the path so far"""
Ending = Callable[[Env, str], str]
"""what is written where a path ends: from what the variables hold and the ticks so far"""

RESULT = "result"
"""the state's field for the returned value; no variable is called so"""

DECREASING = "decreasing_by all_goals first | omega | grind"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the printer knows of one loop: what it reads and writes, how it goes on, and why it ends."""

    loop: ir.Loop
    arguments: tuple[Name, ...]
    written: tuple[Name, ...]
    returns: bool
    test: Expr
    test_cost: Expr
    invariant: Expr
    measure: Callable[[Naming], str]
    advance: ir.Assign | None

    @property
    def index(self) -> int:
        """The loop's number."""
        return self.loop.index


def shape(program: Program, loop: ir.Loop) -> Shape:
    """Return what the printer knows of a loop of a program. Raises Refusal (NoMeasure)."""
    returning = ir.returns(loop.body)
    step_cost = ir.Const(TABLE["loop_step"])
    no_facts: tuple[Expr, ...] = ()
    if isinstance(loop, ir.While):
        test, test_cost, advance = loop.test, add(step_cost, cost(loop.test)), None
        measure, extra = _given_measure(program, loop), no_facts
    else:
        test, test_cost = ir.going(loop), step_cost
        advance, measure, extra = _advance(loop), _range_measure(loop), _range_facts(loop)
    body = loop.body if advance is None else (advance, *loop.body)
    invariant = ir.conjunction([*extra, *loop.invariants])
    notes = (test, invariant, *([loop.measure] if isinstance(loop, ir.While) and loop.measure else []))
    written = ir.writes(body)
    read = ir.reads(body) | {x.name for e in notes for x in ir.subexpressions(e) if isinstance(x, ir.Var)}
    order = [v.name for v in program.variables]
    tail = (RESULT,) if returning else ()
    return Shape(
        loop, (*(n for n in order if n in read | written), *tail), (*(n for n in order if n in written), *tail),
        returning, test, test_cost, invariant, measure, advance,
    )  # fmt: skip


def _given_measure(program: Program, loop: ir.While) -> Callable[[Naming], str]:
    if loop.measure is None:
        what = f"no termination measure is known for the loop on line {loop.line} of `{program.name}`."
        do = "Put `decreases(...)` first in its body: an int that is never negative where the test holds, and falls each turn."
        raise Refusal(NoMeasure(what=what, where=f"line {loop.line}", do=do))
    measure = loop.measure
    # one more, since the measure may reach zero, and then below, on the turn after which the test fails
    return lambda name: f"({value(measure, name)} + 1).toNat"


def _hidden(loop: ir.For) -> tuple[ir.Var, ir.Var, Expr]:
    step = loop.step if isinstance(loop.step, ir.Const) else ir.Var(f"step_{loop.index}", "int")
    return ir.Var(f"next_{loop.index}", "int"), ir.Var(f"stop_{loop.index}", "int"), step


def _advance(loop: ir.For) -> ir.Assign:
    following, _, step = _hidden(loop)
    return ir.Assign((loop.variable, following.name), (following, ir.Binary("add", following, step)), loop.line)


def _range_measure(loop: ir.For) -> Callable[[Naming], str]:
    following, stop, step = _hidden(loop)
    up, down = ir.Binary("sub", stop, following), ir.Binary("sub", following, stop)
    if isinstance(step, ir.Const):
        distance: Expr = up if step.value > 0 else down
    else:
        distance = ir.Choice(ir.Compare((step, ir.Const(0)), ("gt",)), up, down)
    return lambda name: f"({value(distance, name)}).toNat"


def _range_facts(loop: ir.For) -> tuple[Expr, ...]:
    step = _hidden(loop)[2]
    return () if isinstance(step, ir.Const) else (ir.Compare((step, ir.Const(0)), ("ne",)),)


@dataclass(slots=True)
class _Printer:
    """Prints one program; `out` collects declarations in order."""

    program: Program
    namespace: str
    limits: Limits
    out: list[str] = field(default_factory=list)
    shapes: dict[int, Shape] = field(default_factory=dict)
    written: int = 0

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
        return f"(step {self.on_state(condition(ok, of_state))} {self.ticks(ticks)} (fun s => {{ s with {fields} }}))"

    def assign_cost(self, s: ir.Assign) -> Expr:
        if any(s == h.advance for h in self.shapes.values()):
            # a range's own bookkeeping is part of the loop step: only the loop variable is assigned
            return ir.Const(TABLE["assignment"])
        return add(*map(cost, s.values), ir.Const(TABLE["assignment"] * len(s.targets)))

    @staticmethod
    def on_state(text: str) -> str:
        return f"(fun {'s' if 's.' in text else '_'} => {text})"

    def ticks(self, e: Expr) -> str:
        return self.on_state(natural(e, of_state))

    def single(self, s: ir.Statement) -> str:
        match s:
            case ir.Assign(targets, values):
                updates = [(lean_name(n), value(e, of_state)) for n, e in zip(targets, values, strict=True)]
                return self.step(ir.conjunction([ir.safe(e) for e in values]), self.assign_cost(s), updates)
            case ir.Return(e):
                return f"(seq {self.step(ir.safe(e), cost(e), [(RESULT, value(e, of_state))])} (exit ret))"
            case ir.If(test, then, orelse):
                parts = [self.on_state(condition(ir.safe(test), of_state)), self.ticks(_branch_cost(test))]
                parts += [self.on_state(condition(test, of_state)), self.command(then), self.command(orelse)]
                return f"(branch {' '.join(parts)})"
            case ir.While():
                return self.loop(s)
            case ir.For():
                return f"(seq {self.range_start(s)}\n    {self.loop(s)})"

    def range_start(self, s: ir.For) -> str:
        ok, ticks, updates = _range_start(s)
        return self.step(ok, ticks, [(lean_name(n), value(e, of_state)) for n, e in updates])

    def loop(self, loop: ir.Loop) -> str:
        """Print a loop's declarations, those of the loops within it first; return its name."""
        h = self.shapes[loop.index] = shape(self.program, loop)
        k, s = h.index, self.on_state
        body = self.command(loop.body if h.advance is None else (h.advance, *loop.body))
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
        return f"loop{k}"

    # -- shadows --------------------------------------------------------------------------------------------------------

    def last(self, h: Shape) -> str:
        fields = [f"  {self.slot(n)} : {self.type(n)}" for n in h.written] + ["  ticks : Nat"]
        return "\n".join([f"structure Last{h.index} where", *fields, *(["  returned : Bool"] if h.returns else [])])

    @staticmethod
    def slot(name: Name) -> str:
        return RESULT if name == RESULT else lean_name(name)

    def type(self, name: Name) -> str:
        if name == RESULT:
            return self.rho
        return TYPE[next(v.type for v in self.program.variables if v.name == name)]

    def binders(self, names: tuple[Name, ...]) -> str:
        return " ".join(f"({self.slot(n)} : {self.type(n)})" for n in names)

    def shadow(self, h: Shape) -> str:
        k, test = h.index, condition(h.test, plain)
        guard = test if h.invariant == ir.TRUE else f"({condition(h.invariant, plain)} ∧ {test})"
        flag = ", {}".format if h.returns else (lambda _: "")
        test_cost = natural(h.test_cost, plain)
        env: Env = {n: self.slot(n) for n in h.arguments}
        # a variable that the loop neither reads nor writes is never asked for

        def again(now: Env, ticks: str) -> str:
            call = f"(shadow{k} {' '.join(now[n] for n in h.arguments)})"
            last = [f"{call}.{self.slot(n)}" for n in h.written]
            return f"⟨{', '.join(last)}, {test_cost} + ({ticks}) + {call}.ticks{flag(f'{call}.returned')}⟩"

        def leave(now: Env, ticks: str) -> str:
            return f"⟨{', '.join(now[n] for n in h.written)}, {test_cost} + ({ticks}){flag('true')}⟩"

        block = h.loop.body if h.advance is None else (h.advance, *h.loop.body)
        self.written = 0
        turn = self.paths(block, env, "0", again, leave)
        stay = f"⟨{', '.join(self.slot(n) for n in h.written)}, {test_cost}{flag('false')}⟩"
        return (
            f"def shadow{k} {self.binders(h.arguments)} : Last{k} :=\n  if {guard} then\n    {turn}\n  else {stay}\n"
            f"termination_by {h.measure(plain)}\n{DECREASING}"
        )

    def paths(self, block: ir.Block, env: Env, ticks: str, fall: Ending, leave: Ending) -> str:
        """Write what a block does, path by path: `fall` ends those that fall through, `leave` those that return."""
        if not block:
            return self.end(fall(env, ticks))
        s, rest = block[0], block[1:]
        name: Naming = env.__getitem__
        match s:
            case ir.Assign(targets, values):
                new = {n: value(e, name) for n, e in zip(targets, values, strict=True)}
                return self.paths(rest, {**env, **new}, plus(ticks, natural(self.assign_cost(s), name)), fall, leave)
            case ir.Return(e):
                return self.end(leave({**env, RESULT: value(e, name)}, plus(ticks, natural(cost(e), name))))
            case ir.If(test, then, orelse):
                spent = plus(ticks, natural(_branch_cost(test), name))
                yes = self.paths((*then, *rest), env, spent, fall, leave)
                no = self.paths((*orelse, *rest), env, spent, fall, leave)
                return f"if {condition(test, name)} then\n      {yes}\n    else\n      {no}"
            case ir.For():
                _, start_cost, updates = _range_start(s)
                new = {n: value(e, name) for n, e in updates}
                return self.after_loop(s, rest, {**env, **new}, plus(ticks, natural(start_cost, name)), fall, leave)
            case ir.While():
                return self.after_loop(s, rest, env, ticks, fall, leave)

    def after_loop(self, s: ir.Loop, rest: ir.Block, env: Env, ticks: str, fall: Ending, leave: Ending) -> str:
        h = self.shapes[s.index]
        call = f"(shadow{s.index} {' '.join(env[n] for n in h.arguments)})"
        after = {**env, **{n: f"{call}.{self.slot(n)}" for n in h.written}}
        spent = plus(ticks, f"{call}.ticks")
        if not h.returns:
            return self.paths(rest, after, spent, fall, leave)
        on = self.paths(rest, after, spent, fall, leave)
        return f"if {call}.returned then\n      {self.end(leave(after, spent))}\n    else\n      {on}"

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
        args = " ".join(self.slot(n) for n in h.arguments)
        r = f"(shadow{k} {args})"
        state = ", ".join(f"{r}.{self.slot(n)}" if n in h.written else self.slot(n) for n in every)
        flow = f"if {r}.returned then ret else fall" if h.returns else "fall"
        premise = "" if h.invariant == ir.TRUE else f" (h : {condition(h.invariant, plain)})"
        inner = [f"loop{s.index}_does" for s in ir.statements(h.loop.body) if isinstance(s, ir.While | ir.For)]
        return (
            f"theorem loop{k}_does (call) {self.binders(every)}{premise} :\n    denote call loop{k}"
            f" ⟨{', '.join(map(self.slot, every))}⟩ = some ({flow}, ⟨{state}⟩, {r}.ticks) := by\n"
            f"  fun_induction shadow{k} {args} <;> rw [loop{k}_unfold] <;> {script([f'body{k}', *inner], self.has_bools)}"
        )

    @property
    def has_bools(self) -> bool:
        return any(v.type == "bool" for v in self.program.variables)

    @property
    def alpha(self) -> str:
        """The type of the procedure's argument: the product of the parameters' types."""
        types = [TYPE[p.type] for p in self.program.parameters]
        return types[0] if len(types) == 1 else f"({' × '.join(types)})" if types else "Unit"

    @property
    def rho(self) -> str:
        return TYPE[self.program.result]

    def finish(self) -> str:
        """Print the whole program."""
        p = self.program
        fields = "\n".join(f"  {self.slot(n)} : {self.type(n)}" for n in (*(v.name for v in p.variables), RESULT))
        body = self.command(p.body)
        blank = {"int": "0", "bool": "false"}
        locals_ = {v.name: blank[v.type] for v in p.locals} | {RESULT: blank[p.result]}
        own = tuple(v.name for v in p.parameters)
        start = ", ".join([*projections("x", len(own)), *locals_.values()])

        def ending(now: Env, ticks: str) -> str:
            return f"(⟨{', '.join(now[n] for n in (*own, *locals_))}⟩, {ticks})"

        self.written = 0
        env = {n: lean_name(n) for n in own} | locals_
        # no path falls off the end of a Program, so `fall` is never written
        outcome = self.paths(p.body, env, "0", ending, ending)
        args = "".join(f" {lean_name(n)}" for n in own)
        from_x = "".join(f" {t}" for t in projections("x", len(own)))
        tuple_ = packed([lean_name(n) for n in own])
        names = ["prog", "out", *(f"loop{k}_does" for k in self.shapes)]
        binders = self.binders(own)
        return "\n\n".join([
            f"namespace {self.namespace}\nopen QED Cmd Flow",
            f"structure S where\n{fields}",
            *self.out,
            (f"def prog : Proc S {self.alpha} {self.rho} where\n  start := fun {'x' if own else '_'} => ⟨{start}⟩\n"
             f"  result := S.{RESULT}\n  body := fun _ =>\n    {body}"),
            f"def out {binders} : S × Nat :=\n    {outcome}",
            f"def value {binders} : {self.rho} := (out{args}).1.{RESULT}",
            f"def ticks {binders} : Nat := (out{args}).2",
            (f"theorem does (call) {binders} (h : Pre{args}) : denote call (prog.body {tuple_}) (prog.start {tuple_}) =\n"
             f"    some (ret, (out{args}).1, (out{args}).2) := by\n"
             f"  simp only [Pre] at h\n  simp only [out]\n  (repeat' split) <;> {script(names, self.has_bools)}"),
            (f"theorem runs {binders} (h : Pre{args}) : Run prog {tuple_} (value{args}) (ticks{args}) :=\n"
             f"  runs_of_denote prog (fun x => Pre{from_x}) (fun x => (value{from_x}, ticks{from_x})) (fun _ => 0)\n"
             f"    (fun x h => ⟨(out{from_x}).1, does _{from_x} h, rfl⟩) {tuple_} h"),
            f"end {self.namespace}",
        ])  # fmt: skip


def plus(ticks: str, more: str) -> str:
    """Return a sum of ticks."""
    return more if ticks == "0" else ticks if more == "0" else f"{ticks} + {more}"


def projections(term: str, arity: int) -> list[str]:
    """Return the components of a right-nested tuple."""
    if arity <= 1:
        return [term] * arity
    return [term + ".2" * i + ("" if i == arity - 1 else ".1") for i in range(arity)]


def packed(terms: list[str]) -> str:
    """Return terms as one argument of a procedure."""
    return terms[0] if len(terms) == 1 else f"({', '.join(terms)})" if terms else "()"


def _branch_cost(test: Expr) -> Expr:
    return add(cost(test), ir.Const(TABLE["branch_test"]))


def _range_start(s: ir.For) -> tuple[Expr, Expr, list[tuple[Name, Expr]]]:
    """Return the condition, the cost and the assignments with which a range begins."""
    following, stop, step = _hidden(s)
    bounds = [(stop.name, s.stop), (following.name, s.start)]
    ok = [ir.safe(s.start), ir.safe(s.stop), ir.safe(s.step)]
    if isinstance(step, ir.Var):
        bounds.append((step.name, s.step))
        ok.append(ir.Compare((s.step, ir.Const(0)), ("ne",)))
    return ir.conjunction(ok), add(cost(s.start), cost(s.stop), cost(s.step), ir.Const(TABLE["call"])), bounds


def to_lean(program: Program, namespace: str, limits: Limits) -> str:
    """Return the Lean text of a program; it takes `Pre`, a predicate over the parameters, from around it.

    Raises Refusal: NoMeasure where a `while` has no measure, TooLarge where there are too many paths.
    """
    text = _Printer(program, namespace, limits).finish()
    if len(text) > limits.proof_bytes:
        what = f"the Lean text of `{program.name}` has {len(text)} characters; the limit is {limits.proof_bytes}."
        raise Refusal(TooLarge(what=what, do="Compute in smaller steps."))
    return text
