"""What a client reads of a reason or a judgement: the parts of a record, and what to do next."""

from collections.abc import Mapping
from typing import Any, Final

from loop.agents.answers import Cost, Costs, Counter, DearerInput, Judged
from loop.agents.asking import Compared, Told
from loop.examine import Examination
from loop.keep import Standing
from loop.prompt import cut_to
from loop.words import cost_text, worst_case_data
from verify.reasons import Counterexample, Reason, WeakContract, literal
from verify.spec import Spec
from verify.verdict import Accept, Verdict

MESSAGE: Final = 4_000
"""characters of a message"""
VALUE: Final = 2_000
"""characters of one argument of a counterexample"""
NEXT: Final[Mapping[str, str]] = {
    "Malformed": "Mend the form of the text, and try again.",
    "Forbidden": "Leave out what is forbidden; `show` says what the language allows.",
    "Unsupported": "Write it in the language; `show` and the resource qed://docs/language.md say what that is.",
    "IllTyped": "Mend the types; every name keeps one type, and every path returns.",
    "SignatureMismatch": "Keep the target's name, parameters and types, and only functions that it calls.",
    "TooLarge": "Hand in less text.",
    "WrongResult": "Mend the program on this input, and try again.",
    "Raises": "Mend the program on this input, and try again.",
    "ContractViolated": "Mend the program on this input, and try again.",
    "RunGivenUp": "The program takes far longer than before on some input, or does not end; look at its loops.",
    "CostNotLower": "Find a version that takes fewer ticks; `counterexample` shows where this one takes more.",
    "RunNotProved": "Put `decreases(...)` and `invariant(...)` into the loop that is named, or write a loop over a range.",
    "ProofMissing": "Call `goals` to see what is left, and hand in lemmas with the program; or try a simpler program.",
    "ProofFailed": "Call `goals` with the same text to see the goals where Lean stopped.",
    "ProofForbidden": "Write plain theorems with tactics; no sorry, axiom, open, set_option or macro.",
    "TimedOut": "Try a shorter program, or hand in lemmas for its proof.",
    "GraphConflict": "Somebody else has moved the head: call `show`, and try again against the new one.",
    "HeldForReview": "A person must give their word (`qed review`); the head stays until then.",
    "NotByPolicy": "policy.toml keeps it out. Read its words, and look for a version that it allows.",
    "WeakContract": "The spec must say more: a person has to mend it.",
    "EmptyPrecondition": "The spec allows no input: a person has to mend it.",
}
"""what to do, by the class of the reason, where the reason itself does not say it better"""
ACCEPTED: Final = "It is proved. Call `submit` with the same text to have it judged once more and admitted."
OTHERWISE: Final = "Read the message; nothing was proved."


def next_step(reason: Reason | None) -> str:
    """Return what to do after a refusal."""
    if reason is None:
        return ACCEPTED
    return next_of(type(reason).__name__, reason.do)


def next_of(name: str, do: str = "") -> str:
    """Return what to do after a refusal for a reason of a class."""
    return " ".join(dict.fromkeys(filter(None, (do, NEXT.get(name, "" if do else OTHERWISE)))))


def counter_of(reason: Reason | None) -> Counter | None:
    """Return the input that a reason shows, None where it shows none."""
    if not isinstance(reason, Counterexample):
        return None
    data = reason.as_data()
    given = data["arguments"]
    arguments = {str(k): cut_to(str(v), VALUE) for k, v in given.items()} if isinstance(given, dict) else {}
    return Counter(arguments=arguments, got=cut_to(reason.got, VALUE), due=cut_to(reason.due, VALUE))


def reason_of(verdict: Verdict) -> Reason | None:
    """Return why a verdict is no acceptance, None where it is one."""
    return None if isinstance(verdict, Accept) else verdict.reason


def seconds_of(verdict: Verdict) -> dict[str, float]:
    """Return the seconds of each gate."""
    return {gate: round(s, 3) for gate, s in verdict.seconds}


def cost_of(costs: tuple[str | None, str | None]) -> Cost:
    """Return two costs as people write them."""
    old, new = (None if c is None else cost_text(c) for c in costs)
    return Cost(old=old, new=new)


def judged_data(name: str, examination: Examination, stands: Standing) -> dict[str, Any]:
    """Return the fields of a judgement that was made against the head of a target."""
    verdict = examination.verdict
    certificate = verdict.certificate if isinstance(verdict, Accept) else None
    reason = reason_of(verdict)
    survivors = [s.as_data() for s in reason.survivors] if isinstance(reason, WeakContract) else []
    return unjudged_data(name, stands) | {
        "verdict": verdict.name,
        "tier": certificate.tier if certificate else None, "order": certificate.order if certificate else None,
        "slack": certificate.slack if certificate else None, "worst_case": worst_case_data(certificate),
        "gate": None if isinstance(verdict, Accept) else verdict.gate, "reason": type(reason).__name__ if reason else None,
        "message": cut_to(str(reason), MESSAGE) if reason else None, "counterexample": counter_of(reason),
        "survivors": survivors, "cost": cost_of((examination.cost_old, examination.cost_new)),
        "next": next_step(reason), "seconds": seconds_of(verdict),
    }  # fmt: skip


def unjudged_data(name: str, stands: Standing) -> dict[str, Any]:
    """Return the fields of a judgement where none was made; the verdict, why, and what to do next are the caller's to say."""
    return {
        "target": name, "head": stands.head.id if stands.head else None, "tier": None, "order": None, "slack": None,
        "worst_case": None, "counterexample": None, "survivors": [], "cost": cost_of((None, None)), "seconds": {},
    }  # fmt: skip


def to_judged(name: str, examination: Examination, stands: Standing) -> Judged:
    """Return a judgement."""
    return Judged(**judged_data(name, examination, stands))


def costs_of(told: Told, spec: Spec) -> Costs | None:
    """Return how ticks compare on drawn inputs."""
    return None if told.compared is None else _costs(told.compared, spec)


def _costs(compared: Compared, spec: Spec) -> Costs:
    worst, names = compared.worst, [p.name for p in spec.program.parameters]
    dearest = None
    if worst is not None:
        given = {n: cut_to(literal(v), VALUE) for n, v in zip(names, worst.arguments, strict=True)}
        got = cut_to(worst.got, VALUE)
        dearest = DearerInput(arguments=given, got=got, old_ticks=worst.old, new_ticks=worst.new)
    return Costs(inputs=compared.inputs, cheaper=compared.cheaper, dearer=compared.dearer, dearest=dearest)
