"""What a refusal means and what to do next, in words for people; by the name that `--json` prints as `reason`.

Nothing that decides imports it. A reason itself says what happened and where; this says what there is to do about its kind.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from verify import reasons
from verify.reasons import Reason
from verify.reasons import Verdict as VerdictName


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of refusal means, and the steps that help, the likeliest first."""

    means: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """All that there is to say of a kind of refusal."""

    name: str
    verdict: VerdictName
    what: str
    """the reason's own first sentence"""
    meaning: Meaning


_AGAIN: Final = "Judge it again: `qed check SPEC CANDIDATE`."
_LANGUAGE: Final = "docs/language.md lists the language; the message names the nearest form that is in it."
_HELP: Final = (
    "Help the proof: `invariant(...)` and `decreases(...)` in the loop, or lemmas in a .lean file beside the candidate."
)
_REPORT: Final = "Nothing was accepted. Report it with the message and the files; it is a bug of this program."
_GIT: Final = (
    "Restore the folder as git has it: `git status accepted`, then `git restore accepted` or `git checkout BASE -- accepted`."
)
_BY_ITSELF: Final = "Have that change reviewed by itself, on a commit of its own; then judge: `qed ci --base REF --trust-change`."
_MACHINE: Final = "Say what this machine lacks: `qed doctor`."

MEANINGS: Final[Mapping[str, Meaning]] = {
    # -- the files -----------------------------------------------------------------------------------------------------------
    "Malformed": Meaning(
        "The bytes were not read as what they should be: a file that is no Python, TOML or recording, or holds odd characters.",
        ("Mend the line that is named, and call the same command again.", "Save the file as plain ASCII with Unix line ends."),
    ),
    "Forbidden": Meaning(
        "The file holds something that could change what the judge sees: a reserved name, an import, a decorator.",
        (
            "Take out or rename what stands at the place that is named.",
            "The contract is the spec's alone.",
        ),
    ),
    "Unsupported": Meaning(
        "A construct lies outside the language, so nothing is said about the program: it is declined, not wrong.",
        ("Write the named line in the form that the message names.", _LANGUAGE),
    ),
    "IllTyped": Meaning(
        "The function does not type-check: a bool where an int is due, a name that may be unassigned.",
        ("Give every name one type, and a value on every way that leads to the named line.", _LANGUAGE),
    ),
    "NoTarget": Meaning(
        "The spec file has no function that is to be improved.",
        ("Put `@target` above the baseline, with `from verify import target`.", "Or begin with one that works: `qed new NAME`."),
    ),
    "BadContract": Meaning(
        "A condition of `@require`, `@ensure` or an option of `@target` does not read as one over the parameters and the result.",
        ("Write it as `lambda n, result: ...` over the parameters, with ints, bools and lists only.", _LANGUAGE),
    ),
    "SignatureMismatch": Meaning(
        "The candidate's file does not define the target's function with the same parameters and types, or defines more.",
        ("Copy the signature from the spec, and leave out functions that nothing calls.",),
    ),
    "NoComponent": Meaning(
        "The file calls an accepted version by a node's name, and the graph has none, or it is a version of this target.",
        ("List the nodes of the graph, and name one of them: `qed graph show`.",),
    ),
    "TooLarge": Meaning(
        "A limit on size was hit before anything could be judged: of a file, a literal, a nesting, the paths of a function.",
        ("Split the function into smaller ones, or name parts of an expression on lines of their own.",),
    ),
    # -- the contract --------------------------------------------------------------------------------------------------------
    "EmptyPrecondition": Meaning(
        "No input meets `@require`. From that anything would follow, so nothing is accepted of it.",
        ("Loosen the precondition until it allows an input that you know, then `qed check SPEC`.",),
    ),
    "TooFewExamples": Meaning(
        "Hardly any input that was drawn meets `@require`, so the examples gate tested next to nothing.",
        ("Say the precondition with ranges instead of equations, so that inputs can be drawn for it.",),
    ),
    "WeakContract": Meaning(
        'With `result="contract"` the contract stands for the result, and it allows programs that nobody means.',
        (
            "Add an `@ensure` that refutes the survivors shown; `qed check SPEC --strength` counts again.",
            'Or leave `result="contract"` away: then a new version returns what the baseline returns.',
        ),
    ),
    "TooFewMutants": Meaning(
        "Too few changed copies of the baseline behave otherwise than it does, so the contract's strength cannot be told.",
        ('Leave `result="contract"` away, or write a baseline with more to change in it.',),
    ),
    "SpecWeakened": Meaning(
        "The spec that was to ask for more asks for less on the input that is shown: it forbids it, or allows another result.",
        ("Keep every input that the accepted spec allows, and every condition that it states: `qed explain TARGET`.",),
    ),
    "NotStronger": Meaning(
        "The spec cannot take the place of the accepted one: its signature, baseline or options differ.",
        ("Change conditions only. What asks for something else is a target of its own: give the function another name.",),
    ),
    # -- the runs ------------------------------------------------------------------------------------------------------------
    "Counterexample": Meaning(
        "There is an allowed input on which the function is wrong; it was run in CPython.",
        ("Call the function on the input that is shown, and mend it.",),
    ),
    "Raises": Meaning(
        "The function raises on an input that the precondition allows.",
        ("Call it on the input that is shown; then mend it, or forbid the input by a `@require`.",),
    ),
    "WrongResult": Meaning(
        "The candidate returns something else than the version that it is to replace.",
        (
            "Run both on the input that is shown, and mend the candidate.",
            'Where any result that the contract allows will do, say so in the spec: `@target(result="contract")`.',
        ),
    ),
    "ContractViolated": Meaning(
        "The result breaks the postcondition on the input that is shown.",
        ("Decide which of them is wrong, the function or its `@ensure`, and mend that one.",),
    ),
    "RunGivenUp": Meaning(
        "A run on some input did not come to an end within its fuel, so nothing is known of it.",
        ("Bound the input by a `@require`, or see to it that the loop ends.",),
    ),
    # -- the cost ------------------------------------------------------------------------------------------------------------
    "CostNotLower": Meaning(
        "The candidate may well be right, but it does not take fewer ticks in any order that the target asks for.",
        (
            "Compare the two costs shown, and save ticks inside a loop: docs/ticks.md counts each operation.",
            "Where only the worst case matters, claim it: `qed check SPEC CANDIDATE --order worst-case ...`.",
        ),
    ),
    "UnknownOrder": Meaning(
        "No order between the two costs was proved, and none was refuted.",
        (
            "Ask for one order, so that the search spends all its time on it: `qed check SPEC CANDIDATE --order eventually`.",
            _HELP,
        ),
    ),
    "BadWorstCase": Meaning(
        "The claim in the order worst-case is not of the due form: its size, bound, start or family of inputs.",
        ("Take a size of `len(xs)` and `abs(n)`, a bound over `size`, and a `--family` for each parameter: `qed check --help`.",),
    ),
    # -- tiers and policy ----------------------------------------------------------------------------------------------------
    "NotBounded": Meaning(
        "The tier smt needs fixed sizes: an int has no bounds, a loop no constant number of turns, or there is a list.",
        ("Bound every int in `@require`, such as `0 <= x < 2**32`; or leave the tier to the kernel: `@target`.",),
    ),
    "SolversUndecided": Meaning(
        "Z3 and cvc5 did not both answer as the tier smt needs; one said `unknown` or ran into a limit.",
        ("Narrow the bounds of the ints, or write the function with fewer multiplications.",),
    ),
    "TierNotAllowed": Meaning(
        "The kernel's route did not decide it, the two solvers would have, and the target does not take their word.",
        ('Where that is enough for you, write `@target(tier="smt")`: the label stands on whatever is accepted.', _HELP),
    ),
    "NotByPolicy": Meaning(
        "It was proved, and policy.toml keeps it out: its tier or order is not allowed, or it was measured slower.",
        ("Read the `[accept]` part of policy.toml (docs/governance.md); a change of it is reviewed by itself.",),
    ),
    "HeldForReview": Meaning(
        "It was proved, and waits for a person's word, as policy.toml or `--review` says.",
        ("Look at it, then approve or reject: `qed review list`, `qed review show ENTRY`.",),
    ),
    # -- the proof -----------------------------------------------------------------------------------------------------------
    "NoMeasure": Meaning(
        "Nothing that falls with every turn of a loop was found, so that the loop might never end.",
        ("Write a `for` over a `range`, or state the measure first thing in the loop: `decreases(n - i)`.",),
    ),
    "RunNotProved": Meaning(
        "The fixed script did not prove that the printed program does what its shadow says; the program may still be right.",
        ("Write the function with simpler loops: one exit, plain assignments.", _REPORT),
    ),
    "ProofMissing": Meaning(
        "The candidate survived every test, and no proof was found. It is not refuted, and it is not accepted.",
        (
            _HELP,
            "State what the result is by an `@ensure`, or take a step of the change at a time.",
            "Let more be tried: `qed run SPEC --budget 10m`.",
        ),
    ),
    "ProofFailed": Meaning(
        "Lean did not accept the proof text; its first message is quoted.",
        ("Try the text by itself: `qed lean FILE` prints all that Lean says.", _HELP),
    ),
    "ProofForbidden": Meaning(
        "The proof text holds syntax that no proof may hold, such as a new axiom or an option of Lean.",
        ("Leave out what is named; lemmas and plain recursive definitions are all that is read.",),
    ),
    "ProofNotReplayed": Meaning(
        "Lean's kernel refused a part of the proof when it was added again in a fresh process.",
        ("Take out what builds terms by tricks, and prove it by ordinary tactics.",),
    ),
    "ProofAxioms": Meaning(
        "The proof rests on an axiom that is not allowed, `sorry` among them.",
        ("Finish the part that is left open; `#print axioms` in a file for `qed lean FILE` names what is used.",),
    ),
    "WrongTheorem": Meaning(
        "What was proved is not the statement that was asked for.",
        ("Let the last theorem of the .lean file be `accepted`, without a statement of its own.", _AGAIN),
    ),
    "BadLemma": Meaning(
        "A lemma's statement is no closed proposition about the library and definitions of the lemma's own.",
        ("State it for all its variables, with nothing of one program in it.",),
    ),
    # -- the machine ---------------------------------------------------------------------------------------------------------
    "TimedOut": Meaning(
        "A tool ran into its limit of time or memory. Nothing is decided.",
        ("Call it again on a machine with less to do; where it stays so, take a smaller step in the candidate.", _HELP),
    ),
    "NotToken": Meaning("The kernel gate's reply was not the token that was asked for.", (_MACHINE, _REPORT)),
    "ToolBroken": Meaning("A tool died, or answered outside its protocol.", (_MACHINE, _REPORT)),
    "NoSandbox": Meaning(
        "What proposers wrote runs in a sandbox only, and no kind of it works on this machine.",
        (_MACHINE, "Install bubblewrap, or trust the checked language and limits alone: QED_NO_SANDBOX=1."),
    ),
    "ReadingsDisagree": Meaning("Two readings of one construct gave different answers.", (_REPORT,)),
    # -- the graph -----------------------------------------------------------------------------------------------------------
    "GraphCorrupt": Meaning(
        "A file of the graph is not what the node's name says: it was edited, added or left half written.",
        (_GIT, "Nodes are never edited; what they hold is judged again from the files that you write."),
    ),
    "GraphConflict": Meaning(
        "Two versions both follow the same one, or what was judged against is no longer the head.",
        (_AGAIN, "After a merge keep one of the two folders that are named, and judge the other candidate against it."),
    ),
    "GraphUnavailable": Meaning(
        "The graph's folder could not be read or written: rights, a full disk, or another process that holds it.",
        ("Mend what the message names, or take another folder: `--accepted DIR`.",),
    ),
    "HistoryRewritten": Meaning(
        "A node that the base has is gone or changed. A graph only ever grows.",
        (_GIT, "Add a new version instead."),
    ),
    "TrustChanged": Meaning(
        "A file that says what is proved, or how it is checked, is not what it is at the base. No proof speaks of that.",
        (_BY_ITSELF,),
    ),
    "LimitChanged": Meaning("A number in a trusted file is not what it is at the base.", (_BY_ITSELF,)),
    "RemovedTest": Meaning(
        "A test of the base is gone or skipped.",
        ("Bring the test back.", _BY_ITSELF),
    ),
    "ForeignFile": Meaning(
        "A file at the repository's root would be imported in the place of a module, or run by itself.",
        ("Remove the file, or move it into a folder.",),
    ),
    "JournalBroken": Meaning(
        "A row of the journal beside the graph is not as it was written.",
        ("Move .qed/ aside: the graph is as good without it, and a run begins a new journal.",),
    ),
    "NoBase": Meaning(
        "The commit to compare with is not here.",
        ("Fetch it: `git fetch origin BASE`, or a checkout with `fetch-depth: 0`; without a base, `qed ci --all`.",),
    ),
    "NotAllReproved": Meaning(
        "Fewer nodes were proved again than were due, or nothing was due where something should be.",
        ("Admit something first: `qed check SPEC --admit` or `qed run`.", "Name the graph's folder: `qed ci --accepted DIR`."),
    ),
    # -- what is no verdict --------------------------------------------------------------------------------------------------
    "Usage": Meaning(
        "The command was called in a way that means nothing.", ("Look at its options and examples: `qed COMMAND --help`.",)
    ),
    "ToolchainMissing": Meaning(
        "Lean is not installed here, and nothing is accepted without it.", ("Fetch it: `qed doctor --install`.",)
    ),
    "ProposerFailed": Meaning(
        "The proposer gave no answer: an endpoint that cannot be reached, a key that it does not take.",
        ("Check the address and the key (docs/models.md), or go on offline: `--proposer symbolic`.",),
    ),
    "Stopped": Meaning(
        "The command was ended by Ctrl-C. What was accepted until then is in the graph.",
        ("Go on where a run left off: `qed resume`.",),
    ),
}
_OUTSIDE: Final[Mapping[str, VerdictName]] = dict.fromkeys(("Usage", "ToolchainMissing", "ProposerFailed", "Stopped"), "error")


def meaning_of(reason: Reason) -> Meaning:
    """Return what a refusal of this kind means."""
    return MEANINGS[type(reason).__name__]


def next_line(name: str) -> str:
    """Return the step that is likeliest to help against a kind of refusal, and where there is more to read."""
    meaning = MEANINGS.get(name)
    return f"next: {meaning.steps[0]} (qed explain {name})" if meaning else f"next: qed explain {name}"


def explained(name: str) -> Explained | None:
    """Return what there is to say of a kind of refusal, None where there is no such kind.

    >>> explained("WrongResult").verdict, explained("total")
    ('reject', None)
    """
    meaning = MEANINGS.get(name)
    if meaning is None:
        return None
    kind = getattr(reasons, name, None)
    if isinstance(kind, type) and issubclass(kind, Reason):
        return Explained(name, kind.verdict, " ".join((kind.__doc__ or "").split()), meaning)
    return Explained(name, _OUTSIDE[name], meaning.means, meaning)


def alike(name: str) -> tuple[str, ...]:
    """Return the kinds of refusal whose names are like this one, the likest first.

    >>> alike("WrongResults")
    ('WrongResult',)
    """
    return tuple(difflib.get_close_matches(name, MEANINGS, n=3, cutoff=0.75))
