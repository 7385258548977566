"""`qed prompts`: instructions for models, evolved on some targets, and tried on held-out ones."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, Final

from loop.budget import Budget, Spent, stopped_by
from loop.commands.begun import alone
from loop.commands.common import DONE, KEYS, UsageError, prepare_sandbox, print_json, read_graph, read_spec
from loop.commands.governed import unless_stopped, within
from loop.commands.held_out import divided
from loop.commands.run import alarm, make_executor, serve
from loop.commands.run_arguments import ModelArguments, RunArguments, parse_money
from loop.executors.executor import Executor, Question
from loop.generations.frozen import freeze
from loop.generations.measure import RunLost, RunStopped
from loop.generations.stages import stage
from loop.journal import Journal, journal_path
from loop.keep import baseline_task, standing
from loop.lemma_store import store_of
from loop.models.exchanges import Continued, Played, Recording, played
from loop.models.instructions import INSTRUCTIONS
from loop.normal import normal_text
from loop.policies.deciding import Decided, decide, leave_out
from loop.policies.in_use import PROMPT, policies_of, policy_data
from loop.policies.trial import Trial
from loop.words import SHORT, console
from verify.canonical import to_json
from verify.ci_formats import plain
from verify.governance import governance_beside
from verify.graph import Graph
from verify.policy import Evidence, evidence_from_bytes, evidence_to_bytes
from verify.reasons import Refusal, ToolBroken
from verify.spec import Spec
from verify.toolchain import Preference
from verify.verdict import Accept

if TYPE_CHECKING:
    from loop.policies.prompts import Evolved
    from loop.proposers.openai import OpenAI

EXCHANGES: Final = "exchanges.jsonl"
EACH: Final = 6
"""conversations for each target that is learned from, where none are named"""
LEAST: Final = 2
"""conversations for each such target without which no text can be told from the present one"""
CENTS: Final = Decimal("0.000001")
"""the least amount that an option names"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptArguments:
    """What the command line asked for; `seconds` are those of each run over the held-out targets, `evolving` of the evolution."""

    out: Path
    specs: Path
    held_out: tuple[str, ...]
    accepted: Path
    models: ModelArguments
    calls: int | None
    max_money: str | None
    max_tokens: int | None
    evolving: float | None
    seconds: int
    seeds: int
    seed: int
    jobs: int | None
    lean: Preference
    as_json: bool

    @property
    def runs(self) -> int:
        """How many runs a trial has: those of each seed with a policy, and without it."""
        return 2 * self.seeds


@dataclass(frozen=True, slots=True)
class Learned:
    """What an evolution came to, as its stage keeps it."""

    present: str
    best: str
    tried: str | None
    evidence: Evidence
    counts: Mapping[str, int]
    spent: Spent
    ended: str


def prompts(arguments: PromptArguments) -> int:
    """Evolve instructions, try the best against the present ones, print what came of it, and return the exit code.

    Raises UsageError, ProposerFailed where the models cannot be asked, and Refusal where a graph does not read or a run was lost.
    """
    total = _checked(arguments)
    unless_stopped(arguments.accepted)
    train, test = divided(arguments.specs, arguments.held_out)
    graph = read_graph(arguments.accepted)
    specs = _learnable(train, test, graph)
    plan = _plan(arguments, graph, specs, test)
    try:
        with alone(arguments.out):
            learned, decided = _gone_through(arguments, graph, specs, test, total, plan)
    except RunStopped:
        console(stderr=True).print("stopped; what is over is kept, and the same command goes on.")
        if arguments.as_json:
            print_json({"ended": "stopped"})
        return DONE
    _tell(arguments, learned, decided)
    return DONE


def _gone_through(
    arguments: PromptArguments, graph: Graph, specs: Sequence[Spec], test: tuple[Path, ...], total: Budget,
    plan: Mapping[str, Any],
) -> tuple[Learned, Decided | None]:  # fmt: skip
    """Evolve and try, or go on with it. Raises RunStopped, and as `prompts`."""
    err = console(stderr=True)
    keys = {name: os.environ[name] for name in KEYS if name in os.environ}
    stages = arguments.out / "stages"
    found = stage(stages, "evolution", lambda: _evolved(arguments, graph, specs, total, plan), lambda n: err.print(plain(n)))
    if found.get("plan") != plan:
        raise UsageError(f"{arguments.out} was begun with other options, targets or instructions; name a new folder.")
    learned = _learned(found)
    if learned.tried is None:
        return learned, None
    with _lent(keys):
        return learned, _decided(arguments, graph, test, learned, total)


def _checked(arguments: PromptArguments) -> Budget:
    """Return what all of it may cost, by the options and policy.toml. Raises UsageError, Refusal."""
    for name, value in (("time", arguments.seconds), ("seeds", arguments.seeds), ("calls", arguments.calls)):
        if value is not None and value < 1:
            raise UsageError(f"--{name} must be at least 1.")
    if arguments.max_tokens is not None and arguments.max_tokens < 0:
        raise UsageError("--max-tokens must not be negative.")
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError("--jobs must be at least 1.")
    asked = Budget(tokens=arguments.max_tokens, money=parse_money(arguments.max_money))
    return within(asked, governance_beside(arguments.accepted))


def _learnable(train: Sequence[Path], test: Sequence[Path], graph: Graph) -> tuple[Spec, ...]:
    """Return the targets to learn from, without those that are alike to a held-out one up to names. Raises UsageError."""
    held = {normal_text(s.source, s.name) for p in test for s in read_spec(p, graph).specs}
    every = {s.digest: s for p in train for s in read_spec(p, graph).specs if normal_text(s.source, s.name) not in held}
    if not every:
        raise UsageError("every target that could be learned from is alike to a held-out one up to names.")
    return tuple(every.values())


def _plan(arguments: PromptArguments, graph: Graph, specs: Sequence[Spec], test: Sequence[Path]) -> dict[str, Any]:
    """Return what an evolution depends on, the models' answers aside. Raises UsageError."""
    calls = arguments.calls or EACH * len(specs)
    if calls < LEAST * len(specs):
        least = LEAST * len(specs)
        raise UsageError(f"--calls is {calls}; {len(specs)} targets to learn from take {least} at least.")
    models = {k: v for k, v in arguments.models.as_data().items() if k != "exchanges"}
    return {
        "present": policies_of(graph).prompt or INSTRUCTIONS, "calls": calls, "seed": arguments.seed, "seeds": arguments.seeds,
        "seconds": arguments.seconds,
        "targets": [s.digest for s in specs], "held_out": list(map(str, test)), "models": _data(models),
        "tokens": arguments.max_tokens, "money": arguments.max_money,
    }  # fmt: skip


def _data(value: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in value.items()}


# -- learning --------------------------------------------------------------------------------------------------------------------


def _evolved(
    arguments: PromptArguments, graph: Graph, specs: Sequence[Spec], total: Budget, plan: Mapping[str, Any]
) -> dict[str, Any]:
    """Evolve on half of what all of it may cost, with a graph that holds what was learned and no version of any target."""
    from loop.commands.models import ask_models  # noqa: PLC0415 - the SDK takes a second to import
    from loop.policies.prompts import Evolution  # noqa: PLC0415 - as above

    place = arguments.out / "evolution"
    folder = place / "accepted"
    for old in (folder, journal_path(folder).parent.parent):
        rmtree(old, ignore_errors=True)
    freeze(arguments.accepted, folder)
    said = _said(place)
    half = Budget(tokens=total.tokens and total.tokens // 2, money=total.money and total.money / 2)
    models = replace(arguments.models, exchanges=place / EXCHANGES)
    proposer = ask_models(models, half, Spent(), folder, str(plan["present"]))
    if said is not None and isinstance(proposer.tape, Recording) and proposer.tape.settings == said.settings:
        proposer.tape.inner = Continued(said.lines)
    prepare_sandbox()
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(contextlib.closing(Journal(journal_path(folder))))
        run = RunArguments(lean=arguments.lean, jobs=1)
        executor = stack.enter_context(contextlib.closing(make_executor(run, journal, policies_of(graph))))
        serve(proposer, executor)
        stack.enter_context(alarm(proposer, arguments.evolving))
        due = _provable(specs, graph, executor)
        if proposer.workbench is None:
            raise TypeError("a proposer that is asked for a run has a workbench")
        evolution = Evolution(
            proposer=proposer, bench=proposer.workbench, specs=due, calls=int(plan["calls"]), seed=arguments.seed,
            look=lambda: _look(arguments.accepted),
        )  # fmt: skip
        return {"plan": dict(plan), **_evolution_data(evolution.run(str(plan["present"])), proposer)}


def _look(folder: Path) -> None:
    """Raise RunStopped where somebody stops what works on a graph."""
    if stopped_by(folder) is not None:
        raise RunStopped


def _said(place: Path) -> Played | None:
    """Return what an evolution that was interrupted had asked and heard; None where there is nothing that can be read."""
    before, path = place / f"before-{EXCHANGES}", place / EXCHANGES
    # one that was interrupted while it was gone on with may have less in its file than the one before it
    if path.exists() and not (before.exists() and before.stat().st_size > path.stat().st_size):
        path.replace(before)
    path.unlink(missing_ok=True)
    content = before.read_bytes() if before.exists() else b""
    with contextlib.suppress(Refusal):
        return played(content[: content.rfind(b"\n") + 1], str(before))
    return None


def _provable(specs: Sequence[Spec], graph: Graph, executor: Executor) -> tuple[Spec, ...]:
    """Return the targets whose baselines are accepted; of another no version can be. Raises UsageError where there is none."""
    store = store_of(graph)
    asked = {s.digest: executor.submit(Question(baseline_task(s), store=store), lambda _: None)
             for s in specs if standing(graph, s).head is None}  # fmt: skip
    due = tuple(
        s for s in specs
        if s.digest not in asked or isinstance(asked[s.digest].result().examination.verdict, Accept)
    )  # fmt: skip
    if not due:
        raise UsageError("the baseline of no target that could be learned from is accepted; `qed check` says why.")
    return due


def _evolution_data(found: "Evolved", proposer: "OpenAI") -> dict[str, Any]:
    spent = Spent(requests=proposer.requests, tokens=proposer.tokens, money=Decimal(proposer.money))
    return {
        "best": found.best, "tried": found.tried, "evidence": evidence_to_bytes(found.evidence).decode(),
        "counts": {"texts": found.texts, "calls": found.calls}, "ended": found.ended,
        "spent": {"requests": spent.requests, "tokens": spent.tokens, "money": str(spent.money)},
    }  # fmt: skip


def _learned(data: Mapping[str, Any]) -> Learned:
    """Read what `_evolved` returned."""
    spent = data["spent"]
    return Learned(
        data["plan"]["present"], data["best"], data["tried"], evidence_from_bytes(data["evidence"].encode()), data["counts"],
        Spent(requests=spent["requests"], tokens=spent["tokens"], money=Decimal(spent["money"])), data["ended"],
    )  # fmt: skip


# -- trying ----------------------------------------------------------------------------------------------------------------------


def _decided(arguments: PromptArguments, graph: Graph, test: tuple[Path, ...], learned: Learned, total: Budget) -> Decided:
    """Try the best text on held-out targets; one that did no better on those it was learned from is left out untried."""
    policy = to_json(policy_data(PROMPT, learned.tried))
    if learned.best == learned.present:
        why = "it did no better on the targets that it was learned from."
        return leave_out(arguments.accepted, policy, learned.evidence, why)
    each = _each(arguments, learned.spent, total)
    err = console(stderr=True)
    trial = Trial(
        source=arguments.accepted, specs=test, out=arguments.out.absolute() / "trial", seconds=arguments.seconds,
        seeds=arguments.seeds, jobs=arguments.jobs, more=_options(arguments, each), limits=_limits(each),
        say=lambda what: err.print(plain(what)),
    )  # fmt: skip
    try:
        evidence = trial.of(policy)
    except RunLost as lost:
        do = "What is over is kept; run this again to go on."
        raise Refusal(ToolBroken(what=f"{lost}.", where=str(trial.out), do=do)) from None
    return decide(graph, arguments.accepted, policy, evidence)[1]


def _each(arguments: PromptArguments, spent: Spent, total: Budget) -> Budget:
    """Return what each run of the trial may cost: an equal part of what the evolution left, whichever side it is of."""
    tokens = None if total.tokens is None else max(total.tokens - spent.tokens, 0) // arguments.runs
    money = None if total.money is None else max(total.money - spent.money, Decimal(0)) / arguments.runs
    return Budget(tokens=tokens, money=money and money.quantize(CENTS, ROUND_DOWN))


def _options(arguments: PromptArguments, each: Budget) -> tuple[str, ...]:
    """Return the options of the runs of a trial; a key is none of them."""
    models = arguments.models
    named: list[tuple[str, object]] = [
        ("proposer", "openai"), *(("model", m) for m in models.models), ("base-url", models.base_url),
        *(("price", p) for p in models.price), ("prices", models.prices and models.prices.absolute()),
        ("answer-tokens", models.answer_tokens), ("turns", models.turns), ("repairs", models.repairs), ("lean", arguments.lean),
        ("max-tokens", each.tokens), ("max-money", None if each.money is None else f"{each.money:f}"),
    ]  # fmt: skip
    return tuple(part for name, value in named if value is not None for part in (f"--{name}", str(value)))


def _limits(each: Budget) -> str:
    """Say what each run of a trial may cost."""
    tokens = None if each.tokens is None else f"{each.tokens} tokens"
    money = None if each.money is None else f"${each.money:f}"
    return ", ".join(filter(None, (tokens, money)))


@contextlib.contextmanager
def _lent(keys: Mapping[str, str]) -> Iterator[None]:
    """Let the runs of a trial inherit the keys, which the evolution took out of the environment before it started a judge.

    Each run takes them out of its own before it starts one.
    """
    os.environ.update(keys)
    try:
        yield
    finally:
        for name in keys:
            os.environ.pop(name, None)


# -- telling ---------------------------------------------------------------------------------------------------------------------


def _tell(arguments: PromptArguments, learned: Learned, decided: Decided | None) -> None:
    evidence = learned.evidence
    if arguments.as_json:
        spent = {k: v for k, v in learned.spent.as_data().items() if k in ("requests", "tokens", "money")}
        told = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(evidence).items()}
        print_json({
            "present": learned.present, "tried": learned.tried, **learned.counts, "learned_from": told, "ended": learned.ended,
            "spent": spent, "decided": decided.as_data() if decided else None,
        })  # fmt: skip
        return
    out = console()
    counts = f"{learned.counts['texts']} new texts in {learned.counts['calls']} conversations about targets"
    out.print(f"{counts}; {learned.spent.tokens} tokens, ${learned.spent.money}.", soft_wrap=True)
    if learned.ended:
        out.print(plain(f"The evolution ended early: {learned.ended}"), soft_wrap=True)
    if decided is None or learned.tried is None:
        out.print("prompt: no other instructions came that could be tried.")
        return
    out.print("The best of them:")
    out.print(plain("\n".join(f"  {line}" for line in learned.tried.split("\n"))), soft_wrap=True)
    which, found = "learned from" if decided.evidence == evidence else "held out", decided.evidence
    odds = f"by coin toss {float(found.chance):.4f}"
    told_ = f"{len(found.targets)} targets {which}: {found.won} better, {found.lost} worse; {found.measure}; {odds}."
    out.print(plain(told_), soft_wrap=True)
    what = f"accepted as {decided.node[:SHORT]}" if decided.node else f"not accepted: {decided.why}"
    out.print(plain(f"{decided.kind}: {what}"), soft_wrap=True)
