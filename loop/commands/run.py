"""`qed run`: verification rounds over targets, with one proposer, into one graph."""

import contextlib
import functools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from loop.budget import Budget, Spent, spent_before
from loop.commands.common import (
    DECLINE,
    DONE,
    ERROR,
    KEYS,
    REJECT,
    SpecFile,
    UsageError,
    prepare_graph,
    prepare_sandbox,
    print_json,
    read_graph,
    read_spec,
    reason_data,
    spec_paths,
)
from loop.commands.governed import unless_stopped, within
from loop.commands.run_arguments import RunArguments
from loop.executors.executor import Executor, Maker, Question
from loop.executors.judges import Examining
from loop.executors.local import default_jobs, local
from loop.governance.door import judged_under
from loop.journal import MEASURED, OUTCOMES, Journal, journal_path, judge_digest
from loop.keep import Again
from loop.library.measures import weights_in
from loop.models.exchanges import START
from loop.policies.in_use import Policies, policies_of
from loop.progress import Board, Shows
from loop.proposal import Proposer
from loop.recording import Recorder
from loop.rounds import Rounds
from loop.rule_store import Accepted
from loop.search.learned import learned_path, load, save
from loop.search.search import Search
from loop.search.steering import Steering
from loop.target import Plan, Target
from loop.timing import Timing, literal_or_size, measure
from loop.views.times import points_to_data, time_points
from loop.words import console, line_costs, reason_lines, show_run
from verify.ci_formats import plain
from verify.governance import governance_beside
from verify.graph import Graph
from verify.judge import rejudge, version_of
from verify.limits import DEFAULT
from verify.reasons import Refusal
from verify.reasons import Verdict as VerdictName
from verify.spec import Spec
from verify.task import Version
from verify.toolchain import Preference, find

NO_POLICIES = Policies()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run needs before it begins."""

    arguments: RunArguments
    files: Sequence[SpecFile]
    specs: Sequence[Spec]
    plan: Plan
    journal: Journal
    policies: Policies = NO_POLICIES


def run(arguments: RunArguments) -> int:
    """Run, print the summary, and return the exit code.

    0: the run is done, whether or not it improved anything. 1: a spec file or a baseline is wrong. 3: no baseline could be
    decided. 4: a tool or the proposer failed. Raises UsageError, Refusal, ToolchainMissing, ProposerFailed.
    """
    budget = arguments.to_budget()
    with contextlib.closing(Journal(journal_path(arguments.accepted))) as journal:
        return carried_out(prepared(arguments, budget, journal))


def prepared(arguments: RunArguments, budget: Budget, journal: Journal) -> Prepared:
    """Read the specs, and say what the run may do. Raises UsageError, Refusal."""
    graph = read_graph(arguments.accepted)
    files = [read_spec(path, graph) for path in spec_paths(arguments.specs)]
    unless_stopped(arguments.accepted)
    # one that is gone on with goes by what it began with, which its arguments hold
    policies = policies_of(None if journal.resumed else graph, arguments.policies)
    arguments = replace(arguments, policies=tuple(text.decode() for text in policies.texts.values()))
    plan = plan_of(arguments, budget)
    return Prepared(arguments, files, [spec for file in files for spec in file.specs], plan, journal, policies)


def plan_of(arguments: RunArguments, budget: Budget) -> Plan:
    """Return what the options and policy.toml let a run do. Raises UsageError, Refusal."""
    governance = governance_beside(arguments.accepted)
    return Plan(
        folder=arguments.accepted, rounds=arguments.rounds, budget=within(budget, governance), seed=arguments.seed,
        limits=DEFAULT, judge=judged_under(judge_digest(DEFAULT, arguments.lean), governance), governance=governance,
        review=arguments.review, arguments={"arguments": arguments.as_data(), "policy": governance.digest},
    )  # fmt: skip


def searched(run: Prepared, shows: Shows | None = None) -> tuple[Rounds, str]:
    """Go through a run, or go on with the one that its journal was set to; the text is what could not be kept, "" for none.

    It is shown on the terminal unless something else `shows` it.
    """
    arguments, journal = run.arguments, run.journal
    weights, unread = weights_in(arguments.accepted)
    plan = replace(run.plan, weights=weights)
    learned, complaint = load(learned_path(arguments.accepted))
    search = Search(learned.next_run(), policies=run.policies)
    proposer = make_proposer(arguments, plan.budget, spent_before(journal), search, run.policies)
    with contextlib.ExitStack() as stack:
        recorder = stack.enter_context(Recorder(arguments.record)) if arguments.record else None
        board: Shows = stack.enter_context(shows or Board(console(stderr=True)))
        executor = stack.enter_context(contextlib.closing(make_executor(arguments, journal, run.policies)))
        if run.specs:
            prepare_sandbox()
            prepare_graph(arguments.accepted)
        serve(proposer, executor)
        proposers = {proposer.name: proposer}
        steering = Steering(search, proposers, plan.rounds, plan.seed, run.policies.settings)
        again = proving_again(arguments.lean)
        rounds = Rounds(plan, run.specs, proposers, executor, journal, board, recorder, steering, again)
        search.rules = rules_in(rounds.graph)
        left = None if plan.budget.seconds is None else max(0.0, plan.budget.seconds - rounds.seconds)
        stack.enter_context(alarm(proposer, left))
        board.follow(rounds)
        rounds.run()
        if run.specs and rounds.how != "stopped":  # one that is gone on with begins with what it began with
            complaint = complaint or save(learned_path(arguments.accepted), search.learned)
    return rounds, journal.complaint or complaint or unread


def rules_in(graph: Graph) -> tuple[Accepted, ...]:
    """Return the rewrite rules of the graph that a run begins with."""
    if not any(n.kind == "rule" for n in graph.nodes.values()):
        return ()
    from loop.rule_store import rules_of  # noqa: PLC0415 - a graph without rules needs no reader of rules

    return rules_of(graph)


def carried_out(run: Prepared) -> int:
    """Go through a run, print the summary and return the exit code."""
    arguments = run.arguments
    rounds, complaint = searched(run)
    timings = timed(run.journal, rounds)
    code = exit_code(run.files, rounds)
    if arguments.as_json:
        print_json(to_data(arguments, run.files, rounds, timings, code))
    else:
        show(run.files, rounds, timings)
    if complaint:
        console(stderr=True).print(plain(complaint), soft_wrap=True)
    return code


def make_executor(arguments: RunArguments, journal: Journal, policies: Policies) -> Executor:
    """Make the executor that was asked for; no judge starts before the first judgement. Raises UsageError."""
    making = functools.cache(lambda: judge_maker(arguments.lean, journal, policies))

    def first() -> None:
        find(arguments.lean)
        making()

    if arguments.executor == "ray":
        from loop.executors.ray import RayMissing, ray_lanes  # noqa: PLC0415 - only where it is asked for

        try:
            return ray_lanes(making, arguments.jobs, arguments.address, first)
        except RayMissing as missing:
            raise UsageError(str(missing)) from None
    return local(making, arguments.jobs or default_jobs(), first)


def serve(proposer: Proposer, executor: Executor) -> None:
    """Let the workbench of a proposer, where it has one, have tasks judged by the judges of the run."""
    bench = getattr(proposer, "workbench", None)
    if bench is not None:
        bench.judge = lambda task, lemmas, store: (
            executor.submit(Question(task, lemmas, (), store), lambda _: None).result().examination
        )


def judge_maker(lean: Preference, journal: Journal, policies: Policies = NO_POLICIES) -> Maker:
    """Return what makes judges; the order of tactics is the one that the runs before this one taught."""
    from loop.tactic_order import learned  # noqa: PLC0415 - a run with nothing to judge needs no prover

    return Examining(lean, learned(c.get("counts") for c in journal.before(OUTCOMES)).counts, policies.tactics)


def proving_again(lean: Preference) -> Again:
    """Return what proves a node from its bytes, in processes of this machine."""
    return lambda graph, node: rejudge(graph, node, lean, DEFAULT)


def make_proposer(
    arguments: RunArguments, budget: Budget, spent: Spent, search: Search, policies: Policies = NO_POLICIES
) -> Proposer:
    """Make the proposer that was asked for, and take the API keys out of the environment, so that no child inherits them.

    Raises UsageError, Refusal (a recording that does not read), ProposerFailed (an address that gets no key).
    """
    kind, _, rest = arguments.proposer.partition(":")
    if kind == "openai" and not rest:
        from loop.commands.models import ask_models  # noqa: PLC0415 - the SDK takes a second to import

        return ask_models(arguments.models, budget, spent, arguments.accepted, policies.prompt)
    for name in KEYS:
        os.environ.pop(name, None)
    if kind == "replay" and rest:
        return _replay(arguments, Path(rest))
    _no_exchanges(arguments)
    if arguments.proposer == "symbolic":
        from loop.proposers.symbolic import Symbolic  # noqa: PLC0415 - only where it is asked for

        return Symbolic(search=search, batch=policies.settings.batch)
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


def timed(journal: Journal, rounds: Rounds) -> dict[str, Timing | None]:
    """Measure what a run has improved, write all times down, and return those on the largest input, by the spec's digest."""
    measured = {t.spec.digest: timings_of(t) for t in rounds.targets}
    remember(journal, rounds.targets, measured)
    return {name: found[-1] if found else None for name, found in measured.items()}


def timings_of(target: Target) -> tuple[Timing, ...]:
    """Measure a target's baseline against its head, where the head is better; nothing where nothing could be measured."""
    if not target.stands.improved or target.stands.head is None:
        return ()
    spec = target.spec
    try:
        head = version_of(target.stands.head, spec, DEFAULT)
    except Refusal:
        return ()
    return measure(spec, Version(spec.source, spec.program), head, DEFAULT)


def remember(journal: Journal, targets: Sequence[Target], measured: Mapping[str, tuple[Timing, ...]]) -> None:
    """Write down what was measured of heads against their baselines, by the digests of their specs, for whoever looks later."""
    for target in targets:
        head, found = target.stands.head, measured[target.spec.digest]
        if head is not None and found:
            points = points_to_data(time_points(target.spec, found))
            journal.add(MEASURED, {"target": target.name, "node": head.id, "times": points})


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
            **rounds.spent.as_data(),
            "unusable_answers": tally.faults,
        },
        "ended": rounds.how or "done",
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
        "held": target.held,
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
