"""Decides: what a policy is, and whether its evidence says what it must: a learned setting of the loop that did better, measured.

A policy is empirical. Nothing that is proved rests on one: it says where the loop looks, never what is true. Its evidence is what
was found on the same held-out targets under the same budget, without it and with it; the sign test over the targets is worked out
here from those numbers, in whole numbers. The seeds of one target are no tosses of their own: it is their sum that counts.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Final

from verify.canonical import Data, from_json, to_json
from verify.reasons import Malformed, Refusal

POLICY_FILE: Final = "policy.json"
EVIDENCE_FILE: Final = "evidence.json"
POLICY_FILES: Final = (EVIDENCE_FILE, POLICY_FILE)
CHANCE: Final = Fraction(1, 20)
"""the most by which evidence may be chance: how likely so many of the targets that differ would favour the policy by coin toss"""
_KEYS: Final = frozenset({"after", "before", "budget", "measure", "seeds", "targets"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured: for each target, in their order, how much was found without the policy and with it."""

    measure: str
    """what the numbers count; more is better"""
    budget: str
    """what each target was given, the same on both sides"""
    targets: tuple[str, ...]
    seeds: tuple[int, ...]
    before: tuple[int, ...]
    """one number for each target and seed, the seeds of a target side by side"""
    after: tuple[int, ...]

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """For each target, how much was found over all seeds without the policy, and how much with it."""
        width = len(self.seeds)
        places = [slice(i * width, (i + 1) * width) for i in range(len(self.targets))]
        return tuple((sum(self.before[place]), sum(self.after[place])) for place in places)

    @property
    def won(self) -> int:
        """The targets of which more was found with the policy, over all seeds."""
        return sum(b > a for a, b in self.pairs)

    @property
    def lost(self) -> int:
        """The targets of which less was found with it."""
        return sum(b < a for a, b in self.pairs)

    @property
    def chance(self) -> Fraction:
        """How likely at least so many targets would be won if each that differs fell by coin toss: the one-sided sign test."""
        differ = self.won + self.lost
        return Fraction(sum(comb(differ, k) for k in range(self.won, differ + 1)), 2**differ)


def evidence_to_bytes(evidence: Evidence) -> bytes:
    """Return the bytes of an evidence file."""
    return to_json({
        "after": list(evidence.after),
        "before": list(evidence.before),
        "budget": evidence.budget,
        "measure": evidence.measure,
        "seeds": list(evidence.seeds),
        "targets": list(evidence.targets),
    })


def evidence_from_bytes(content: bytes) -> Evidence:
    """Read what `evidence_to_bytes` wrote. Raises Refusal(Malformed) for any other bytes, and for numbers that do not pair up."""
    try:
        data = from_json(content)
    except ValueError as error:
        raise _malformed(str(error)) from None
    if not isinstance(data, dict) or data.keys() != _KEYS:
        raise _malformed(f"due are {', '.join(sorted(_KEYS))}, and nothing else")
    measure, budget = data["measure"], data["budget"]
    if not isinstance(measure, str) or not isinstance(budget, str):
        raise _malformed("`measure` and `budget` are texts")
    targets = data["targets"]
    if not isinstance(targets, list) or not all(isinstance(t, str) for t in targets) or targets != sorted(set(map(str, targets))):
        raise _malformed("`targets` are names, in their order and each once")
    seeds, before, after = (_numbers(data, key) for key in ("seeds", "before", "after"))
    if not len(before) == len(after) == len(targets) * len(seeds) or len(set(seeds)) != len(seeds):
        raise _malformed("`before` and `after` have one number for each target and seed")
    return Evidence(measure, budget, tuple(map(str, targets)), seeds, before, after)


def failing(policy: bytes, evidence: bytes) -> str | None:
    """Return why a policy may not enter; None where its evidence says that it did better."""
    try:
        value = from_json(policy)
    except ValueError as error:
        return f"{POLICY_FILE} is not canonical: {error}."
    if not isinstance(value, dict) or not value:
        return f"{POLICY_FILE} is not a mapping of settings."
    try:
        found = evidence_from_bytes(evidence)
    except Refusal as refusal:
        return refusal.reason.what
    if found.chance > CHANCE:
        odds = f"{float(found.chance):.3f}; at most {float(CHANCE):.3f} is due"
        return f"its evidence may be chance: {found.won} targets better, {found.lost} worse; by coin toss that is {odds}."
    return None


def _numbers(data: dict[str, Data], key: str) -> tuple[int, ...]:
    items = data[key]
    if not isinstance(items, list) or not all(isinstance(i, int) and not isinstance(i, bool) and i >= 0 for i in items):
        raise _malformed(f"`{key}` are whole numbers >= 0")
    return tuple(i for i in items if isinstance(i, int))


def _malformed(what: str) -> Refusal:
    do = "Measure the policy again: evidence is what the measurement writes."
    return Refusal(Malformed(what=f"the evidence is malformed: {what}.", where=EVIDENCE_FILE, do=do))
