"""`qed lemmas weigh`: what lemmas are worth, measured on past goals. `qed lemmas show`: which are offered, and why."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from rich.status import Status
from rich.table import Table

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.commands.governed import unless_stopped
from loop.commands.lasting import Clock, status_on
from loop.journal import Journal, journal_path, judge_digest
from loop.lemma_store import is_withheld
from loop.library.measures import Measures, measures_path, read_measures, weights_in, write_measures
from loop.library.offering import DEFAULT, Standing, Weight, Weights
from loop.words import console
from verify.canonical import Digest
from verify.ci_formats import plain
from verify.claim_words import in_words
from verify.graph import Graph
from verify.limits import DEFAULT as LIMITS
from verify.node import RESTING_ON_NOTHING, lemma_of
from verify.toolchain import Preference, find

STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
NUMBERS: Final = ("saved", "helped", "measured", "used by")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighArguments:
    """What the command line asked for; `seconds` is wall clock."""

    accepted: Path
    seconds: float | None
    goals: int | None
    lean: Preference
    as_json: bool


def weigh(arguments: WeighArguments) -> int:
    """Measure lemmas on past goals, as far as time goes; return the exit code.

    What was measured is written down at once, so that a call that was ended is gone on with by the next one. Raises UsageError,
    Refusal, ToolchainMissing, OSError.
    """
    if arguments.goals is not None and arguments.goals < 1:
        raise UsageError("--goals must be at least 1.")
    unless_stopped(arguments.accepted)
    clock = Clock(arguments.accepted, arguments.seconds)
    graph, path = read_graph(arguments.accepted), measures_path(arguments.accepted)
    measures, complaint = read_measures(path)
    if complaint:
        console(stderr=True).print(plain(complaint), soft_wrap=True)
    judge = judge_digest(LIMITS, arguments.lean)
    if measures is None or measures.judge != judge:
        measures = Measures(judge, {}, measures.weights if measures else Weights())
    if clock.over() or not any(n.kind in RESTING_ON_NOTHING for n in graph.nodes.values()):
        return _told(arguments, graph, measures, clock, 0)
    find(arguments.lean)
    with status_on(console(stderr=True), "weighing lemmas") as status:
        done = _weighed(arguments, graph, measures, clock, status)
    return _told(arguments, graph, measures, clock, done)


def _weighed(arguments: WeighArguments, graph: Graph, measures: Measures, clock: Clock, status: Status) -> int:
    """Fill in measurements; return the number of goals on which something was measured."""
    from loop.examine import Examiner  # noqa: PLC0415 - a graph without lemmas needs no prover
    from loop.library.goals import history, past_goals  # noqa: PLC0415
    from loop.library.weighing import Searching, Weighing  # noqa: PLC0415

    path = measures_path(arguments.accepted)
    with contextlib.closing(Journal(journal_path(arguments.accepted))) as journal:
        known = history(journal, graph)
    with Examiner(arguments.lean, LIMITS) as examiner:
        weighing = Weighing(
            graph, known, measures, Searching(examiner, clock.over), clock.over, lambda m: write_measures(path, m),
            lambda what: status.update(plain(what)),
        )  # fmt: skip
        return weighing.run(tuple(past_goals(graph, known, LIMITS)), arguments.goals)


def _told(arguments: WeighArguments, graph: Graph, measures: Measures, clock: Clock, done: int) -> int:
    pairs = [(i, g.without, n, o) for i, g in measures.goals.items() for n, o in g.with_.items() if o is not None]
    counts = _counts(graph, measures.weights)
    both = [(w, o) for _, w, _, o in pairs if w.proved and o.proved]
    checks = [sum(w.checks for w, _ in both), sum(o.checks for _, o in both)]
    characters = [sum(w.characters for w, _ in both), sum(o.characters for _, o in both)]
    if arguments.as_json:
        rows = [
            {
                "goal": i, "target": graph.nodes[i].target if i in graph.nodes else None, "lemma": n,
                "proved": [w.proved, o.proved], "order": [w.order, o.order], "checks": [w.checks, o.checks],
                "characters": [w.characters, o.characters], "lines": [w.lines, o.lines],
            }
            for i, w, n, o in pairs
        ]  # fmt: skip
        print_json({
            "lemmas": sum(counts.values()), **{s.replace(" ", "_"): counts[s] for s in STANDINGS}, "goals": done,
            "measurements": rows, "checks": checks, "characters": characters, "ended_early": clock.how,
            "seconds": round(clock.spent, 3),
        })  # fmt: skip
        return DONE
    out = console()
    said = ", ".join(f"{counts[s]} {s}" for s in STANDINGS)
    out.print(f"{sum(counts.values())} lemmas and rules: {said}")
    if both:
        out.print(f"{len(both)} proofs found with and without a lemma: {checks[0]} checks without, {checks[1]} with")
    why = f"; it ended early: {clock.how}" if clock.how else ""
    out.print(f"{done} goals, {clock.spent:.1f} s{why}")
    return DONE


def _counts(graph: Graph, weights: Weights) -> Counter[str]:
    nodes = [n for n in graph.nodes.values() if n.kind in RESTING_ON_NOTHING]
    return Counter(_standing(weights.weight(n.id), lemma_of(n).definitions) for n in nodes)


def _standing(weight: Weight, definitions: str) -> Standing:
    return weight.standing(DEFAULT.patience(definitions))


@dataclass(frozen=True, slots=True)
class _Row:
    """A lemma as it is shown."""

    node: Digest
    name: str
    kind: str
    about: str
    """the definitions of the function that it is about, "" for the library"""
    words: str
    weight: Weight
    standing: Standing
    uses: int
    offered: bool
    why: str


def show(folder: Path, *, as_json: bool) -> int:
    """Print each lemma and rule in words, with what it is worth and whether it is offered; return the exit code.

    Raises UsageError, Refusal.
    """
    graph = read_graph(folder)
    weights, complaint = weights_in(folder)
    if complaint:
        console(stderr=True).print(plain(complaint), soft_wrap=True)
    rows = list(_rows(graph, weights))
    if as_json:
        print_json({"lemmas": [_data(r) for r in rows]})
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("lemma", "says", *NUMBERS, "offered"):
        table.add_column(column, overflow="fold", justify="right" if column in NUMBERS else "left")
    for r in rows:
        w = r.weight
        counts = (str(w.saved), str(w.helped), str(w.measured), str(r.uses))
        table.add_row(plain(r.name), plain(r.words), *counts, plain(f"{'yes' if r.offered else 'no'}: {r.why}"))
    console().print(table if rows else "no lemmas")
    return DONE


def _rows(graph: Graph, weights: Weights) -> Iterator[_Row]:
    """Yield the lemmas in the order in which proofs are offered them."""
    nodes = [n for n in graph.nodes.values() if n.kind in RESTING_ON_NOTHING]
    nodes.sort(key=lambda n: weights.rank(n.id, graph.resting.out_degree(n.id)))
    before = Counter[str]()
    for node in nodes:
        lemma, weight = lemma_of(node), weights.weight(node.id)
        standing = _standing(weight, lemma.definitions)
        why, offered = _why(weight, standing), not is_withheld(lemma, weight)
        if not offered and standing == "on probation":
            why = f"it is about the library, and is offered when it has helped; {why}"
        if offered and lemma.definitions:
            before[lemma.definitions] += 1
            if before[lemma.definitions] > DEFAULT.function:
                why, offered = f"{DEFAULT.function} lemmas about its function are worth more", False
        words = " ".join(in_words(lemma))
        uses = graph.resting.out_degree(node.id)
        yield _Row(node.id, node.target, node.kind, lemma.definitions, words, weight, standing, uses, offered, why)


def _why(weight: Weight, standing: Standing) -> str:
    """Say why a lemma is offered, or is not."""
    goals = "1 goal" if weight.measured == 1 else f"{weight.measured} goals"
    match standing:
        case "kept":
            proved = f"{weight.proved} more proved, " if weight.proved else ""
            return f"of {goals} {proved}{weight.shortened} shortened"
        case "forgotten":
            return f"it helped on none of {goals}"
    return f"on probation: it helped on none of {goals} so far" if weight.measured else "on probation: not measured yet"


def _data(r: _Row) -> dict[str, object]:
    w = r.weight
    return {
        "node": r.node, "name": r.name, "kind": r.kind, "definitions": r.about, "says": r.words, "standing": r.standing,
        "offered": r.offered, "why": r.why, "uses": r.uses, "proved": w.proved, "shortened": w.shortened, "saved": w.saved,
        "measured": w.measured,
    }  # fmt: skip
