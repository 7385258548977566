"""Shows a report of `ci`: as text for people, as JSON, as SARIF 2.1.0, as JUnit XML. Nothing that decides imports it."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET  # the writer only; no XML is read here

from verify.ci import Report, Row
from verify.reasons import JournalBroken, Reason, Verdict

_LINE = re.compile(r"(.*?):([0-9]{1,9})(?::([0-9]{1,9}))?")
_PLACE = re.compile(r"(.+):([0-9]{1,9}):([0-9]{1,9})")
EXCERPT_BYTES = 1_000_000
"""how far into a file a line is looked for"""
_BASE_ID = "%SRCROOT%"
_LEVELS = {"decline": "warning"}
_NODE = re.compile(r"[0-9a-f]{12}")
"""how a reason names a node"""
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
    counts = {"lemmas": report.lemmas, "rules": report.rules, "policies": report.policies}
    of_lemmas = "".join(f", {count} {kind}" for kind, count in counts.items() if count)
    tiers = f"tier kernel {report.implementations - report.smt}, smt {report.smt}"
    of_specs = f", {report.stronger} strengthened specs" if report.stronger else ""
    kinds = f"{report.implementations} implementations ({tiers}){of_lemmas}{of_specs}, {len(report.targets)} targets"
    whole = f"{report.folder}: {report.nodes} nodes, {kinds}"
    return plain(f"re-proved {report.reproved} of {report.expected} due ({whole}): {report.verdict}")


def problem_line(reason: Reason) -> str:
    """Return one line about what is wrong with the graph as such."""
    return plain(f"{reason.verdict:8} {type(reason).__name__}: {reason}")


def problem_lines(report: Report) -> list[str]:
    """Return a line for each thing that is wrong with the graph and around it, and for each change of trust that was allowed."""
    allowed = [plain(f"{'allowed':8} {type(p).__name__}: {p.where}: {p.what}") for p in _allowed(report)]
    return [*map(problem_line, report.problems), *allowed]


def _allowed(report: Report) -> tuple[Reason, ...]:
    return report.trust if report.trust_allowed else ()


def journal_line(report: Report) -> str:
    """Return one line about the journal beside the graph; the digest that it ends with pins its end, for who keeps it."""
    if any(isinstance(p, JournalBroken) for p in report.problems):
        return "journal: broken"
    if report.journal is None:
        return "journal: none"
    return f"journal: {report.journal.events} events, the last {report.journal.last}"


def to_text(report: Report) -> str:
    """Return the whole report for people."""
    return "\n".join([*problem_lines(report), *map(row_text, report.rows), journal_line(report), summary(report)]) + "\n"


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
        "rules": report.rules,
        "policies": report.policies,
        "stronger": report.stronger,
        "expected": report.expected,
        "reproved": report.reproved,
        "heads": [{"target": target, "node": node} for target, node in report.targets],
        "problems": [{"verdict": p.verdict, **_reason(p)} for p in report.problems],
        "journal": {"events": report.journal.events, "last": report.journal.last} if report.journal else None,
        "trust": {"allowed": report.trust_allowed, "changes": [_reason(p) for p in report.trust]},
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: a path, from the repository's root where it lies in it, and a line and a column where one is known."""

    path: str
    line: int | None = None
    column: int | None = None


def place_of(report: Report, where: str, row: Row | None = None) -> Place:
    """Return what the `where` of a reason means: a file of a node, one of the tree, or one at the base.

    A reason about a node names its files by the short name of the node, or by no folder at all where it is the one of the row.
    """
    found = _LINE.fullmatch(where)
    path = found[1] if found else where
    at_base = report.base is not None and path.startswith(f"{report.base}:")
    short, slash, file = path.partition("/")
    if slash and _NODE.fullmatch(short):
        known = [*(report.graph.nodes if report.graph else ()), *(r.node for r in report.rows)]
        path = f"{report.folder}/{next((i for i in known if i.startswith(short)), short)}/{file}"
    elif row is not None and not slash:
        path = f"{row.file.rpartition('/')[0]}/{path}" if path else row.file
    path = path.removeprefix(f"{report.base}:") if at_base else _from_root(report, path or report.folder)
    if found is None:
        return Place(path)
    return Place(path, max(1, int(found[2])), max(1, int(found[3])) if found[3] else None)


def _from_root(report: Report, path: str) -> str:
    """Return a path from the repository's root; as it stands where it is one already, or leads elsewhere."""
    if not Path(path).is_absolute() and not path.startswith(report.folder):
        return path
    whole, root = Path(os.path.abspath(path)), Path(report.root or ".").absolute()  # noqa: PTH100 - links stay as they are
    for place, base in ((whole, root), (whole.parent.resolve() / whole.name, root.resolve())):
        if place.is_relative_to(base):
            return place.relative_to(base).as_posix()
    return whole.as_posix()


def _located(place: Place) -> dict[str, object]:
    inside = not place.path.startswith("/")
    file = {"uri": quote(place.path), "uriBaseId": _BASE_ID} if inside else {"uri": f"file://{quote(place.path)}"}
    where: dict[str, object] = {"artifactLocation": file}
    if place.line is not None:
        where["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": where}


def to_sarif(report: Report) -> str:
    """Return the report as SARIF 2.1.0: a result for each problem and for each node that was not accepted.

    A change of trust that was allowed is a note.
    """
    found = [(p, place_of(report, p.where), _LEVELS.get(p.verdict, "error")) for p in report.problems]
    found += [(r.reason, place_of(report, r.reason.where, r), _LEVELS.get(r.verdict, "error")) for r in report.rows if r.reason]
    found += [(p, place_of(report, p.where), "note") for p in _allowed(report)]
    rules = {type(reason).__name__: (type(reason).__doc__ or "").strip() for reason, _, _ in found}
    names = sorted(rules)
    results = [
        {
            "ruleId": type(reason).__name__,
            "ruleIndex": names.index(type(reason).__name__),
            "level": level,
            "message": {"text": plain(str(reason))},
            "locations": [_located(place)],
        }
        for reason, place, level in found
    ]
    driver = {"name": "qed ci", "rules": [{"id": i, "shortDescription": {"text": plain(rules[i])}} for i in names]}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {_BASE_ID: {"description": {"text": "the root of the repository"}}},
        "results": results,
        "properties": {"expected": report.expected, "reproved": report.reproved, "verdict": report.verdict},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def to_junit(report: Report) -> str:
    """Return the report as JUnit XML: a case for the graph as such or each problem of it, and one for each node that was due."""
    cases: list[tuple[str, str, float, Verdict, Reason | None]] = [
        ("graph", f"{type(p).__name__} {p.where}", 0.0, p.verdict, p) for p in report.problems
    ] or [("graph", report.folder, 0.0, "accept", None)]
    cases += [(r.target, r.node, sum(s for _, s in r.seconds), r.verdict, r.reason) for r in report.rows]
    bad = [verdict for *_, verdict, reason in cases if reason is not None]
    errors = bad.count("error")
    suite = ET.Element("testsuite", name="qed ci", tests=str(len(cases)), errors=str(errors), failures=str(len(bad) - errors))
    for group, name, seconds, verdict, reason in cases:
        case = ET.SubElement(suite, "testcase", classname=plain(group), name=plain(name), time=f"{seconds:.3f}")
        if reason is not None:
            tag, kind = "error" if verdict == "error" else "failure", type(reason).__name__
            ET.SubElement(case, tag, type=kind, message=plain(str(reason))).text = plain(str(reason))
    if allowed := _allowed(report):
        ET.SubElement(suite, "system-out").text = "\n".join(plain(f"{type(p).__name__}: {p.where}: {p.what}") for p in allowed)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
