"""The options of a run: as they are given, and as the journal keeps them for whoever goes on with the run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from loop.budget import Budget
from loop.commands.common import UsageError, preference, read_file
from verify.toolchain import Preference

EXECUTORS = ("local", "ray")
_UNITS = {"s": 1, "m": 60, "h": 3600}
_PATHS = ("record", "accepted")
_MODEL_PATHS = ("prices", "exchanges")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelArguments:
    """What is asked of models: their names and prices, and how long a conversation may be."""

    models: tuple[str, ...] = ()
    base_url: str | None = None
    price: tuple[str, ...] = ()
    """each `NAME=IN/OUT`, in dollars for a million tokens"""
    prices: Path | None = None
    answer_tokens: int | None = None
    turns: int = 6
    repairs: int = 2
    exchanges: Path | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the options as JSON data, all paths whole."""
        return asdict(self) | {n: str(p.absolute()) for n in _MODEL_PATHS if (p := getattr(self, n)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunArguments:
    """The options of `run`."""

    specs: tuple[Path, ...] = ()
    rounds: int = 4
    proposer: str = "symbolic"
    record: Path | None = None
    budget: str | None = None
    max_proposals: int | None = None
    max_judgements: int | None = None
    max_tokens: int | None = None
    max_money: str | None = None
    seed: int = 0
    accepted: Path = Path("accepted")
    models: ModelArguments = ModelArguments()
    lean: Preference = "auto"
    executor: str = "local"
    address: str | None = None
    jobs: int | None = None
    review: bool = False
    as_json: bool = False
    policies: tuple[str, ...] = ()
    """texts of policy files, each in place of the graph's policy of its kind"""

    def to_budget(self) -> Budget:
        """Return the budgets, and look at the other numbers. Raises UsageError."""
        if self.rounds < 1:
            raise UsageError("--rounds must be at least 1.")
        if self.jobs is not None and self.jobs < 1:
            raise UsageError("--jobs must be at least 1.")
        for name in ("max_proposals", "max_judgements", "max_tokens"):
            if (getattr(self, name) or 0) < 0:
                raise UsageError(f"--{name.replace('_', '-')} must not be negative.")
        if self.executor not in EXECUTORS:
            raise UsageError(f"--executor is one of {', '.join(EXECUTORS)}; it was {self.executor!a}.")
        if self.address is not None and self.executor != "ray":
            raise UsageError("--address names a Ray cluster; it goes with --executor ray.")
        return Budget(
            seconds=parse_budget(self.budget), proposals=self.max_proposals, judgements=self.max_judgements,
            tokens=self.max_tokens, money=parse_money(self.max_money),
        )  # fmt: skip

    def as_data(self) -> dict[str, Any]:
        """Return the options as JSON data, all paths whole, so that they mean the same from any folder."""
        data = {**asdict(self), "specs": [str(p.absolute()) for p in self.specs or (Path("specs"),)]}
        data |= {name: str(path.absolute()) for name in _PATHS if (path := getattr(self, name)) is not None}
        kind, _, rest = self.proposer.partition(":")
        data["models"] = self.models.as_data()
        return data | {"proposer": f"{kind}:{Path(rest).absolute()}" if rest else kind}


def run_arguments(data: Mapping[str, Any]) -> RunArguments:
    """Read what `RunArguments.as_data` wrote. Raises UsageError."""
    try:
        given = {f.name: data[f.name] for f in fields(RunArguments)}
        paths: dict[str, Any] = {name: Path(given[name]) for name in _PATHS if given[name] is not None}
        paths |= {"specs": tuple(Path(p) for p in given["specs"]), "policies": tuple(given["policies"])}
        return RunArguments(**{**given, **paths, "models": _models(given["models"]), "lean": preference(given["lean"])})
    except (KeyError, TypeError) as error:
        raise UsageError(f"the journal does not say how the run was called ({error}); begin another with `qed run`.") from None


def _models(data: Mapping[str, Any]) -> ModelArguments:
    """Read what `ModelArguments.as_data` wrote. Raises KeyError, TypeError."""
    given = {f.name: data[f.name] for f in fields(ModelArguments)}
    paths = {name: Path(given[name]) for name in _MODEL_PATHS if given[name] is not None}
    return ModelArguments(**{**given, **paths, "models": tuple(given["models"]), "price": tuple(given["price"])})


def read_texts(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the texts of policy files. Raises UsageError for one that cannot be read."""
    try:
        return tuple(read_file(path, "policy").decode() for path in paths)
    except UnicodeDecodeError:
        raise UsageError(f"a policy file is not UTF-8: one of {', '.join(map(str, paths))}.") from None


def parse_budget(text: str | None) -> float | None:
    """Return a budget in seconds. Raises UsageError.

    >>> [parse_budget(t) for t in ("30s", "5m", "1h", None)]
    [30.0, 300.0, 3600.0, None]
    """
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})([smh])", text)
    if not match:
        raise UsageError(f"--budget is a number and a unit, such as 30s, 5m or 1h; it was {text!a}.")
    return float(match[1]) * _UNITS[match[2]]


def parse_money(text: str | None) -> Decimal | None:
    """Return an amount of money, exact. Raises UsageError.

    >>> parse_money("2.50")
    Decimal('2.50')
    """
    if text is None:
        return None
    try:
        amount = Decimal(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) else None
    except InvalidOperation:
        amount = None
    if amount is None:
        raise UsageError(f"--max-money is an amount such as 2.50; it was {text!a}.")
    return amount
