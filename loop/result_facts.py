"""Proves the facts of a claim that are about results; which ones those are is a matter of what the target asks for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from verify.spec import Spec
from verify.statement import Claim

if TYPE_CHECKING:
    from loop.prover import Prover, Side

FACTS: Final = ("same", "post", "old_post", "cost", "gain", "within", "reached")
"""names of the facts that `statement_of` asks for, or that those follow from; a candidate may prove any of them itself"""


def fact_names(spec: Spec, claim: Claim) -> str:
    """Return the names of the facts about results that `statement_of` asks for, in its order."""
    return "post" if claim.order is None or spec.result == "contract" else "same post"


def prove_results(prover: "Prover", sides: "Sequence[Side]", claim: Claim, given: str, args: str) -> bool:
    """Prove those facts; `given` are the binders and the premise of each, `args` the arguments. Says whether it was possible."""
    met, equal = f"{given}Post{args} (Old.value{args})", f"{given}New.value{args} = Old.value{args}"
    if claim.order is not None and prover.spec.result == "contract":
        return _allowed(prover, sides, met, equal, args, given)
    if not prover.establish(sides, "post", met):
        return False
    return claim.order is None or prover.establish(sides, "same", equal)


def _allowed(prover: "Prover", sides: "Sequence[Side]", met: str, equal: str, args: str, given: str) -> bool:
    """Prove that the new version meets the contract: by itself, or because it returns what the old one returns."""
    post, new = f"{given}Post{args} (New.value{args})", sides[1:]
    if prover.settle("post", post, prover.scripts(new, "value", post=True)):
        return True
    if prover.settle("same", equal, prover.scripts(sides, "value", post=False)) and prover.settle(
        "old_post", met, prover.scripts(sides[:1], "value", post=True)
    ):
        return prover.add(f"theorem post {post} := by\n  rw [same{args} h]; exact old_post{args} h\n")
    return prover.search(new, "value", "post", post)
