"""The fact that a search in an ordered list is cheaper on long lists, from a lemma that says by how much."""

from collections.abc import Iterator
from string import Template
from typing import Final

from loop.gains import gain_head
from loop.orders import lean_value
from loop.techniques.claim_facts import declared
from loop.techniques.ordered import Order
from loop.techniques.study import Study
from verify import ir
from verify.interpreter import holds
from verify.ir import Name, Value
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type
from verify.statement import Claim

LONGER: Final = (0, 1, 7, 40)
"""by how many elements the lists are longer on which the contract is tried"""
FILLS: Final = (0, 1, -1)
"""elements of lists that need not rise or fall"""
FAMILY: Final = """intro m
obtain ⟨n, l⟩ : ∃ n : Nat, n = m + $least := ⟨_, rfl⟩
obtain ⟨$xs, e⟩ : ∃ v : List Int, v = $elements := ⟨_, rfl⟩
$others
have length : ($xs.length : Int) = n := by subst e; simp
have item_at : ∀ i : Int, 0 ≤ i → i < n → item $xs i = $element := by
  intro i i0 i1
  rw [item_eq i0 (by omega)]
  subst e
  simp [upto]
  try omega
clear e
have h : Pre $parameters := by
  simp only [Pre]
  first | trivial | omega | grind | (refine ⟨?_, ?_⟩ <;> first | trivial | omega | grind)
refine ⟨$witness, h, ?_⟩
have b := (both $parameters h).2.2
omega"""


def gain_text(study: Study, order: Order, least: int, claim: Claim) -> str | None:
    """Return the theorem `gain` from the lemma `both`, which says that `least` elements make up for what more is paid.

    None where no such lists were found that the contract allows.
    """
    found = next(_families(study, order, least), None)
    if found is None:
        return None
    parameters = study.head.parameters
    names = [lean_name(p.name) for p in parameters]
    elements, element, others = found
    bound = ((f"{lean_name(n)}, e_{k}", lean_type(t), term) for k, (n, t, term) in enumerate(others))
    given = (f"obtain ⟨{pattern}⟩ : ∃ v : {t}, v = {term} := ⟨_, rfl⟩" for pattern, t, term in bound)
    lines = Template(FAMILY).substitute(
        least=least, xs=lean_name(order.xs.name), elements=elements, element=element, others="\n".join(given) or "skip",
        parameters=" ".join(names), witness=", ".join(names),
    )  # fmt: skip
    return declared(f"gain {gain_head(study.spec, claim)}", lines.split("\n"))


def _families(study: Study, order: Order, least: int) -> Iterator[tuple[str, str, list[tuple[Name, ir.Type, str]]]]:
    """Yield lists of `n` elements in Lean, their element at `i`, and what the other parameters are, which the contract allows."""
    parameters = study.head.parameters
    allowed = holds(study.spec.require, [p.name for p in parameters], study.limits)
    ways: list[tuple[str, str, list[list[int]]]]
    if order.strictly and order.rises:
        ways = [("upto 0 (n : Int)", "i", [list(range(least + m)) for m in LONGER])]
    elif order.strictly:
        ways = [("List.map (fun x => -x) (upto 0 (n : Int))", "-i", [[-k for k in range(least + m)] for m in LONGER])]
    else:
        ways = [(f"List.replicate n ({x} : Int)", str(x), [[x] * (least + m) for m in LONGER]) for x in FILLS]
    for arguments in study.runs:
        for elements, element, lists in ways:

            def with_list(xs: list[int], arguments: tuple[Value, ...] = arguments) -> list[Value]:
                return [[*xs] if p.name == order.xs.name else a for p, a in zip(parameters, arguments, strict=True)]

            if all(allowed(with_list(xs)) for xs in lists):
                pairs = zip(parameters, arguments, strict=True)
                yield elements, element, [(p.name, p.type, lean_value(a, p.type)) for p, a in pairs if p.name != order.xs.name]
