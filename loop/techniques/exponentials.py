"""Loops and recursions with constant coefficients whose roots are integers, in closed form; repeated products as powers.

Turn by turn, each value is a sum of polynomials times exponentials in the number of turns, which induction proves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from loop.closed import Trip, trip
from loop.draw import number
from loop.observe import Loop, one_turn
from loop.simplify import simplified
from loop.techniques.recurrence import Recurrence, recurrence
from loop.techniques.spectrum import Base, Residue, Wave, by_multiplication, fitted, integer_roots, residue
from loop.techniques.step_facts import StepFacts, lines_below, term
from loop.techniques.study import Draft, Study
from loop.techniques.written import applied, binders, premise, shadow, shadow_arguments, written
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Expr, Name, Program, Var
from verify.lean_expr import field as lean_name
from verify.lean_expr import value

TURNS = 7
"""turns of a run that are looked at: exponentials grow fast, and the arithmetic is exact"""
LARGE_SHIFT = 4
"""the longest shift that counts as a product with a literal"""
BEGUN = "(by first | grind | (simp; done) | (simp; omega))"
BEGUN_MODULAR = (
    "(by first | grind | (simp; done) | (simp [fmod_pos _ m0]; done) | "
    "(rw [Int.pow_zero, Int.emod_eq_of_lt (by omega) (by omega)]))"
)
MODULAR = "modular_step _ _ _ _"
MODULAR_STEP = """def modular_step (r b m : Int) (t : Nat) (h : r = b ^ t % m) :
    r * b % m = b ^ (t + 1) % m ∧ b * r % m = b ^ (t + 1) % m := by
  have e : r * b % m = b ^ (t + 1) % m := by rw [h, Int.pow_succ, Int.mul_emod, Int.emod_emod, ← Int.mul_emod]
  exact ⟨e, by rw [Int.mul_comm]; exact e⟩"""
CLOSE = "first | omega | grind [Int.pow_succ]"


def drafts(study: Study) -> Iterator[Draft]:
    """Yield closed forms with exponentials: of a function with one loop, and of a recursion at fixed distances."""
    yield from _of_loop(study)
    yield from _of_recursion(study)


# -- recursions -----------------------------------------------------------------------------------------------------------------


def _of_recursion(study: Study) -> Iterator[Draft]:
    f = recurrence(study)
    wave = None if f is None else _solved(study, f)
    if f is None or wave is None:
        return
    turns = simplified(ir.plus_constant(f.driver, -f.low))
    body = (ir.Return(wave.expression(turns)),)
    text = written(study, Program(f.program.name, f.program.parameters, (), "int", body))
    if text is None:
        return
    facts = StepFacts(study, f)
    parts = [*facts.text(), _closed(study, facts, wave), *lines_below(study, f, text[1])]
    yield Draft(text[0], f"the recursion over {f.driver.name} solved", "\n\n".join(parts) + "\n")


def _solved(study: Study, f: Recurrence) -> Wave | None:
    """Return what a recurrence comes to, where its characteristic roots are integers, or it multiplies by a parameter."""
    names = [p.name for p in f.fixed if p.type == "int"]
    at = f.program.parameters.index(f.driver)
    interpreter = Interpreter(study.head, study.limits)
    points, values = [], []
    seeds = study.runs[:: max(1, len(study.runs) // 24)] if names else study.runs[:1]
    for seed in seeds:
        for t in range(min(len(f.ticks), f.order + TURNS)):
            try:
                outcome = interpreter.run((*seed[:at], f.low + t, *seed[at + 1 :]))
            except OutOfFuel:
                break
            others = {p.name: v for p, v in zip(f.program.parameters, seed, strict=True)}
            points.append(([number(others[n]) for n in names], t))
            values.append(number(outcome.value))
    roots = _recurrence_roots(f)
    bases: list[Base] = list(dict.fromkeys([1, *filter(None, roots)])) if roots is not None else [1]
    bases += [n for n in names if any(_multiplies(f.step, n, h) for h in f.distances)]
    wave = fitted(points, values, names, bases)
    return wave if wave is not None and wave.exponential else None


def _multiplies(e: Expr, name: Name, held: Name) -> bool:
    return any(
        isinstance(x, ir.Binary) and x.op == "mul" and {x.left, x.right} == {Var(name, "int"), Var(held, "int")}
        for x in ir.subexpressions(e)
    )


def _recurrence_roots(f: Recurrence) -> list[int] | None:
    """Return the roots of a recurrence's companion matrix, where each value counts with a literal."""
    weights = [0] * f.order
    for held, distance in f.distances.items():
        weight = _weight(f.step, held)
        if weight is None:
            return None
        weights[distance - 1] += weight
    matrix = [weights, *([int(j == i) for j in range(f.order)] for i in range(f.order - 1))]
    return integer_roots(matrix)


def _weight(e: Expr, name: Name) -> int | None:
    """Return the literal by which an expression multiplies a variable that it is linear in."""
    match e:
        case Var(n):
            return int(n == name)
        case ir.Const():
            return 0
        case ir.Unary("neg", x):
            w = _weight(x, name)
            return None if w is None else -w
        case ir.Binary("add" | "sub" as op, a, b):
            left, right = _weight(a, name), _weight(b, name)
            return None if left is None or right is None else left + right if op == "add" else left - right
        case ir.Binary("mul", a, ir.Const(c)) | ir.Binary("mul", ir.Const(c), a):
            w = _weight(a, name)
            return None if w is None else w * int(c)
        case ir.Binary("lshift", a, ir.Const(c)) if 0 <= c <= LARGE_SHIFT:
            w = _weight(a, name)
            return None if w is None else w << int(c)
    return None if name in ir.variables(e) else 0


def _closed(study: Study, facts: StepFacts, wave: Wave) -> str:
    """Return the lemma that a recursion's values are the wave's, by strong induction, and that the two versions agree."""
    f = facts.f
    driver = lean_name(f.driver.name)
    claim = f"{wave.left(facts.run(driver))} = {wave.text('k', lean_name)}"
    starts = len(f.starts)
    cases = " | ".join(["_"] * starts + ["k"])
    lines = [
        f"def closed {facts.fixed}{facts.reach} (k : Nat) : ∀ {driver} : Int, {driver} = {f.low} + k → {claim} := by",
        "  induction k using Nat.strongRecOn with",
        "  | ind k ih =>",
        f"    intro {driver} e",
        f"    rcases k with {cases}",
    ]
    lines += [
        f"    · rw [{facts.at(f'start_{n + f.low}', driver)} (hp _ (by omega)) (by omega)]; grind" for n in range(starts)
    ]
    lines.append(f"    · have s := {facts.at('step_value', driver)} (hp _ (by omega)) (by omega)")
    for i, d in enumerate(dict.fromkeys(f.distances.values())):
        lines.append(f"      have i{i} := ih (k + {starts - d}) (by omega) ({driver} - {d}) (by omega)")
    lines.append(f"      {CLOSE}")
    parameters = f.program.parameters
    new, old = applied("New.value", parameters, {}), applied("Old.value", parameters, {})
    turns = f"({driver} - {term(f.low)}).toNat" if f.low else f"({driver}).toNat"
    same = [
        f"theorem same {facts.all} {premise(study)} : {new} = {old} := by",
        f"  have w := closed {facts.fixed_names}({applied('allowed', parameters, {})} h) {turns} {driver} (by omega)",
        f"  have c : (({turns} : Nat) : Int) = {driver} - {term(f.low)} := by omega",
        "  simp only [New.value, New.out, Old.value]",
        f"  {_finish(turns)}",
    ]
    return "\n".join(lines) + "\n\n" + "\n".join(same)


def _finish(turns: str) -> str:
    """Return a script for the two versions' values, where `w` says what one is, and `c` what the number of turns is."""
    ways = ("omega", "grind [Int.pow_succ]", "(simp_all; omega)", f"(generalize {turns} = k at *; grind)")
    return f"(try rw [c] at w) <;> first | {' | '.join(ways)}"


# -- loops ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Walked:
    """A loop whose variables are waves in the number of turns, over the parameters as they came."""

    own: Loop
    turns: Expr
    waves: dict[Name, Wave | Residue]

    @property
    def moduli(self) -> list[Expr]:
        """By what remainders are taken."""
        return [w.modulus for w in self.waves.values() if isinstance(w, Residue)]


def _of_loop(study: Study) -> Iterator[Draft]:
    head = study.head
    if len(head.loops) != 1 or any(p.type != "int" for p in head.parameters) or head.recursive:
        return
    split = _around(head, head.loops[0])
    if split is None or any(isinstance(s, ir.If) for s in ir.statements(head.loops[0].body)):
        return
    (own,) = study.loops.values()
    counted = trip(own, study.limits)
    if counted is None:
        return
    before, result = split
    walked = _walked(study, own, counted, before, result)
    if walked is None:
        return
    env = {n: w.expression(walked.turns) for n, w in walked.waves.items() if n in ir.variables(result)}
    value_ = simplified(ir.substitute(result, {**before, **env}))
    text = written(study, replace(head, locals=(), body=(ir.Return(value_),)))
    if text is None:
        return
    yield Draft(text[0], f"the loop on line {own.loop.line} solved", _walk(study, walked, before))


def _around(head: Program, loop: ir.Loop) -> tuple[dict[Name, Expr], Expr] | None:
    """Return what the variables are before the only loop, over the parameters, and what is returned after it."""
    env: dict[Name, Expr] = {p.name: p for p in head.parameters}
    after: dict[Name, Expr] | None = None
    for s in head.body:
        match s:
            case ir.Assign(targets, values) if after is None:
                env |= dict(zip(targets, [ir.substitute(v, env) for v in values], strict=True))
            case ir.Assign(targets, values) if after is not None:
                after |= dict(zip(targets, [ir.substitute(v, after) for v in values], strict=True))
            case ir.For(index=k, start=start, stop=stop) if s == loop and after is None:
                env |= {f"next_{k}": ir.substitute(start, env), f"stop_{k}": ir.substitute(stop, env)}
                after = {}
            case ir.While() if s == loop and after is None:
                after = {}
            case ir.Return(value) if after is not None:
                return env, ir.substitute(value, after)
            case _:
                return None
    return None


def _walked(study: Study, own: Loop, counted: Trip, before: Mapping[Name, Expr], result: Expr) -> Walked | None:
    """Return the waves of the variables that a loop's turns or the result read; None where one has none."""
    needed = [n for n in own.written if n in own.live or n in ir.variables(counted.distance)]
    if any(own.types[n] != "int" for n in needed) or not needed:
        return None
    parameters = [p.name for p in study.head.parameters]
    states = _states(study, own, needed)
    bases = _bases(own, needed, study)
    waves: dict[Name, Wave | Residue] = {}
    points = [p for p, _ in states]
    for n in needed:
        wave = residue(own.turn, n, frozenset(own.written)) or fitted(points, [s[n] for _, s in states], parameters, bases)
        if wave is None or (isinstance(wave, Residue) and not wave.read <= set(parameters)):
            return None
        waves[n] = wave
    read = ir.variables(result) & set(own.written)
    if not read <= waves.keys() or not any(waves[n].exponential for n in read):
        return None
    return Walked(own, simplified(ir.substitute(counted.turns, dict(before))), waves)


def _states(study: Study, own: Loop, needed: Sequence[Name]) -> list[tuple[tuple[list[int], int], dict[Name, int]]]:
    """Return the parameters and the number of turns with the loop's variables, at the first tests of many runs."""
    interpreter = Interpreter(study.head, study.limits, watched=True)
    out = []
    for arguments in study.runs[:: max(1, len(study.runs) // 60)]:
        seen: list[dict[Name, int]] = []

        def watch(index: int, variables: dict[str, object], _ticks: int, seen: list[dict[Name, int]] = seen) -> None:
            if index == own.loop.index and len(seen) <= TURNS:
                seen.append({n: number(variables[f"v_{n}"]) for n in needed})  # type: ignore[arg-type]  # ints

        try:
            interpreter.run(arguments, watch)  # type: ignore[arg-type]  # a wider type of values
        except OutOfFuel:
            continue
        out += [(([number(a) for a in arguments], t), s) for t, s in enumerate(seen)]
    return out


def _bases(own: Loop, needed: Sequence[Name], study: Study) -> list[Base]:
    """Return the bases of exponentials that may come up: roots of the turn as a matrix, and what is multiplied by."""
    parameters = {p.name for p in study.head.parameters}
    found = [n for n in dict.fromkeys(by_multiplication(own.turn, frozenset(own.written))) if n in parameters]
    matrix = _matrix(own, needed, study)
    roots = integer_roots(matrix) if matrix else None
    return [*dict.fromkeys([1, *filter(None, roots or [])]), *found]


def _matrix(own: Loop, needed: Sequence[Name], study: Study) -> list[list[int]] | None:
    """Return how the needed variables turn into one another, as far as changes by one tell; the loop counts are left out."""
    turn = one_turn(own, study.limits)
    hidden = set(ir.hidden(own.loop))
    names = [n for n in needed if n not in hidden]
    state = next(iter(own.states), None)
    if state is None:
        return None
    base = [state[n] for n in own.names]
    after = turn(base)
    if after is None:
        return None
    columns = []
    for n in names:
        k = own.names.index(n)
        moved = turn([number(v) + 1 if i == k else v for i, v in enumerate(base)])
        if moved is None:
            return None
        columns.append([number(moved[own.names.index(m)]) - number(after[own.names.index(m)]) for m in names])
    return [list(row) for row in zip(*columns, strict=True)]


def _walk(study: Study, walked: Walked, before: Mapping[Name, Expr]) -> str:
    """Return the lemma that the loop's variables are waves, and that the two versions agree."""
    head, own = study.head, walked.own
    index = own.loop.index
    arguments = shadow_arguments(head, index)
    # a parameter that the loop changes is one thing as it came and another one in the loop
    moved = {n: f"w_{n}" for n in arguments if n in own.written}
    kept = [n for n in arguments if n not in own.written and n not in {p.name for p in head.parameters}]
    hypotheses = [f"{w.left(moved[n])} = {w.text('t', lean_name)}" for n, w in walked.waves.items()]
    turns = value(walked.turns, lean_name)
    call = shadow("Old", head, index, {**moved, **{n: f"({value(before[n], lean_name)})" for n in kept}})
    claims = [f"{w.left(f'({call}).{lean_name(n)}')} = {w.text('t + k', lean_name)}" for n, w in walked.waves.items()]
    free = " ".join(moved.values())
    positive = _positive(walked)
    # what the loop's invariants say of the parameters follows from the contract
    signs = "".join(f" (m{i} : {p})" for i, p in enumerate(positive)) + f" {premise(study)}"
    given = " → ".join([f"(t : Int) + k = {turns}", *hypotheses])
    opened = f"rw [Old.shadow{index}]; simp (disch := first | omega | grind) only [if_pos, if_neg]"
    numbers = [f"h{i}" for i in range(len(hypotheses))]
    done = "h0" if len(numbers) == 1 else f"⟨{', '.join(numbers)}⟩"
    lines = [
        f"def walk {binders(head.parameters)}{signs} (k : Nat) : ∀ ({free} : Int) (t : Nat), {given} →",
        f"    {' ∧ '.join(claims)} := by",
        "  induction k with",
        "  | zero =>",
        f"    intro {free} t e {' '.join(numbers)}",
        f"    {opened}",
        f"    first | exact {done} | (simp only [Nat.add_zero] <;> first | omega | grind)",
        "  | succ k ih =>",
        f"    intro {free} t e {' '.join(numbers)}",
        f"    {opened}",
        "    rw [show t + (k + 1) = (t + 1) + k by omega]",
        f"    refine ih {' '.join(['_'] * len(moved))} (t + 1) (by omega) {' '.join(['?_'] * len(hypotheses))}",
        f"    all_goals {_close(positive, numbers)}",
    ]
    start = " ".join(f"({value(before.get(n, ir.Const(0)), lean_name)})" for n in moved)
    text = "\n".join(lines) + "\n\n" + _same(study, walked, start) + "\n"
    return f"{MODULAR_STEP}\n\n{text}" if positive else text


def _positive(walked: Walked) -> list[str]:
    return [f"0 < {value(m, lean_name)}" for m in dict.fromkeys(walked.moduli)]


def _close(positive: Sequence[str], numbers: Sequence[str]) -> str:
    """Return a script for what one turn makes of a variable."""
    if not positive:
        return CLOSE
    steps = [f"exact ({MODULAR} {h}).{side}" for h in numbers for side in (1, 2)]
    reduced = " ".join(f"(try simp only [fmod_pos _ m{i}]);" for i in range(len(positive)))
    return f"first | omega | ({reduced} first | {' | '.join(steps)}) | grind [Int.pow_succ]"


def _same(study: Study, walked: Walked, start: str) -> str:
    """Return the lemma that the two versions agree; `start` is what the variables are before the loop."""
    parameters, positive = study.head.parameters, _positive(walked)
    new, old = applied("New.value", parameters, {}), applied("Old.value", parameters, {})
    turns = value(walked.turns, lean_name)
    args = " ".join([*(lean_name(p.name) for p in parameters), *(f"m{i}" for i in range(len(positive)))])
    begun = " ".join([BEGUN_MODULAR if positive else BEGUN] * len(walked.waves))
    return "\n".join([
        f"theorem same {binders(parameters)} {premise(study)} : {new} = {old} := by",
        f"  have c : ((({turns}).toNat : Nat) : Int) = {turns} := by omega",
        *(f"  have m{i} : {p} := by omega" for i, p in enumerate(positive)),
        f"  have w := walk {args} h ({turns}).toNat {start} 0 (by omega) {begun}",
        "  simp only [Nat.zero_add] at w",
        "  simp only [New.value, New.out, Old.value, Old.out]",
        *(f"  try simp only [fmod_pos _ m{i}] at w ⊢" for i in range(len(positive))),
        f"  {_finish(f'({turns}).toNat')}",
    ])  # fmt: skip
