"""Runs with a judge that stands in for the gates, for tests: it accepts what a test says, so that no proof is searched for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from small_graph import LEAN, TRUSTED, TWICE, lemma_certificate
from targets import HEAD, SUM

from loop.budget import Budget
from loop.examine import Examination
from loop.executors.executor import Executor, InProcess
from loop.governance.door import judged_under
from loop.journal import Entry, Journal, journal_path, read
from loop.lemma_store import NOTHING, Draft, LemmaStore, unknown
from loop.proposal import Brief, Proposal, Proposer, ProposerFailed
from loop.recording import Recorder
from loop.rounds import Rounds
from loop.slices import Slice
from loop.strategy import Strategy
from loop.target import Plan, Target
from verify.canonical import digest_bytes
from verify.certificate import Certificate, implementation_digest, limit_pairs, spec_digest, trusted_pairs
from verify.governance import governance_beside
from verify.graph import Graph, load
from verify.ir import Value
from verify.lemma import lemma_text
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.reasons import CostNotLower, WrongResult
from verify.spec import Spec, to_specs
from verify.task import Task
from verify.ticks import DIGEST
from verify.verdict import Accept, to_verdict

SPEC = (HEAD + SUM).encode()
GOOD, BETTER, WRONG, SLOW = (
    f"def f(n: int) -> int:\n    return {body}\n".encode()
    for body in ("n * (n - 1) // 2 + 0", "n * (n - 1) // 2", "n * n", "0 + n * (n - 1) // 2 + 0 + 0")
)
"""the first two are accepted, each against what came before"""
JUDGE = "9" * 64
DRAFT = Draft(Slice("total", ("total",), ("int",), "twice", TWICE.definitions), (TWICE,))


def certificate(task: Task, proof: Proof, statement: str) -> Certificate:
    name = task.spec.name
    return Certificate(
        spec=spec_digest(task.spec.source.content, name),
        implementation=implementation_digest(task.judged.source.content, name),
        old=implementation_digest(task.old.source.content, name) if task.new else None,
        statement=digest_bytes(statement.encode()), proof=proof.digest, ticks=DIGEST, limits=limit_pairs(DEFAULT.as_data()),
        trusted=trusted_pairs(TRUSTED), solver="z3", lean_version=LEAN[1], lean_kind=LEAN[0], lean_library=LEAN[2],
        tier="kernel", order=proof.order, slack=0, old_nanoseconds=None, new_nanoseconds=None, old_cost="5 * n", new_cost="4",
        recheck="python -m verify ci --all",
    )  # fmt: skip


class Judge:
    """Accepts baselines, and what stands before WRONG above, in that order; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.corpora: list[Sequence[tuple[Value, ...]]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.drafts: tuple[Draft, ...] = ()
        self.stores: list[LemmaStore] = []

    def examine(
        self, task: Task, *, lemmas: str = "", corpus: Sequence[tuple[Value, ...]] = (), store: LemmaStore = NOTHING
    ) -> Examination:
        content = task.judged.source.content
        self.asked.append(content)
        self.corpora.append(corpus)
        self.stores.append(store)
        self.meanwhile()
        if content == WRONG:
            reason = WrongResult(what="f(3) returns 9; 3 is due.", arguments=(3,), got="9", due="3", parameters=("n",))
            return Examination(to_verdict(reason, "examples", (("examples", 0.1),)))
        if task.new and content not in {GOOD, BETTER}:
            return Examination(to_verdict(CostNotLower(what="it is not cheaper."), "examples", ()))
        text = "theorem accepted : Statement := by omega\n"
        found = [stored for d in self.drafts for stored in store.about(d.slice)]
        text = "".join(f"{part}\n" for stored in found for part in lemma_text(stored.lemma)) + text
        proof = Proof("always" if task.new else None, 0, (), (), text)
        verdict, uses = Accept(certificate(task, proof, "Statement"), (("kernel", 0.2),)), tuple(s.node for s in found)
        lemmas = tuple((lemma, Accept(lemma_certificate(lemma))) for d in unknown(store, self.drafts) for lemma in d.lemmas)
        return Examination(verdict, proof, "Statement", proof.order, uses=uses, lemmas=lemmas)


class Watch:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def stage(self, target: Target, what: str) -> None:
        pass

    def note(self, message: str) -> None:
        self.notes.append(message)


class Asked:
    """Proposes the same programs in every round, and remembers its briefs."""

    name = "asked"

    def __init__(self, *programs: bytes, lemmas: bytes = b"") -> None:
        self.programs, self.lemmas = programs, lemmas
        self.briefs: list[Brief] = []

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        self.briefs.append(brief)
        for program in self.programs:
            yield Proposal(brief.spec.name, program, self.lemmas, self.name)


class Failing:
    name = "failing"

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        yield Proposal(brief.spec.name, GOOD, b"", self.name)
        raise ProposerFailed("The server is gone.", "Start it.")


class Bench:
    """A graph folder, and runs over it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.judge, self.watch, self.judge_name = folder, Judge(), Watch(), JUDGE
        self.specs: Sequence[Spec] = to_specs(SPEC, "spec.py", DEFAULT)
        self.review = False

    def run(
        self, proposer: Proposer, *, rounds: int = 4, seconds: float | None = None, recorder: Recorder | None = None
    ) -> Rounds:
        self.judge, self.watch = Judge(), Watch()
        return self.again(proposer, rounds=rounds, seconds=seconds, recorder=recorder)

    def again(
        self, proposer: Proposer, *, rounds: int = 4, seconds: float | None = None, recorder: Recorder | None = None
    ) -> Rounds:
        made = self.made(proposer, Budget(seconds=seconds), rounds=rounds, recorder=recorder)
        with closing(made.journal):  # whatever writes over its file later is not written over by what was left open
            made.run()
        return made

    def made(
        self,
        proposer: Proposer,
        budget: Budget,
        *,
        rounds: int = 4,
        recorder: Recorder | None = None,
        executor: Executor | None = None,
        strategy: Strategy | None = None,
        resume: bool = False,
    ) -> Rounds:
        """Make a run, or go on with the last one that has not come to its end."""
        governance = governance_beside(self.folder)
        plan = Plan(
            folder=self.folder, rounds=rounds, budget=budget, seed=7, limits=DEFAULT, governance=governance, review=self.review,
            judge=judged_under(self.judge_name, governance),
        )  # fmt: skip
        journal = Journal(journal_path(self.folder))
        if resume and (begun := journal.unfinished()) is not None:
            journal.go_on(begun)
        judges = executor or InProcess(lambda _: self.judge)
        return Rounds(plan, self.specs, {proposer.name: proposer}, judges, journal, self.watch, recorder, strategy)

    @property
    def entries(self) -> list[Entry]:
        return list(read(journal_path(self.folder)))

    def graph(self) -> Graph:
        graph = load(self.folder)
        assert isinstance(graph, Graph)
        return graph
