"""Shows a report of `ci` as Markdown, for a pull request: problems first, then what was proved again.

Nothing that decides imports it. Text of files, of names and of tools stands in spans and blocks of code and nowhere else, each
with a fence that is longer than any run of backticks in it: there no Markdown, HTML, link or mention means anything.
"""

import re
from collections.abc import Iterator, Sequence

from verify.ci import Report, Row
from verify.ci_formats import place_of, plain, summary
from verify.claim_words import TIERS, claims, in_words, rule_words, strengthening_line
from verify.graph import Graph, spec_of, superseded
from verify.limits import DEFAULT
from verify.node import Node, lemma_of, rule_of
from verify.reasons import Reason, Refusal

SHOWN = 100
"""most problems, and most nodes, that are written out; a page of a pull request has a largest size"""
LONGEST = 600
"""most characters of one message"""


def code(text: str) -> str:
    """Return a text as a span of code.

    >>> print(code("a`b"))
    `` a`b ``
    """
    line = _cut(plain(text)) or " "
    fence = "`" * (_longest_run(line) + 1)
    space = " " if line[0] in "` " or line[-1] in "` " or "`" in line else ""
    return f"{fence}{space}{line}{space}{fence}"


def block(lines: Sequence[str]) -> str:
    """Return lines as a block of code."""
    body = "\n".join(_cut(plain(line)) for line in lines)
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}text\n{body}\n{fence}\n"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def to_markdown(report: Report) -> str:
    """Return the report as Markdown."""
    refused = [r for r in report.rows if r.reason is not None]
    proved = [r for r in report.rows if r.reason is None]
    parts = [f"## qed ci: {report.verdict}\n\n{code(summary(report))}\n"]
    parts += _listed("Problems", [_problem(report, p) for p in report.problems])
    parts += _listed("Not proved again", [_refused(report, r) for r in refused])
    if report.trust_allowed:
        parts += _listed("Changes of what is trusted, allowed", [_problem(report, p) for p in report.trust])
    if proved:
        parts += ["### Proved again\n", _table(report, proved[:SHOWN])]
        if len(proved) > SHOWN:
            parts.append(f"and {len(proved) - SHOWN} more\n")
        parts += ["<details><summary>What they claim</summary>\n", *_claimed(report, proved[:SHOWN]), "</details>\n"]
    return "\n".join(parts)


def _listed(title: str, items: Sequence[str]) -> list[str]:
    """Return a section with a list; nothing where the list is empty."""
    if not items:
        return []
    more = [f"- and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
    return [f"### {title} ({len(items)})\n", "\n".join([*items[:SHOWN], *more]) + "\n"]


def _problem(report: Report, reason: Reason) -> str:
    return f"- **{type(reason).__name__}**{_place(report, reason)}: {code(f'{reason.what} {reason.do}'.strip())}"


def _refused(report: Report, row: Row) -> str:
    if row.reason is None:
        return ""
    said = code(f"{row.reason.what} {row.reason.do}".strip())
    head = f"- **{type(row.reason).__name__}** ({row.verdict}, gate {code(row.gate)}), {code(row.target)}"
    return f"{head} {code(row.node[:12])}{_place(report, row.reason, row)}: {said}"


def _place(report: Report, reason: Reason, row: Row | None = None) -> str:
    if not reason.where and row is None:
        return ""
    place = place_of(report, reason.where, row)
    return f" in {code(place.path + (f':{place.line}' if place.line else ''))}"


def _table(report: Report, rows: Sequence[Row]) -> str:
    """Return a row for each node; what stands in it is of a few letters and digits, by the form of a node."""
    lines = ["| target | what | tier | order | node | seconds |", "|---|---|---|---|---|---:|"]
    for row in rows:
        node = report.graph.nodes.get(row.node) if report.graph else None
        version = "version" if node and node.edge("supersedes") else "baseline"
        what = version if node is None else {"lemma": "lemma", "rule": "rule", "spec": "stronger spec"}.get(node.kind, version)
        order = (node.certificate.order if node and node.certificate else None) or "-"
        seconds = f"{sum(s for _, s in row.seconds):.1f}"
        lines.append(f"| {code(row.target)} | {what} | {row.tier} | {order} | {code(row.node[:12])} | {seconds} |")
    return "\n".join(lines) + "\n"


def _claimed(report: Report, rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        node = report.graph.nodes.get(row.node) if report.graph else None
        if report.graph is None or node is None:
            continue
        again = [f"{row.verdict} at the tier {row.tier}: {TIERS[row.tier]}"]
        again += [f"not checked again by {name}" for name in row.unchecked]
        again += [f"judged again since it had changed: {', '.join(row.stale)}"] if row.stale else []
        yield f"{code(row.target)} {code(row.node)}\n"
        yield block([*words_of(report.graph, node), *again])


def words_of(graph: Graph, node: Node) -> list[str]:
    """Return what a node claims, in words; a spec that strengthens none claims nothing."""
    from verify.judge import spec_in  # noqa: PLC0415 - it takes a second to load, and most runs write no Markdown

    if node.certificate is None:
        return []
    try:
        if node.kind == "rule":
            return list(rule_words(rule_of(node)))
        if node.kind == "lemma":
            return list(in_words(lemma_of(node)))
        if (weaker := node.edge("strengthens")) is not None:
            return [strengthening_line(weaker.to)]
        return list(claims(spec_in(spec_of(graph, node), DEFAULT), node.certificate, superseded(graph, node)))
    except Refusal as refusal:
        return [f"its spec cannot be read: {refusal.reason}"]
