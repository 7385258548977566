"""Decides: every reason for which something is not accepted, one class a reason, text made from its fields.

The class name is what `--json` prints as `reason` and what tests assert. A reason knows its verdict: `REJECT` says that the
thing is wrong, `DECLINE` that it could not be decided, `ERROR` that a tool broke.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from verify.types import Value

Verdict = Literal["accept", "reject", "decline", "error"]
Arguments = tuple[Value, ...]
LONG: Final = 4_096
"""bits above which an int is written in hexadecimal, which Python does not limit"""


def literal(value: Value) -> str:
    """Return a value as a Python literal, ints of any length included.

    >>> literal([(1, True), (-2, False)])
    '[(1, True), (-2, False)]'
    """
    match value:
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case tuple():
            return f"({', '.join(map(literal, value))})"
        case _:
            return hex(value) if value.bit_length() > LONG else repr(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something was not accepted; subclasses say what happened and the usual cause."""

    verdict: ClassVar[Verdict] = "reject"
    what: str
    """one sentence"""
    where: str = ""
    """file and line, or the graph node"""
    do: str = ""
    """what the reader can do about it"""

    def __str__(self) -> str:
        """Return what, where and what to do, as one message."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" {self.do}" if self.do else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(Reason):
    """The bytes are not a file of the accepted form: encoding, size, syntax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden(Reason):
    """The file holds something that no candidate may hold: a reserved name, an import, a decorator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported(Reason):
    """A construct outside the language; named by line, with the nearest supported form."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class IllTyped(Reason):
    """The function does not type-check in the language: a bool where an int is due, a name that may be unassigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTarget(Reason):
    """The spec file marks no function with `@target`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadContract(Reason):
    """A contract that does not read as a condition over the parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureMismatch(Reason):
    """The candidate's function has other parameters or types than the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoComponent(Reason):
    """A component that the file names is not in the graph, or is a version of the target that the file is to replace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyPrecondition(Reason):
    """No input meets the precondition, so that anything would follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample(Reason):
    """An allowed input on which the function is wrong; it was run in CPython."""

    arguments: Arguments
    got: str
    due: str
    parameters: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, object]:
        """Return the input and both outcomes for `--json`; values are Python literals."""
        names = self.parameters or tuple(str(i) for i in range(len(self.arguments)))
        return {
            "arguments": {name: literal(value) for name, value in zip(names, self.arguments, strict=True)},
            "got": self.got,
            "due": self.due,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Raises(Counterexample):
    """An allowed input on which the function raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongResult(Counterexample):
    """An allowed input on which the candidate returns something other than the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractViolated(Counterexample):
    """An allowed input on which the result breaks the postcondition."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A program that is not the baseline and that the contract refutes on no input; on one input, what both return."""

    program: str
    """its text"""
    parameters: tuple[str, ...]
    arguments: Arguments
    baseline: Value
    survivor: Value
    """what the program returns there; the contract allows both"""

    def as_data(self) -> dict[str, object]:
        """Return it for `--json`; values are Python literals."""
        named = {name: literal(value) for name, value in zip(self.parameters, self.arguments, strict=True)}
        both = {"baseline": literal(self.baseline), "survivor": literal(self.survivor)}
        return {"program": self.program, "arguments": named, **both}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakContract(Reason):
    """The contract stands for the result, and allows what it should refute: a trivial program, or too many mutants."""

    survivors: tuple[Survivor, ...]
    """some of what it allows, at least one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewMutants(Reason):
    """Too few mutants of the baseline give other results than it does for the contract's strength to be told."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecWeakened(Counterexample):
    """An input on which a spec that is to strengthen an accepted one asks for less: it forbids it, or allows more results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStronger(Reason):
    """A spec that cannot strengthen the accepted one: another signature or baseline, or weaker options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostNotLower(Reason):
    """The candidate is not cheaper in any order that the target asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadWorstCase(Reason):
    """A claim in the order `worst-case` whose size, bound, start or family is not of the due form, or not of inputs allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownOrder(Reason):
    """No order between the costs could be proved, though none was refuted either."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewExamples(Reason):
    """Too few inputs meet the precondition for the examples gate to have tested anything."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBounded(Reason):
    """The tier smt cannot write the task down: an int without bounds, a loop whose turns no constant bounds, a list."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class SolversUndecided(Reason):
    """Z3 and cvc5 did not both give the answer that the tier smt needs: `unknown`, a limit, a solver that died."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierNotAllowed(Reason):
    """The target does not say `@target(tier="smt")`, and the solvers alone would have decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotByPolicy(Reason):
    """What was proved is kept out by policy.toml: its tier or its order is not allowed, or it was measured slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForReview(Reason):
    """What was proved waits in the review queue for a person's word."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMeasure(Reason):
    """No termination measure is known for a loop."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge(Reason):
    """A limit on size was hit: paths, literals, text."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGivenUp(Reason):
    """A run did not end within its fuel."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNotProved(Reason):
    """The fixed script could not prove that the printed program does what its shadow says."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofMissing(Reason):
    """No proof of the pinned statement was found or supplied."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFailed(Reason):
    """Lean did not accept the proof text; its first message is quoted."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofForbidden(Reason):
    """The proof text holds syntax outside the allow-list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofNotReplayed(Reason):
    """The kernel refused a constant that the proof rests on when it was re-added with checking on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofAxioms(Reason):
    """The proof rests on an axiom outside the allowed set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTheorem(Reason):
    """The theorem does not exist, is not a theorem, or does not have the pinned type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLemma(Reason):
    """A lemma's statement is no closed proposition about the library and plain definitions of the lemma's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotToken(Reason):
    """The kernel gate's reply is not the positive token that was asked for."""

    verdict: ClassVar[Verdict] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut(Reason):
    """A tool ran into its time or memory limit."""

    verdict: ClassVar[Verdict] = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolBroken(Reason):
    """A tool died or answered outside its protocol."""

    verdict: ClassVar[Verdict] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSandbox(Reason):
    """No level of the sandbox works on this machine, and what a proposer wrote runs in one only."""

    verdict: ClassVar[Verdict] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsDisagree(Reason):
    """Two readings of one construct gave different answers: a bug in this project."""

    verdict: ClassVar[Verdict] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCorrupt(Reason):
    """The graph folder does not hold what its names say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphConflict(Reason):
    """The graph already holds another head, or the node's parents are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphUnavailable(Reason):
    """The graph's folder could not be read or written: permissions, a full disk, another process that holds it."""

    verdict: ClassVar[Verdict] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRewritten(Reason):
    """A node of the base is gone or changed, or a target's head went back: the graph only ever grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChanged(Reason):
    """A file that says what is proved, or how it is checked, is not what it is at the base: a change that people review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChanged(Reason):
    """A number in such a file is not what it is at the base: a limit that was raised, lowered or taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedTest(Reason):
    """A test of the base is gone or skipped: a file, a function, or an entry of a table of cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFile(Reason):
    """A file at the repository's root that Python would take for a module of its own, of a library, or for a hook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalBroken(Reason):
    """A row of the journal beside the graph is not what was written, or the file is no journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBase(Reason):
    """The ref to compare with is not a commit here, or the folder is not in a git repository."""

    verdict: ClassVar[Verdict] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllReproved(Reason):
    """The number of nodes that were proved again is not the number that was due, or nothing was due at all."""


class Refusal(Exception):  # noqa: N818 - a refusal is an outcome of the domain, not an error of the program
    """Carries a reason out of a translation; whoever judges turns it into a verdict."""

    def __init__(self, reason: Reason) -> None:
        """Hold the reason."""
        super().__init__(str(reason))
        self.reason = reason
