"""The fixed proof scripts that tie a printed program to its shadows.

Decides: nothing; Lean checks what they prove, and where they fail the judgement declines.
"""

REDUCE = (
    "unroll, denote, Option.map_some, true_and, and_true, if_true, if_false, Nat.add_assoc, Nat.zero_add, Nat.add_zero,"
    " reduceCtorEq, Bool.false_eq_true, ite_true, ite_false, not_true_eq_false, not_false_eq_true"
)


def script(names: list[str], has_bools: bool, facts: list[str]) -> str:  # noqa: FBT001 - a fact about the program
    """Return the proof that a printed command is its shadow on one path; `names` are unfolded or rewritten with.

    `facts` are theorems about what loops leave, which conditions of safety and invariants may rest on. Where the program has
    bools, a path's tests of them are put in as values first, so that no rewriting parts them.
    """
    known = f"{REDUCE}, {', '.join(names)}, if_pos, if_neg"
    fast = f"simp (disch := omega) only [{known}, *]"
    # for a measure, a safety condition or an invariant that is not linear
    slow = f"simp (disch := first | omega | grind [{', '.join(facts)}]) only [{known}, *]".replace("grind []", "grind")
    # the last states are the same, and the sums of ticks are grouped in other ways
    sums = "simp only [Option.some.injEq, Prod.mk.injEq, true_and, and_true]; omega"
    ways = [f"({way}; {end})" for way in (fast, slow) for end in ("done", "omega", sums)]
    # an equation of ints among the tests of a path would be rewritten with; as two inequalities it is only what it says
    apart = "simp only [Int.le_antisymm_iff] at *"
    tries = f"(first | {' | '.join(ways)} | ({apart}; first | {' | '.join(ways[-3:])}))"
    return f"((try simp only [Bool.not_eq_true] at *) <;> (try subst_vars) <;> {tries})" if has_bools else tries
