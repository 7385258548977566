"""`qed run`: verification rounds over targets, with one proposer, into one graph."""

import contextlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loop.commands.common import (
    DECLINE,
    DONE,
    ERROR,
    REJECT,
    SpecFile,
    UsageError,
    prepare_graph,
    prepare_sandbox,
    print_json,
    read_graph,
    read_spec,
    reason_data,
)
from loop.journal import Journal, journal_path, judge_digest
from loop.models.exchanges import START
from loop.models.hearing import heard
from loop.progress import Board
from loop.proposal import Proposer
from loop.recording import Recorder
from loop.rounds import Plan, Rounds, Target
from loop.timing import Timing, literal_or_size, measure
from loop.words import console, line_costs, reason_lines, show_run
from verify.ci_formats import plain
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.reasons import Refusal
from verify.reasons import Verdict as VerdictName
from verify.task import Version
from verify.toolchain import Preference

if TYPE_CHECKING:
    from loop.examine import Examiner

KEYS = ("QED_API_KEY", "OPENAI_API_KEY")
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelArguments:
    """What is asked of models: their names and prices, what all of it may cost, and how long a conversation may be."""

    models: tuple[str, ...] = ()
    base_url: str | None = None
    price: tuple[str, ...] = ()
    """each `NAME=IN/OUT`, in dollars for a million tokens"""
    prices: Path | None = None
    money: str | None = None
    """in dollars"""
    tokens: int | None = None
    answer_tokens: int | None = None
    turns: int = 6
    repairs: int = 2
    exchanges: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunArguments:
    """The options of `run`."""

    specs: tuple[Path, ...] = ()
    rounds: int = 4
    proposer: str = "symbolic"
    record: Path | None = None
    budget: str | None = None
    seed: int = 0
    accepted: Path = Path("accepted")
    models: ModelArguments = ModelArguments()
    lean: Preference = "auto"
    as_json: bool = False


class LateExaminer:
    """Starts the examiner, and with it Lean, when the first judgement is due; it learns from a journal and writes to it."""

    def __init__(self, lean: Preference, board: Board, journal: Path) -> None:
        """Start nothing."""
        self._lean, self._board, self._journal = lean, board, journal
        self._examiner: Examiner | None = None

    def get(self) -> "Examiner":
        """Return the examiner. Raises ToolchainMissing."""
        if self._examiner is None:
            # a run with nothing to judge needs none of these
            from loop.examine import Examiner  # noqa: PLC0415
            from loop.tactic_order import TacticOrder, read_outcomes  # noqa: PLC0415

            order = TacticOrder()
            with contextlib.suppress(OSError):  # as in `close`
                order.learn(read_outcomes(self._journal))
            self._examiner = Examiner(self._lean, DEFAULT, self._board.say, order)
        return self._examiner

    def close(self) -> None:
        """End its processes, and write down what the scripts came to."""
        if self._examiner is not None:
            from loop.tactic_order import append_outcomes  # noqa: PLC0415 - as above

            self._examiner.close()
            with contextlib.suppress(OSError):  # the journal itself has complained; an order is no more than a habit
                append_outcomes(self._journal, self._examiner.outcomes)


def run(arguments: RunArguments) -> int:
    """Run, print the summary, and return the exit code.

    0: the run is done, whether or not it improved anything. 1: a spec file or a baseline is wrong. 3: no baseline could be
    decided. 4: a tool or the proposer failed. Raises UsageError, Refusal, ToolchainMissing, ProposerFailed.
    """
    seconds = parse_budget(arguments.budget)
    if arguments.rounds < 1:
        raise UsageError("--rounds must be at least 1.")
    graph = read_graph(arguments.accepted)
    files = [read_spec(path, graph) for path in spec_paths(arguments.specs)]
    specs = [spec for file in files for spec in file.specs]
    proposer = make_proposer(arguments)
    journal = Journal(journal_path(arguments.accepted))
    plan = Plan(
        folder=arguments.accepted, rounds=arguments.rounds, seconds=seconds, seed=arguments.seed, limits=DEFAULT,
        judge=judge_digest(DEFAULT, arguments.lean),
    )  # fmt: skip
    with contextlib.ExitStack() as stack:
        recorder = stack.enter_context(Recorder(arguments.record)) if arguments.record else None
        board = stack.enter_context(Board(console(stderr=True)))
        examiner = stack.enter_context(contextlib.closing(LateExaminer(arguments.lean, board, journal_path(arguments.accepted))))
        stack.enter_context(alarm(proposer, seconds))
        if specs:
            prepare_sandbox()
            prepare_graph(arguments.accepted)
        rounds = Rounds(plan, specs, proposer, heard(proposer, examiner.get), journal, board, recorder)
        rounds.run()
        timings = {t.spec.digest: timing_of(t) for t in rounds.targets}
    code = exit_code(files, rounds)
    if arguments.as_json:
        print_json(to_data(arguments, files, rounds, timings, code))
    else:
        show(files, rounds, timings)
    if journal.complaint:
        console(stderr=True).print(plain(journal.complaint), soft_wrap=True)
    return code


def parse_budget(text: str | None) -> float | None:
    """Return a budget in seconds. Raises UsageError.

    >>> [parse_budget(t) for t in ("30s", "5m", "1h", None)]
    [30.0, 300.0, 3600.0, None]
    """
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})([smh])", text)
    if not match:
        raise UsageError(f"--budget is a number and a unit, such as 30s, 5m or 1h; it was {text!a}.")
    return float(match[1]) * _UNITS[match[2]]


def spec_paths(named: Sequence[Path]) -> list[Path]:
    """Return the spec files that are meant: each file named, each .py file under each folder named, specs/ by default.

    Raises UsageError for what is not there, and for a folder without a .py file.
    """
    out: list[Path] = []
    for path in named or (Path("specs"),):
        if path.is_dir():
            found = sorted(p for p in path.rglob("*.py") if not any(part.startswith((".", "_")) for part in p.parts[-2:]))
            if not found:
                raise UsageError(f"the folder {path} holds no spec file.")
            out += found
        elif path.exists():
            out.append(path)
        else:
            raise UsageError(f"there is no spec file {path}." if named else "there is no folder specs/; name a spec file.")
    return list(dict.fromkeys(out))


def make_proposer(arguments: RunArguments) -> Proposer:
    """Make the proposer that was asked for, and take the API keys out of the environment, so that no child inherits them.

    Raises UsageError, Refusal (a recording that does not read), ProposerFailed (an address that gets no key).
    """
    kind, _, rest = arguments.proposer.partition(":")
    if kind == "openai" and not rest:
        from loop.commands.models import ask_models  # noqa: PLC0415 - the SDK takes a second to import

        return ask_models(arguments.models, arguments.accepted)
    for name in KEYS:
        os.environ.pop(name, None)
    if kind == "replay" and rest:
        return _replay(arguments, Path(rest))
    _no_exchanges(arguments)
    if arguments.proposer == "symbolic":
        from loop.proposers.symbolic import Symbolic  # noqa: PLC0415 - only where it is asked for

        return Symbolic()
    raise UsageError(f"--proposer is symbolic, openai or replay:FILE; it was {arguments.proposer!a}.")


def _no_exchanges(arguments: RunArguments) -> None:
    if arguments.models.exchanges:
        raise UsageError("--exchanges needs a proposer that has some: openai, or replay: of a file of them.")


def _replay(arguments: RunArguments, path: Path) -> Proposer:
    """Make a proposer out of a recording: of proposals, or of exchanges with models."""
    exchanges = arguments.models.exchanges
    for option, written in (("--record", arguments.record), ("--exchanges", exchanges)):
        if written and written.exists() and path.exists() and written.samefile(path):
            raise UsageError(f"{option} must not name the recording that is replayed.")
    try:
        with path.open("rb") as file:
            of_models = file.read(len(START)) == START
        if of_models:
            from loop.commands.models import play_back  # noqa: PLC0415 - as above

            return play_back(path, arguments.accepted, exchanges)
        from loop.proposers.replay import from_file  # noqa: PLC0415 - only where it is asked for

        _no_exchanges(arguments)
        return from_file(path)
    except OSError as error:
        raise UsageError(f"the recording {path} cannot be read: {error.strerror}.") from None


@contextlib.contextmanager
def alarm(proposer: Proposer, seconds: float | None) -> Iterator[None]:
    """End a proposer's waiting when the budget of time is used up, where it knows how to be stopped."""
    stop = getattr(proposer, "stop", None)
    if seconds is None or not isinstance(stop, threading.Event):
        yield
        return
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def timing_of(target: Target) -> Timing | None:
    """Measure a target's baseline against its head, where the head is better; None where nothing could be measured."""
    if not target.stands.improved or target.stands.head is None:
        return None
    spec = target.spec
    try:
        head = version_of(target.stands.head, spec, DEFAULT)
    except Refusal:
        return None
    found = measure(spec, Version(spec.source, spec.program), head, DEFAULT)
    return found[-1] if found else None


def exit_code(files: Sequence[SpecFile], rounds: Rounds) -> int:
    """Return the exit code of a run that came to its end."""
    bad: list[VerdictName] = [f.reason.verdict for f in files if f.reason]
    for target in rounds.targets:
        if target.reason:
            bad.append(target.reason.verdict)
        elif target.recorded:
            bad.append(target.recorded.verdict)
    if "reject" in bad:
        return REJECT
    if "error" in bad or (rounds.failed and not rounds.over):
        return ERROR
    return DECLINE if bad and not any(t.stands.head for t in rounds.targets) else DONE


def show(files: Sequence[SpecFile], rounds: Rounds, timings: dict[str, Timing | None]) -> None:
    """Print the summary for people."""
    out = console()
    for file in files:
        if file.reason:
            out.print(f"{file.reason.verdict}  {plain(str(file.path))}")
            for line in reason_lines(file.reason, ""):
                out.print(f"  {line}")
    show_run(out, rounds, timings)


def to_data(
    arguments: RunArguments, files: Sequence[SpecFile], rounds: Rounds, timings: dict[str, Timing | None], code: int
) -> dict[str, object]:
    """Return the summary for `--json`."""
    paths = {id(spec): str(file.path) for file in files for spec in file.specs}
    tally = rounds.tally
    return {
        "accepted_folder": str(arguments.accepted),
        "targets": [target_data(t, paths[id(t.spec)], timings.get(t.spec.digest)) for t in rounds.targets],
        "accepted": tally.accept,
        "rejected": tally.reject,
        "declined": tally.decline,
        "errors": tally.error,
        "known": tally.known,
        "lemmas": tally.lemmas,
        "problems": [{"spec": str(f.path), "verdict": f.reason.verdict, **reason_data(f.reason)} for f in files if f.reason],
        "proposer_failed": str(rounds.failed) if rounds.failed else None,
        "spent": {
            "seconds": round(rounds.seconds, 3),
            "proposals": tally.proposals,
            "judgements": tally.judgements,
            "requests": getattr(rounds.proposer, "requests", 0),
            "tokens": getattr(rounds.proposer, "tokens", 0),
            "money": getattr(rounds.proposer, "money", "0.00"),
            "unusable_answers": tally.faults,
        },
        "exit_code": code,
    }


def target_data(target: Target, path: str, timing: Timing | None) -> dict[str, object]:
    """Return one target for `--json`; `improved` says that its head is better than its baseline, `new` since when."""
    head = target.stands.head
    certificate = head.certificate if head else None
    costs = line_costs(target.stands)
    why = {**reason_data(target.reason), "verdict": target.reason.verdict} if target.reason else reason_data(None)
    if target.recorded:
        why |= {"reason": target.recorded.reason, "message": target.recorded.message, "verdict": target.recorded.verdict}
    names = [p.name for p in target.spec.program.parameters]
    return {
        "name": target.name,
        "spec": path,
        "improved": target.stands.improved,
        "new": target.admitted > 0,
        "outcome": target.outcome,
        "tier": certificate.tier if certificate else None,
        "order": target.stands.order,
        "cost": {"old": costs.old, "new": costs.new},
        "nanoseconds": {
            "old": timing.old, "new": timing.new, "slower": timing.slower,
            "arguments": {n: literal_or_size(v) for n, v in zip(names, timing.arguments, strict=True)},
        } if timing else None,
        "node": head.id if head else None,
        "proposals": target.proposals,
        "seconds": round(target.seconds, 3),
        **why,
    }  # fmt: skip
