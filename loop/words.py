"""What people read: verdicts, runs, graphs and nodes in plain words. Nothing that decides imports it.

Text from files, models and tools goes through `plain`, so that none of it can steer a terminal.
"""

import ast
import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from loop import journal as journals
from loop.budget import STOP
from loop.keep import Standing
from loop.next_steps import next_line
from loop.rounds import Rounds
from loop.strength_words import survivor_lines
from loop.target import Target
from loop.timing import Timing, literal_or_size
from verify.certificate import Certificate
from verify.ci_formats import excerpt, plain
from verify.claim_words import TIERS, order_line
from verify.python_run import conditions
from verify.reasons import Counterexample, Reason, WeakContract, literal
from verify.spec import Spec, signature
from verify.verdict import Accept, Seconds

if TYPE_CHECKING:
    from loop.examine import Examination

STYLES = {"accept": "bold green", "reject": "bold red", "decline": "bold yellow", "error": "bold magenta"}
SHORT = 12
"""digits of a node's name that people are shown"""
WIDE = 180
"""columns of a table that goes to a file or a pipe"""

LONGEST = 240
"""characters of a reason that a run's summary shows"""

ASSUMPTIONS: tuple[tuple[str, str], ...] = (
    ("The Lean kernel, version {lean}", "a bug of that kernel that lets a false theorem pass"),
    (
        "The semantics, lean/QED/Semantics.lean, a page that a person can read",
        "a construct that the page gives another meaning than CPython does",
    ),
    (
        "The printer from checked Python to that semantics, verify/lean_text.py and what it uses",
        "a program printed as another program; random programs are run through all readings to look for one",
    ),
    ("SHA-256", "two different files with the same digest"),
    ("The machine", "hardware or an operating system that does not compute what it is told"),
)


class Paper(Console):
    """A console that leaves it to the command to say what a reader means who has gone away."""

    def on_broken_pipe(self) -> None:
        """Raise what was met; left to itself a console ends the program with the exit code of a reject."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Return a console for people; what goes into a pipe is not cut to a terminal's width.

    Where NO_COLOR is set, nothing but text is written, no bold either.
    """
    system: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    plainly = functools.partial(Paper, stderr=stderr, highlight=False, markup=False, emoji=False, color_system=system)
    made = plainly()
    return made if made.is_terminal else plainly(width=WIDE)


def moving(out: Console) -> bool:
    """Say whether a line may be drawn over: on a terminal that can do it, whatever colours are forced on what is none."""
    return out.is_terminal and not out.is_dumb_terminal and out.file.isatty()


def duration(nanoseconds: int) -> str:
    """Return a time in the unit that suits it.

    >>> [duration(n) for n in (95, 1_500, 2_340_000, 5_000_000_000)]
    ['95 ns', '1.5 us', '2.3 ms', '5.0 s']
    """
    for unit, size in (("s", 10**9), ("ms", 10**6), ("us", 10**3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.1f} {unit}"
    return f"{nanoseconds} ns"


def ratio(timing: Timing) -> str:
    """Return how many times as fast the new version is, with the remark that a contradiction of the proof deserves."""
    figure = f"{timing.ratio:.0f}x" if timing.ratio >= 10 else f"{timing.ratio:.1f}x"  # noqa: PLR2004 - two digits are plenty
    return f"{figure}, proved cheaper, measured slower" if timing.slower else figure


def measured(timing: Timing) -> str:
    """Return one measurement: the old version's time, the new one's, and their ratio."""
    return f"{duration(timing.old)} -> {duration(timing.new)} ({ratio(timing)})"


def measured_at(timing: Timing, names: Sequence[str]) -> str:
    """Return one measurement with its input."""
    where = ", ".join(f"{n} = {literal_or_size(v)}" for n, v in zip(names, timing.arguments, strict=True))
    return measured(timing) + (f" at {where}" if where else "")


@dataclass(frozen=True, slots=True)
class Costs:
    """Two costs in ticks, as expressions over the parameters; None where one is not known."""

    old: str | None
    new: str | None

    def __str__(self) -> str:
        """Return both for people."""
        return f"{cost_text(self.old)} -> {cost_text(self.new)}" if self.old or self.new else "-"


def cost_text(cost: str | None) -> str:
    """Return a cost with no more parentheses than Python needs.

    >>> cost_text("((5 * n) + 4)")
    '5 * n + 4'
    """
    try:
        return ast.unparse(ast.parse(cost, mode="eval")) if cost else "?"
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return plain(cost or "")


def line_costs(stands: Standing) -> Costs:
    """Return the cost of a target's baseline and of its head, as their certificates state them."""
    found = [node.certificate for node in stands.line if node.certificate]
    return Costs(own_cost(found[0]) if found else None, own_cost(found[-1]) if len(found) > 1 else None)


def own_cost(certificate: Certificate) -> str | None:
    """Return the cost of the version that was accepted; of a baseline, which is judged alone, it is the old one."""
    return certificate.new_cost if certificate.old else certificate.new_cost or certificate.old_cost


def seconds_text(seconds: Seconds) -> str:
    """Return the seconds of each gate on one line."""
    return ", ".join(f"{gate} {s:.1f} s" for gate, s in seconds)


def contract_lines(spec: Spec) -> Iterator[str]:
    """Yield what a spec asks for, line by line."""
    yield signature(spec.program)
    yield from (f"requires {c}" for c in conditions(spec, "require"))
    yield from (f"ensures {c}" for c in conditions(spec, "ensure"))
    if spec.result == "contract":
        yield "a new version may return any result that the contract allows"


# -- one judgement --------------------------------------------------------------------------------------------------------


def show_verdict(out: Console, subject: str, examination: "Examination", node: str | None) -> None:
    """Print one judgement: the verdict, what was proved or what is wrong, and the time each gate took."""
    verdict = examination.verdict
    out.print(Text.assemble((verdict.name, STYLES[verdict.name]), f"  {plain(subject)}"))
    for line in verdict_lines(examination, node):
        out.print(Text(f"  {line}"), soft_wrap=True)
    if verdict.seconds:
        out.print(Text(f"  {seconds_text(verdict.seconds)}", style="dim"))


def verdict_lines(examination: "Examination", node: str | None) -> Iterable[str]:
    """Yield what is to say about a judgement."""
    verdict = examination.verdict
    if not isinstance(verdict, Accept):
        yield from reason_lines(verdict.reason, verdict.gate)
        return
    certificate = verdict.certificate
    yield f"tier {certificate.tier}: {TIERS[certificate.tier]}"
    if certificate.order:
        yield order_line(certificate)
        yield f"cost: {Costs(certificate.old_cost, certificate.new_cost)} ticks"
    elif own_cost(certificate):
        yield f"cost: {cost_text(own_cost(certificate))} ticks"
    yield f"in the graph as {node}" if node else "not added to a graph; --admit adds it"


def reason_lines(reason: Reason, gate: str) -> Iterable[str]:
    """Yield why something was not accepted: the reason, where, the input that shows it, and what to do."""
    kind = type(reason).__name__
    yield plain(f"{kind} at the gate {gate}: {reason.what}" if gate else f"{kind}: {reason.what}")
    if isinstance(reason, Counterexample):
        names = reason.parameters or tuple(f"argument {i}" for i in range(len(reason.arguments)))
        yield plain("input: " + ", ".join(f"{n} = {literal(v)}" for n, v in zip(names, reason.arguments, strict=True)))
        yield plain(f"got: {reason.got}   due: {reason.due}")
    if isinstance(reason, WeakContract):
        for survivor in reason.survivors:
            yield from survivor_lines(survivor)
    if reason.where:
        yield plain(f"where: {reason.where}")
        yield from excerpt(reason)
    if reason.do:
        yield plain(reason.do)
    yield next_line(type(reason).__name__)


def worst_case_data(certificate: Certificate | None) -> dict[str, object] | None:
    """Return what the order `worst-case` claims, for `--json`; None in any other order."""
    worst = certificate.worst if certificate else None
    if worst is None:
        return None
    return {"size": worst.size, "bound": worst.bound, "from": worst.least, "family": dict(worst.family)}


# -- one run --------------------------------------------------------------------------------------------------------------


RUN_COLUMNS = ("target", "outcome", "tier", "order", "cost in ticks, old -> new", "measured", "node", "seconds")


def show_run(out: Console, rounds: Rounds, timings: dict[str, Timing | None]) -> None:
    """Print the end of a run: a row for each target, then what was spent. `timings` is by the spec's digest."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in RUN_COLUMNS:
        table.add_column(column, justify="right" if column == "seconds" else "left", overflow="fold")
    for target in rounds.targets:
        timing = timings.get(target.spec.digest)
        table.add_row(*run_row(target, timing))
    out.print(table)
    for remark in run_remarks(rounds):
        out.print(Text(plain(remark), style="yellow"), soft_wrap=True)
    out.print(Text(spent_line(rounds)), soft_wrap=True)


def run_remarks(rounds: Rounds) -> Iterable[str]:
    """Yield what a reader of a run's end should know beside its rows: baselines that were not accepted, and what waits."""
    without = [t for t in rounds.targets if t.stands.head is None]
    for target in without:
        if found := target.reason or target.recorded:
            yield f"{target.name}: {cut(why_not(found))}"
            kind = type(found).__name__ if isinstance(found, Reason) else found.reason
            yield f"  {next_line(kind or 'ToolBroken')}"
    if late := sum(not (t.reason or t.recorded) for t in without):
        yield f"{late} of the targets were not begun before the run ended."
    if held := sum(t.held for t in rounds.targets):
        yield f"{held} improvements wait for a person's word: `qed review list`."


def run_row(target: Target, timing: Timing | None) -> tuple[str, ...]:
    """Return the cells of one target."""
    head = target.stands.head
    certificate = head.certificate if head else None
    return (
        target.name,
        target.outcome,
        certificate.tier if certificate else "-",
        target.stands.order or "-",
        str(line_costs(target.stands)) if target.stands.improved else "-",
        measured(timing) if timing else "-",
        head.id[:SHORT] if head else "-",
        f"{target.seconds:.1f}",
    )


def why_not(found: Reason | journals.Entry) -> str:
    """Return why a target's baseline is not in the graph, as this run or an earlier one found out."""
    if isinstance(found, Reason):
        return f"{found.verdict}: {type(found).__name__}: {found}"
    return f"{found.verdict}: {found.reason}: {found.message} (found out by an earlier run)"


def cut(text: str) -> str:
    """Return the beginning of a text, on one line; `qed check` shows all of it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."


def spent_line(rounds: Rounds) -> str:
    """Return the last line of a run: what came of it, and what it took."""
    tally = rounds.tally
    improved = sum(t.outcome == "improved" for t in rounds.targets)
    already = sum(t.outcome == "already improved" for t in rounds.targets)
    idle = not tally.judgements and not rounds.over and not rounds.failed
    nothing = "nothing to redo: whatever came up was judged before. " if idle else ""
    spent = rounds.spent
    asked = f" Models were asked {spent.requests} times: {spent.tokens} tokens, {spent.money} in money." if spent.requests else ""
    ended = {"": "", "stopped": f" Stopped by {STOP}."}.get(rounds.how, f" The budget of {rounds.how} is used up.")
    return (
        f"{nothing}{len(rounds.targets)} targets: {improved} improved, {already} already improved. "
        f"Judged {tally.judgements}: {tally.accept} accepted, {tally.reject} rejected, {tally.decline} declined"
        + (f", {tally.error} broken" if tally.error else "")
        + f"; {tally.known} known before. {rounds.seconds:.1f} s."
        + asked
        + ended
    )


# -- nodes ----------------------------------------------------------------------------------------------------------------


def rests_on(certificate: Certificate) -> list[tuple[str, str]]:
    """Return what an acceptance rests on, each with what would make it false."""
    if certificate.tier == "kernel":
        lean = f"{certificate.lean_version} ({certificate.lean_kind})"
        return [(what.format(lean=lean), false) for what, false in ASSUMPTIONS]
    return [
        (f"The solvers, {certificate.solver}", "a bug in each that makes both answer unsat wrongly"),
        (
            "The translation to SMT-LIB, verify/obligations.py and what it uses",
            "a program or a contract written down as another; random expressions are compared with CPython to look for one",
        ),
        *ASSUMPTIONS[-2:],
    ]
