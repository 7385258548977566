"""What is known of a text -> what the protocol shows of it: lenses, diagnostics, hovers, quick fixes. All of it is plain text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lsprotocol import types as lsp

from loop.language_server.facts import Fault, Head, Outcome, Reading, State, Target
from loop.language_server.positions import contains, edit_between, meets, to_lines, to_range
from loop.words import SHORT, Costs, cost_text
from verify.ci_formats import plain

CHECK: Final = "qed.check"
IMPROVE: Final = "qed.improve"
"""the commands behind lenses"""
SOURCE: Final = "qed"
_SEVERITIES: Final[Mapping[State, lsp.DiagnosticSeverity]] = {
    "reject": lsp.DiagnosticSeverity.Error,
    "decline": lsp.DiagnosticSeverity.Warning,
    "error": lsp.DiagnosticSeverity.Information,
}
TESTED: Final = "tested, not proved: no counterexample found"


@dataclass(frozen=True, slots=True)
class Seen:
    """A text, and what is known of it; `encoding` says in which units the client counts columns.

    `of` names the spec file where the text is a candidate. What does not speak of this very text is not in here.
    """

    uri: str
    version: int | None
    text: str
    reading: Reading
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    found: Mapping[str, Head] = field(default_factory=dict)
    of: str = ""
    encoding: lsp.PositionEncodingKind | str = "utf-16"
    versioned: bool = True
    """whether the client takes edits of a document's version"""


# -- lenses ---------------------------------------------------------------------------------------------------------------------


def lenses(seen: Seen) -> list[lsp.CodeLens]:
    """Return the lenses of a text: for each target its verdict, what the graph holds of it, and what can be asked for."""
    return [*(lens for t in seen.reading.targets for lens in _of_target(seen, t)), *_of_offers(seen)]


def _of_target(seen: Seen, target: Target) -> Iterator[lsp.CodeLens]:
    place = to_range(to_lines(seen.text), target.place, seen.encoding)

    def lens(title: str, command: str = "", arguments: list[object] | None = None) -> lsp.CodeLens:
        return lsp.CodeLens(place, lsp.Command(title, command, arguments=arguments), data=seen.reading.digest)

    yield lens(status(seen, target))
    if target.head is not None:
        yield lens(head_line(target.head, "in the graph"))
    if (found := seen.found.get(target.name)) is not None:
        yield lens(head_line(found, "found by a search, not in the graph"))
    if seen.reading.fault is None:
        yield lens("check now", CHECK, [seen.uri, target.name])
        if not seen.of:
            yield lens("look for better versions", IMPROVE, [seen.uri])


def _of_offers(seen: Seen) -> Iterator[lsp.CodeLens]:
    lines = to_lines(seen.text)
    for offer in seen.reading.offers:
        if offer.place is not None:
            title = plain(f"check as a candidate for `{offer.name}` of {offer.spec.name}")
            command = lsp.Command(title, CHECK, arguments=[seen.uri, offer.name, offer.spec.as_uri()])
            yield lsp.CodeLens(to_range(lines, offer.place, seen.encoding), command, data=seen.reading.digest)


def status(seen: Seen, target: Target) -> str:
    """Return one line on what became of a target of this text."""
    outcome = seen.outcomes.get(target.name)
    against = f" against the baseline of {plain(seen.of)}" if seen.of else ""
    if outcome is None:
        return f"read, not yet tested{against}"
    match outcome.state:
        case "at work":
            return f"Lean is being asked{against}"
        case "tested":
            costs = _costs(outcome)
            return f"{TESTED}{against}" + (f"; {costs} ticks, going by runs" if costs else "")
        case "accept":
            order = f", order {outcome.order}" if outcome.order else ""
            costs = _costs(outcome)
            return f"accept{against}, tier {outcome.tier}{order}" + (f": {costs} ticks" if costs else "")
    fault = outcome.fault
    brief = f" on {fault.brief}" if fault and fault.brief else ""
    return f"{outcome.state}{against}: {fault.reason}{brief}" if fault else outcome.state


def _costs(outcome: Outcome) -> str:
    if outcome.cost_new is not None:
        return str(Costs(outcome.cost_old, outcome.cost_new))
    return cost_text(outcome.cost_old) if outcome.cost_old else ""


def head_line(head: Head, where: str) -> str:
    """Return one line on an accepted version."""
    if not head.improved:
        return f"{where}: the baseline, {head.node[:SHORT]}, tier {head.tier}; no better version"
    costs = f": {Costs(head.cost_old, head.cost_new)} ticks" if head.cost_old or head.cost_new else ""
    return f"{where}: {head.node[:SHORT]}, tier {head.tier}, order {head.order}{costs}"


# -- diagnostics ----------------------------------------------------------------------------------------------------------------


def diagnostics(seen: Seen) -> list[lsp.Diagnostic]:
    """Return what was refused: by the language for the text as a whole, or else by the gates for each target."""
    fault = seen.reading.fault
    if fault is not None:
        return [_diagnostic(seen, fault)]
    kept = (seen.outcomes.get(t.name) for t in seen.reading.targets)
    return [_diagnostic(seen, o.fault) for o in kept if o is not None and o.fault is not None]


def _diagnostic(seen: Seen, fault: Fault) -> lsp.Diagnostic:
    return lsp.Diagnostic(
        range=to_range(to_lines(seen.text), fault.place, seen.encoding),
        message="\n".join([f"{fault.verdict}: {fault.lines[0]}", *fault.lines[1:]]),
        severity=_SEVERITIES.get(fault.verdict, lsp.DiagnosticSeverity.Information),
        code=fault.reason,
        source=SOURCE,
        data=seen.reading.digest,
    )


# -- hovers ---------------------------------------------------------------------------------------------------------------------


def hover(seen: Seen, position: lsp.Position) -> lsp.Hover | None:
    """Return what there is to say of the target whose name is at a position."""
    lines = to_lines(seen.text)
    for target in seen.reading.targets:
        place = to_range(lines, target.place, seen.encoding)
        if contains(place, position):
            text = "\n".join(hover_lines(seen, target))
            return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.PlainText, text), place)
    return None


def hover_lines(seen: Seen, target: Target) -> Iterator[str]:
    """Yield the claim of a target in words, what was proved of this text, and what that rests on."""
    outcome = seen.outcomes.get(target.name)
    yield f"{plain(target.name)}: {status(seen, target)}"
    yield from _section("Asked for", target.asked)
    if outcome is not None and outcome.state == "accept":
        yield from _section("Proved of this text", outcome.claims)
        yield from _section("It rests on", outcome.rests)
    if outcome is not None and outcome.fault is not None:
        yield from _section("Not accepted", outcome.fault.lines)
    if target.head is not None:
        yield from _section("In the graph, where `qed ci` proves it again", (head_line(target.head, "head"), *target.head.claims))
        if outcome is None or outcome.state != "accept":
            yield from _section("It rests on", target.head.rests)
    if (found := seen.found.get(target.name)) is not None:
        title = "Found by a search, proved there, in no graph; `qed run` adds it"
        yield from _section(title, (head_line(found, "version"), *found.claims))


def _section(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {plain(line)}" for line in lines)


# -- fixes ----------------------------------------------------------------------------------------------------------------------


def actions(seen: Seen, chosen: lsp.Range) -> list[lsp.CodeAction]:
    """Return the quick fixes for the lines of a range: an accepted version's body in the place of the baseline's."""
    lines, found = to_lines(seen.text), []
    for target in seen.reading.targets:
        if meets(to_range(lines, target.place, seen.encoding), chosen):
            for head, what in ((target.head, "accepted"), (seen.found.get(target.name), "found")):
                if head is not None and head.fixed is not None:
                    found.append(_action(seen, target, head, what))
    return found


def _action(seen: Seen, target: Target, head: Head, what: str) -> lsp.CodeAction:
    edit = edit_between(seen.text, head.fixed or "", seen.encoding)
    # with its version, so that the client leaves a text alone that has changed meanwhile
    document = lsp.OptionalVersionedTextDocumentIdentifier(seen.uri, version=seen.version)
    whole = lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(document, [edit])])
    costs = f": {Costs(head.cost_old, head.cost_new)} ticks" if head.cost_old or head.cost_new else ""
    title = f"Apply the {what} version {head.node[:SHORT]} of {target.name} (tier {head.tier}, order {head.order}){costs}"
    return lsp.CodeAction(
        title=title,
        kind=lsp.CodeActionKind.QuickFix,
        edit=whole if seen.versioned else lsp.WorkspaceEdit(changes={seen.uri: [edit]}),
        data=seen.reading.digest,
    )


def result(seen: Seen) -> dict[str, object]:
    """Return what a command answers: the digest of the text, and what became of each target of it."""
    fault = seen.reading.fault
    return {
        "uri": seen.uri,
        "version": seen.version,
        "digest": seen.reading.digest,
        "refused": _fault_data(fault) if fault else None,
        "targets": [_target_data(seen, t) for t in seen.reading.targets],
    }


def _target_data(seen: Seen, target: Target) -> dict[str, object]:
    outcome, found = seen.outcomes.get(target.name), seen.found.get(target.name)
    return {
        "name": target.name,
        "status": status(seen, target),
        "state": outcome.state if outcome else None,
        "tier": outcome.tier if outcome else None,
        "order": outcome.order if outcome else None,
        "cost": {"old": outcome.cost_old, "new": outcome.cost_new} if outcome else None,
        "fault": _fault_data(outcome.fault) if outcome and outcome.fault else None,
        "head": target.head.node if target.head else None,
        "found": found.node if found else None,
    }


def _fault_data(fault: Fault) -> dict[str, object]:
    return {"verdict": fault.verdict, "reason": fault.reason, "message": "\n".join(fault.lines)}
