"""The tools that try a candidate: all gates, the gates that can only refuse, and what is left to prove. None of them admits."""

from typing import Any, Final

from loop.agents.answers import Claim, Goals, Judged, State, Tried
from loop.agents.asking import PASSED, Kind, Told
from loop.agents.catalog import Listed
from loop.agents.goals import Left
from loop.agents.lane import Ticket
from loop.agents.session import Session
from loop.agents.words import MESSAGE, cost_of, costs_of, counter_of, next_step, seconds_of, to_judged
from loop.examine import ANY, Asked, Examination
from loop.keep import Standing
from loop.prompt import cut_to
from verify.graph import Graph
from verify.reasons import Refusal
from verify.verdict import Accept, Refused, to_verdict

STATE: Final = 8_000
"""characters of a state"""
STATES: Final = 6
"""states of one claim"""
KEPT: Final = 2_000
"""characters of a declaration that Lean accepted"""
STATEMENT: Final = 40_000
"""characters of a pinned statement"""
NOTHING_FOUND: Final = "No fault was found. That proves nothing: call `check` to have it judged."
FOUND: Final = "The search found a proof. Call `check` to have it judged, or `submit`."
OPEN: Final = (
    "Prove the theorem under `open`, or lemmas that help it, in Lean text, and hand it in with the program. A theorem of the "
    "name and the statement under `head` stands for the fact; a proof that ends in `theorem accepted : Statement := "
    "statement_of ...` stands for all of them. What is under `proved` is found again and need not be handed in."
)


def check(session: Session, name: str, program: str, lean: str, asked: Asked, ticket: Ticket) -> Judged:
    """Judge a candidate by all gates against the head, or the baseline where no program is given."""
    found = session.find(name)
    _, listed, stands = found
    told = _told(session, "judge", found, program, lean, asked, ticket)
    examination = Examination(told) if isinstance(told, Refused) else told.examination
    return to_judged(listed.name, examination, stands)


def counterexample(session: Session, name: str, program: str, ticket: Ticket) -> Tried:
    """Run a candidate through the gates that can only refuse, and compare its ticks with those of the head."""
    found = session.find(name)
    _, listed, _ = found
    told = _told(session, "runs", found, program, "", ANY, ticket)
    refused = told if isinstance(told, Refused) else to_refused(told)
    fault = refused is not None and refused.gate != PASSED
    parts = _refusal(refused if fault else None)
    return Tried(
        target=listed.name, fault=fault, **parts,
        costs=None if isinstance(told, Refused) else costs_of(told, listed.spec),
        cost=cost_of((None, None) if isinstance(told, Refused) else told.cost),
        next=next_step(refused.reason) if refused and fault else NOTHING_FOUND, seconds=seconds_of(refused) if refused else {},
    )  # fmt: skip


def goals(
    session: Session, name: str, program: str, lean: str, asked: Asked, ticket: Ticket, *, statement: bool
) -> Goals:
    """Say what is left to prove of a candidate, after the gates that refuse and the prover's own search."""
    found = session.find(name)
    _, listed, _ = found
    told = _told(session, "goals", found, program, lean, asked, ticket)
    proved = isinstance(told, Told) and told.proved
    claims = [_claim(left, statement=statement) for left in told.left] if isinstance(told, Told) else []
    refused = None if proved else to_refused(told) if isinstance(told, Told) else told
    onward = FOUND if proved else OPEN if any(c.states for c in claims) else next_step(refused.reason if refused else None)
    seconds = seconds_of(refused) if refused else {}
    return Goals(target=listed.name, proved=proved, claims=claims, next=onward, seconds=seconds, **_refusal(refused))


def _told(
    session: Session, kind: Kind, found: tuple[Graph, Listed, Standing], program: str, lean: str, asked: Asked, ticket: Ticket
) -> Told | Refused:
    """Return a worker's answer, or the verdict of the gate policy on what does not read. Raises what `Session.ask` raises."""
    try:
        inquiry = session.inquiry(kind, found, program, lean, asked)
    except Refusal as refusal:
        return to_verdict(refusal.reason, "policy", ())
    return session.ask(inquiry, ticket)


def _refusal(refused: Refused | None) -> dict[str, Any]:
    """Return the fields that say why something was refused; all are empty where it was not."""
    if refused is None:
        return dict.fromkeys(("verdict", "gate", "reason", "message", "counterexample"))
    reason = refused.reason
    return {
        "verdict": refused.name, "gate": refused.gate, "reason": type(reason).__name__,
        "message": cut_to(str(reason), MESSAGE), "counterexample": counter_of(reason),
    }  # fmt: skip


def to_refused(told: Told) -> Refused | None:
    """Return the verdict of an answer where it is no acceptance."""
    verdict = told.examination.verdict
    return None if isinstance(verdict, Accept) else verdict


def _claim(left: Left, *, statement: bool) -> Claim:
    return Claim(
        order=left.order, due=list(left.due), open=left.fact, head=cut_to(left.head, STATE),
        states=[State(state=cut_to(g.state, STATE), goals=g.goals) for g in left.goals[:STATES]],
        lean=cut_to(left.lean, MESSAGE), proved=[t for t in left.proved if len(t) <= KEPT],
        statement=cut_to(left.statement, STATEMENT) if statement else "",
    )  # fmt: skip
