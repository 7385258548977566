"""Targets, studies and outcomes for the tests of the search."""

from collections.abc import Iterator, Mapping

from targets import SUM, spec_of

from loop.proposal import Brief, Proposal
from loop.search.search import Outcome, Search
from loop.techniques.study import Draft, Study, Technique
from verify.limits import DEFAULT
from verify.reasons import Verdict
from verify.spec import Spec
from verify.task import Version


def body(*lines: str) -> str:
    """Return a candidate for SUM."""
    return "def f(n: int) -> int:\n" + "".join(f"    {line}\n" for line in lines)


CLOSED = body("return n * (n - 1) // 2")
SAME_COST = body("return (n - 1) * n // 2")
RENAMED = body("# a comment", "s = 0", "for k in range(n):", "    s += k", "return s")
FROM_ONE = body("t = 0", "for i in range(1, n):", "    t += i", "return t")
WRONG = body("return n * (n + 1) // 2")
DEARER = body("t = 0", "for i in range(n):", "    t += i + 0", "return t")
OUTSIDE = body("return eval('n')")


def study_of(text: str = SUM, seed: int = 0, effort: int = 0) -> Study:
    """Return the study of a target's baseline."""
    return Study(brief_of(spec_of(text), seed, effort), DEFAULT)


def brief_of(spec: Spec, seed: int = 0, effort: int = 0) -> Brief:
    """Return the brief that asks for a better version than the baseline."""
    return Brief(spec, Version(spec.source, spec.program), (), seed, effort)


def technique(*texts: str, asked: list[str] | None = None) -> Technique:
    """Return a technique that drafts texts, and notes in `asked` what was taken."""

    def drafts(_: Study) -> Iterator[Draft]:
        for text in texts:
            if asked is not None:
                asked.append(text)
            yield Draft(text, "a draft")

    return drafts


def proposed(search: Search, spec: Spec, techniques: Mapping[str, Technique], effort: int = 0) -> list[str]:
    """Begin a round and return the texts of what comes."""
    search.begin(spec.digest)
    study = search.study(brief_of(spec, effort=effort), DEFAULT)
    return [one.proposal.program.decode() for one in search.candidates(study, techniques, "symbolic")]


def outcome(spec: Spec, text: str, verdict: Verdict, reason: str = "", gate: str = "") -> Outcome:
    """Return what became of a candidate."""
    name = Proposal(spec.name, text.encode(), b"", "symbolic").digest
    return Outcome(target=spec.digest, proposal=name, proposer="symbolic", verdict=verdict, reason=reason, gate=gate)
