"""A report -> Markdown for a pull request: a table of the targets, and folded below what each claims and how its code changed.

Text that others wrote stands in spans and blocks of code and nowhere else, each with a fence that is longer than any run of
backticks in it: there no Markdown, HTML, link or mention means anything.
"""

import difflib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from loop.report.report import Report, TargetReport
from loop.views.generations import GenerationsView
from loop.views.runs import RunSummary, RunView
from loop.views.side_by_side import lines_of
from loop.views.waiting import WaitingView
from loop.words import SHORT, Costs, duration
from verify.ci_formats import plain
from verify.ci_markdown import block, code

LONGEST: Final = 60_000
"""characters after which no more is written out; a comment of a pull request has a largest size"""
SHOWN: Final = 10
"""refusals that are written out"""


def to_markdown(report: Report) -> str:
    """Return the report as Markdown."""
    whole = report.overview
    counts = f"{len(report.targets)} targets, {sum(t.history.target.improved for t in report.targets)} improved"
    parts = [f"## QED Loop\n\n{code(report.folder)}: {counts}; {whole.nodes} nodes in the graph.\n"]
    parts += [f"> {code(note)}\n" for note in report.notes]
    if not whole.nodes:
        parts.append("The graph is empty: `qed run` looks for better versions of targets, and adds what is proved.\n")
    if report.targets:
        parts.append(_table(report.targets))
    if report.waiting:
        parts.append(_waiting(report.waiting))
    if report.generations is not None:
        parts.append(_generations(report.generations))
    if report.run is not None:
        parts.append(_run(report.run, report.runs))
    return "\n".join([*parts, *_within(map(_details, report.targets), LONGEST - sum(map(len, parts)))]).rstrip() + "\n"


def cell(text: str) -> str:
    r"""Return a text as a span of code that may stand in a table, where a pipe would end the cell even inside of one.

    >>> print(cell("a | b"))
    `a \| b`
    """
    return code(text).replace("|", "\\|")


def _within(parts: Iterator[str], most: int) -> Iterator[str]:
    """Yield parts until so many characters are used up, and then how many are left out."""
    left = 0
    for part in parts:
        most -= len(part)
        if most >= 0 and not left:
            yield part
        else:
            left += 1
    if left:
        yield f"Details of {left} more targets do not fit here: name them, or use `--html`.\n"


def _table(targets: Sequence[TargetReport]) -> str:
    lines = ["| target | tier | order | cost in ticks, old → new | measured | node |", "|---|---|---|---|---|---|"]
    for one in targets:
        t = one.history.target
        times = f"{duration(t.measured.old)} → {duration(t.measured.new)}" if t.measured else "-"
        slower = ", **proved cheaper, measured slower**" if t.measured and t.measured.slower else ""
        cost = _costs(t.cost) if t.improved else cell(str(t.cost)) if t.cost.old else "-"
        node = cell(t.head[:SHORT]) if t.head else "-"
        lines.append(f"| {cell(t.name)} | {t.tier or '-'} | {t.order or '-'} | {cost} | {times}{slower} | {node} |")
    return "\n".join(lines) + "\n"


def _costs(cost: Costs) -> str:
    return cell(str(cost)) if cost.old or cost.new else "-"


def _ticks(cost: Costs) -> str:
    return f"; {cost} ticks" if cost.old or cost.new else ""


def _details(one: TargetReport) -> str:
    """Return what is to say of one target, folded."""
    history = one.history
    parts = [f"<details><summary><code>{escape(plain(history.target.name))}</code></summary>\n"]
    if history.unreadable:
        parts.append(f"Its spec cannot be read: {code(history.unreadable)}\n")
    if history.contract:
        parts.append(block(history.contract))
    if history.versions:
        head = history.versions[-1]
        parts.append(f"Claimed of {code(head.node[:SHORT])}, {head.stands}:\n")
        parts.append(block([*head.claims, *([head.tier_words] if head.tier_words else [])]))
    steps = [v for v in history.versions if v.supersedes]
    if len(steps) > 1:
        parts.append("From the baseline to the head:\n")
        parts.append(block([f"{v.node[:SHORT]}  {v.order_words}{_ticks(v.cost)}" for v in steps]))
    if history.change:
        first, last = history.versions[0], history.versions[-1]
        parts.append("Baseline and head:\n")
        parts.append(_diff(first.code, last.code, first.node[:SHORT], last.node[:SHORT]))
    if one.curve is not None and one.curve.points:
        parts.append("Ticks on inputs that grow, counted by the reference interpreter:\n")
        parts.append(block(list(_points(one))))
    if one.rests_on:
        parts.append("It rests on, and would be false through:\n")
        parts.append(block([f"{what}: {false}" for what, false in one.rests_on]))
    return "\n".join([*parts, "</details>\n"])


def _points(one: TargetReport) -> Iterator[str]:
    if one.curve is not None:
        yield f"{'size':>10} {'old':>12} {'new':>12} {'at most':>12}"
        for p in one.curve.points[:: max(1, len(one.curve.points) // 8)]:
            yield " ".join([f"{p.size:>10}", *(f"{'-' if n is None else n:>12}" for n in (p.old, p.new, p.bound))])
        yield f"at most: {one.curve.bound_words}"


def _diff(old: str, new: str, before: str, after: str) -> str:
    """Return the change as a block of code."""
    found = difflib.unified_diff(lines_of(old), lines_of(new), before, after, lineterm="", n=100)
    return block(list(found)).replace("text\n", "diff\n", 1)


def _waiting(entries: Sequence[WaitingView]) -> str:
    lines = ["### Waits for a person's word\n", "| entry | target | why | state |", "|---|---|---|---|"]
    for e in entries:
        state = e.unreadable or e.stale or "waits"
        lines.append(f"| {cell(e.node[:SHORT])} | {cell(e.target or '-')} | {cell(e.why or '-')} | {cell(state)} |")
    return "\n".join(lines) + "\n"


def _run(run: RunView, runs: Sequence[RunSummary]) -> str:
    """Return what the last run came to, and what it refused."""
    s = run.summary
    judged = f"{s.accepted} accepted, {s.rejected} rejected, {s.declined} declined"
    lines = [f"<details><summary>Last of {len(runs)} runs: {s.state}; {judged}</summary>\n"]
    for refusal in run.refusals[:SHOWN]:
        shown = ", ".join(f"{name} = {value}" for name, value in refusal.counterexample)
        with_input = f", with {code(shown)}" if shown else ""
        lines.append(f"- {refusal.verdict} {code(refusal.target)}: {code(refusal.message or refusal.reason)}{with_input}")
    return "\n".join([*lines, "\n</details>\n"])


def _generations(view: GenerationsView) -> str:
    """Return what the generations came to."""
    lines = ["### Generations\n", *(f"- {line}" for line in map(code, view.words))]
    lines += [f"- {f.name}, share of the evidence {f.weight:.2f}: {f.words}" for f in view.futures]
    return "\n".join(lines) + "\n"
