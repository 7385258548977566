"""How strong a contract is, and whether it fixes the result, in words and as data; advice, on which no verdict rests."""

from collections.abc import Iterator
from dataclasses import dataclass

from verify.gates.determinacy import Determinacy, determinacy
from verify.gates.strength import Strength, strength_of
from verify.limits import Limits
from verify.reasons import Reason, Survivor, literal
from verify.spec import Spec


@dataclass(frozen=True, slots=True)
class OfContract:
    """What was found out about a contract; None where nobody asked."""

    spec: Spec | None = None
    strength: Strength | Reason | None = None
    determinacy: Determinacy | None = None
    listed: bool = False
    """whether the programs that it does not refute are to be listed"""


def of_contract(spec: Spec, limits: Limits, asked: bool) -> OfContract:  # noqa: FBT001 - what `--strength` says
    """Find out about a contract: where it alone says what a version may return, or somebody asked."""
    alone = spec.result == "contract"
    strength = strength_of(spec, limits) if alone or asked else None
    return OfContract(spec, strength, determinacy(spec, limits) if alone else None, asked)


def contract_lines(found: OfContract) -> Iterator[str]:
    """Yield what there is to say about a contract."""
    match found.strength:
        case Strength() as s:
            yield f"strength: the contract refutes {s.refuted} of {s.differing} mutants of the baseline, on {s.inputs} inputs"
            if found.listed:
                for survivor in (*s.trivial, *s.survivors):
                    yield from survivor_lines(survivor)
        case Reason() as reason:
            yield f"strength: not told; {reason}"
    match found.determinacy:
        case Determinacy("fixed"):
            yield "determinacy: fixed (smt), one result for each input"
        case Determinacy("free", arguments, (one, other)) if found.spec is not None:
            call = f"{found.spec.name}({', '.join(map(literal, arguments))})"
            yield f"determinacy: the contract allows two results: {call} may be {literal(one)} and {literal(other)}"
        case Determinacy():
            yield "determinacy: not decided"


def survivor_lines(survivor: Survivor) -> Iterator[str]:
    """Yield the text of a program that a contract does not refute, and the input that tells it from the baseline."""
    given = ", ".join(f"{n} = {literal(v)}" for n, v in zip(survivor.parameters, survivor.arguments, strict=True))
    on = f"on {given}" if given else "without arguments"
    yield f"not refuted; {on} it returns {literal(survivor.survivor)}, the baseline {literal(survivor.baseline)}:"
    yield from (f"    {line}" for line in survivor.program.split("\n"))


def contract_data(found: OfContract) -> dict[str, object]:
    """Return the same for `--json`; values are Python literals."""
    d, data = found.determinacy, dict[str, object]()
    match found.strength:
        case Strength() as s:
            data = {"inputs": s.inputs, "mutants": s.mutants, "differing": s.differing, "refuted": s.refuted}
            data |= {kind: [x.as_data() for x in of] for kind, of in (("trivial", s.trivial), ("survivors", s.survivors))}
        case Reason() as reason:
            data = {"reason": type(reason).__name__, "message": str(reason)}
    two = None
    if d is not None and d.answer == "free" and found.spec is not None:
        names = [p.name for p in found.spec.program.parameters]
        arguments = {n: literal(v) for n, v in zip(names, d.arguments, strict=True)}
        two = {"arguments": arguments, "results": [literal(v) for v in d.results]}
    return {"strength": data or None, "determinacy": d.answer if d else None, "two_results": two}
