"""`qed rules find`: rewrite rules conjectured, proved and admitted. `qed rules show`: those of a graph, and who uses them."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from loop.bench import Bench, BenchLost
from loop.commands.common import DONE, ERROR, UsageError, prepare_graph, print_json, read_graph
from loop.commands.governed import seconds_within, unless_stopped
from loop.commands.lasting import Clock, status_on
from loop.conjecture.conjecturer import Conjecturer, Told
from loop.conjecture.grammar import GRAMMARS, Grammar
from loop.conjecture.keeping import keep_rule
from loop.conjecture.proving import proved
from loop.rule_store import Accepted, rules_of
from loop.techniques.rule_table import RULES
from loop.words import console
from verify.canonical import Digest
from verify.ci_formats import plain
from verify.graph import Graph
from verify.limits import DEFAULT
from verify.reasons import Reason
from verify.second import second_lean
from verify.standby import Standby, start_kernel
from verify.toolchain import Preference, Toolchain, find

NAMES: Final = tuple(g.name for g in GRAMMARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindArguments:
    """What the command line asked for."""

    grammars: tuple[str, ...]
    size: int
    seed: int
    seconds: float | None
    accepted: Path
    lean: Preference
    as_json: bool


def chosen_grammars(names: Sequence[str]) -> list[Grammar]:
    """Return the grammars that are meant, all where none is named. Raises UsageError."""
    if unknown := sorted(set(names) - set(NAMES)):
        raise UsageError(f"--grammar is one of {', '.join(NAMES)}; it was {unknown[0]!a}.")
    return [g for g in GRAMMARS if not names or g.name in names]


@dataclass(slots=True)
class _Search:
    """One call of `find`: the graph as it grows, and when it is to end."""

    arguments: FindArguments
    graph: Graph
    toolchain: Toolchain
    clock: Clock

    def told(self, grammar: Grammar, standby: Standby) -> Iterator[tuple[Told, Digest | Reason | None]]:
        """Yield what became of each conjecture over a grammar: the node of a rule that entered, or why one did not."""
        second = second_lean(self.toolchain, DEFAULT)
        kernel = start_kernel(self.toolchain, DEFAULT)
        with kernel.session:
            bench = Bench(kernel, kernel.library)
            known = (*RULES, *(a.rule for a in rules_of(self.graph)))
            conjecturer = Conjecturer(
                grammar, lambda one: proved(one, bench), known, self.arguments.seed, over=self.clock.over,
            )  # fmt: skip
            for told in conjecturer.run(self.arguments.size):
                if told.rule is None:
                    yield told, None
                else:
                    kept = keep_rule(self.graph, self.arguments.accepted, told.rule, standby.take, second)
                    if not isinstance(kept, Reason):
                        self.graph, node = kept
                    yield told, kept if isinstance(kept, Reason) else node.id


def find_rules(arguments: FindArguments) -> int:
    """Conjecture rules over grammars, prove them, and admit those that are accepted; return the exit code.

    What follows from the built-in rules and from those of the graph is not conjectured, so that a search that was ended goes on
    where it was. Raises UsageError, Refusal, ToolchainMissing.
    """
    grammars, err = chosen_grammars(arguments.grammars), console(stderr=True)
    if arguments.size < 1:
        raise UsageError("--size must be at least 1.")
    graph = read_graph(arguments.accepted)
    unless_stopped(arguments.accepted)
    seconds = seconds_within(arguments.seconds, arguments.accepted)
    search = _Search(arguments, graph, find(arguments.lean), Clock(arguments.accepted, seconds))
    prepare_graph(arguments.accepted)
    rows: dict[str, Counter[str]] = {}
    with contextlib.closing(Standby(search.toolchain, DEFAULT)) as standby, status_on(err, "looking for rules") as status:
        for grammar in grammars:
            if search.clock.over():
                break
            counts = rows[grammar.name] = Counter()
            try:
                for told, kept in search.told(grammar, standby):
                    counts["accepted" if isinstance(kept, str) else "proved, not accepted" if kept else told.came] += 1
                    if isinstance(kept, Reason):
                        err.print(plain(f"{told.candidate.left} -> {told.candidate.right}: {kept}"), soft_wrap=True)
                    status.update(f"{grammar.name}: {counts['accepted']} rules, at {plain(told.candidate.left)}")
            except BenchLost as lost:
                search.clock.how = str(lost)
    if arguments.as_json:
        print_json(_found_data(search, rows))
    else:
        _show_found(console(), search, rows)
    return DONE if search.clock.how in ("", "seconds", "stopped") else ERROR


COLUMNS: Final = ("accepted", "proved, not accepted", "unproved", "refuted", "worthless", "redundant")


def _show_found(out: Console, search: _Search, rows: dict[str, Counter[str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("grammar", *COLUMNS):
        table.add_column(column, justify="left" if column == "grammar" else "right")
    for name, counts in rows.items():
        table.add_row(name, *(str(counts[c]) for c in COLUMNS))
    out.print(table)
    why = f"; it ended early: {plain(search.clock.how)}" if search.clock.how else ""
    out.print(f"{len(rules_of(search.graph))} rules in the graph, {search.clock.spent:.1f} s{why}")


def _found_data(search: _Search, rows: dict[str, Counter[str]]) -> dict[str, object]:
    return {
        "grammars": {name: {c.replace(", ", "_").replace(" ", "_"): counts[c] for c in COLUMNS} for name, counts in rows.items()},
        "rules": len(rules_of(search.graph)),
        "seconds": round(search.clock.spent, 3),
        "ended_early": search.clock.how,
    }


def show_rules(folder: Path, *, as_json: bool) -> int:
    """Print the rules of a graph with the nodes whose proofs hold them; return the exit code. Raises UsageError, Refusal."""
    graph = read_graph(folder)
    rules = rules_of(graph)
    used = {r.node: _users(graph, r) for r in rules}
    if as_json:
        print_json({"rules": [_data(r, used[r.node]) for r in rules]})
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("rule", "node", "used by"):
        table.add_column(column, overflow="fold")
    for r in rules:
        under = f" where {' and '.join(r.rule.where)}" if r.rule.where else ""
        said = f"{r.rule.left} {'<->' if r.rule.both else '->'} {r.rule.right}{under}"
        table.add_row(plain(said), r.node[:12], ", ".join(used[r.node]) or "-")
    console().print(table if rules else "no rules")
    return DONE


def _users(graph: Graph, rule: Accepted) -> Sequence[str]:
    """Return the targets of the versions whose proofs hold a rule."""
    return sorted({graph.nodes[i].target for i in graph.resting.successors(rule.node)})


def _data(rule: Accepted, used: Sequence[str]) -> dict[str, object]:
    r = rule.rule
    return {
        "node": rule.node, "name": r.name, "left": r.left, "right": r.right, "where": list(r.where), "both_ways": r.both,
        "statement": rule.lemma.statement, "used_by": list(used),
    }  # fmt: skip
