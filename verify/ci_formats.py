"""Shows a report of `ci`: as text for people, as JSON, as SARIF 2.1.0, as JUnit XML. Nothing that decides imports it."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET  # the writer only; no XML is read here

from verify.ci import Report, Row
from verify.reasons import Reason

_LINE = re.compile(r"(.*?):(\d+)(?::\d+)?")
_PLACE = re.compile(r"(.+):([0-9]{1,9}):([0-9]{1,9})")
EXCERPT_BYTES = 1_000_000
"""how far into a file a line is looked for"""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def plain(text: str) -> str:
    """Return the text as one line: what could steer a terminal, a log or XML is written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def excerpt(reason: Reason, file: Path | None = None) -> tuple[str, ...]:
    """Return the line of source that a reason names, and a caret under its column; nothing where there is no such line.

    `file` is where the text is, if not at the path that the reason names.
    """
    found = _PLACE.fullmatch(reason.where)
    if found is None or (file is not None and file.name != Path(found[1]).name):
        return ()
    try:
        content = (file or Path(found[1])).read_bytes()
    except (OSError, ValueError):
        return ()
    lines = content[:EXCERPT_BYTES].split(b"\n")
    number, column = int(found[2]), int(found[3])
    if not (0 < number <= len(lines) and 0 < column <= len(lines[number - 1])):
        return ()
    shown = plain(lines[number - 1].decode("ascii", "replace"))
    return (shown, " " * (column - 1) + "^")


def row_text(row: Row) -> str:
    """Return what is to say about a node: one line, and more where it was not accepted."""
    seconds = f" {sum(s for _, s in row.seconds):.1f} s" if row.seconds else ""
    unchecked = f" (not checked again by {', '.join(row.unchecked)})" if row.unchecked else ""
    first = plain(f"{row.verdict:8} {row.target}  {row.node}{' tier smt' if row.tier == 'smt' else ''}{seconds}{unchecked}")
    if row.reason is None:
        return first
    why = plain(f"{row.gate}: {type(row.reason).__name__}: {row.reason}")
    return "\n  ".join([first, why, *excerpt(row.reason, Path(row.file)), f"in {plain(row.file)}"])


def summary(report: Report) -> str:
    """Return the last line: what was proved again, of how many, in which graph."""
    of_lemmas = f", {report.lemmas} lemmas" if report.lemmas else ""
    tiers = f"tier kernel {report.implementations - report.smt}, smt {report.smt}"
    of_specs = f", {report.stronger} strengthened specs" if report.stronger else ""
    kinds = f"{report.implementations} implementations ({tiers}){of_lemmas}{of_specs}, {len(report.targets)} targets"
    whole = f"{report.folder}: {report.nodes} nodes, {kinds}"
    return plain(f"re-proved {report.reproved} of {report.expected} due ({whole}): {report.verdict}")


def problem_line(reason: Reason) -> str:
    """Return one line about what is wrong with the graph as such."""
    return plain(f"{reason.verdict:8} {type(reason).__name__}: {reason}")


def to_text(report: Report) -> str:
    """Return the whole report for people."""
    return "\n".join([*map(problem_line, report.problems), *map(row_text, report.rows), summary(report)]) + "\n"


def _reason(reason: Reason | None) -> dict[str, object]:
    if reason is None:
        return {"reason": None}
    return {"reason": type(reason).__name__, "what": reason.what, "where": reason.where, "do": reason.do}


def to_json(report: Report) -> str:
    """Return the report as one JSON object."""
    data = {
        "verdict": report.verdict,
        "accepted": report.folder,
        "all": report.everything,
        "base": report.base,
        "nodes": report.nodes,
        "implementations": report.implementations,
        "tiers": {"kernel": report.implementations - report.smt, "smt": report.smt},
        "lemmas": report.lemmas,
        "stronger": report.stronger,
        "expected": report.expected,
        "reproved": report.reproved,
        "heads": [{"target": target, "node": node} for target, node in report.targets],
        "problems": [{"verdict": p.verdict, **_reason(p)} for p in report.problems],
        "rows": [
            {
                "node": row.node,
                "target": row.target,
                "tier": row.tier,
                "verdict": row.verdict,
                **_reason(row.reason),
                "gate": row.gate or None,
                "file": row.file,
                "stale": list(row.stale),
                "seconds": dict(row.seconds),
                "unchecked": list(row.unchecked),
            }
            for row in report.rows
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def to_sarif(report: Report) -> str:
    """Return the report as SARIF 2.1.0: a result for each problem and for each node that was not accepted."""
    found = [(p, p.where, p.verdict) for p in report.problems]
    found += [(r.reason, r.reason.where or r.file, r.verdict) for r in report.rows if r.reason is not None]
    rules = {type(reason).__name__: (type(reason).__doc__ or "").strip() for reason, _, _ in found}
    results = []
    for reason, where, verdict in found:
        match = _LINE.fullmatch(where)
        place: dict[str, object] = {"artifactLocation": {"uri": plain(match[1] if match else where) or report.folder}}
        if match:
            place["region"] = {"startLine": max(1, int(match[2]))}
        results.append(
            {
                "ruleId": type(reason).__name__,
                "level": "warning" if verdict == "decline" else "error",
                "message": {"text": plain(str(reason))},
                "locations": [{"physicalLocation": place}],
            }
        )
    driver = {
        "name": "qed ci",
        "rules": [{"id": i, "shortDescription": {"text": plain(text)}} for i, text in sorted(rules.items())],
    }
    properties = {"expected": report.expected, "reproved": report.reproved, "verdict": report.verdict}
    run = {"tool": {"driver": driver}, "results": results, "properties": properties}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def to_junit(report: Report) -> str:
    """Return the report as JUnit XML: a case for the graph as such, and one for each node that was due."""
    cases: list[tuple[str, str, float, list[tuple[str, Reason]]]] = [
        ("graph", report.folder, 0.0, [(p.verdict, p) for p in report.problems])
    ]
    for row in report.rows:
        mine: list[tuple[str, Reason]] = [] if row.reason is None else [(row.verdict, row.reason)]
        cases.append((row.target, row.node, sum(s for _, s in row.seconds), mine))
    verdicts = [verdict for *_, bad in cases for verdict, _ in bad]
    errors = verdicts.count("error")
    suite = ET.Element(
        "testsuite", name="qed ci", tests=str(len(cases)), errors=str(errors), failures=str(len(verdicts) - errors)
    )
    for group, name, seconds, bad in cases:
        case = ET.SubElement(suite, "testcase", classname=plain(group), name=plain(name), time=f"{seconds:.3f}")
        for verdict, reason in bad:
            tag, kind = "error" if verdict == "error" else "failure", type(reason).__name__
            ET.SubElement(case, tag, type=kind, message=plain(str(reason))).text = plain(str(reason))
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
