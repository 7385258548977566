"""`qed policy learn`: a model of which proposals, or which tactics, do, fitted on the journal and tried on held-out targets.

`qed policy try`: a policy file, tried likewise. `qed policy show`: those of a graph, and those that were tried and left out.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.table import Table

from loop.commands.begun import alone
from loop.commands.common import DECLINE, DONE, UsageError, print_json, read_file, read_graph, read_spec
from loop.commands.governed import unless_stopped
from loop.commands.held_out import divided
from loop.generations.measure import RunLost, RunStopped, given_up
from loop.journal import Journal, journal_path
from loop.policies.deciding import TRIED, Decided, decide, words
from loop.policies.in_use import RANKING, TACTICS, kind_of, policy_data
from loop.policies.ranking import Example, Fitted, TooLittle, fitted, proposals, tactics
from loop.policies.trial import Trial
from loop.words import SHORT, console
from verify.canonical import Digest, to_json
from verify.ci_formats import plain
from verify.graph import in_order
from verify.node import spec_node
from verify.policy import EVIDENCE_FILE, evidence_from_bytes

_EXAMPLES: Final[Mapping[str, Callable[[Journal, frozenset[Digest]], Iterator[Example]]]] = {RANKING: proposals, TACTICS: tactics}
LEARNED: Final = tuple(_EXAMPLES)
"""kinds that are fitted on the journal"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryArguments:
    """What the command line asked for; `seconds` are those of each run over the held-out targets."""

    out: Path
    accepted: Path
    specs: Path
    held_out: tuple[str, ...]
    seconds: int
    seeds: int
    jobs: int | None
    as_json: bool

    def trial(self, test: tuple[Path, ...]) -> Trial:
        """Return what a policy is tried on. Raises UsageError."""
        if self.seconds < 1 or self.seeds < 1:
            raise UsageError("--time and --seeds must be at least 1.")
        unless_stopped(self.accepted)
        err = console(stderr=True)
        return Trial(
            source=self.accepted, specs=test, out=self.out.absolute() / "trial", seconds=self.seconds, seeds=self.seeds,
            jobs=self.jobs, say=lambda what: err.print(plain(what)),
        )  # fmt: skip


def learn(arguments: TryArguments, kind: str) -> int:
    """Fit a model on what the journal says of targets that are not held out, and try it on those that are; return the exit code.

    Raises UsageError, and Refusal where a graph does not read or a run was lost.
    """
    if kind not in LEARNED:
        raise UsageError(f"what is learned is one of {', '.join(LEARNED)}; it was {kind!a}.")
    _, test = divided(arguments.specs, arguments.held_out)
    trial = arguments.trial(test)
    read_graph(arguments.accepted)
    path = journal_path(arguments.accepted)
    held = frozenset(spec_node(s.name, s.source.content).id for p in test for s in read_spec(p, None).specs)
    with closing(Journal(path)) as journal:
        if broken := journal.broken():
            raise UsageError(f"{broken} Somebody changed the journal; nothing is learned from it.")
        try:
            found = fitted(_EXAMPLES[kind](journal, held))
        except TooLittle as little:
            _say_nothing(arguments, f"{path} holds {little}; run the loop on more targets first.", "")
            return DECLINE
    return _tried(arguments, trial, to_json(policy_data(kind, found.weights.to_data())), found)


def _say_nothing(arguments: TryArguments, why: str, ended: str) -> None:
    """Say why nothing came of it."""
    if arguments.as_json:
        print_json({"accepted": False, "why": why, "ended": ended})
    console(stderr=True).print(plain(why), soft_wrap=True)


def try_out(arguments: TryArguments, file: Path) -> int:
    """Try a policy file on held-out targets, and admit it where it does better; return the exit code. Raises as `learn`."""
    content = read_file(file, "policy")
    kind_of(content)
    _, test = divided(arguments.specs, arguments.held_out)
    return _tried(arguments, arguments.trial(test), content, None)


def _tried(arguments: TryArguments, trial: Trial, policy: bytes, found: Fitted | None) -> int:
    trial.out.mkdir(parents=True, exist_ok=True)
    with alone(trial.out.parent):
        return _tried_alone(arguments, trial, policy, found)


def _tried_alone(arguments: TryArguments, trial: Trial, policy: bytes, found: Fitted | None) -> int:
    try:
        evidence = trial.of(policy)
    except RunStopped:
        _say_nothing(arguments, "stopped; what is over is kept, and the same command goes on.", "stopped")
        return DONE
    except RunLost as lost:
        raise given_up(lost, trial.out) from None
    _, decided = decide(read_graph(arguments.accepted), arguments.accepted, policy, evidence)
    if arguments.as_json:
        print_json({**decided.as_data(), "fitted": _fitted_data(found)})
    else:
        _show(decided, found)
    return DONE


def _fitted_data(found: Fitted | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "examples": found.examples, "accepted": found.accepted, "weights": len(found.weights.of), "held_out_bits": found.loss,
        "share_bits": found.plain,
    }  # fmt: skip


def _show(decided: Decided, found: Fitted | None) -> None:
    out = console()
    if found is not None:
        said = f"{found.examples} examples, {found.accepted} accepted; {len(found.weights.of)} weights"
        out.print(f"{said}; surprise on other targets {found.loss:.3f} bits, {found.plain:.3f} without a model.", soft_wrap=True)
    for line in words(decided):
        out.print(plain(line), soft_wrap=True)


def show(folder: Path, *, as_json: bool) -> int:
    """Print the policies of a graph, and those that were left out; return the exit code. Raises UsageError, Refusal."""
    rows: list[dict[str, object]] = []
    for node in in_order(read_graph(folder)):
        if node.kind == "policy":
            evidence = evidence_from_bytes(node.content(EVIDENCE_FILE))
            rows.append(Decided(node.target, node.id, "", evidence).as_data())
    with closing(Journal(journal_path(folder))) as journal:
        left = [e.content for e in journal.events(TRIED) if not e.content.get("accepted")]
    rows += [{k: v for k, v in one.items() if k not in ("policy", "evidence")} for one in left]
    if as_json:
        print_json({"policies": rows})
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("policy", "node", "better", "worse", "by coin toss", "why not"):
        table.add_column(column, overflow="fold")
    for row in rows:
        node_id = str(row["node"])[:SHORT] if row["node"] else "-"
        cells = (row["kind"], node_id, row["won"], row["lost"], row["chance"], row["why"] or "-")
        table.add_row(*(plain(str(c)) for c in cells))
    console().print(table if rows else "no policies")
    return DONE
