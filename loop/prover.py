"""Finds the proof of a claim: lemmas about the loops of both versions, then the four facts that `statement_of` asks for.

It only proposes: what it returns is text, which the kernel gate judges in a process that has never seen this search.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from loop.bench import Bench
from loop.bit_facts import fact_lines
from loop.closed import TICKS
from loop.fact_search import searched
from loop.fit import is_linear
from loop.gains import Gain, evaluated, gain_head, gain_opening
from loop.goal_text import split_top, to_head
from loop.helpers import FINISH, summaries, summary_scripts, unfolding_of
from loop.interact import declaration
from loop.lemma_store import Draft, LemmaStore, draft, reuses
from loop.lemmas import Lemma, LoopLemmas, Summary, with_lemmas
from loop.observe import Loop, divisors
from loop.portfolio import Tactic
from loop.printed_calls import applications, calls
from loop.quotients import quotient_lines, quotients
from loop.result_facts import FACTS, fact_names, prove_results
from loop.signs import difference_lines, sign_lines
from loop.tactic_order import Outcome, TacticOrder
from verify import ir
from verify.canonical import Digest
from verify.ir import Helper, Name, Program
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type
from verify.lemma import lemma_text
from verify.limits import Limits
from verify.spec import Spec
from verify.statement import Claim

OPENING = "simp only [Pre] at h"
INSTANCES = 24
"""most instances of lemmas that one proof is given"""


@dataclass(frozen=True, slots=True)
class Known:
    """A lemma that Lean accepted, and how to apply it to a shadow's arguments."""

    name: str
    shadow: str
    conditions: int
    counts: bool


@dataclass(slots=True)
class Side:
    """One version in a proof: its namespace, program, loops as observed, and the Lean text it is printed in."""

    space: str
    program: Program
    loops: dict[int, Loop]
    printed: str
    summaries: dict[int, Summary] = field(default_factory=dict)


@dataclass(slots=True)
class Prover:
    """Proves one claim on a bench that holds the trusted text of the claim."""

    spec: Spec
    bench: Bench
    limits: Limits
    kept: list[str] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    store: LemmaStore = field(default_factory=LemmaStore)
    facts_given: set[str] = field(default_factory=set)
    """facts of the claim that the candidate's own text proves, by name"""
    own: list[str] = field(default_factory=list)
    """lines that apply the candidate's own lemmas to the parameters"""
    uses: list[Digest] = field(default_factory=list)
    """lemmas of the graph whose text was kept"""
    drafts: list[Draft] = field(default_factory=list)
    """loop lemmas that were kept and that no program's names stand in"""
    functions: dict[str, Helper] = field(default_factory=dict)
    """the functions that the versions call, by their namespaces"""
    order: TacticOrder = field(default_factory=TacticOrder)
    """in which order scripts are tried"""
    outcomes: list[Outcome] = field(default_factory=list)
    """what each script came to, for an order to learn from"""
    last: bool = True
    """whether no other claim is left to be proved instead; only then are goals searched"""
    last_error: str = ""
    unproved: str = ""
    """the fact that no proof was found for"""
    left: tuple[str, tuple[str, ...]] = ("", ())
    """its head, and the lines that a search over its goals began with, none where there was no such search"""
    discharge: str = "(by omega)"
    """how the hypotheses of a lemma are shown where it is applied to a shadow's arguments"""

    # -- lemmas ---------------------------------------------------------------------------------------------------------

    def keep(self, lemma: Lemma, shadow: str, *, counts: bool = False) -> bool:
        """Try a lemma's scripts; keep the first that Lean accepts."""
        names = [k.name for k in self.known if not k.name.endswith("_idle")]
        for script in lemma.scripts:
            text = lemma.text(with_lemmas(script, names))
            error = self.bench.add(text)
            if error is None:
                self.kept.append(text)
                self.known.append(Known(lemma.name, shadow, len(re.findall(r" \(h\d* : ", lemma.statement)), counts))
                return True
            self.last_error = error
        return False

    def take(self, text: str) -> None:
        """Use a declaration of the candidate's own that the bench already holds; `grind` gets it where it can match it."""
        self.kept.append(text.rstrip())
        if (found := re.match(r"theorem (\S+)", text)) and found[1] in FACTS:
            self.facts_given.add(found[1])
        elif found:
            # one lemma without a pattern fails every `grind` that names it
            if self.bench.accepts(f"theorem matched (a b : Int) (h : a < b) : a ≤ b := by grind [{found[1]}]"):
                self.known.append(Known(found[1], "", 0, counts=False))
            self.own += self._at_parameters(found[1], text[found.end() :])

    def _at_parameters(self, name: str, text: str) -> list[str]:
        """Return a line that applies a lemma about values of the parameters' types to the parameters themselves."""
        head = to_head(split_top(text, ":=")[0])
        parameters = self.spec.program.parameters
        if [b.type.strip("() ") for b in head.data] != [lean_type(p.type).strip("()") for p in parameters]:
            return []
        arguments = [lean_name(p.name) for p in parameters] + ["(by first | assumption | omega | grind)"] * len(head.hypotheses)
        return [f"try have own{len(self.own)} := {name} {' '.join(arguments)}"]

    def add(self, *texts: str) -> bool:
        """Keep declarations that are not kept yet, in their order, up to the first that Lean does not accept."""
        for text in texts:
            if text.rstrip() not in self.kept:
                error = self.bench.add(text)
                if error is not None:
                    self.last_error = error
                    return False
                self.kept.append(text.rstrip())
        return True

    def offer(self, text: str) -> None:
        """Take the lemmas of the graph that speak of nothing but the library, and of what a text speaks of."""
        for stored in self.store.mentioning(text):
            if self.add(*lemma_text(stored.lemma)):
                self.known.append(Known(stored.lemma.name, "", 0, counts=False))
                self.uses.append(stored.node)

    def used(self, proof: str) -> tuple[Digest, ...]:
        """Return the lemmas and rules of the graph whose text a proof holds, the candidate's own text included."""
        return self.store.held_in(proof, self.uses)

    def reuse(self, maker: LoopLemmas, shadow: str) -> set[Name]:
        """Use what the graph knows of a loop; return the variables of which nothing more need be found out."""
        settled: set[Name] = set()
        for name in maker.names_wanted(maker.program, maker.own):
            for way in reuses(self.store, maker, name):
                alike = (way.alike.text(script) for script in way.alike.scripts)
                if (
                    self.add(*way.declarations)
                    and any(self.add(text) for text in alike)
                    and self.keep(way.local, shadow, counts="(T : Int)" in way.local.statement)
                ):
                    self.uses.append(way.stored.node)
                    settled.add(name)
                    break
        return settled

    def study(self, side: Side, *, ticks: bool) -> None:
        """Find and prove the lemmas of all loops of a version, inner loops first; about their ticks only if asked to."""
        for index in sorted(side.loops, reverse=True):
            maker = LoopLemmas(side.program, side.loops[index], side.space, self.limits)
            shadow = f"{side.space}.shadow{index}"
            summary = side.summaries[index] = Summary(side.loops[index], maker.trip, {})
            settled = self.reuse(maker, shadow)
            for name, form, lemma in maker.forms(ticks=ticks, settled=settled):
                counts = "(T : Int)" in lemma.statement
                if name not in summary.forms and self.keep(lemma, shadow, counts=counts):
                    summary.forms[name] = form
                    if name != TICKS and (made := draft(maker, name, form, counts=counts)):
                        self.drafts.append(made)
            exact = summary.forms.get("ticks")
            # a bound that is no line hardly helps where costs are compared
            if ticks and not (exact and is_linear(exact.numerator)):
                # what the old version costs at least, and the new one at most
                needed = "lower" if side.space == "Old" else "upper"
                for kind, lemma in maker.bounds():
                    if kind == needed:
                        self.keep(lemma, shadow)
            if maker.trip is not None:
                self.keep(maker.idle(), shadow)
            if self.spec.ensure != ir.TRUE and side.space in (("Old", "New") if self.spec.result == "contract" else ("Old",)):
                for lemma in maker.contract(self.spec.ensure, settled | summary.forms.keys()):
                    self.keep(lemma, shadow)

    def study_function(self, helper: Helper, side: Side, *, ticks: bool) -> None:
        """Find and prove the lemmas of a function that versions call: about its loops, and about its value and ticks."""
        self.functions[side.space] = helper
        self.study(side, ticks=ticks)
        if helper.program.recursive:
            return
        opened = [*self.instances(side), f"simp only [{side.space}.value, {side.space}.ticks, {side.space}.out]"]
        scripts = summary_scripts(helper, opened, _outcome(side), [k.name for k in self.known])
        for lemma in summaries(helper, scripts, self.limits):
            self.keep(lemma, f"{side.space}.{lemma.name.rpartition('_')[2]}")

    # -- goals ----------------------------------------------------------------------------------------------------------

    def prove(self, sides: Sequence[Side], claim: Claim, gain: Gain | None) -> str | None:
        """Return the proof text of a claim, or None; `last_error` then holds what Lean said last.

        In the order `worst-case` it is "", and two facts are left to `loop.worst_prover`.
        """
        typed = [(lean_name(p.name), lean_type(p.type)) for p in self.spec.program.parameters]
        binders, args = "".join(f" ({n} : {t})" for n, t in typed), "".join(f" {n}" for n, _ in typed)
        given = f"{binders} (h : Pre{args}) : ".lstrip()
        if not prove_results(self, sides, claim, given, args):
            return None
        if claim.order is not None and claim.worst is None:
            slack = f" + {claim.slack}" if claim.slack else ""
            if not self.establish(sides, "cost", f"{given}New.ticks{args} ≤ Old.ticks{args}{slack}"):
                return None
        if gain is not None and not self.settle("gain", gain_head(self.spec, claim), self._gain_scripts(sides, claim, gain)):
            return None
        return "" if claim.worst else self.accepted(fact_names(self.spec, claim) + (" cost gain" if claim.order else ""))

    def establish(self, sides: Sequence[Side], name: str, statement: str) -> bool:
        """Prove a fact by a script, else by a search over its goals."""
        unfold = "ticks" if name == "cost" else "value"
        tactics = self.scripts(sides, unfold, post=name == "post")
        return self.settle(name, statement, tactics) or self.search(sides, unfold, name, statement)

    def accepted(self, facts: str) -> str:
        """Return the proof text, which ends with the pinned theorem, from the names of the facts that were kept."""
        self.kept.append(f"theorem accepted : Statement := statement_of {facts}")
        return "\n\n".join(self.kept) + "\n"

    def settle(self, name: str, statement: str, scripts: Iterable[Tactic]) -> bool:
        """Try scripts for a fact in the learned order; keep the first that Lean accepts. One that the candidate proves stands."""
        if name in self.facts_given:
            return True
        for script in self.order.ordered(f"claim {name}", list(scripts)):
            text = declaration(f"theorem {name} {statement} := by", [line for part in script.lines for line in part.split("\n")])
            error = self.bench.add(text)
            self.outcomes.append(Outcome(f"claim {name}", script.label, error is None))
            if error is None:
                self.kept.append(text.rstrip())
                return True
            self.last_error = error
        self.unproved, self.left = name, (statement, ())
        return False

    def search(self, sides: Sequence[Side], unfold: str, name: str, statement: str) -> bool:
        """Search over the goals of a fact that no script settled."""
        opened = self._opened(sides, unfold, post=name == "post", opening=OPENING)
        self.left = statement, tuple(opened)
        if not self.last:
            return False
        text, outcomes = searched(self.bench, name, statement, opened, [k.name for k in self.known], self.order)
        self.outcomes += outcomes
        if text is None or self.bench.add(text) is not None:
            return False
        self.kept.append(text.rstrip())
        return True

    def _opened(self, sides: Sequence[Side], unfold: str, *, post: bool, opening: str) -> list[str]:
        """Return the lines that unfold the versions and apply the known lemmas to them."""
        applied = (line for s in sides for line in self.instances(s))
        return [*opening.split("\n"), *self.own[:INSTANCES], *applied, self._unfolding(sides, unfold, post=post)]

    def _unfolding(self, sides: Sequence[Side], unfold: str, *, post: bool, called: bool = True) -> str:
        names = [f"{s.space}.{n}" for s in sides for n in (unfold, "out")] + (["Post"] if post else [])
        names += unfolding_of(self.functions, unfold) if called else []
        return f"simp only [{', '.join(names)}]"

    def scripts(self, sides: Sequence[Side], unfold: str, *, post: bool, opening: str = OPENING) -> Iterator[Tactic]:
        """Yield proof scripts for a goal about the functions, cheapest first."""
        opened = self._opened(sides, unfold, post=post, opening=opening)
        unfolding, lemmas = opened[-1], [k.name for k in self.known]
        outcomes = [_outcome(s).split(":=", 1)[1] for s in sides if not s.loops and not s.program.recursive]
        if unfold == "value" and len(outcomes) == len(sides) and (bits := fact_lines(self.spec, outcomes, post=post)):
            yield Tactic("bits", 8, (opening, unfolding, *bits))
        if post:
            # what polynomials over the parameters need: squares and products of non-negative ones
            yield Tactic("signs", 10, (*opened[:-1], *self._signs(), unfolding, FINISH))
        if self.functions:
            # what is known of a function that is called may serve better than what it does
            folded = self._unfolding(sides, unfold, post=post, called=False)
            yield Tactic("called", 10, (*opened[:-1], folded, FINISH))
        yield Tactic("instances", 10, (*opened, FINISH))
        yield Tactic("cases", 12, (*opened, "try simp only [pick]", "(repeat' split) <;> first | omega | grind"))
        recursive = [f"{s.space}.run" for s in sides if s.program.recursive]
        if lemmas or recursive:
            yield Tactic("lemmas", 14, (opening, unfolding, f"grind [{', '.join([*lemmas, *recursive])}]"))
        instances = opened[len(opening.split("\n")) : -1]
        if ints := [lean_name(p.name) for p in self.spec.program.parameters if p.type == "int"][:2]:
            # where a loop may not be entered at all, its lemmas apply on one side of zero only
            sides_of_zero = " <;> ".join(f"rcases Int.le_total 0 {v} with s{i} | s{i}" for i, v in enumerate(ints))
            block = [*instances, f"{unfolding} <;> (repeat' split) <;> first | omega | grind"]
            yield Tactic("sides of zero", 16, (opening, sides_of_zero, "all_goals", *(f"  {line}" for line in block)))
        if unfold == "value":
            if post:
                opened = [*opened[:-1], *self._signs(), unfolding]
            parameters = [lean_name(p.name) for p in self.spec.program.parameters if p.type == "int"]
            texts = " ".join(_outcome(s) for s in sides)
            for lines in quotient_lines(quotients(texts, parameters)):
                yield Tactic("quotients", 18, (*opened, *lines))
            yield from self._by_residue(sides, opened)

    def _signs(self) -> Iterator[str]:
        """Yield lines about the signs of products of the int parameters."""
        ints = [p for p in self.spec.program.parameters if p.type == "int"]
        yield from sign_lines([lean_name(p.name) for p in ints])
        yield from difference_lines(self.spec.require, ints)

    def _by_residue(self, sides: Sequence[Side], opened: Sequence[str]) -> Iterator[Tactic]:
        """Yield scripts that write a parameter as `m * q + r` for each residue, so that quotients become polynomials."""
        moduli = [m for m in (2, 3, 4, 6) if m in self._moduli(sides)] or [2]
        for m in moduli:
            for p in self.spec.program.parameters:
                if p.type != "int":
                    continue
                v = lean_name(p.name)
                cases = " ∨ ".join(f"{v} = {m} * q" + (f" + {r}" if r else "") for r in range(m))
                lines = [
                    f"obtain ⟨q, hq⟩ : ∃ q : Int, {cases} := ⟨{v} / {m}, by omega⟩",
                    f"rcases hq with {' | '.join(['rfl'] * m)} <;> first | omega | grind",
                ]
                yield Tactic("residues", 20, (*opened, *lines))

    def _moduli(self, sides: Sequence[Side]) -> set[int]:
        """Return the literals by which the contract or a version divides, and the strides of their ranges."""
        blocks = [s.program.body for s in sides]
        everything = [e for b in blocks for s in ir.statements(b) for e in ir.expressions(s)]
        found = divisors((self.spec.ensure, *everything))
        strides = (s.step for b in blocks for s in ir.statements(b) if isinstance(s, ir.For))
        return found | {abs(int(step.value)) for step in strides if isinstance(step, ir.Const)}

    def instances(self, side: Side) -> list[str]:
        """Return lines that apply the known lemmas to each shadow that the version's own text calls."""
        lines, text = list[str](), _outcome(side)
        for shadow, arguments in calls(text):
            where = f"{side.space}.{shadow}"
            given = " ".join(re.sub(r"\bshadow(\d+)\b", rf"{side.space}.shadow\1", a) for a in arguments)
            for known in (k for k in self.known if k.shadow == where):
                counted = "_ rfl " if known.counts else ""
                proofs = " ".join([self.discharge] * known.conditions)
                line = f"try have e{side.space}{len(lines)} := {known.name} {given} {counted}{proofs}".rstrip()
                if line not in lines and len(lines) < INSTANCES:
                    lines.append(line)
        for function, what, arguments in applications(text):
            given = " ".join(re.sub(r"\bshadow(\d+)\b", rf"{side.space}.shadow\1", a) for a in arguments)
            for known in (k for k in self.known if k.shadow == f"{function}.{what}"):
                line = f"try have e{side.space}{len(lines)} := {known.name} {given} (by omega)"
                if len(lines) < INSTANCES:
                    lines.append(line)
        return lines

    def _gain_scripts(self, sides: Sequence[Side], claim: Claim, gain: Gain) -> Iterator[Tactic]:
        if gain.near is not None:
            versions = [(s.space, s.program) for s in sides] + [(name, h.program) for name, h in self.functions.items()]
            yield Tactic("evaluated", 8, evaluated(self.spec, gain.near, versions))
        yield from self.scripts(sides, "ticks", post=False, opening=gain_opening(self.spec, claim, gain))


def _outcome(side: Side) -> str:
    """Return the printed definition of what a version leaves behind."""
    own = side.printed[side.printed.index(f"namespace QED.{side.space}\nopen ") :]
    return own[own.index("\ndef out ") : own.index("\ndef value ")]
