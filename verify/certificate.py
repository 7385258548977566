"""Decides: what a verdict was about, and whether it still is.

A certificate binds by digest everything that the verdict depends on. It is evidence of what was judged, never the verdict
itself: who wants to know judges again, from the bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias, final

from verify.canonical import Data, Digest, digest, digest_bytes
from verify.spec import ORDERS, TIERS, Order, Tier
from verify.worst_case import WorstCase, worst_case_from_data

Pairs: TypeAlias = tuple[tuple[str, Digest], ...]
"""a mapping as a tuple, sorted by key, so that the record that holds it can be hashed and sent to another process"""

DIGEST = re.compile(r"[0-9a-f]{64}")
ENVIRONMENT = ("ticks", "limits", "trusted", "solver", "lean_version", "lean_kind", "lean_library")
"""the fields that are about the judge and not about what was judged; `stale` compares them"""
OF_LEAN = ("proof", "lean_version", "lean_kind", "lean_library")
"""the fields that are None at the tier smt, where Lean has no part"""


@final
@dataclass(frozen=True, slots=True)
class SecondLean:
    """Another Lean that judged the same statement and proof, and what its token held besides."""

    version: str
    kind: str
    library: Digest
    axioms: tuple[str, ...]
    """the axioms that the theorem rests on there, sorted"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What one acceptance is bound to.

    A baseline supersedes nothing: `old` and `order` are None and `slack` is 0 there. The same goes for a lemma, of which `spec`
    binds what it states, and `implementation` its name and its definitions: see `lemma.lemma_binding`. Times are nanoseconds of
    paired runs and costs are expressions over the parameters; both are None where they are not known, and neither is part of
    what was proved.
    """

    spec: Digest
    """`spec_digest` of the spec file"""
    implementation: Digest
    """`implementation_digest` of the accepted file"""
    old: Digest | None
    """`implementation_digest` of the superseded file"""
    statement: Digest
    """SHA-256 of the statement's text: Lean, or SMT-LIB at the tier smt"""
    proof: Digest | None
    """SHA-256 of the proof's text; None at the tier smt, where there is none"""
    ticks: Digest
    """digest of the tick table"""
    limits: tuple[tuple[str, int], ...]
    """every limit of the judgement, sorted by name"""
    trusted: Pairs
    """SHA-256 of each file that gives the statement its meaning: the semantics in Lean, the translation to it; sorted"""
    solver: str
    """name and version of the solver, or of both at the tier smt"""
    lean_version: str | None
    lean_kind: str | None
    """portable or native"""
    lean_library: Digest | None
    """digest of Lean's library"""
    tier: Tier
    order: Order | None
    slack: int
    """the K of the order `eventually`, in ticks; 0 elsewhere"""
    old_nanoseconds: int | None
    new_nanoseconds: int | None
    old_cost: str | None
    new_cost: str | None
    recheck: str
    """the command line that judges this again"""
    second: SecondLean | None = None
    """None where one Lean alone judged; the record then has no such key"""
    worst: WorstCase | None = None
    """what the order `worst-case` claims; None in any other, and the record then has no such key"""


KEYS = frozenset(field.name for field in fields(Certificate)) - {"second", "worst"}
"""the keys that every record of a certificate has"""


def spec_digest(content: bytes, function: str) -> Digest:
    """Return the digest of one target of a spec file, the same as `Spec.digest`."""
    return digest("spec", {"source": content, "function": function})


def implementation_digest(content: bytes, function: str) -> Digest:
    """Return the digest of an implementation: the file's bytes, and which function of it is meant."""
    return digest("implementation", {"source": content, "function": function})


def limit_pairs(limits: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return the limits as a certificate holds them; hand in `Limits.as_data()`."""
    return tuple(sorted(limits.items()))


def trusted_pairs(files: Mapping[str, bytes]) -> Pairs:
    """Return the digest of each trusted file, as a certificate holds them; the keys are paths from the repository's root."""
    return tuple((name, digest_bytes(files[name])) for name in sorted(files))


def certificate_to_data(certificate: Certificate) -> dict[str, Data]:
    """Return the certificate as a canonical mapping."""
    data: dict[str, Data] = {key: getattr(certificate, key) for key in KEYS - {"limits", "trusted"}}
    whole: dict[str, Data] = {**data, "limits": dict(certificate.limits), "trusted": dict(certificate.trusted)}
    if (s := certificate.second) is not None:
        whole["second"] = {"version": s.version, "kind": s.kind, "library": s.library, "axioms": list(s.axioms)}
    if certificate.worst is not None:
        whole["worst"] = certificate.worst.as_data()
    return whole


def certificate_from_data(data: Data) -> Certificate:
    """Read what `certificate_to_data` wrote and nothing else.

    Raises ValueError naming the field: a key too many or too few, another type (True is no int), a digest that is none, an
    order without a superseded version, a slack outside the limit.
    """
    if not isinstance(data, dict):
        raise ValueError("the certificate is not a mapping")  # noqa: TRY004 - of the bytes, not of the caller
    if odd := sorted(KEYS ^ (data.keys() - {"second", "worst"})):
        raise ValueError(f"the certificate's keys are not the due ones: {', '.join(map(ascii, odd))}")
    order, tier = data["order"], data["tier"]
    if order not in (None, *ORDERS):
        raise ValueError(f"`order` is {order!a}; one of {', '.join(ORDERS)} or null is due")
    if tier not in TIERS:
        raise ValueError(f"`tier` is {tier!a}; one of {', '.join(TIERS)} is due")
    certificate = Certificate(
        spec=_digest(data, "spec"),
        implementation=_digest(data, "implementation"),
        old=None if data["old"] is None else _digest(data, "old"),
        statement=_digest(data, "statement"),
        proof=None if data["proof"] is None else _digest(data, "proof"),
        ticks=_digest(data, "ticks"),
        limits=tuple(sorted((name, _natural(limits, name)) for limits in [_mapping(data, "limits")] for name in limits)),
        trusted=tuple(sorted((name, _digest(files, name)) for files in [_mapping(data, "trusted")] for name in files)),
        solver=_text(data, "solver"),
        lean_version=None if data["lean_version"] is None else _text(data, "lean_version"),
        lean_kind=None if data["lean_kind"] is None else _text(data, "lean_kind"),
        lean_library=None if data["lean_library"] is None else _digest(data, "lean_library"),
        tier=tier,
        order=order,
        slack=_natural(data, "slack"),
        old_nanoseconds=None if data["old_nanoseconds"] is None else _natural(data, "old_nanoseconds"),
        new_nanoseconds=None if data["new_nanoseconds"] is None else _natural(data, "new_nanoseconds"),
        old_cost=None if data["old_cost"] is None else _text(data, "old_cost"),
        new_cost=None if data["new_cost"] is None else _text(data, "new_cost"),
        recheck=_text(data, "recheck"),
        second=_second(data["second"]) if "second" in data else None,
        worst=worst_case_from_data(data["worst"]) if "worst" in data else None,
    )
    _check_order(certificate)
    _check_tier(certificate)
    return certificate


def _check_order(certificate: Certificate) -> None:
    if (certificate.old is None) != (certificate.order is None):
        raise ValueError("`old` and `order` go together: both or neither")
    if (certificate.worst is None) != (certificate.order != "worst-case"):
        raise ValueError("`worst` and the order worst-case go together: both or neither")
    largest = dict(certificate.limits).get("slack", 0) if certificate.order == "eventually" else 0
    if certificate.slack > largest:
        raise ValueError(f"`slack` is {certificate.slack}; with this order and these limits it is at most {largest}")


def _check_tier(certificate: Certificate) -> None:
    smt = certificate.tier == "smt"
    if odd := next((key for key in OF_LEAN if (getattr(certificate, key) is None) != smt), None):
        raise ValueError(f"`{odd}` is {'due' if not smt else 'null'} at the tier {certificate.tier}")
    if smt and certificate.second is not None:
        raise ValueError("`second` is of Lean, which has no part in the tier smt")


def _second(data: Data) -> SecondLean:
    """Read what a second Lean said; there is no such record that says that there was none."""
    if isinstance(data, dict) and data.keys() == {field.name for field in fields(SecondLean)}:
        axioms = data["axioms"]
        names = tuple(_text({"axioms": name}, "axioms") for name in axioms) if isinstance(axioms, list) else ("", "")
        if names == tuple(sorted(set(names))):
            return SecondLean(_text(data, "version"), _text(data, "kind"), _digest(data, "library"), names)
    raise ValueError("`second` is not version, kind, library and sorted axioms of another Lean")


def _digest(data: Mapping[str, Data], key: str) -> Digest:
    value = data[key]
    if not isinstance(value, str) or not DIGEST.fullmatch(value):
        raise ValueError(f"`{ascii(key)[1:-1]}` is not 64 lower-case hexadecimal digits")
    return value


def _natural(data: Mapping[str, Data], key: str) -> int:
    value = data[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"`{ascii(key)[1:-1]}` is not a whole number >= 0")
    return value


def _text(data: Mapping[str, Data], key: str) -> str:
    """Return a line of text; what could move a terminal's cursor is refused."""
    value = data[key]
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"`{key}` is not one line of printable text")
    return value


def _mapping(data: Mapping[str, Data], key: str) -> Mapping[str, Data]:
    value = data[key]
    if not isinstance(value, dict) or not all(name.isprintable() for name in value):
        raise ValueError(f"`{key}` is not a mapping with printable names")
    return value


def claim(certificate: Certificate) -> tuple[object, ...]:
    """Return what was proved of what: two judgements of one node must agree on it, whatever their tools were."""
    c = certificate
    return (c.spec, c.implementation, c.old, c.proof, c.tier, c.order, c.slack, c.worst)


def not_rechecked(recorded: Certificate, now: Certificate) -> tuple[str, ...]:
    """Return the kinds of Lean that `recorded` names and `now` does not, each with the version that was recorded."""
    before, after = (
        ({c.lean_kind: c.lean_version} if c.lean_kind and c.lean_version else {})
        | ({c.second.kind: c.second.version} if c.second else {})
        for c in (recorded, now)
    )
    return tuple(f"Lean {before[kind].partition(',')[0]} ({kind})" for kind in sorted(before.keys() - after.keys()))


def stale(certificate: Certificate, current: Mapping[str, Data]) -> tuple[str, ...]:
    """Return which of the bound things about the judge are no longer what they were, by name; () where none is.

    `current` holds the fields of ENVIRONMENT as `certificate_to_data` writes them, and under `solvers` what `solver` is at the
    tier smt, where Lean is not compared. One that it lacks counts as changed. A file or a limit is named as `trusted:<file>` or
    `limits:<name>`.
    """
    data, out = certificate_to_data(certificate), []
    smt = certificate.tier == "smt"
    for key in (k for k in ENVIRONMENT if not (smt and k in OF_LEAN)):
        was, now = data[key], current.get("solvers" if smt and key == "solver" else key)
        if isinstance(was, dict) and isinstance(now, dict):
            names = sorted(was.keys() | now.keys())
            out += [f"{key}:{n}" for n in names if n not in was or n not in now or was[n] != now[n]]
        elif was != now:
            out.append(key)
    return tuple(out)
