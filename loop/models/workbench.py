"""What a model may look at and try: the real gates and a graph, behind a small protocol. It decides nothing and admits nothing.

Model-written code is read by the policy gate and then run as the examples gate runs it: by the reference interpreter, and by
CPython in the sandbox where a fault is shown.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from loop.keep import standing
from loop.lemma_store import NOTHING as NO_LEMMAS
from loop.lemma_store import LemmaStore, store_of
from loop.models.context import NOTHING, Acceptance, Context, words_of
from loop.proposal import Brief
from loop.retrieval import Lemma, Retrieval, to_lemma
from verify.components import linked
from verify.gates.examples import examples
from verify.graph import Graph, load, spec_of
from verify.judge import spec_in, version_of
from verify.lean_library import library_texts
from verify.limits import DEFAULT, Limits
from verify.node import Node, lemma_of
from verify.reasons import Counterexample, Malformed, Reason, Refusal
from verify.spec import to_candidate
from verify.task import Passed, Task, Version
from verify.verdict import Accept

if TYPE_CHECKING:
    from loop.examine import Examination

OWN: Final = 2
"""most versions of the target that a question shows"""
OTHERS: Final = 2
"""most acceptances of other targets that a question shows"""
LEMMAS: Final = 8
"""most lemmas that a question offers, and that a search returns"""
QUERY: Final = 1_000
"""characters of a query that are read"""
_THEOREM: Final = re.compile(r"^(?:@\[[^\]\n]*\] )?(theorem .*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a trial of a candidate came to; `verdict` is `passed` where the gates that were run let it pass.

    `reason` is the class name of the reason, `message` its text, in which a missing proof says what Lean said last.
    """

    verdict: str
    reason: str = ""
    message: str = ""
    counterexample: dict[str, object] | None = None
    cost: tuple[str | None, str | None] = (None, None)

    @property
    def refused(self) -> bool:
        """Whether the candidate itself is at fault, or what helps its proof."""
        return self.verdict in ("reject", "decline")


class Workbench(Protocol):
    """What a proposer may ask while it makes a proposal; nothing that it says enters a graph."""

    def context(self, brief: Brief) -> Context:
        """Return what was accepted before and lemmas that might help."""
        ...

    def check(self, brief: Brief, program: bytes, lemmas: bytes, *, whole: bool) -> Report:
        """Try a candidate: by the gates policy and examples, or, where `whole` is, by all of them."""
        ...

    def search_lemmas(self, query: str) -> tuple[str, ...]:
        """Return the heads of theorems that speak of what a Lean statement, or some words, speak of."""
        ...


def report_of(reason: Reason) -> Report:
    """Return what a reason says."""
    found = reason.as_data() if isinstance(reason, Counterexample) else None
    return Report(verdict=reason.verdict, reason=type(reason).__name__, message=str(reason), counterexample=found)


@dataclass(slots=True)
class GraphWorkbench:
    """A workbench over a graph folder; `judge` judges a task with lemmas, and without it nothing is judged as a whole."""

    folder: Path
    limits: Limits = DEFAULT
    judge: "Callable[[Task, str, LemmaStore], Examination] | None" = None
    _library: tuple[Lemma, ...] = field(default=(), repr=False)

    def context(self, brief: Brief) -> Context:
        """Return the latest versions of the target, acceptances of targets of the same signature first, and lemmas."""
        graph = self._graph()
        if graph is None:
            return NOTHING
        line = [n for n in standing(graph, brief.spec).line if n.edge("supersedes")]
        own = [a for node in line[-OWN:] if (a := self._acceptance(graph, node, brief, other=False))]
        mine = {n.id for n in line}
        nodes = [n for n in graph.nodes.values() if n.edge("supersedes") and n.id not in mine and n.target != brief.spec.name]
        nodes.sort(key=lambda n: (len(n.content("program.py")), n.id))
        found = (a for node in nodes if (a := self._acceptance(graph, node, brief, other=True)))
        query = f"{words_of(brief.spec.source)} {words_of(brief.head.source)}"
        lemmas = tuple(map(head_text, self.theorems(graph, query, LEMMAS))) if query.strip() else ()
        return Context((*own, *itertools.islice(found, OTHERS)), lemmas)

    def check(self, brief: Brief, program: bytes, lemmas: bytes, *, whole: bool) -> Report:
        """Try a candidate against the version to beat."""
        graph = self._graph()
        try:
            text = lemmas.decode()
            content = linked(program, "candidate", graph.nodes if graph else {}, self.limits)
            source, new = to_candidate(content, "candidate", brief.spec, self.limits)
            task = Task(brief.spec, brief.head, Version(source, new))
            found = examples(task, (), self.limits)
        except Refusal as refusal:
            return report_of(refusal.reason)
        except UnicodeDecodeError:
            return report_of(Malformed(what="the lemmas are not UTF-8.", where="candidate"))
        if not isinstance(found, Passed):
            return report_of(found)
        if not whole or self.judge is None:
            runs = found.evidence.get("run", 0)
            return Report(verdict="passed", message=f"No fault was found in {runs!s} runs. That proves nothing.")
        made = self.judge(task, text, store_of(graph) if graph else NO_LEMMAS)
        if isinstance(made.verdict, Accept):
            said = f"The proof was accepted, in the order `{made.order}`. Answer with this candidate."
            return Report(verdict="passed", message=said, cost=(made.cost_old, made.cost_new))
        return report_of(made.verdict.reason)

    def search_lemmas(self, query: str) -> tuple[str, ...]:
        """Search the Lean library and the lemmas of the graph."""
        return tuple(map(head_text, self.theorems(self._graph(), query, LEMMAS)))

    def theorems(self, graph: Graph | None, query: str, most: int) -> tuple[Lemma, ...]:
        """Return the theorems that share the weightiest constants with a query, then those whose names hold a word of it."""
        stored = [_stored(n) for n in graph.nodes.values() if n.kind == "lemma"] if graph else []
        known = [*self._theorems(), *stored]
        found = Retrieval(known).best(query[:QUERY], most)
        asked = set(re.findall(r"\w{3,}", query[:QUERY].lower()))
        named = [m for m in known if any(w in m.name.lower() for w in asked)]
        return tuple(dict.fromkeys([*found, *named]))[:most]

    def _graph(self) -> Graph | None:
        found = load(self.folder) if self.folder.is_dir() else None
        return found if isinstance(found, Graph) else None

    def _theorems(self) -> Sequence[Lemma]:
        if not self._library:
            texts = (found[1] for text in library_texts() for found in _THEOREM.finditer(text))
            self._library = tuple(m for text in texts if (m := to_lemma(text)))
        return self._library

    def _acceptance(self, graph: Graph, node: Node, brief: Brief, *, other: bool) -> Acceptance | None:
        """Return what an implementation node shows; None for one that cannot be read, and for another target of another type."""
        edge, certificate = node.edge("supersedes"), node.certificate
        if edge is None or certificate is None:
            return None
        try:
            spec = spec_in(spec_of(graph, node), self.limits) if other else brief.spec
            version = version_of(node, spec, self.limits)
        except Refusal:
            return None
        if [p.type for p in spec.program.parameters] != [p.type for p in brief.spec.program.parameters]:
            return None
        costs = certificate.old_cost or "", certificate.new_cost or ""
        baseline = spec.source if other else None
        return Acceptance(spec.name, version.source, baseline, edge.order or "", certificate.tier, costs)


def head_text(lemma: Lemma) -> str:
    """Return a theorem without its proof."""
    return f"theorem {lemma.name} {lemma.statement}"


def _stored(node: Node) -> Lemma:
    own = lemma_of(node)
    return Lemma(own.name, f": {own.statement}")
