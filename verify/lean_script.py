"""The fixed proof scripts that tie a printed program to its shadows.

Decides: nothing; Lean checks what they prove, and where they fail the judgement declines.
"""

from verify import ir
from verify.ir import Expr

REDUCE = (
    "unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero,"
    " reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true"
)
ELEMENTS = "usr item_mem, mem_item, mem_upto, tail_length_lt, List.mem_append, List.mem_singleton, List.length_append"
"""what is known of the elements of a list, by their places and where one is added"""
LENGTHS = {
    ir.Updated: ("length_updated",),
    ir.Appended: ("List.length_append", "List.length_cons", "List.length_nil"),
    ir.Extended: ("List.length_append",),
    ir.Popped: ("List.length_dropLast",),
}
"""how long a list is that was changed in place"""
PIECES = (
    "(first | ((repeat' apply And.intro) <;> first | assumption | omega"
    " | (simp only [List.length_append, List.length_cons, List.length_nil, length_updated]; omega) | {}) | fail)"
)
"""a condition that says something of elements, part by part: most parts say nothing of them"""


def lengths_of(block: ir.Block) -> list[str]:
    """Return the theorems on the lengths of the lists that a block changes."""
    used = {type(x) for s in ir.statements(block) for e in ir.expressions(s) for x in ir.subexpressions(e)}
    return list(dict.fromkeys(name for kind, names in LENGTHS.items() if kind in used for name in names))


def parts(e: Expr) -> list[Expr]:
    """Return the parts of a condition as its printed form has them when `and_assoc` is applied."""
    match e:
        case ir.Logic("and", operands):
            return [p for o in operands for p in parts(o)]
        case ir.Compare(operands, relations):
            return [ir.Compare(operands[i : i + 2], (r,)) for i, r in enumerate(relations)]
    return [e]


def speaks_of_elements(e: Expr) -> bool:
    """Say whether a condition holds `all` or `any`."""
    return any(isinstance(x, ir.Fold) and x.op in ("all", "any") for x in ir.subexpressions(e))


def element_script(names: list[str], has_bools: bool, facts: list[str], given: Expr, rest: Expr | None) -> str:  # noqa: FBT001 - see `script`
    """Return the proof of `script` for a path whose conditions speak of the elements of lists.

    `given` is what the hypothesis `h` says. What it says of all elements of `rest`, a list that a loop goes over, is also said of
    the first and of the others; and where `h` is a loop's invariant, it also says that a test failed, if one did.
    """
    found = parts(given)
    labels = [f"e{i}" if speaks_of_elements(p) else "_" for i, p in enumerate(found)]
    own = [name for name in labels if name != "_"]
    over = [n for n, p in zip(labels, found, strict=True) if isinstance(p, ir.Fold) and _source(p) == rest and rest is not None]
    steps = ["(try (rename_i g; have g : ¬_ := fun t => g ⟨h, t⟩))", "(try simp only [and_assoc] at h)"]
    steps += [f"have {name} := trivial" for name in (*own, *(f"t{n}" for n in over))]
    steps += [f"(try obtain ⟨{', '.join(labels)}⟩ := h)" if len(labels) > 1 else f"have {labels[0]} := h"]
    steps += [f"(try (apply all_first {n}; assumption; intro _ t{n}))" for n in over]
    # as rules for rewriting they would have every comparison looked at
    known = ", ".join([REDUCE, *names, "if_pos, if_neg, *", *(f"-{n}" for n in own), *(f"-t{n}" for n in over)])
    sums = "simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega"
    closing = (f"grind only [{', '.join([ELEMENTS, *facts])}]", f"grind [{', '.join(facts)}]".replace(" []", ""))
    ways = [f"(simp (disch := {PIECES.format(c)}) only [{known}]; first | done | omega | ({sums}))" for c in closing]
    tries = f"(first | {' | '.join(ways)} | (simp only [Int.le_antisymm_iff] at *; {ways[-1]}))"
    if has_bools:
        steps = ["(try simp only [Bool.not_eq_true] at *)", "(try subst_vars)", *steps]
    return f"({' <;> '.join([*steps, tries])})"


def _source(e: ir.Fold) -> Expr | None:
    """Return the list that `all` or `any` goes over, where something is said of each element."""
    return e.operand.source if isinstance(e.operand, ir.Each) else None


def script(names: list[str], has_bools: bool, facts: list[str], lengths: list[str]) -> str:  # noqa: FBT001 - of the program
    """Return the proof that a printed command is its shadow on one path; `names` are unfolded or rewritten with.

    `facts` are theorems about what loops leave, which conditions of safety and invariants may rest on, and `lengths` those about
    the lengths of lists that are changed. Where the program has bools, a path's tests of them are put in as values first, so that
    no rewriting parts them.
    """
    known = f"{REDUCE}, {', '.join([*names, *lengths])}, if_pos, if_neg"
    linear = f"omega | (simp only [{', '.join(lengths)}]; omega)" if lengths else "omega"
    # the last states are the same, and the sums of ticks are grouped in other ways
    ends = "first | done | omega | (simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega)"
    # for a measure, a safety condition or an invariant that is not linear; a shadow is unfolded only where nothing else helps
    closing = ["", " | grind", *([f" | grind [{', '.join(facts)}]"] if facts else [])]
    ways = [f"(simp (disch := first | {linear}{close}) only [{known}, *]; {ends})" for close in closing]
    # an equation of ints among the tests of a path would be rewritten with; as two inequalities it is only what it says, and
    # the ticks that hang on it are decided by it
    apart = [f"(simp (disch := first | {linear}{close}) only [{known}, pick_eq, *]; {ends})" for close in closing[1:]]
    tries = f"(first | {' | '.join(ways)} | (simp only [Int.le_antisymm_iff] at *; first | {' | '.join(apart)}))"
    return f"((try simp only [Bool.not_eq_true] at *) <;> (try subst_vars) <;> {tries})" if has_bools else tries
