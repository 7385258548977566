"""Decides: a Task and its order -> Statement, the Lean text that pins what is claimed.

The text defines `QED.Statement : Prop`; an acceptance is a theorem whose type is exactly that constant. It is elaborated
before any candidate text is seen. `statement_of`, proved here too, leaves to the candidate only facts about functions.

Of the new version's result it says that it is the old one's, and within the contract; for a target that asks for no more than
the contract, only the latter.
"""

from dataclasses import dataclass

from verify import ir
from verify.calls import helpers_in, helpers_of
from verify.canonical import Digest, digest_bytes
from verify.ir import Helper, Name, Program, held
from verify.lean_expr import condition, lean_type, packed, plain, space, value
from verify.lean_expr import field as lean_name
from verify.lean_text import to_lean
from verify.limits import Limits
from verify.spec import Order, Spec
from verify.worst_case import Reading, WorstCase, read_worst_case

OPENING = (
    "@[expose] public noncomputable section\nset_option linter.all false\nset_option linter.unusedSimpArgs false\n"
    "set_option maxHeartbeats {heartbeats}\n"
)
THEOREM = "QED.Proof.accepted"
"""the theorem that a proof text must end with"""
PINNED = "QED.Statement"
"""the constant that must be its type"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: the baseline's own claim (`order` None), or an improvement in an order.

    `slack` is the K of `eventually`; `worst` is what `worst-case` claims, and is there in that order alone.
    """

    order: Order | None
    slack: int = 0
    worst: WorstCase | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The trusted text, in the two parts in which it is elaborated: the old version, and the claim."""

    old: str
    claim: str

    @property
    def text(self) -> str:
        """Both parts, as the graph keeps them."""
        return self.old + "\n-- the claim\n" + self.claim

    @property
    def digest(self) -> Digest:
        """SHA-256 of the text."""
        return digest_bytes(self.text.encode())


def to_old_text(spec: Spec, old: Program, limits: Limits) -> str:
    """Return the Lean text of the contract and of the version to beat; it depends on nothing that a candidate holds."""
    binders = _binders(spec.program)
    post = f"{binders} (v_result : {lean_type(spec.program.result)})"
    return (
        OPENING.format(heartbeats=limits.lean_heartbeats)
        + "".join(helper_text(h, limits) for h in _old_helpers(spec, old))
        + f"namespace QED\n\ndef Pre {binders} : Prop := {condition(held(spec.require), plain)}\n\n"
        + f"def Post {post} : Prop := {condition(held(spec.ensure), plain)}\n\nend QED\n\n"
        + to_lean(old, "QED.Old", limits, held(spec.require))
        + ("" if binders else "\n-- no parameters")
        + "\n"
    )


def _binders(program: Program) -> str:
    return " ".join(f"({lean_name(p.name)} : {lean_type(p.type)})" for p in program.parameters)


def _old_helpers(spec: Spec, old: Program) -> tuple[Helper, ...]:
    """Return the functions that the version to beat and the contract call, each after those that it calls."""
    return tuple(dict.fromkeys((*helpers_in(old.body), *helpers_of((spec.require, spec.ensure)))))


def helper_text(helper: Helper, limits: Limits) -> str:
    """Return the Lean text of a function that others call: what it requires, and its program with its theorems.

    It stands once in a statement, whichever versions call it.
    """
    namespace, require = f"QED.{space(helper)}", held(helper.require)
    pre = f"def Pre {_binders(helper.program)} : Prop := {condition(require, plain)}"
    text = to_lean(helper.program, namespace, limits, require, held(helper.ensure))
    return f"namespace {namespace}\n\n{pre}\n\nend {namespace}\n\n{text}\n\n"


def to_statement(spec: Spec, old: Program, new: Program | None, claim: Claim, limits: Limits) -> Statement:
    """Return the pinned statement of a claim. The programs carry their notes. Raises Refusal as the printer does."""
    opening = OPENING.format(heartbeats=limits.lean_heartbeats)
    if new is None:
        body = _baseline(spec)
    else:
        if (claim.order == "worst-case") != (claim.worst is not None):
            raise TypeError("the order worst-case, and no other, has a size, a bound and a family")
        worst = None if claim.worst is None else read_worst_case(claim.worst, spec, limits)
        improved = _improvement(spec, claim) if worst is None else _worst_case(spec, worst)
        known = _old_helpers(spec, old)
        helpers = "".join(helper_text(h, limits) for h in helpers_in(new.body) if h not in known)
        body = f"{helpers}{to_lean(new, 'QED.New', limits, held(spec.require))}\n\n{improved}"
    return Statement(to_old_text(spec, old, limits), opening + body + "\n")


LEMMA_OPENING = OPENING + "set_option autoImplicit false\nnamespace QED\n\n"


def lemma_definition(text: str, limits: Limits) -> str:
    """Return the text that defines one of a lemma's own functions; it depends on nothing but the library and those before."""
    return f"{LEMMA_OPENING.format(heartbeats=limits.lean_heartbeats)}{text}\nend QED\n"


def lemma_claim(statement: str, limits: Limits) -> str:
    """Return the text that pins what a lemma says; nothing of its proof has been seen when it is elaborated."""
    opening = LEMMA_OPENING.format(heartbeats=limits.lean_heartbeats)
    return f"{opening}def Statement : Prop :=\n  {statement}\n\nend QED\n"


def _forms(spec: Spec) -> tuple[str, str, str]:
    """Return the parameters as binders, as arguments, and packed as the argument of a procedure."""
    names = [lean_name(p.name) for p in spec.program.parameters]
    binders = "".join(f" ({n} : {lean_type(p.type)})" for n, p in zip(names, spec.program.parameters, strict=True))
    return binders, "".join(f" {n}" for n in names), packed(names)


def _all(binders: str, body: str) -> str:
    return f"∀{binders}, {body}" if binders else body


def _some(binders: str, body: str) -> str:
    return f"∃{binders}, {body}" if binders else body


def _baseline(spec: Spec) -> str:
    binders, args, packed_ = _forms(spec)
    post = f"Pre{args} → Post{args} (Old.value{args})"
    return f"""namespace QED

/-- On every input that the contract allows the function ends, raises nothing, and meets the contract. -/
def Statement : Prop :=
  {_all(binders, f"Pre{args} → ∃ r k, Run Old.prog {packed_} r k ∧ Post{args} r")}

theorem statement_of (post : {_all(binders, post)}) : Statement := by
  unfold Statement
  {f"intro{args} h" if args else "intro h"}
  exact ⟨_, _, Old.runs{args} h, post{args} h⟩

end QED"""


@dataclass(frozen=True, slots=True)
class _Results:
    """What is claimed of the new version's result: in words, as a proposition, the facts it takes, and how it follows."""

    words: str
    said: str
    facts: str
    parts: str
    """proofs of the conjuncts of `said`, for an anonymous constructor"""
    rest: str
    """lines that prove the part that is left open"""


def _results(spec: Spec) -> _Results:
    """Return what is claimed of results; `h` says that the arguments are allowed, `r` and `r'` are the old and the new result."""
    binders, args, _ = _forms(spec)
    if spec.result == "contract":
        words = "the new one returns a result\nthat the contract allows, whatever the old one returns there"
        facts = f"    (post : {_all(binders, f'Pre{args} → Post{args} (New.value{args})')})\n"
        return _Results(words, f"Post{args} r'", facts, f"post{args} h", "")
    words = "the new one returns what the old one returns,\nmeets the contract"
    facts = f"    (same : {_all(binders, f'Pre{args} → New.value{args} = Old.value{args}')})\n"
    facts += f"    (post : {_all(binders, f'Pre{args} → Post{args} (Old.value{args})')})\n"
    rest = f"\n    rw [same{args} h]\n    exact post{args} h"
    return _Results(words, f"r' = r ∧ Post{args} r'", facts, f"same{args} h, ?_", rest)


def _improvement(spec: Spec, claim: Claim) -> str:
    binders, args, packed_ = _forms(spec)
    results = _results(spec)
    slack = f" + {claim.slack}" if claim.slack else ""
    runs = f"∃ r k r' k', Run Old.prog {packed_} r k ∧ Run New.prog {packed_} r' k'"
    if claim.order == "always":
        words = "never costs more, and less on some input"
        gain = _some(binders, f"Pre{args} ∧ {runs} ∧ k' < k")
        fact = _some(binders, f"Pre{args} ∧ New.ticks{args} < Old.ticks{args}")
        again = f"obtain ⟨{', '.join([*args.split(), 'h', 'g'])}⟩ := gain"
    else:
        words = f"never costs more than {claim.slack} ticks more, and what it saves is unbounded"
        gain = "∀ m : Nat, " + _some(binders, f"Pre{args} ∧ {runs} ∧ k' + m ≤ k")
        fact = "∀ m : Nat, " + _some(binders, f"Pre{args} ∧ New.ticks{args} + m ≤ Old.ticks{args}")
        again = f"intro m; obtain ⟨{', '.join([*args.split(), 'h', 'g'])}⟩ := gain m"
    witness = "".join(f"{a}, " for a in args.split())
    return f"""namespace QED

/-- On every input that the contract allows both versions end and raise nothing; {results.words}, {words}. -/
def Statement : Prop :=
  ({_all(binders, f"Pre{args} → {runs} ∧ {results.said} ∧ k' ≤ k{slack}")}) ∧
  ({gain})

theorem statement_of
{results.facts}    (cost : {_all(binders, f"Pre{args} → New.ticks{args} ≤ Old.ticks{args}{slack}")})
    (gain : {fact}) : Statement := by
  unfold Statement
  constructor
  · {f"intro{args} h" if args else "intro h"}
    refine ⟨_, _, _, _, Old.runs{args} h, New.runs{args} h, {results.parts}, cost{args} h⟩{results.rest}
  · {again}
    exact ⟨{witness}h, _, _, _, _, Old.runs{args} h, New.runs{args} h, g⟩

end QED"""


def worst_case_facts(spec: Spec, claim: Reading) -> tuple[str, str]:
    """Return what the order `worst-case` says of the functions' ticks, in Lean: the bound of the new, what the old reaches."""
    binders, args, _ = _forms(spec)
    within = f"∀{binders}, Pre{args} → {claim.least} ≤ Size{args} → (New.ticks{args} : Int) ≤ Bound (Size{args})"
    return within, f"∀ s : Int, {claim.least} ≤ s → {_input(spec, claim)} ∧ Bound s < (Old.ticks{args} : Int)"


def _input(spec: Spec, claim: Reading) -> str:
    """Return that the claim's input of size `s` exists: no expression raises, it is allowed, and it has that size."""
    binders, args, _ = _forms(spec)
    stated = "" if claim.safe == ir.TRUE else f"{condition(claim.safe, _of_size)} ∧ "
    pairs = zip(spec.program.parameters, claim.family, strict=True)
    written = " ∧ ".join(f"{lean_name(p.name)} = {value(e, _of_size)}" for p, e in pairs)
    return f"{stated}∃{binders}, {written} ∧ Pre{args} ∧ Size{args} = s"


def _of_size(_: Name) -> str:
    return "s"


def _worst_case(spec: Spec, claim: Reading) -> str:
    binders, args, packed_ = _forms(spec)
    runs = f"∃ r k r' k', Run Old.prog {packed_} r k ∧ Run New.prog {packed_} r' k'"
    bounded = f"({claim.least} ≤ Size{args} → (k' : Int) ≤ Bound (Size{args}))"
    names = [*([] if claim.safe == ir.TRUE else ["safe"]), *args.split(), *(f"e_{a}" for a in args.split()), "h", "z"]
    results = _results(spec)
    claimed = f"{results.words}, and from size {claim.least} on takes at most `Bound` ticks. For every such size"
    within, reached = worst_case_facts(spec, claim)
    return f"""namespace QED

/-- The size of an input. -/
def Size{binders} : Int := {value(claim.size, plain)}

/-- The most ticks that the new version takes on inputs of a size. -/
def Bound (s : Int) : Int := {value(claim.bound, _of_size)}

/-- On every input that the contract allows both versions end and raise nothing; {claimed} there is an allowed input,
the one that is written out, on which the old one takes more. -/
def Statement : Prop :=
  (∀{binders}, Pre{args} → {runs} ∧ {results.said} ∧ {bounded}) ∧
  (∀ s : Int, {claim.least} ≤ s → {_input(spec, claim)} ∧ ∃ r k, Run Old.prog {packed_} r k ∧ Bound s < (k : Int))

theorem statement_of
{results.facts}    (within : {within})
    (reached : {reached}) : Statement := by
  unfold Statement
  constructor
  · intro{args} h
    refine ⟨_, _, _, _, Old.runs{args} h, New.runs{args} h, {results.parts}, within{args} h⟩{results.rest}
  · intro s hs
    obtain ⟨{", ".join([*names, "g"])}⟩ := reached s hs
    exact ⟨{", ".join(names)}, _, _, Old.runs{args} h, g⟩

end QED"""
