"""A study of settings: trials that Optuna chooses and runs measure, kept in SQLite, so that it can be interrupted.

What is tried next is a function of the seed and of the trials that are over. A trial that was interrupted is none: its settings
come up again, and of its runs those that were over are not done again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import optuna
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from optuna.trial import Trial as Asked
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from loop.commands.common import UsageError
from loop.search.settings import BOUNDS, Settings

NAME: Final = "settings"
STARTUP: Final = 8
"""trials that are drawn at random before what they came to has a say"""
TELLING: Final = 8
"""trials from which on it is said which settings mattered"""
_SEEDS: Final = 2**32


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial that is over."""

    number: int
    """from 1; the settings of the first are those in use"""
    settings: Settings
    found: int
    """what its runs yielded, more is better"""


@dataclass(frozen=True, slots=True)
class SettingsStudy:
    """The trials of one file."""

    path: Path
    """the SQLite file"""
    seed: int
    first: Settings
    """settings of the first trial: those in use"""
    measured: Callable[[int, Settings], int]
    """what a trial yields, given its number and its settings"""

    def run(self, count: int) -> Iterator[Tried]:
        """Yield the trials that are over, and more of them until there are `count`. Raises UsageError, and as `measured` does."""
        with self._open() as study:
            for lost in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                study.tell(lost.number, state=TrialState.FAIL)  # its process was killed
            over = _over(study)
            yield from over
            for number in range(len(over) + 1, count + 1):
                yield self._one(study, number)

    def importance(self) -> Mapping[str, float] | None:
        """Return the share of each setting in how yields differ (functional ANOVA), large ones first; None where too few tell."""
        with self._open() as study:
            over = _over(study)
            if len(over) < TELLING or len({t.found for t in over}) < 2:  # noqa: PLR2004 - good ones and others
                return None
            shares = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
        return {name: round(float(share), 3) for name, share in shares.items()}

    def _one(self, study: Study, number: int) -> Tried:
        # a sampler of its own, as one that went on from trial to trial would begin afresh in another process
        study.sampler = TPESampler(seed=(self.seed + 1_000_003 * number) % _SEEDS, n_startup_trials=STARTUP, constant_liar=False)
        if number == 1 and not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            study.enqueue_trial(self.first.to_data())
        trial = study.ask()
        try:
            settings = _drawn(trial)
            found = self.measured(number, settings)
        except BaseException:
            study.tell(trial, state=TrialState.FAIL)
            raise
        study.tell(trial, found)
        return Tried(number, settings, found)

    @contextmanager
    def _open(self) -> Iterator[Study]:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            url = URL.create("sqlite", database=str(self.path)).render_as_string()
            storage = RDBStorage(url)
            study = optuna.create_study(storage=storage, study_name=NAME, direction="maximize", load_if_exists=True)
        except (SQLAlchemyError, RuntimeError) as error:
            raise UsageError(f"{self.path} cannot be read as a study: {str(error).splitlines()[0]}") from None
        try:
            yield study
        finally:
            storage.remove_session()
            storage.engine.dispose()


def _drawn(trial: Asked) -> Settings:
    # on a scale of factors, in the middle of which most settings stand
    return Settings.from_data({name: trial.suggest_int(name, low, high, log=True) for name, (low, high) in BOUNDS.items()})


def _over(study: Study) -> list[Tried]:
    found: list[FrozenTrial] = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return [Tried(i, Settings.from_data(t.params), int(t.value or 0)) for i, t in enumerate(found, 1)]


def best_of(tried: Iterable[Tried]) -> Tried:
    """Return the trial that yielded most, of equal ones the first. Raises ValueError where there is none."""
    return max(tried, key=lambda t: (t.found, -t.number))
