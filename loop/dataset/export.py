"""A graph with its journal -> records, in an order that depends on nothing but them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loop.dataset.families import Families
from loop.dataset.records import Message, Origin, Preference, Record, Step, Supervised
from loop.journal import COMPARING, Entry
from loop.prompt import to_messages
from loop.proposal import Brief
from verify.canonical import digest
from verify.graph import Graph, in_order, spec_of, superseded
from verify.judge import spec_in, version_of
from verify.lemma import STATEMENT_FILE
from verify.limits import DEFAULT
from verify.node import Node, tier_of
from verify.proof import PROOF_FILE, split
from verify.reasons import Refusal
from verify.spec import Spec


@dataclass(frozen=True, slots=True)
class Source:
    """What records are made from."""

    graph: Graph
    judgements: Sequence[Entry]
    families: Families
    licence: str

    def records(self) -> Iterator[tuple[str, Record]]:
        """Yield each record with the split that it belongs to; nodes that do not read are passed over."""
        refuted: dict[tuple[str, str | None], list[Entry]] = {}
        for e in self.judgements:
            if e.verdict == "reject" and e.program and e.reason not in COMPARING:
                refuted.setdefault((e.spec, e.head), []).append(e)
        for node in in_order(self.graph):
            if node.kind != "implementation" or node.certificate is None:
                continue
            part = self.families.split(spec_of(self.graph, node).id)
            yield from ((part, step) for step in self._steps(node))
            old = superseded(self.graph, node)
            if old is None:
                continue
            try:
                prompt = self._prompt(old)
            except Refusal:
                continue
            yield part, self._supervised(node, prompt)
            wrong = refuted.get((spec_of(self.graph, node).id, old.id), ())
            known = {e.program: (e.program, e.reason or "", e.message) for e in reversed(wrong)}
            yield from ((part, self._preference(node, prompt, *known[p])) for p in sorted(known))

    def _prompt(self, old: Node) -> tuple[Message, ...]:
        """Return the question about a version to beat, with nothing in it of what came of it. Raises Refusal."""
        spec: Spec = spec_in(spec_of(self.graph, old), DEFAULT)
        brief = Brief(spec, version_of(old, spec, DEFAULT), (), 0, 0)
        return tuple(Message(role=m["role"], content=m["content"]) for m in to_messages(brief))

    def _origin(self, node: Node) -> Origin:
        spec, old, certificate = spec_of(self.graph, node), superseded(self.graph, node), node.certificate
        return Origin(
            target=node.target, family=self.families.of[spec.id], spec=spec.id, node=node.id, supersedes=old.id if old else "",
            lean=(certificate.lean_version or "") if certificate else "", licence=self.licence,
        )  # fmt: skip

    def _supervised(self, node: Node, prompt: tuple[Message, ...]) -> Supervised:
        edge, smt = node.edge("supersedes"), tier_of(node) == "smt"
        return Supervised(
            id=digest("supervised record", node.id), prompt=prompt, completion=node.content("program.py").decode(),
            proof="" if smt else node.content(PROOF_FILE).decode(), tier=tier_of(node),
            order=(edge.order or "") if edge else "", origin=self._origin(node),
        )  # fmt: skip

    def _preference(self, node: Node, prompt: tuple[Message, ...], program: str, reason: str, message: str) -> Preference:
        return Preference(
            id=digest("preference record", [node.id, program]), prompt=prompt, chosen=node.content("program.py").decode(),
            rejected=program, reason=reason, message=message, origin=self._origin(node),
        )  # fmt: skip

    def _steps(self, node: Node) -> Iterator[Step]:
        if tier_of(node) == "smt":
            return
        statement = node.content(STATEMENT_FILE).decode()
        texts = [d.text.rstrip() for d in split(node.content(PROOF_FILE).decode())]
        for i, text in enumerate(texts):
            yield Step(
                id=digest("proof record", [node.id, i]), statement=statement, before=tuple(texts[:i]), step=text,
                last=i == len(texts) - 1, origin=self._origin(node),
            )  # fmt: skip
