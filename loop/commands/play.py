"""`qed rules play`: self-play of a conjecturer, a falsifier and a prover; what is proved and needed enters the graph."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from loop.bench import Bench, BenchLost
from loop.commands.common import DONE, ERROR, UsageError, prepare_graph, print_json, read_graph
from loop.commands.governed import seconds_within, unless_stopped
from loop.commands.lasting import Clock
from loop.commands.rules import chosen_grammars
from loop.conjecture.candidates import Candidate
from loop.conjecture.keeping import keep_rule
from loop.conjecture.play import Play, Round, figures
from loop.conjecture.played import load, played_path, save
from loop.conjecture.proving import Prover
from loop.journal import Journal, journal_path
from loop.rule_store import Accepted, rules_of
from loop.tactic_order import TacticOrder
from loop.techniques.rules import Rule
from loop.words import console
from verify.ci_formats import plain
from verify.gates.kernel import Kernel
from verify.graph import Graph
from verify.limits import DEFAULT
from verify.reasons import Reason
from verify.second import second_lean
from verify.standby import Standby, start_kernel
from verify.toolchain import Preference, Toolchain, find

PLAYED: Final = "play ended"
"""the kind of the event in the journal"""
LOST: Final = 3
"""Lean sessions in a row that conjectures may cost"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayArguments:
    """What the command line asked for; seconds are wall clock."""

    grammars: tuple[str, ...]
    rounds: int | None
    seed: int
    seconds: float | None
    accepted: Path
    lean: Preference
    as_json: bool


@dataclass(slots=True)
class _Table:
    """The graph as it grows, the Lean that searches, and when the play is to end."""

    arguments: PlayArguments
    graph: Graph
    toolchain: Toolchain
    standby: Standby
    err: Console
    clock: Clock
    _kernel: Kernel | None = None
    _lost: int = 0

    def rules(self) -> Sequence[Accepted]:
        """Return the rules of the graph."""
        return rules_of(self.graph)

    def prove(self, one: Candidate, order: TacticOrder, lemmas: Sequence[Accepted]) -> tuple[Rule | None, int]:
        """Try to prove a candidate; one that costs the Lean session is not proved, and after several such nothing is.

        Raises SearchStopped where the play is to end.
        """
        kernel = self._kernel = self._kernel or start_kernel(self.toolchain, DEFAULT)
        prover = Prover(Bench(kernel, kernel.library, self.clock.over), order, lemmas)
        try:
            rule = prover.prove(one)
        except BenchLost as lost:
            self.close()
            self._lost += 1
            if not lost.limit or self._lost >= LOST:
                self.clock.how = str(lost)
            return None, prover.tries
        self._lost = 0
        return rule, prover.tries

    def accept(self, rule: Rule) -> bool:
        """Have a rule judged in a fresh process, and admit it; say whether it entered."""
        folder, second = self.arguments.accepted, second_lean(self.toolchain, DEFAULT)
        kept = keep_rule(self.graph, folder, rule, self.standby.take, second)
        if isinstance(kept, Reason):
            self.err.print(plain(f"{rule.left} -> {rule.right}: {kept}"), soft_wrap=True)
            return False
        self.graph = kept[0]
        return True

    def close(self) -> None:
        """End the Lean that searches."""
        if self._kernel is not None:
            self._kernel.session.close()
            self._kernel = None


def play(arguments: PlayArguments) -> int:
    """Play rounds, and keep what was learned after each; return the exit code.

    What is killed or interrupted loses the round in flight, but for rules that had entered the graph. Raises UsageError, Refusal,
    ToolchainMissing.
    """
    if arguments.rounds is not None and arguments.rounds < 1:
        raise UsageError("--rounds must be at least 1.")
    grammars, err = chosen_grammars(arguments.grammars), console(stderr=True)
    unless_stopped(arguments.accepted)
    clock = Clock(arguments.accepted, seconds_within(arguments.seconds, arguments.accepted))
    graph, toolchain, path = read_graph(arguments.accepted), find(arguments.lean), played_path(arguments.accepted)
    prepare_graph(arguments.accepted)
    state, complaint = load(path)
    _complain(err, complaint)
    rounds: list[Round] = []
    with contextlib.closing(Standby(toolchain, DEFAULT)) as standby:
        table = _Table(arguments, graph, toolchain, standby, err, clock)
        game = Play(grammars, arguments.seed, state, table.rules, table.prove, table.accept, table.clock.over)
        try:
            for one in game.run(arguments.rounds):
                rounds.append(one)
                complaint = save(path, game.state)
                _say(err, one)
        except KeyboardInterrupt:
            table.clock.how = "stopped"
            raise
        finally:
            table.close()
            _complain(err, complaint)
            _told(arguments, table, rounds, err)
    if arguments.as_json:
        print_json(_data(arguments, table, rounds))
    else:
        _show(console(), table, rounds)
    return DONE if table.clock.how in ("", "seconds", "stopped") else ERROR


def _complain(err: Console, complaint: str) -> None:
    if complaint:
        err.print(plain(complaint), soft_wrap=True)


def _say(err: Console, one: Round) -> None:
    counts = ", ".join(f"{name} {n}" for name, n in one.counts.items() if n)
    err.print(plain(f"round {one.number}, {one.level}: {counts}"), soft_wrap=True)


def _told(arguments: PlayArguments, table: _Table, rounds: Sequence[Round], err: Console) -> None:
    """Write into the journal what was played."""
    with contextlib.closing(Journal(journal_path(arguments.accepted))) as journal:
        journal.add(PLAYED, {"seed": arguments.seed, **_data(arguments, table, rounds)})
        _complain(err, journal.complaint)


def _data(arguments: PlayArguments, table: _Table, rounds: Sequence[Round]) -> dict[str, object]:
    total = sum((Counter(r.counts) for r in rounds), Counter[str]())
    levels = Counter(str(r.level) for r in rounds)
    return {
        "total": figures(total), "levels": dict(levels), "rounds": [r.as_data() for r in rounds],
        "grammars": list(arguments.grammars), "rules": len(table.rules()), "seconds": round(table.clock.spent, 3),
        "ended_early": table.clock.how,
    }  # fmt: skip


COLUMNS: Final = (
    "conjectured", "refuted by samples", "refuted by falsifier", "made conditional", "proved", "unproved", "proved late",
    "accepted", "success rate", "tries per success",
)  # fmt: skip


def _show(out: Console, table: _Table, rounds: Sequence[Round]) -> None:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("round", "level", *COLUMNS):
        shown.add_column(column, justify="left" if column == "level" else "right")
    total = sum((Counter(r.counts) for r in rounds), Counter[str]())
    for number, level, counts in [*((str(r.number), str(r.level), r.counts) for r in rounds), ("", "all", total)]:
        told = figures(counts)
        cells = ["-" if (v := told[c.replace(" ", "_")]) is None else str(v) for c in COLUMNS]
        shown.add_row(number, level, *cells)
    out.print(shown)
    why = f"; it ended early: {plain(table.clock.how)}" if table.clock.how else ""
    out.print(f"{len(table.rules())} rules in the graph, {table.clock.spent:.1f} s{why}")
