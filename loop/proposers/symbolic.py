"""Proposals with no model: what the techniques draft, where runs of the reference interpreter do not refute it.

What is yielded agreed with the version to beat on all runs and was cheaper on one.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from loop.proposal import Brief, Proposal
from loop.simplify import tidy
from loop.source_text import to_source_text
from loop.techniques import closed_forms
from loop.techniques.study import Draft, Study, Technique
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Program
from verify.limits import DEFAULT, Limits
from verify.reasons import Refusal
from verify.spec import to_candidate

TECHNIQUES: Final[Mapping[str, Technique]] = {
    "closed forms": closed_forms.drafts,
}
"""by name, in the order in which they are asked"""


class Symbolic:
    """The offline proposer."""

    name = "symbolic"

    def __init__(self, limits: Limits = DEFAULT, techniques: Mapping[str, Technique] = TECHNIQUES) -> None:
        """Use the given limits for its runs."""
        self._limits, self._techniques = limits, techniques

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Yield distinct candidates, most promising first; refusals of the past are not looked at, as digests dedupe."""
        study = Study(brief, self._limits)
        seen: set[tuple[str, str]] = set()
        for technique in self._techniques.values():
            for draft in technique(study):
                for text, program in _texts(study, draft):
                    if (text, draft.lemmas) in seen:
                        break  # the tidy form came up before, and the untidy one is no better
                    seen.add((text, draft.lemmas))
                    if self._better(study, program):
                        yield Proposal(brief.spec.name, text.encode(), draft.lemmas.encode(), self.name, draft.idea)
                        break

    def _better(self, study: Study, candidate: Program) -> bool:
        """Say whether a candidate does the same as the head on all runs that end there, and is cheaper on one."""
        new, cheaper = Interpreter(candidate, self._limits), False
        for arguments, due in study.ended:
            try:
                got = new.run(arguments)
            except OutOfFuel:
                return False
            if (got.value, got.raised) != (due.value, due.raised):
                return False
            cheaper |= not due.raised and got.ticks < due.ticks
        return cheaper


def _texts(study: Study, draft: Draft) -> Iterator[tuple[str, Program]]:
    """Yield the texts of a draft with what they mean, the better one first."""
    if isinstance(draft.candidate, str):
        try:
            yield draft.candidate, to_candidate(draft.candidate.encode(), draft.idea, study.spec, study.limits)[1]
        except Refusal:
            return
    else:
        for variant in (tidy(draft.candidate), draft.candidate):
            if (text := to_source_text(variant)) is not None:
                yield text, variant
