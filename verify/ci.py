"""Decides: whether the whole graph may stay: it is sound, it only grew, and what must be proved again was.

Nothing that is recorded is believed. A node counts as proved again only by an `Accept` of this run which claims exactly what
the node claims, and the count of those must be the count that was due.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias, final

from verify.base import base_of, beside_at, repository_of, rewritten
from verify.canonical import Data, Digest
from verify.certificate import Certificate, claim, stale
from verify.chain import Chained, chained, journal_path
from verify.governance import POLICY, forbidden, governance_beside, governance_from, policy_path
from verify.graph import Graph, head, in_order, load, resting_on
from verify.node import RECORD, Node, tier_of
from verify.reasons import GraphConflict, NotAllReproved, Reason, Refusal, ToolBroken, WrongTheorem
from verify.reasons import Verdict as VerdictName
from verify.spec import Tier
from verify.trust import shadows, trust_changes
from verify.verdict import Accept, Broken, Declined, Rejected, Verdict, to_verdict

Reprove: TypeAlias = Callable[[Graph, Node], Verdict]
GATE = "ci"


@final
@dataclass(frozen=True, slots=True)
class Row:
    """What became of one node that claims something: its verdict, and the reason, gate and file where it is no acceptance."""

    node: Digest
    target: str
    verdict: VerdictName
    reason: Reason | None
    gate: str
    file: str
    """path of the program that was judged, or of the proof of a lemma or a rule, or of what a spec strengthens"""
    stale: tuple[str, ...]
    """what of the judge had changed since it was accepted"""
    seconds: tuple[tuple[str, float], ...]
    unchecked: tuple[str, ...] = ()
    """each Lean that said yes when it was accepted, and is not here now"""
    tier: Tier = "kernel"
    """the tier at which it was accepted, and judged again"""


Progress: TypeAlias = Callable[[Row, int, int], None]
"""a row, how many are done, how many are due"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one run: what is wrong with the graph as such, and a row for each node that was due."""

    folder: str
    everything: bool
    base: str | None
    problems: tuple[Reason, ...] = ()
    rows: tuple[Row, ...] = ()
    nodes: int = 0
    implementations: int = 0
    smt: int = 0
    """implementations at the tier smt; the others are at the tier kernel"""
    lemmas: int = 0
    rules: int = 0
    policies: int = 0
    """learned settings of the loop, of which nothing is proved"""
    stronger: int = 0
    """specs that strengthen others"""
    expected: int = 0
    reproved: int = 0
    """distinct nodes that were accepted in this run"""
    targets: tuple[tuple[str, Digest], ...] = field(default=())
    """each target and its head"""
    root: str = ""
    """the root of the repository that was looked at, "" where the graph lies in none"""
    trust: tuple[Reason, ...] = ()
    """what changed against the base in the files that say what is proved; among the problems unless it was allowed"""
    trust_allowed: bool = False
    journal: Chained | None = None
    """how many events the journal beside the graph has, and how it ends; None where there is none, or where it is broken"""
    graph: Graph | None = field(default=None, repr=False, compare=False)
    """the graph, where it is sound"""

    @property
    def verdict(self) -> VerdictName:
        """The worst that happened: a reject before an error before a decline; never accept with a count that is short."""
        found = {p.verdict for p in self.problems} | {r.verdict for r in self.rows}
        worst: tuple[VerdictName, ...] = ("reject", "error", "decline")
        return next((name for name in worst if name in found), "accept" if self.reproved == self.expected else "error")

    @property
    def exit_code(self) -> int:
        """The exit code of the verdict."""
        return {v.name: v.exit_code for v in (Accept, Rejected, Declined, Broken)}[self.verdict]


def ci(
    folder: Path,
    *,
    everything: bool,
    base: str | None,
    reprove: Reprove,
    current: Mapping[str, Data],
    workers: int,
    on_progress: Progress | None,
    tree: Path | None = None,
    trust_change: bool = False,
) -> Report:
    """Check the graph in a folder and prove again what is due.

    What policy.toml does not allow is a problem, be it the file of the base or the one that is there now; so is a journal that is
    not as it was written.

    With `tree`, a folder of the repository that holds the graph, the files at its root are looked at, and against a base the
    trusted files, limits and tests too (see `trust`); with `trust_change` what changed in those is listed and is no problem.

    Due are all nodes that claim something (`everything`), or else those that the git ref `base` lacks, those whose certificate
    is stale against `current` (see `certificate.stale`), and what rests on either. `reprove` judges a node from its bytes; it is
    called from `workers` threads. Where the graph itself is not sound, nothing is proved.
    """
    around = replace(_around(tree, base, folder, allowed=trust_change), folder=str(folder), everything=everything)
    graph = load(folder)
    if isinstance(graph, Reason):
        return replace(around, problems=(graph, *around.problems))
    known, problems = _known(graph, folder, base)
    heads = [(spec, head(graph, spec.id)) for spec in in_order(graph) if spec.kind == "spec"]
    problems += [*around.problems, *_governed(graph, folder, base)]
    problems += [_headless(folder, spec) for spec, top in heads if top is None]
    old = {n.id: stale(n.certificate, current) for n in in_order(graph) if n.certificate is not None}
    due = _due(graph, known, old, everything=everything)
    if everything and not due and not problems:
        do = "Check the folder's name; admit something first, for example with `qed check SPEC --admit`."
        what = "nothing to re-prove: the graph holds nothing that was proved."
        problems.append(NotAllReproved(what=what, where=str(folder), do=do))
    rows = () if problems else _reprove_all(graph, due, reprove, workers, lambda n, v: _row(folder, n, v, old[n.id]), on_progress)
    reproved = len({r.node for r in rows if r.verdict == "accept"})
    if not problems and reproved != len(due) and all(r.verdict == "accept" for r in rows):
        problems.append(NotAllReproved(what=f"{reproved} nodes were proved again; {len(due)} were due.", where=str(folder)))
    targets = tuple((spec.target, top.id) for spec, top in heads if top is not None)
    return replace(
        _counted(around, graph), problems=tuple(problems), rows=rows, expected=len(due), reproved=reproved, targets=targets
    )


def _counted(report: Report, graph: Graph) -> Report:
    """Return a report with a graph and how much it holds."""
    nodes = graph.nodes.values()
    return replace(
        report,
        graph=graph,
        nodes=len(nodes),
        implementations=sum(n.kind == "implementation" for n in nodes),
        smt=sum(tier_of(n) == "smt" for n in nodes),
        lemmas=sum(n.kind == "lemma" for n in nodes),
        rules=sum(n.kind == "rule" for n in nodes),
        policies=sum(n.kind == "policy" for n in nodes),
        stronger=sum(n.kind == "spec" and n.certificate is not None for n in nodes),
    )


def _around(tree: Path | None, base: str | None, folder: Path, *, allowed: bool) -> Report:
    """Return a report of what stands around the graph: its journal, files at the root, and what changed in what is trusted."""
    journal = chained(journal_path(folder))
    broken, held = ((journal,), None) if isinstance(journal, Reason) else ((), journal)
    empty = Report(folder="", everything=False, base=base, trust_allowed=allowed, problems=broken, journal=held)
    if tree is None:
        return empty
    try:
        found, root = shadows(tree), repository_of(tree)
        trust = trust_changes(tree, base) if base is not None else ()
    except Refusal as refusal:
        return replace(empty, problems=(*broken, refusal.reason))
    problems = (*broken, *found) if allowed else (*broken, *found, *trust)
    return replace(empty, root=str(root or tree), trust=trust, problems=problems)


def _known(graph: Graph, folder: Path, base: str | None) -> tuple[frozenset[Digest] | None, list[Reason]]:
    """Return the nodes that the base has (None without a base), and what the folder does more than add to it."""
    if base is None:
        return None, []
    before = base_of(folder, base)
    if isinstance(before, Reason):
        return frozenset(), [before]
    return frozenset(before.graph.nodes), list(rewritten(before, graph, folder))


def _governed(graph: Graph, folder: Path, base: str | None) -> Iterator[Reason]:
    """Yield what policy.toml does not allow: that of the base, so that a change cannot loosen it for itself, and the one now."""
    found = set[Digest]()
    try:
        content = None if base is None else beside_at(folder, base, POLICY)
        read = [] if content is None else [(governance_from(content, f"{base}:{POLICY}"), f"{base}:{POLICY}")]
        for governance, place in (*read, (governance_beside(folder), str(policy_path(folder)))):
            fresh = [n for n in in_order(graph) if n.id not in found]
            reasons = [(n.id, r) for n in fresh for r in forbidden(governance, (n,), folder, place)]
            found.update(i for i, _ in reasons)
            yield from (r for _, r in reasons)
    except Refusal as refusal:
        yield refusal.reason


def _headless(folder: Path, spec: Node) -> Reason:
    what = f"the target `{spec.target}` has no implementation, so it has no head."
    do = "Admit its baseline, for example with `qed check SPEC --admit`, or remove the spec's folder."
    return GraphConflict(what=what, where=f"{folder}/{spec.id}/{RECORD}", do=do)


def _due(
    graph: Graph, known: frozenset[Digest] | None, old: Mapping[Digest, tuple[str, ...]], *, everything: bool
) -> tuple[Node, ...]:
    """Return the nodes that claim something and are to be proved again, each after the ones that it rests on."""
    roots = {i for i, changed in old.items() if changed}
    if known is not None:
        roots |= graph.nodes.keys() - known
    chosen = frozenset(graph.nodes) if everything else resting_on(graph, roots)
    return tuple(n for n in in_order(graph) if n.certificate is not None and n.id in chosen)


def _reprove_all(
    graph: Graph,
    due: Sequence[Node],
    reprove: Reprove,
    workers: int,
    to_row: Callable[[Node, Verdict], Row],
    on_progress: Progress | None,
) -> tuple[Row, ...]:
    """Prove nodes again, in parallel, and return their rows in the order of `due`."""
    rows: dict[Digest, Row] = {}
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        running = {pool.submit(_reprove_one, graph, node, reprove): node for node in due}
        for done in as_completed(running):
            node = running[done]
            rows[node.id] = to_row(node, done.result())
            if on_progress is not None:
                on_progress(rows[node.id], len(rows), len(due))
    return tuple(rows[node.id] for node in due)


def _reprove_one(graph: Graph, node: Node, reprove: Reprove) -> Verdict:
    """Judge one node again. Whatever is not an `Accept` of exactly this node's claim is no acceptance."""
    try:
        verdict = reprove(graph, node)
    except Refusal as refusal:
        return to_verdict(refusal.reason, GATE, ())
    except Exception as error:  # noqa: BLE001 - one node's bug must name the node, and leaves the others their verdict
        what = f"the judge failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return Broken(ToolBroken(what=what, do="This is a bug; report it with this line."), GATE)
    match verdict:
        case Accept(certificate=Certificate() as certificate):
            return _same(node, certificate) or verdict
        case Rejected() | Declined() | Broken():
            return verdict
    return Broken(ToolBroken(what=f"the judge answered with {type(verdict).__name__}, which is no verdict."), GATE)


def _same(node: Node, certificate: Certificate) -> Rejected | None:
    """Return None where a new certificate claims what the node claims; the same judge must have proved the same statement."""
    recorded, do = node.certificate, "Judge the candidate again."
    if recorded is None or claim(certificate) != claim(recorded):
        return Rejected(WrongTheorem(what="what was proved now is not what the node claims.", do=do), GATE)
    if certificate.statement != recorded.statement and certificate.trusted == recorded.trusted:
        return Rejected(WrongTheorem(what="the statement that was proved now is not the one in the node.", do=do), GATE)
    return None


def _row(folder: Path, node: Node, verdict: Verdict, changed: tuple[str, ...]) -> Row:
    reason, gate = (None, "") if isinstance(verdict, Accept) else (verdict.reason, verdict.gate)
    file = f"{folder}/{node.id}/{'program.py' if node.kind == 'implementation' else 'proof.lean'}"
    unchecked = verdict.unchecked if isinstance(verdict, Accept) else ()
    return Row(node.id, node.target, verdict.name, reason, gate, file, changed, verdict.seconds, unchecked, tier_of(node))
