"""Lists that are filled in order, of which only the last few entries are read: the entries roll through variables.

`dp.append(dp[-1] + dp[-2])`, or `dp[i] = dp[i - 1] + dp[i - 2]` in a list of zeros, and then `dp[n]`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from loop.simplify import simplified
from loop.techniques.recurrence import ORDER, Recurrence, path_at, result_of
from loop.techniques.rolling import Iteration, Rolled, to_rolled
from loop.techniques.step_facts import StepFacts, term
from loop.techniques.study import Draft, Study
from loop.techniques.written import applied, premise, shadow, written
from verify import ir
from verify.ir import Expr, Name, Var
from verify.lean_expr import Naming, value
from verify.lean_expr import field as lean_name

STARTS = 6
"""entries that are there before the loop, at most"""
ITEMS = """def item_snoc (xs : List Int) (v j : Int) (a : 0 ≤ j) (b : j < xs.length) : item (xs ++ [v]) j = item xs j := by
  first | (rw [item_eq a (by simp; omega), item_eq a b, List.getElem_append_left]; done) | grind

def item_last (xs : List Int) (v j : Int) (e : j = xs.length) : item (xs ++ [v]) j = v := by
  subst e
  have b : (xs.length : Int) < (xs ++ [v]).length := by simp only [List.length_append, List.length_cons, List.length_nil]; omega
  first | (rw [item_eq (by omega) b]; simp; done) | grind

def item_back (xs : List Int) (d : Int) (a : 0 < d) (b : d ≤ xs.length) : item xs (-d) = item xs (xs.length - d) := by
  rw [item_neg (by omega) (by omega), item_eq (by omega) (by omega)]; first | rfl | (congr 1) | grind"""


Guards: TypeAlias = tuple[tuple[int, Expr], ...]


@dataclass(frozen=True, slots=True)
class Memo:
    """A list filled by index: entry t is `values.step`, over entries below, and `t` stands for the driver in it."""

    values: Recurrence
    loop: ir.For
    name: Name
    appends: bool
    off: int
    """how far the range's element is beyond the index that it fills"""
    place: Expr
    """where it is filled, over the range's element, where it does not append"""
    item: Expr
    """what is put there, as the loop's body says it"""
    before: Mapping[Name, Expr]
    reads: tuple[tuple[Expr, int], ...]
    """the indices that are read, with how far they are below"""
    shift: int
    """the entry that is returned, less the driver"""
    returned: Expr
    """its index as the function says it"""
    guards: Guards
    """drivers at which the function returns before there is a list, and what"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the loop without its list."""
    memo = _memo(study)
    rolled = None if memo is None else to_rolled(memo.values, memo.shift)
    # of a list that is stored into, the proof of what its first entries are is not found
    if memo is None or rolled is None or memo.values.first != memo.values.order or not memo.appends:
        return
    if (text := written(study, rolled.program)) is None:
        return
    last = "entry" if memo.values.order == 1 else f"{memo.values.order} entries"
    lemmas = _Filled(study, memo, replace(rolled, program=text[1])).text()
    yield Draft(text[0], f"the last {last} of `{memo.name}` in variables", lemmas)


# -- what the list holds --------------------------------------------------------------------------------------------------------


def _memo(study: Study) -> Memo | None:
    head = study.head
    loops = [s for s in head.body if isinstance(s, ir.For)]
    if len(head.loops) != 1 or len(loops) != 1 or head.recursive or not isinstance(head.body[-1], ir.Return):
        return None
    loop, returned = loops[0], head.body[-1].value
    at = head.body.index(loop)
    if head.body[at + 1 :] != (head.body[-1],) or loop.step != ir.Const(1) or not isinstance(loop.start, ir.Const):
        return None
    match returned:
        case ir.Item(Var(name), ir.Var(_) as driver):
            shift = 0
        case ir.Item(Var(name), ir.Binary("add" | "sub" as op, ir.Var(_) as driver, ir.Const(c))):
            shift = int(c) if op == "add" else -int(c)
        case _:
            return None
    if driver not in head.parameters or any(p.type != "int" for p in head.parameters):
        return None
    guards, rest = _guards(head.body[:at], driver, study)
    before = _before(rest, name)
    if before is None:
        return None
    memo = _entries(study, loop, name, driver, before, shift, guards)
    return None if memo is None else replace(memo, returned=returned.index)


def _guards(block: ir.Block, driver: Var, study: Study) -> tuple[tuple[tuple[int, Expr], ...], ir.Block]:
    """Return at which drivers the tests in front return, and what; and the statements after them."""
    found: list[tuple[int, Expr]] = []
    front = 0
    while front < len(block) and isinstance(block[front], ir.If):
        front += 1
    for n in range(STARTS + 1) if front else ():
        path = path_at(block[:front], driver, n, study.limits)
        e = None if path is None else result_of(path)
        if e is not None:
            found.append((n, simplified(ir.substitute(e, {driver.name: ir.Const(n)}))))
    return tuple(found), block[front:]


def _before(block: ir.Block, name: Name) -> dict[Name, Expr] | None:
    """Return what the variables are before the loop: the list as it was written, with the changes of single entries in it."""
    env: dict[Name, Expr] = {}
    for s in block:
        if not isinstance(s, ir.Assign):
            return None
        env |= dict(zip(s.targets, [ir.substitute(v, env) for v in s.values], strict=True))
    return env if name in env else None


def _starts(e: Expr) -> tuple[list[Expr], bool] | None:
    """Return the entries that are surely there, from the first on, and whether they are all that there are."""
    match e:
        case ir.List(items):
            return list(items), True
        case ir.Repeat(ir.List((item,)), _):
            return [item] * STARTS, False
        case ir.Updated(operand, ir.Const(k), v) if (inner := _starts(operand)) is not None and 0 <= k < len(inner[0]):
            inner[0][int(k)] = v
            return inner
    return None


def _entries(
    study: Study, loop: ir.For, name: Name, driver: Var, before: Mapping[Name, Expr], shift: int, guards: Guards
) -> Memo | None:
    starts = _starts(before[name])
    start = loop.start.value if isinstance(loop.start, ir.Const) else 0
    i = Var(loop.variable, "int")
    match loop.body:
        case (ir.Assign((target,), (ir.Appended(Var(own), item),)),) if target == own == name and starts and starts[1]:
            appends, place = True, i
            off = int(start) - len(starts[0])
            first = len(starts[0])
        case (ir.Assign((target,), (ir.Updated(Var(own), place, item),)),) if target == own == name and starts and not starts[1]:
            offset = _offset(place, i)
            if offset is None:
                return None
            appends, off = False, -offset
            first = int(start) + offset
        case _:
            return None
    if not 1 <= first <= STARTS or (set(ir.variables(item)) & {driver.name}):
        return None
    read = _reads(item, name, i, off)
    if read is None:
        return None
    step, distances, reads = read
    step = ir.substitute(step, {i.name: ir.plus_constant(driver, off) if off else driver})
    if not distances or max(distances.values()) > first or name in ir.variables(step):
        return None
    values = Recurrence(study.head, driver, 0, first, tuple(starts[0][:first]), (), step, distances, 0, ())
    if any(n + shift >= first or simplified(values.starts[n + shift]) != e for n, e in guards if n + shift >= 0):
        return None
    return Memo(values, loop, name, appends, off, place, item, dict(before), reads, shift, driver, guards)


def _offset(e: Expr, i: Var) -> int | None:
    match e:
        case Var() if e == i:
            return 0
        case ir.Binary("add", left, ir.Const(c)) if left == i:
            return int(c)
        case ir.Binary("sub", left, ir.Const(c)) if left == i:
            return -int(c)
    return None


def _reads(item: Expr, name: Name, i: Var, off: int) -> tuple[Expr, dict[Name, int], tuple[tuple[Expr, int], ...]] | None:
    """Return an entry over names for the entries that it reads, how far they are below, and their indices."""
    distances: dict[Name, int] = {}
    indices: dict[Expr, int] = {}

    def go(e: Expr) -> Expr:
        match e:
            case ir.Item(Var(own), index) if own == name:
                offset = _offset(index, i)
                distance = -index.value if isinstance(index, ir.Const) else None if offset is None else -(off + offset)
                if distance is None or not 1 <= distance <= ORDER:
                    return e
                indices[index] = int(distance)
                distances[f"held_{distance}"] = int(distance)
                return Var(f"held_{distance}", "int")
        return ir.rebuilt(e, go)

    step = go(item)
    return step, distances, tuple(indices.items())


# -- its proof ------------------------------------------------------------------------------------------------------------------


class _Values(StepFacts):
    """The same of a sequence that Lean is told the definition of."""

    def __init__(self, study: Study, f: Recurrence) -> None:
        super().__init__(study, f)
        self.reach = ""

    def run(self, term: str) -> str:
        return f"(seq {self.fixed_names}({term} : Int).toNat)"

    def stepped(self, term: str, proof: str) -> str:
        return f"step_value {self.fixed_names}{term} {proof}"

    def start(self, n: int) -> str:
        return f"{self.applied(f'start_{n}')}"

    def text(self) -> Iterator[str]:
        f, m = self.f, self.f.first

        def held(d: int) -> str:
            return f"(seq {self.fixed_names}{f'(k + {m - d})' if d < m else 'k'})"

        step = self.step({h: held(d) for h, d in f.distances.items()}, f"((k + {m} : Nat) : Int)")
        cases = [*(f"  | {n} => {value(s, lean_name)}" for n, s in enumerate(f.starts)), f"  | k + {m} => {step}"]
        yield "\n".join([f"def seq {self.fixed}: Nat → Int", *cases])
        for n, s in enumerate(f.starts):
            yield f"def start_{n} {self.fixed}: {self.run(str(n))} = {value(s, lean_name)} := rfl"
        shows = [f"show ((k : Int) + {m}).toNat = k + {m} by omega"]
        shows += [
            f"show ((k : Int) + {m} - {d}).toNat = {f'k + {m - d}' if d < m else 'k'} by omega"
            for d in dict.fromkeys(f.distances.values())
        ]
        given = self.step({h: self.run(f"n - {d}") for h, d in f.distances.items()}, "n")
        yield (
            f"def step_value {self.fixed}(n : Int) (b : {m} ≤ n) : {self.run('n')} = {given} := by\n"
            f"  obtain ⟨k, rfl⟩ : ∃ k : Nat, n = k + {m} := ⟨(n - {m}).toNat, by omega⟩\n"
            f"  rw [{', '.join(shows)}] <;> first | rfl | (rw [seq] <;> grind) | grind [seq]"
        )


class _Filled:
    """Writes the lemmas: the sequence, that the list holds it, that the variables walk along it."""

    def __init__(self, study: Study, memo: Memo, rolled: Rolled) -> None:
        self.study, self.memo, self.rolled = study, memo, rolled
        self.facts = _Values(study, memo.values)
        self.xs = lean_name(memo.name)

    def text(self) -> str:
        walk = Iteration(self.study, self.memo.values, self.rolled, self.facts).walk()
        return "\n\n".join([ITEMS, *self.facts.text(), self._filled(), walk, self._same()]) + "\n"

    def _call(self, terms: Mapping[str, str]) -> str:
        stop = {self.memo.loop.variable: "u", "next_1": "next", "stop_1": f"({self._stop()})"}
        return shadow("Old", self.study.head, self.memo.loop.index, {**stop, **terms})

    def _stop(self) -> str:
        return value(self.memo.loop.stop, lean_name)

    def _read(self, named: Naming) -> Iterator[str]:
        """Yield what the entries are that a turn reads."""
        xs = self.xs
        for number, (index, d) in enumerate(self.memo.reads):
            shown = f"show {value(index, named)} = t - {d} by omega"
            if isinstance(index, ir.Const):
                shown = f"item_back {xs} {d} (by omega) (by omega), show ({xs}.length : Int) - {d} = t - {d} by omega"
            yield f"    have r{number} : item {xs} {value(index, named)} = {self.facts.run(f't - {d}')} := by"
            yield f"      rw [{shown}]; exact (hd (t - {d}) (by omega) (by omega))"

    def _looked_up(self, place: str) -> tuple[str, ...]:
        """Return a script for the entries after a turn, `place` being where it fills one."""
        if self.memo.appends:
            return (
                "      by_cases c : j < t",
                "      · rw [item_snoc _ _ _ a (by omega)]; exact hd j a c",
                "      · rw [item_last _ _ _ (by omega), show j = t by omega]; exact v)",
            )
        return (
            "      rw [item_updated _ (by omega) a (by omega)]",
            f"      by_cases c : {place} = j",
            "      · rw [if_pos c, show j = t by omega]; exact v",
            "      · rw [if_neg c]; exact hd j a (by omega))",
        )

    def _filled(self) -> str:
        memo, facts, xs = self.memo, self.facts, self.xs
        first = memo.values.first
        off = f"t + {memo.off}" if memo.off >= 0 else f"t - {-memo.off}"

        def named(n: Name) -> str:
            return f"({off})" if n == memo.loop.variable else lean_name(n)

        item, place = value(memo.item, named), value(memo.place, named)
        after = f"({xs} ++ [{item}])" if memo.appends else f"(updated {xs} {place} {item})"
        length = f"({xs}.length : Int) = t" if memo.appends else f"t + (k : Int) ≤ ({xs}.length : Int)"
        left = f"({self._call({})}).{xs}"
        claim = f"(({left}).length : Int) = t + k" if memo.appends else f"({left}).length = {xs}.length"
        lengths = "List.length_append, List.length_cons, List.length_nil" if memo.appends else "length_updated"
        opened = f"rw [Old.shadow{memo.loop.index}]; simp (disch := first | omega | grind) only [if_pos, if_neg]"
        kept = "have := i.1; omega" if memo.appends else "rw [i.1]; exact length_updated _ _ _"
        intro = f"    intro {xs} u next t e l hm hl hd"
        return "\n".join([
            f"def filled {facts.all} {premise(self.study)} (k : Nat) : ∀ ({xs} : List Int) (u next t : Int),",
            f"    next = {off} → k = (({self._stop()}) - next).toNat → {first} ≤ t → {length} →",
            f"    (∀ j : Int, 0 ≤ j → j < t → item {xs} j = {facts.run('j')}) →",
            f"      {claim} ∧ ∀ j : Int, 0 ≤ j → j < t + k → item ({left}) j = {facts.run('j')} := by",
            "  induction k with",
            "  | zero =>",
            intro,
            f"    {opened}",
            "    exact ⟨by omega, fun j a b => hd j a (by omega)⟩",
            "  | succ k ih =>",
            intro,
            "    subst e",
            f"    have step := {facts.stepped('t', '(by omega)')}",
            *self._read(named),
            f"    have v : {item} = {facts.run('t')} := by grind",
            f"    {opened}",
            f"    have i := ih {after} ({off}) ({off} + 1) (t + 1) (by omega) (by omega) (by omega)",
            f"      (by simp only [{lengths}] <;> omega) (by",
            "      intro j a b",
            *self._looked_up(place),
            f"    exact ⟨by {kept}, fun j a b => i.2 j a (by omega)⟩",
        ])  # fmt: skip

    def _same(self) -> str:
        memo, facts, r = self.memo, self.facts, self.rolled
        f, head = memo.values, self.study.head
        driver, first = lean_name(f.driver.name), memo.values.first
        wanted = f"({value(memo.returned, lean_name)})"
        starts = " ".join(f"({value(s, lean_name)})" for s in f.starts[: f.order])
        proofs = " ".join(["rfl"] * f.order)
        (loop,) = (s for s in r.program.loops if isinstance(s, ir.For))
        stop = f"({value(loop.stop, lean_name)})"
        args = " ".join(lean_name(p.name) for p in head.parameters)
        begun = int(memo.loop.start.value) if isinstance(memo.loop.start, ir.Const) else 0
        entries = value(memo.before[memo.name], lean_name)
        cases = " | ".join(["q"] * first)
        item = "first | rfl | grind | (simp (disch := first | omega | (simp; omega)) [item_updated, item_eq]; done)"
        filled = (
            f"filled {args} h (({self._stop()}) - {begun}).toNat {entries} 0 {begun} {first} (by omega) rfl (by omega)"
            " (by simp only [length_updated, List.length_replicate, List.length_cons, List.length_nil] <;> omega) (by"
        )
        main = [
            f"have g := {filled}",
            "  intro j a b",
            f"  rcases (show {' ∨ '.join(f'j = {n}' for n in range(first))} by omega) with {cases} <;> subst q <;> {item})",
            f"have g := g.2 {wanted} (by omega) (by omega)",
            "simp (disch := omega) only [New.value, New.out, Old.value, Old.out, if_pos, if_neg]",
            "first | omega | exact w.trans g.symm | grind",
        ]
        new, old = applied("New.value", head.parameters, {}), applied("Old.value", head.parameters, {})
        walked = f"walk {facts.fixed_names}{wanted}.toNat {starts} 0 {r.ahead} {stop} 0 (by omega) (by omega) (by omega)"
        lines = [
            f"theorem same {facts.all} {premise(self.study)} : {new} = {old} := by",
            f"  have w := {walked} {proofs}",
            f"  rw [show {stop} - {term(r.ahead)} = {wanted} by omega] at w",
        ]
        if not memo.guards:
            return "\n".join([*lines, *(f"  {x}" for x in main)])
        drivers = [n for n, _ in memo.guards]
        tests = " ∨ ".join([*(f"{driver} = {n}" for n in drivers), f"{max(drivers) + 1} ≤ {driver}"])
        lines.append(f"  rcases (show {tests} by omega) with {' | '.join(['q'] * (len(drivers) + 1))}")
        for n in drivers:
            lines.append(f"  · have s : {facts.run(wanted)} = {value(f.starts[n + memo.shift], lean_name)} := by rw [q]; rfl")
            lines.append("    simp (disch := omega) only [New.value, New.out, Old.value, Old.out, if_pos, if_neg]")
            lines.append("    first | omega | grind")
        return "\n".join([*lines, f"  · {main[0]}", *(f"    {x}" for x in main[1:])])
