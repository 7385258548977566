"""`qed check`: judge a baseline, or a candidate against it; no search for better candidates."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.text import Text

from loop.commands.common import (
    EXIT_CODES,
    UsageError,
    prepare_graph,
    prepare_sandbox,
    print_json,
    read_file,
    read_graph,
    read_lemmas,
    read_spec,
    reason_data,
    worst,
)
from loop.examine import ANY, Asked, Examination, Examiner
from loop.keep import baseline_task, keep, standing
from loop.lemma_store import NOTHING, store_of
from loop.library.measures import weights_in
from loop.strength_words import OfContract, contract_data, contract_lines, of_contract
from loop.words import console, show_verdict, worst_case_data
from verify.ci_formats import plain
from verify.components import linked
from verify.graph import Graph, implementation_of
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.reasons import Reason, Refusal
from verify.spec import ORDERS, Spec, to_candidate
from verify.task import Task, Version
from verify.toolchain import Preference
from verify.verdict import Accept, to_verdict
from verify.worst_case import WorstCase


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckArguments:
    """The options of `check`; without `accepted` a candidate is judged against the baseline.

    `asked` is about a candidate; of a baseline's own check it is no part. `strength` asks how strong the contract is, which is
    told in any case where the contract alone says what a version may return.
    """

    spec: Path
    candidate: Path | None = None
    function: str | None = None
    accepted: Path | None = None
    admit: bool = False
    asked: Asked = ANY
    strength: bool = False
    lean: Preference = "auto"
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one target; `node` is its name in the graph, where it is in there."""

    target: str
    examination: Examination
    node: str | None = None
    contract: OfContract = field(default_factory=OfContract)


class Desk:
    """One call of `check`: the options, the graph as it grows, and an examiner that starts when it is needed."""

    def __init__(self, arguments: CheckArguments) -> None:
        """Read the graph. Raises UsageError, and Refusal where the graph is not sound."""
        self.arguments = arguments
        named = arguments.accepted or (Path("accepted") if arguments.admit else None)
        self.folder = named
        self.graph: Graph | None = read_graph(named) if named else None
        self.examiner: Examiner | None = None

    def close(self) -> None:
        """End the examiner's processes."""
        if self.examiner is not None:
            self.examiner.close()

    def judging(self) -> Examiner:
        """Return the examiner, started where it was not yet. Raises ToolchainMissing."""
        if self.examiner is None:
            prepare_sandbox()
            self.examiner = Examiner(self.arguments.lean, DEFAULT)
        return self.examiner

    def examine(self, task: Task, lemmas: str) -> Examination:
        """Have a task judged. Raises ToolchainMissing."""
        store = store_of(self.graph, weights_in(self.folder)[0]) if self.graph and self.folder else NOTHING
        return self.judging().examine(task, lemmas=lemmas, store=store, asked=self.arguments.asked if task.new else ANY)

    def check(self, spec: Spec) -> Checked:
        """Judge the baseline or the candidate for one target, and admit it where that is asked for."""
        candidate = self.arguments.candidate
        try:
            if candidate is None:
                return self.kept(spec, baseline_task(spec), "")
            new = Version(*to_candidate(self._linked(candidate, spec), str(candidate), spec, DEFAULT))
            lemmas = read_lemmas(candidate)
            if self.arguments.admit and self.top(spec) is None:
                first = self.kept(spec, baseline_task(spec), "")
                if first.node is None:
                    return first
            old = self.top(spec) or Version(spec.source, spec.program)
            tier = standing(self.graph, spec).tier if self.graph else "kernel"
            return self.kept(spec, Task(spec, old, new, tier), lemmas)
        except Refusal as refusal:
            return Checked(spec.name, Examination(to_verdict(refusal.reason, "policy", ())))

    def _linked(self, candidate: Path, spec: Spec) -> bytes:
        """Return the candidate's text, with the accepted components that it calls. Raises UsageError, Refusal."""
        nodes = self.graph.nodes if self.graph else {}
        own = spec_node(spec.name, spec.source.content).id
        return linked(read_file(candidate, "candidate"), str(candidate), nodes, DEFAULT, own)

    def top(self, spec: Spec) -> Version | None:
        """Return the version that the graph holds as the target's head."""
        node = standing(self.graph, spec).head if self.graph else None
        return version_of(node, spec, DEFAULT) if node else None

    def kept(self, spec: Spec, task: Task, lemmas: str) -> Checked:
        """Judge a task; admit what is accepted where that is asked for and the graph lacks it."""
        examination = self.examine(task, lemmas)
        if not isinstance(examination.verdict, Accept) or self.graph is None or self.folder is None:
            return Checked(spec.name, examination)
        stands = standing(self.graph, spec)
        if stands.line and (there := implementation_of(self.graph, stands.spec.id, task.judged.source.content)):
            return Checked(spec.name, examination, there.id)
        if not self.arguments.admit:
            return Checked(spec.name, examination)
        kept = keep(self.graph, self.folder, stands, task, examination)
        if isinstance(kept, Reason):
            return Checked(spec.name, Examination(to_verdict(kept, "graph", examination.verdict.seconds)))
        self.graph, node = kept
        return Checked(spec.name, examination, node.id)


def judged(arguments: CheckArguments) -> list[Checked]:
    """Judge, and return what became of each target. Raises UsageError, Refusal, ToolchainMissing."""
    with contextlib.closing(Desk(arguments)) as desk:
        file = read_spec(arguments.spec, desk.graph)
        if file.reason is not None:
            return [Checked(arguments.function or "", Examination(to_verdict(file.reason, "policy", ())))]
        specs = chosen(file.specs, arguments)
        if arguments.candidate is not None:
            read_file(arguments.candidate, "candidate")
        if arguments.admit and desk.folder is not None:
            prepare_graph(desk.folder)
        return [replace(desk.check(spec), contract=of_contract(spec, DEFAULT, arguments.strength)) for spec in specs]


def check(arguments: CheckArguments) -> int:
    """Judge, print, and return the exit code of the worst verdict. Raises UsageError, Refusal, ToolchainMissing."""
    checked = judged(arguments)
    if arguments.as_json:
        rows = [to_data(c) for c in checked]
        verdict = worst([c.examination.verdict.name for c in checked])
        print_json(rows[0] if len(rows) == 1 else {"verdict": verdict, "targets": rows})
        return EXIT_CODES[verdict]
    for c in checked:
        show_verdict(console(), c.target or str(arguments.spec), c.examination, c.node)
        for line in contract_lines(c.contract):
            console().print(Text(f"  {plain(line)}"), soft_wrap=True)
    return EXIT_CODES[worst([c.examination.verdict.name for c in checked])]


def to_asked(order: str | None, size: str | None, bound: str | None, least: int, family: Sequence[str]) -> Asked:
    """Return what the options ask to be proved of the costs. Raises UsageError where they do not go together."""
    if order not in (None, *ORDERS):
        raise UsageError(f"--order {order!a} is none of {', '.join(ORDERS)}.")
    known = next((o for o in ORDERS if o == order), None)
    if size is None and bound is None and not family and not least:
        return Asked(known)
    if order != "worst-case" or size is None or bound is None or not family:
        raise UsageError("a claim in the worst case takes --order worst-case, --size, --bound and a --family for each parameter.")
    pairs = [text.partition("=") for text in family]
    if wrong := next((text for text, (_, sign, e) in zip(family, pairs, strict=True) if not sign or e.startswith("=")), None):
        raise UsageError(f"--family {wrong!a} is not NAME=EXPR.")
    return Asked(known, WorstCase(size.strip(), bound.strip(), least, tuple((n.strip(), e.strip()) for n, _, e in pairs)))


def chosen(specs: tuple[Spec, ...], arguments: CheckArguments) -> tuple[Spec, ...]:
    """Return the targets of a spec file that are meant. Raises UsageError."""
    names = [s.name for s in specs]
    if arguments.function is not None:
        if arguments.function not in names:
            raise UsageError(f"{arguments.spec} has no target {arguments.function!a}; it has {', '.join(names)}.")
        return tuple(s for s in specs if s.name == arguments.function)
    if arguments.candidate is not None and len(specs) > 1:
        raise UsageError(f"{arguments.spec} has {len(specs)} targets; name one with --function: {', '.join(names)}.")
    return specs


def to_data(checked: Checked) -> dict[str, object]:
    """Return a judgement for `--json`."""
    examination, verdict = checked.examination, checked.examination.verdict
    certificate = verdict.certificate if isinstance(verdict, Accept) else None
    return {
        "target": checked.target or None,
        "verdict": verdict.name,
        "tier": certificate.tier if certificate else None,
        "order": certificate.order if certificate else None,
        "slack": certificate.slack if certificate else None,
        "worst_case": worst_case_data(certificate),
        "gate": None if isinstance(verdict, Accept) else verdict.gate,
        **reason_data(None if isinstance(verdict, Accept) else verdict.reason),
        "cost": {"old": examination.cost_old, "new": examination.cost_new},
        "node": checked.node,
        **contract_data(checked.contract),
        "seconds": {gate: round(s, 3) for gate, s in verdict.seconds},
    }
