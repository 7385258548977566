"""The options of `run` that are about models -> a proposer that asks them, or one that plays a recording of that back."""

import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from loop.budget import Budget, Spent
from loop.commands.common import UsageError
from loop.commands.run_arguments import ModelArguments
from loop.models.exchanges import Recording, Tape, Through, played
from loop.models.instructions import INSTRUCTIONS, instructions
from loop.models.money import PICO, Model, Price, named_price, priced, read_prices
from loop.models.workbench import GraphWorkbench
from loop.proposal import ProposerFailed
from loop.proposers.endpoint import Key, Settings, from_environment
from loop.proposers.openai import OpenAI
from verify.reasons import Malformed, Refusal


def ask_models(
    arguments: ModelArguments, budget: Budget, spent: Spent, accepted: Path, prompt: str | None = None
) -> OpenAI:
    """Make the proposer that asks models, for what is left of a budget; `prompt` are instructions of a policy.

    Raises UsageError, ProposerFailed (an address that gets no key), Refusal (the file of prices).
    """
    names = arguments.models or tuple(filter(None, (os.environ.get("QED_MODEL"),)))
    if arguments.base_url:
        # who names the address on the command line means the key to go there
        mine = "QED_MODEL_URL" if os.environ.get("QED_API_KEY") else "OPENAI_BASE_URL"
        os.environ.pop("QED_MODEL_URL", None)
        os.environ[mine] = arguments.base_url
    url, key = from_environment(os.environ)
    if not names:
        raise UsageError("name the model with --model or QED_MODEL.")
    if not key.reveal() and url.startswith("https:"):
        raise UsageError("no API key is set; set OPENAI_API_KEY, or QED_MODEL_URL and QED_API_KEY.")
    settings = Settings(url=url, instructions=prompt or INSTRUCTIONS, **_limits(arguments, budget, spent, names))
    return _proposer(settings, key, accepted, arguments.exchanges, Through())


def play_back(path: Path, accepted: Path, exchanges: Path | None = None) -> OpenAI:
    """Make a proposer that gets from an exchanges file what it got from servers and tools then. Raises Refusal, OSError."""
    tape = played(path.read_bytes(), str(path))
    return _proposer(_settings(tape.settings, str(path)), Key(""), accepted, exchanges, tape)


def _proposer(settings: Settings, key: Key, accepted: Path, exchanges: Path | None, tape: Tape) -> OpenAI:
    if exchanges is not None:
        try:
            tape = Recording(exchanges, _data(settings), tape)
        except OSError as error:
            raise UsageError(f"the exchanges file {exchanges} cannot be written: {error.strerror}.") from None
    return OpenAI(settings, key, workbench=GraphWorkbench(accepted), tape=tape)


def _limits(arguments: ModelArguments, budget: Budget, spent: Spent, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the settings that options and budgets give, by name."""
    found: dict[str, Any] = {"turns": _natural("turns", arguments.turns), "repairs": _natural("repairs", arguments.repairs)}
    try:
        prices = read_prices(arguments.prices) if arguments.prices else {}
        prices |= dict(map(named_price, arguments.price))
        if budget.money is not None:
            found["money"] = int(max(budget.money - spent.money, Decimal(0)) * PICO)
        found["models"] = priced(names, prices, needed=budget.money is not None)
    except ProposerFailed as failed:
        raise UsageError(str(failed)) from None
    except OSError as error:
        raise UsageError(f"the prices {arguments.prices} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if budget.tokens is not None:
        found["max_tokens"] = max(budget.tokens - spent.tokens, 0)
    if arguments.answer_tokens is not None:
        found["answer_tokens"] = max(1, _natural("answer-tokens", arguments.answer_tokens))
    return found


def _natural(name: str, value: int) -> int:
    if value < 0:
        raise UsageError(f"--{name} must not be negative.")
    return value


def _data(settings: Settings) -> dict[str, Any]:
    return asdict(settings)


def _settings(data: Mapping[str, Any], label: str) -> Settings:
    """Read the settings of a recording strictly. Raises Refusal (Malformed).

    One that names no instructions is of a time when there were none but those that still stand where no policy is.
    """
    data = {"instructions": INSTRUCTIONS, **data}
    try:
        models = tuple(Model(m["name"], _price(m["price"])) for m in data["models"])
        given = {**data, "models": models, "temperatures": tuple(data["temperatures"])}
        due = asdict(Settings(url="http://127.0.0.1/v1"))
        alike = set(given) == {f.name for f in fields(Settings)} and all(
            isinstance(given[k], type(v)) for k, v in due.items() if v is not None and k not in ("models", "temperatures")
        )
        warm = bool(given["temperatures"]) and all(type(t) is float for t in given["temperatures"])
        if alike and warm and type(given["money"]) in (int, type(None)) and instructions(given["instructions"]):
            return Settings(**given)
    except (TypeError, ValueError, KeyError, ProposerFailed):
        pass
    what, do = "its settings are not those of a recording.", "Record the run anew."
    raise Refusal(Malformed(what=what, where=f"{label}:1", do=do))


def _price(data: Mapping[str, Any] | None) -> Price | None:
    """Read a price of a recording. Raises TypeError."""
    if data is None:
        return None
    price = Price(**data)
    if type(price.read) is not int or type(price.written) is not int:
        raise TypeError("a price is whole picodollars")
    return price
