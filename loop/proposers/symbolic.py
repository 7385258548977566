"""Proposals with no model: what the techniques draft, where runs of the reference interpreter do not refute it.

What is yielded agreed with the version to beat on all runs and was cheaper on one. The search decides which technique is asked
when, and which of the candidates comes first.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from loop.proposal import Brief, Proposal
from loop.search.search import Search
from loop.techniques import (
    bisection,
    closed_forms,
    contract_folding,
    division,
    early_exit,
    enumeration,
    euclid,
    evolve,
    exponentials,
    folds,
    fusion,
    hoisting,
    horner,
    incremental,
    list_recursion,
    memo,
    networks,
    pair_extrema,
    pair_sums,
    prefix_folds,
    rewriting,
    rolling,
    sorted_counts,
    sorted_searches,
    splitting,
    unread,
)
from loop.techniques.study import Technique
from verify.limits import DEFAULT, Limits

TECHNIQUES: Final[Mapping[str, Technique]] = {
    "closed forms": closed_forms.drafts,
    "exponentials": exponentials.drafts,
    "bisection": bisection.drafts,
    "sorted counts": sorted_counts.drafts,
    "sorted searches": sorted_searches.drafts,
    "division": division.drafts,
    "euclid": euclid.drafts,
    "rolling values": rolling.drafts,
    "rolling entries": memo.drafts,
    "list recursion": list_recursion.drafts,
    "folds": folds.drafts,
    "early exit": early_exit.drafts,
    "contract folding": contract_folding.drafts,
    "rewriting": rewriting.drafts,
    "unread values": unread.drafts,
    "hoisting": hoisting.drafts,
    "Horner's way": horner.drafts,
    "incremental loops": incremental.drafts,
    "prefix folds": prefix_folds.drafts,
    "pair sums": pair_sums.drafts,
    "pair extrema": pair_extrema.drafts,
    "splitting": splitting.drafts,
    "fusion": fusion.drafts,
    "networks": networks.drafts,
    "evolution": evolve.drafts,
    "enumeration": enumeration.drafts,
}
"""by name, in the order in which they are asked where nothing was learned"""


class Symbolic:
    """The offline proposer."""

    name = "symbolic"

    def __init__(
        self,
        limits: Limits = DEFAULT,
        techniques: Mapping[str, Technique] = TECHNIQUES,
        search: Search | None = None,
        batch: int | None = None,
    ) -> None:
        """Use the given limits for its runs; `search` is what it learns with, and shares with the run.

        `batch` is how many candidates a round with no effort yields at most, and one with an effort more twice as many; a round
        yields all that there are where it is None.
        """
        self._limits, self._techniques, self._batch = limits, techniques, batch
        self.search = search or Search()

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Yield distinct candidates, most promising first."""
        study = self.search.study(brief, self._limits)
        most = None if self._batch is None else self._batch << study.effort
        for one in islice(self.search.candidates(study, self._techniques, self.name), most):
            yield one.proposal
