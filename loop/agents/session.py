"""What one server holds: where specs and graph are, its workers, and what it has spent of what policy.toml allows to one run.

All that is read is read anew with each call: the graph may grow, and spec files may change, while the server runs.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from loop.agents.asking import Answering, Inquiry, Kind, Told
from loop.agents.catalog import Catalog, Listed, catalog
from loop.agents.lane import Lane, Ticket
from loop.budget import Budget, Spent
from loop.commands.common import UsageError, prepare_sandbox, read_graph
from loop.commands.governed import unless_stopped, within
from loop.examine import ANY, Asked
from loop.executors.judges import Examining
from loop.journal import OUTCOMES, Journal, journal_path
from loop.keep import Standing, baseline_task, standing
from loop.lemma_store import store_of
from loop.library.measures import weights_in
from loop.models.workbench import GraphWorkbench
from loop.policies.in_use import policies_of
from loop.proposal import Refused
from loop.tactic_order import learned
from loop.target import Target, target_of
from verify.components import linked
from verify.governance import governance_beside, policy_path
from verify.graph import Graph
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.reasons import Malformed, Refusal, TooLarge
from verify.spec import Spec, to_candidate
from verify.task import Task, Version
from verify.toolchain import Preference, find

LABEL = "candidate"
"""what a candidate's file is called in messages"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server works, and what it may do."""

    accepted: Path = Path("accepted")
    specs: Path = Path("specs")
    may_submit: bool = False
    lean: Preference = "auto"


@dataclass(slots=True)
class Session:
    """One server's state; its methods are called from any threads."""

    place: Place
    spent: Spent = field(default_factory=Spent)
    """seconds of judging, judgements and proposals of all calls so far"""
    bench: GraphWorkbench = field(init=False)
    heavy: Lane = field(init=False)
    """what may look for a proof"""
    light: Lane = field(init=False)
    """what runs candidates only, and need not wait for a proof"""
    submitting: threading.Lock = field(default_factory=threading.Lock)
    """held by the one call that hands something in"""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start nothing."""
        self.bench = GraphWorkbench(self.place.accepted)
        self.heavy, self.light = Lane(self._maker), Lane(self._maker)

    def close(self) -> None:
        """End the workers, with whatever they are at."""
        self.heavy.close()
        self.light.close()

    # -- what is there ----------------------------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        """Read the graph. Raises Refusal where it is not sound."""
        return read_graph(self.place.accepted)

    def catalog(self, graph: Graph) -> Catalog:
        """Read the specs. Raises UsageError where there are none."""
        return catalog(self.place.specs, graph)

    def find(self, name: str) -> tuple[Graph, Listed, Standing]:
        """Return a target by its name, with the graph and where it stands there. Raises UsageError, Refusal."""
        graph = self.graph()
        listed = self.catalog(graph).find(name)
        return graph, listed, standing(graph, listed.spec)

    def history(self, spec: Spec, stands: Standing) -> Target:
        """Return a target with what the journal tells of refused candidates and their counterexamples."""
        path = journal_path(self.place.accepted)
        if not path.exists():
            return Target(spec, stands)
        with contextlib.closing(Journal(path)) as journal:
            return target_of(spec, stands, journal)

    def refusals(self, spec: Spec, stands: Standing) -> tuple[Refused, ...]:
        """Return what was refused of a target before, oldest first."""
        return tuple(self.history(spec, stands).refusals)

    # -- questions --------------------------------------------------------------------------------------------------------------

    def inquiry(
        self, kind: Kind, found: tuple[Graph, Listed, Standing], program: str, lean: str, asked: Asked = ANY
    ) -> Inquiry:
        """Return the question about a candidate, or about the baseline where no program is given. Raises Refusal."""
        graph, listed, stands = found
        task = self.task(graph, listed.spec, stands, program) if program else baseline_task(listed.spec)
        lemmas = to_bytes(lean, "the Lean text", DEFAULT.proof_bytes).decode()
        corpus = tuple(self.history(listed.spec, stands).corpus)
        store = store_of(graph, weights_in(self.place.accepted)[0])
        return Inquiry(task, lemmas, corpus, store, kind, asked)

    def task(self, graph: Graph, spec: Spec, stands: Standing, program: str) -> Task:
        """Return the task of a candidate against the version to beat. Raises Refusal where the candidate does not read."""
        content = to_bytes(program, "the program", DEFAULT.source_bytes)
        whole = linked(content, LABEL, graph.nodes, DEFAULT, stands.spec.id)
        new = Version(*to_candidate(whole, LABEL, spec, DEFAULT))
        return Task(spec, head_of(spec, stands), new, stands.tier)

    def ask(self, inquiry: Inquiry, ticket: Ticket) -> Told:
        """Have a question answered. Raises UsageError where nothing may be begun, Refusal, Cancelled."""
        heavy = inquiry.kind in ("judge", "goals")
        if inquiry.kind != "cost":
            self.begin(proving=heavy)
        answer = (self.heavy if heavy else self.light).ask(inquiry, ticket)
        if not isinstance(answer, Told):
            raise TypeError("a worker answers what it was asked")
        self.count(answer.seconds, judgements=int(heavy))
        return answer

    # -- what may be spent ------------------------------------------------------------------------------------------------------

    def begin(self, *, proving: bool) -> None:
        """See whether a candidate may be run, or proved. Raises UsageError where a stop file is there or a budget is used up.

        Raises Refusal where policy.toml does not read, or there is no sandbox, and ToolchainMissing.
        """
        unless_stopped(self.place.accepted)
        if name := self.budget().used_up(self.spent):
            most = getattr(self.budget(), name)
            raise UsageError(
                f"the budget of {name} is used up: `budget.{name}` in {policy_path(self.place.accepted)} allows {most} to one "
                "run, and one server counts as one. Ask a person to raise it, or to start the server anew."
            )
        prepare_sandbox()
        if proving:
            find(self.place.lean)

    def budget(self) -> Budget:
        """Return the most that one server may spend. Raises Refusal where policy.toml does not read."""
        return within(Budget(), governance_beside(self.place.accepted))

    def left(self) -> Budget:
        """Return what is left of it."""
        most, spent = self.budget(), self.spent
        return replace(
            most, seconds=None if most.seconds is None else max(0.0, most.seconds - spent.seconds),
            proposals=None if most.proposals is None else most.proposals - spent.proposals,
            judgements=None if most.judgements is None else most.judgements - spent.judgements,
        )  # fmt: skip

    def count(self, seconds: float = 0.0, *, judgements: int = 0, proposals: int = 0) -> None:
        """Count what was spent."""
        with self._lock:
            s = self.spent
            self.spent = replace(
                s, seconds=s.seconds + seconds, judgements=s.judgements + judgements, proposals=s.proposals + proposals
            )

    def _maker(self) -> Answering:
        """Return what makes the judge of a new worker: it knows what the runs before it taught."""
        path = journal_path(self.place.accepted)
        if not path.exists():
            return Answering(Examining(self.place.lean))
        with contextlib.closing(Journal(path)) as journal:
            counts = learned(c.get("counts") for c in journal.before(OUTCOMES)).counts
        return Answering(Examining(self.place.lean, counts, policies_of(self.graph(), ()).tactics))


def head_of(spec: Spec, stands: Standing) -> Version:
    """Return the version to beat: the head of a target, or its baseline where nothing of it was accepted. Raises Refusal."""
    return version_of(stands.head, spec, DEFAULT) if stands.head else Version(spec.source, spec.program)


def to_bytes(text: str, what: str, most: int) -> bytes:
    """Return the bytes of a text that a client handed in. Raises Refusal: TooLarge, or Malformed for what is no text."""
    try:
        content = text.encode()
    except UnicodeEncodeError:
        what = f"{what} holds half of a surrogate pair."
        raise Refusal(Malformed(what=what, where=LABEL, do="Send well-formed Unicode.")) from None
    if len(content) > most:
        raise Refusal(TooLarge(what=f"{what} has {len(content)} bytes; the limit is {most}.", where=LABEL, do="Shorten it."))
    return content


@contextlib.contextmanager
def in_turn(lock: threading.Lock, ticket: Ticket) -> Iterator[None]:
    """Wait for a lock as long as the call is wanted. Raises Cancelled."""
    while not lock.acquire(timeout=0.1):
        ticket.check()
        ticket.say("waits for a submission before it")
    try:
        ticket.check()
        yield
    finally:
        lock.release()
