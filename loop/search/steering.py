"""The strategy of a run: the search chooses targets, proposers and efforts, and learns from each turn when it is over.

Whatever it learns it learns at the end of turns, in their order, and a turn's candidates rest on nothing that other turns of its
wave came to. A turn whose answers a journal holds, so that its proposer was not asked, is gone through once more for what it
teaches. So a run that is gone on with steers as it would have without the interruption.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from loop.proposal import Brief, Proposer
from loop.proposers.symbolic import Symbolic
from loop.search.search import Choice, Outcome, Search
from loop.search.settings import DEFAULT, Settings
from loop.strategy import Told, Turn, View
from verify.canonical import Digest
from verify.reasons import Verdict

VERDICTS: Final[Mapping[str, Verdict]] = {"accept": "accept", "reject": "reject", "decline": "decline", "error": "error"}


class Steering:
    """A `loop.strategy.Strategy`."""

    def __init__(
        self, search: Search, proposers: Mapping[str, Proposer], rounds: int, seed: int, settings: Settings = DEFAULT
    ) -> None:
        """Give each target `rounds` turns for each proposer on average; `seed` is that of the run."""
        self._search, self._proposers, self._rounds, self._seed, self._settings = search, proposers, rounds, seed, settings
        self._spent = 0
        self._targets: list[Digest] = []
        self._asked: dict[tuple[Digest, str], int] = {}
        self._dry: dict[tuple[Digest, str], int] = {}
        self._choices: dict[Turn, Choice] = {}
        self._briefs: dict[Turn, Brief] = {}
        self._told: dict[Turn, list[Outcome]] = {}

    def wave(self, views: Sequence[View]) -> Sequence[Turn]:
        """Return the next turns, of which no two are about one target; none where all is spent or nothing new is to be had."""
        self._targets = [v.spec.digest for v in views]
        alive = [views[i].spec.digest for i in interleaved([_folder(v) for v in views]) if not views[i].dead]
        left = {d: [p for p in self._proposers if self._may(d, p)] for d in alive}
        turns: list[Turn] = []
        share = self._rounds * len(self._proposers)
        while len(turns) < self._settings.width and self._spent < share * len(views):
            choice = self._search.choose(left, self._seed)
            if choice is None:
                break
            del left[choice.target]
            pair = choice.target, choice.proposer
            turn = Turn(self._targets.index(choice.target), choice.proposer, self._asked.get(pair, 0))
            self._asked[pair] = turn.round + 1
            self._choices[turn] = choice
            self._spent += 1
            turns.append(turn)
        return turns

    def brief(self, turn: Turn, brief: Brief) -> Brief:
        """Begin a round; a symbolic search is told its effort in place of the round, and may begin afresh."""
        choice = self._choices[turn]
        self._search.begin(choice.target)
        if isinstance(self._proposers[turn.proposer], Symbolic):
            brief = replace(brief, round=choice.effort.level, seed=choice.effort.seed)
        self._briefs[turn] = brief
        return brief

    def told(self, outcome: Told) -> None:
        """Keep what came of a proposal until its turn is over."""
        verdict = VERDICTS.get(outcome.verdict)
        if verdict is not None:
            self._told.setdefault(outcome.turn, []).append(Outcome(
                target=self._targets[outcome.turn.target], proposal=outcome.proposal.digest, proposer=outcome.turn.proposer,
                verdict=verdict, reason=outcome.reason, gate=outcome.gate, model=_model(outcome.proposal.origin),
            ))  # fmt: skip

    def ended(self, turn: Turn, *, fresh: bool) -> None:
        """Learn from a turn."""
        target, brief = self._choices.pop(turn).target, self._briefs.pop(turn, None)
        outcomes = self._told.pop(turn, [])
        pair = target, turn.proposer
        if brief is None:
            self._dry[pair] = self._settings.dry  # its baseline was not accepted
            return
        proposer = self._proposers[turn.proposer]
        if isinstance(proposer, Symbolic) and not self._search.drawn(target):
            for _ in proposer.propose(brief):
                pass  # the journal holds what came, and it was judged as it was then
        self._search.finish(target, outcomes)
        self._dry[pair] = 0 if fresh else self._dry.get(pair, 0) + 1

    def _may(self, target: Digest, proposer: str) -> bool:
        pair = target, proposer
        dry, most = self._settings.dry, self._settings.share * self._rounds
        return self._dry.get(pair, 0) < dry and self._asked.get(pair, 0) < most


def interleaved(groups: Sequence[str]) -> list[int]:
    """Return the places of all items, one of each group in turn: where time is short, each folder of specs has its share.

    >>> interleaved(["a", "a", "b", "a", "c"])
    [0, 2, 4, 1, 3]
    """
    seen: Counter[str] = Counter()
    turns: list[tuple[int, int]] = []
    for i, group in enumerate(groups):
        turns.append((seen[group], i))
        seen[group] += 1
    return [i for _, i in sorted(turns)]


def _folder(view: View) -> str:
    """Return the folder of a target's spec file."""
    return view.spec.source.label.rpartition("/")[0]


def _model(origin: str) -> str:
    """Return the model that a proposal's origin names, as in `openai:small`; "" for none."""
    return origin.partition(":")[2]
