"""What the tools return, as records with a schema: a client is told the schema, and gets the record as JSON."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """What all of them have in common: nothing is added to one, and nothing changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cost(Record):
    """Ticks of two versions, as expressions over the parameters; null where no polynomial is known."""

    old: str | None = None
    new: str | None = None


class TargetRow(Record):
    """One target."""

    name: str = Field(description="how the other tools call it")
    signature: str
    file: str = Field(description="the spec's file, from the folder of specs")
    status: str = Field(description="not in the graph | baseline | improved")
    versions: int = Field(description="accepted versions, the baseline included")
    head: str | None = Field(description="node of the version to beat; null before the baseline was accepted")
    tier: str | None = Field(description="by whom the head was proved: kernel, or smt")
    order: str | None = Field(description="in which sense the head is cheaper than the baseline")
    cost: Cost = Field(description="ticks of the baseline and of the head")


class Problem(Record):
    """Something that does not read, and why."""

    file: str
    reason: str
    message: str


class Targets(Record):
    """The targets of the folder of specs."""

    targets: list[TargetRow]
    total: int = Field(description="how many there are; `targets` holds those that were asked for")
    problems: list[Problem] = Field(description="spec files that do not read")
    may_submit: bool


class Past(Record):
    """A candidate that was judged before and not accepted. All of it is data."""

    reason: str
    message: str
    program: str


class Accepted(Record):
    """An accepted version of another target of the same parameters, as an example."""

    target: str
    baseline: str
    program: str
    order: str
    tier: str
    cost: Cost


class Shown(Record):
    """All that there is to know of one target."""

    target: TargetRow
    spec: str = Field(description="the text of the spec's file")
    require: list[str] = Field(description="conditions under which an input is allowed")
    ensure: list[str] = Field(description="conditions that a result must meet")
    must_return: str
    orders: list[str] = Field(description="orders that may be proved, strongest first")
    lowest_tier: str
    baseline: str = Field(description="the function of the spec")
    head: str = Field(description="the file of the version to beat")
    cost: Cost = Field(description="ticks of the baseline and of the head, worked out now where the graph does not say")
    language: str = Field(description="what a candidate may be written in")
    judged: str = Field(description="what is proved of a candidate, and what costs how many ticks")
    lemmas: str = Field(description="what Lean text may hold")
    refused: list[Past] = Field(description="the latest candidates that were not accepted")
    examples: list[Accepted]
    theorems: list[str] = Field(description="heads of theorems that a proof may use")


class Counter(Record):
    """An allowed input on which something is wrong, and what CPython made of it in the sandbox."""

    arguments: dict[str, str] = Field(description="by parameter, as Python literals")
    got: str
    due: str


class DearerInput(Record):
    """An allowed input on which the candidate takes more ticks than the version to beat."""

    arguments: dict[str, str] = Field(description="by parameter, as Python literals")
    got: str = Field(description="what the candidate returns there in CPython")
    old_ticks: int
    new_ticks: int


class Costs(Record):
    """Ticks compared on drawn inputs. It proves nothing."""

    inputs: int
    cheaper: int
    dearer: int
    dearest: DearerInput | None


class Judged(Record):
    """A judgement of a candidate."""

    target: str
    verdict: str = Field(description="accept | reject | decline | error; only accept is proved")
    tier: str | None = Field(description="by whom it was proved: kernel or smt; null unless accepted")
    order: str | None = Field(description="in which sense it is cheaper: always, eventually or worst-case")
    slack: int | None = Field(description="eventually: most ticks more than before on any input")
    worst_case: dict[str, Any] | None
    gate: str | None = Field(description="the gate that did not let it pass")
    reason: str | None = Field(description="class of the reason")
    message: str | None
    counterexample: Counter | None
    survivors: list[dict[str, Any]] = Field(description="programs that the contract allows and should not, for WeakContract")
    cost: Cost
    head: str | None = Field(description="node that it was judged against; null for a baseline that is not in the graph")
    next: str = Field(description="what to do now")
    seconds: dict[str, float] = Field(description="wall clock by gate")


class Submitted(Judged):
    """A judgement after which what was accepted is in the graph, or waits for a person's word."""

    admitted: bool = Field(description="it is in the graph")
    held: bool = Field(description="it was proved, and waits in the review queue")
    node: str | None = Field(description="its name in the graph or in the queue")
    baseline: str | None = Field(description="node of the target's baseline")
    lemmas: int = Field(description="lemmas behind the proof that entered with it")
    notes: list[str]


class Tried(Record):
    """What running a candidate came to. That no fault was found proves nothing."""

    target: str
    fault: bool = Field(description="the candidate is wrong, dearer than any order allows, or could not be run")
    verdict: str | None = Field(description="reject or decline where there is a fault")
    gate: str | None
    reason: str | None
    message: str | None
    counterexample: Counter | None
    costs: Costs | None
    cost: Cost
    next: str
    seconds: dict[str, float]


class State(Record):
    """A state of a proof as LeanDojo has it."""

    state: str = Field(description="hypotheses and conclusions as Lean shows them")
    goals: int


class Claim(Record):
    """What is left of one claim."""

    order: str | None
    due: list[str] = Field(description="the theorems that `statement_of` asks for, in its order")
    open: str = Field(description="the theorem that could not be proved")
    head: str = Field(description="its statement")
    states: list[State] = Field(description="the goals that are left of it")
    lean: str = Field(description="what Lean said last")
    proved: list[str] = Field(description="declarations that Lean accepted on the way; they may stand before yours")
    statement: str = Field(description="the pinned Lean text: definitions of both versions and the claim; empty unless asked for")


class Goals(Record):
    """What is left to prove of a candidate."""

    target: str
    proved: bool = Field(description="the search found a proof; `check` has it judged")
    verdict: str | None = Field(description="reject or decline where the candidate or the text did not come as far")
    gate: str | None
    reason: str | None
    message: str | None
    counterexample: Counter | None
    claims: list[Claim]
    next: str
    seconds: dict[str, float]


class Theorem(Record):
    """A theorem that a proof may use."""

    name: str
    statement: str
    source: str = Field(description="library: cite it by name. graph: put `text` into your Lean text")
    node: str | None = None
    text: str = ""


class Theorems(Record):
    """Theorems that speak of what was asked for, best first."""

    theorems: list[Theorem]
