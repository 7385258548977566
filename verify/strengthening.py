"""Decides: two specs of one target -> Statement that whoever meets the second meets the first.

A spec strengthens another one where it allows every input that the other allows, promises there all that the other promises, and
asks for no less in its other options. Where versions of the other one return what its baseline returns, it has the same baseline.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verify.calls import helpers_of
from verify.canonical import Digest, digest_bytes
from verify.certificate import spec_digest
from verify.ir import Helper, held
from verify.lean_expr import condition, lean_type, plain
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.notes import Note, annotated
from verify.reasons import NotStronger
from verify.spec import RESULTS, TIERS, Spec, signature
from verify.statement import OPENING, Statement, helper_text


@dataclass(frozen=True, slots=True)
class Strengthening:
    """The question whether `stronger` strengthens `weaker`."""

    weaker: Spec
    stronger: Spec


def mismatch(question: Strengthening) -> NotStronger | None:
    """Return why one spec cannot strengthen the other whatever their contracts say; None where only those are left to compare."""
    what = next(_mismatches(question.weaker, question.stronger), None)
    return None if what is None else NotStronger(what=what, where=question.stronger.where, do="Make it a target of its own.")


def _mismatches(weaker: Spec, stronger: Spec) -> Iterator[str]:
    old, new = weaker.program, stronger.program
    if weaker.digest == stronger.digest:
        yield "it is the very spec that it is to strengthen."
    if (old.name, old.parameters, old.result) != (new.name, new.parameters, new.result):
        yield f"`{signature(new)}` is another signature than `{signature(old)}`."
    if TIERS.index(stronger.tier) > TIERS.index(weaker.tier):
        yield f"it allows the tier {stronger.tier}, and the accepted spec asks for {weaker.tier}."
    if not set(stronger.orders) <= set(weaker.orders):
        yield f"it allows the order {stronger.orders[-1]}, and the accepted spec asks for {weaker.orders[-1]} at least."
    if RESULTS.index(stronger.result) > RESULTS.index(weaker.result):
        yield "it allows any result within its contract, and the accepted spec asks for the baseline's."
    # where versions return what the baseline returns, another baseline would be another target
    if weaker.result == "same" and old.body != new.body:
        yield "its baseline is not the function that the accepted spec has."


def to_strengthening(question: Strengthening, notes: tuple[Note, ...], limits: Limits) -> Statement:
    """Return the pinned statement; `notes` are about functions that the contracts call. Raises Refusal as the printer does."""
    weaker, stronger = (_noted(spec, notes, limits) for spec in (question.weaker, question.stronger))
    opening = OPENING.format(heartbeats=limits.lean_heartbeats)
    helpers: dict[Digest, Helper] = {}
    for h in helpers_of((weaker.require, weaker.ensure, stronger.require, stronger.ensure)):
        helpers.setdefault(h.digest, h)
    names = [lean_name(p.name) for p in weaker.program.parameters]
    types = [lean_type(p.type) for p in weaker.program.parameters]
    binders = "".join(f" ({n} : {t})" for n, t in zip(names, types, strict=True))
    args = "".join(f" {n}" for n in names)
    result = lean_type(weaker.program.result)
    both = "".join(_contract(space, spec, binders, result) for space, spec in (("Weaker", weaker), ("Stronger", stronger)))
    # `v_result` is no parameter's name, since `result` is reserved
    promise = f"∀ v_result : {result}, Stronger.Post{args} v_result → Weaker.Post{args} v_result"
    pre = (f"∀{binders}, " if binders else "") + f"Weaker.Pre{args} → "
    claim = f"""{opening}namespace QED

/-- Every input that the weaker contract allows the stronger one allows too, and what the stronger one promises of a result there
the weaker one promises. -/
def Statement : Prop :=
  {pre}Stronger.Pre{args} ∧ {promise}

theorem statement_of (pre : {pre}Stronger.Pre{args}) (post : {pre}{promise}) : Statement :=
  fun{args} h => ⟨pre{args} h, post{args} h⟩

end QED
"""
    return Statement(opening + "".join(helper_text(h, limits) for h in helpers.values()) + both, claim)


def _contract(space: str, spec: Spec, binders: str, result: str) -> str:
    return (
        f"namespace QED.{space}\n\ndef Pre{binders} : Prop := {condition(held(spec.require), plain)}\n\n"
        f"def Post{binders} (v_result : {result}) : Prop := {condition(held(spec.ensure), plain)}\n\nend QED.{space}\n\n"
    )


def _noted(spec: Spec, notes: tuple[Note, ...], limits: Limits) -> Spec:
    return replace(spec, require=annotated(spec.require, notes, limits), ensure=annotated(spec.ensure, notes, limits))


def strengthening_binding(name: str, weaker: bytes, stronger: bytes, statement: bytes, proof: bytes) -> dict[str, object]:
    """Return the fields of a certificate that say which spec strengthens which.

    The stronger one is bound as the spec, and the weaker one in the place of an implementation.
    """
    return {
        "spec": spec_digest(stronger, name),
        "implementation": spec_digest(weaker, name),
        "old": None,
        "statement": digest_bytes(statement),
        "proof": digest_bytes(proof),
        "order": None,
        "slack": 0,
        "worst": None,
    }
