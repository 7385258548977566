"""What the journal teaches about proposals and about tactics: a logistic model of which are accepted, in whole numbers.

Fitted with scikit-learn, by how well it tells targets that it was not fitted on; rounded to 64ths of a bit, so that a run is the
same on every machine.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from loop.chain import Content
from loop.journal import CAME, JUDGEMENT, OUTCOMES, Entry, Journal, to_entry
from loop.search.parts import PARTS
from loop.search.weights import Weights
from loop.tactic_order import learned, tactic_features
from verify.canonical import Digest

FEWEST: Final = 20
"""examples, and of them FEW of each kind, without which nothing is fitted"""
FEW: Final = 3
FOLDS: Final = 4
"""parts of the targets, of which each is told from the others"""
STRENGTHS: Final = (0.03, 0.1, 0.3, 1.0, 3.0)
"""inverses of how strongly weights are drawn to 0, of which the best is taken"""
MOST_TRIES: Final = 50
"""tries of a tactic on goals of one class of one target that count, so that no long search outweighs the others"""


class TooLittle(Exception):  # noqa: N818 - an outcome that the command reports
    """The journal holds too little to learn from."""


@dataclass(frozen=True, slots=True)
class Example:
    """What was known before, what became of it, and how often."""

    features: frozenset[str]
    accepted: bool
    group: str
    """the target: no part of one is told from another part of it"""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and how well it told targets that it was not fitted on."""

    weights: Weights
    examples: int
    accepted: int
    loss: float
    """mean surprise in bits, of models fitted on other targets"""
    plain: float
    """likewise of always saying the share that was accepted"""


def proposals(journal: Journal, without: Collection[Digest]) -> Iterator[Example]:
    """Yield the judged proposals whose features were written down, but those of some specs' nodes."""
    for content, entry in _judged(journal, CAME, without):
        features = content.get("features")
        if isinstance(features, list) and features and entry.verdict != "error":
            yield Example(frozenset(map(str, features)), entry.verdict == "accept", entry.spec)


def tactics(journal: Journal, without: Collection[Digest]) -> Iterator[Example]:
    """Yield what tactics came to on goals, but for the targets of some specs' nodes."""
    for content, entry in _judged(journal, OUTCOMES, without):
        for goal, of in learned([content.get("counts")]).counts.items():
            for label, (won, tried) in of.items():
                told = frozenset(tactic_features(goal, label))
                most = min(tried, MOST_TRIES)
                for accepted, times in ((True, won * most // max(tried, 1)), (False, (tried - won) * most // max(tried, 1))):
                    if times:
                        yield Example(told, accepted, entry.spec, times)


def _judged(journal: Journal, kind: str, without: Collection[Digest]) -> Iterator[tuple[Content, Entry]]:
    """Yield the events of a kind with the judgement that was made in their place; baselines are none of a proposal."""
    places: dict[tuple[int, object, object], Entry] = {}
    for event in journal.events(JUDGEMENT):
        entry = to_entry(event.content)
        if entry is not None and entry.spec not in without:
            places[event.run, event.content.get("turn"), event.content.get("number")] = entry
    for event in journal.events(kind):
        found = places.get((event.run, event.content.get("turn"), event.content.get("number")))
        if found is not None:
            yield event.content, found


def fitted(examples: Iterable[Example]) -> Fitted:
    """Fit a model. Raises TooLittle."""
    rows = _merged(examples)
    count, won = sum(e.times for e in rows), sum(e.times for e in rows if e.accepted)
    if count < FEWEST or min(won, count - won) < FEW:
        raise TooLittle(f"{count} judged examples, {won} of them accepted; {FEWEST} are due, and {FEW} of each kind")
    vectors = DictVectorizer(sort=True)
    x = vectors.fit_transform([dict.fromkeys(sorted(e.features), 1) for e in rows])
    y, times = np.array([e.accepted for e in rows]), np.array([float(e.times) for e in rows])
    groups = np.array([e.group for e in rows])
    losses = {c: _held_out(x, y, times, groups, c) for c in STRENGTHS}
    best = min(losses, key=lambda c: (losses[c], c))
    model = _model(best).fit(x, y, sample_weight=times)
    share = float((y * times).sum() / times.sum())
    scale = PARTS / math.log(2)
    weights = {str(n): round(w * scale) for n, w in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)}
    made = Weights(round(float(model.intercept_[0]) * scale), {n: w for n, w in weights.items() if w})
    plain = -(share * math.log2(share) + (1 - share) * math.log2(1 - share))
    return Fitted(made, count, won, round(losses[best], 4), round(plain, 4))


def _merged(examples: Iterable[Example]) -> Sequence[Example]:
    """Return the examples in one order, alike ones of a target as one; a journal is read in any order."""
    times: Counter[tuple[str, tuple[str, ...], bool]] = Counter()
    for e in examples:
        times[e.group, tuple(sorted(e.features)), e.accepted] += e.times
    return [Example(frozenset(f), accepted, group, n) for (group, f, accepted), n in sorted(times.items())]


def _model(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=10_000)


def _held_out(x: "np.ndarray", y: "np.ndarray", times: "np.ndarray", groups: "np.ndarray", strength: float) -> float:
    """Return the mean surprise, in bits, of models that were fitted on other targets; infinite where none can be fitted."""
    parts = min(FOLDS, len(set(groups)))
    if parts < 2:  # noqa: PLR2004 - there is no other part
        return math.inf
    told, due, weight = [], [], []
    for train, test in GroupKFold(n_splits=parts).split(x, y, groups):
        if len(set(y[train])) < 2:  # noqa: PLR2004 - both kinds
            return math.inf
        model = _model(strength).fit(x[train], y[train], sample_weight=times[train])
        told.append(model.predict_proba(x[test])[:, 1])
        due.append(y[test])
        weight.append(times[test])
    surprise = log_loss(np.concatenate(due), np.concatenate(told), sample_weight=np.concatenate(weight), labels=[False, True])
    return float(surprise) / math.log(2)
