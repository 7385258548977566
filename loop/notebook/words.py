"""What is to say about a reason and a judgement, as blocks of a sheet."""

from collections.abc import Iterator
from dataclasses import dataclass

from loop.notebook.sheet import Block, Code, Line, Table
from loop.notebook.texts import shown
from loop.strength_words import survivor_lines
from verify.ci_formats import excerpt
from verify.reasons import Counterexample, Reason, WeakContract, literal


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with the line of source that it names, as it was when the reason was given."""

    reason: Reason
    place: tuple[str, ...]


def why(reason: Reason) -> Why:
    """Return a reason with its place."""
    return Why(reason, excerpt(reason))


def reason_blocks(of: Why, gate: str) -> Iterator[Block]:
    """Yield why something was not accepted: the reason, the input that shows it, where, and what to do next."""
    reason = of.reason
    kind = type(reason).__name__
    yield Line(shown(f"{kind} at the gate {gate}: {reason.what}" if gate else f"{kind}: {reason.what}"))
    if isinstance(reason, Counterexample):
        yield Table((counterexample_row(reason),), (*_names(reason), "got", "due"))
    if isinstance(reason, WeakContract):
        yield from (Code("\n".join(survivor_lines(s))) for s in reason.survivors)
    if reason.where:
        yield Line(f"where: {shown(reason.where)}")
        if of.place:
            yield Code("\n".join(of.place))
    if reason.do:
        yield Line(f"next: {reason.do}")


def counterexample_row(reason: Counterexample) -> tuple[str, ...]:
    """Return the values of an input, what came of it, and what was due."""
    return (*map(literal, reason.arguments), reason.got, reason.due)


def _names(reason: Counterexample) -> tuple[str, ...]:
    return reason.parameters or tuple(f"argument {i}" for i in range(len(reason.arguments)))
