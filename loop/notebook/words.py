"""What is to say about a reason and a judgement, as blocks of a sheet."""

from collections.abc import Iterator

from loop.notebook.sheet import Block, Code, Line, Table
from loop.notebook.texts import shown
from loop.strength_words import survivor_lines
from verify.ci_formats import excerpt
from verify.reasons import Counterexample, Reason, WeakContract, literal


def reason_blocks(reason: Reason, gate: str) -> Iterator[Block]:
    """Yield why something was not accepted: the reason, the input that shows it, where, and what to do next."""
    kind = type(reason).__name__
    yield Line(shown(f"{kind} at the gate {gate}: {reason.what}" if gate else f"{kind}: {reason.what}"))
    if isinstance(reason, Counterexample):
        yield Table((counterexample_row(reason),), (*_names(reason), "got", "due"))
    if isinstance(reason, WeakContract):
        yield from (Code("\n".join(survivor_lines(s))) for s in reason.survivors)
    if reason.where:
        yield Line(f"where: {shown(reason.where)}")
        if lines := excerpt(reason):
            yield Code("\n".join(lines))
    if reason.do:
        yield Line(f"next: {reason.do}")


def counterexample_row(reason: Counterexample) -> tuple[str, ...]:
    """Return the values of an input, what came of it, and what was due."""
    return (*map(literal, reason.arguments), reason.got, reason.due)


def _names(reason: Counterexample) -> tuple[str, ...]:
    return reason.parameters or tuple(f"argument {i}" for i in range(len(reason.arguments)))
