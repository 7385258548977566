"""Money without rounding: amounts are whole picodollars, so that a price per million tokens is a whole amount for each token."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from loop.proposal import ProposerFailed

PICO: Final = 10**12
"""picodollars in a dollar"""
PER: Final = 10**6
"""tokens that a price is for"""
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Price:
    """What a token costs, in picodollars: one that is read, one that is written."""

    read: int
    written: int

    def cost(self, read: int, written: int) -> int:
        """Return what so many tokens cost, in picodollars.

        >>> Price(150_000, 600_000).cost(1_000_000, 0) == amount("0.15")
        True
        """
        return self.read * read + self.written * written


@dataclass(frozen=True, slots=True)
class Model:
    """A model by the name that its server knows; without a price it may not be asked on a budget in money."""

    name: str
    price: Price | None = None


def amount(text: str) -> int:
    """Return dollars as picodollars. Raises ValueError for what is no sum of money with at most six decimals.

    >>> amount("0.5")
    500000000000
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!a} is no sum in dollars, such as 0.50")
    return int(Decimal(text) * PICO)


def dollars(picodollars: int) -> str:
    """Return an amount in dollars, exactly, with two decimals at least.

    >>> dollars(500_000_000_000), dollars(1)
    ('0.50', '0.000000000001')
    """
    whole, rest = divmod(picodollars, PICO)
    digits = f"{rest:012d}".rstrip("0")
    return f"{whole}.{digits:0<2}"


def price(read: str, written: str) -> Price:
    """Return a price from dollars for a million tokens. Raises ValueError.

    >>> price("0.15", "0.60")
    Price(read=150000, written=600000)
    """
    return Price(amount(read) // PER, amount(written) // PER)


def named_price(text: str) -> tuple[str, Price]:
    """Read `NAME=IN/OUT`. Raises ValueError.

    >>> named_price("m=0.15/0.60")
    ('m', Price(read=150000, written=600000))
    """
    name, equals, both = text.rpartition("=")
    read, slash, written = both.partition("/")
    if not (name and equals and slash):
        raise ValueError(f"{text!a} is not NAME=IN/OUT, in dollars for a million tokens")
    return name, price(read, written)


def read_prices(path: Path) -> dict[str, Price]:
    """Read a TOML file with one table a model: `["name"]`, `in` and `out`, in dollars for a million tokens.

    Raises ValueError, which names the file and the model, and OSError.
    """
    try:
        tables = tomllib.loads(path.read_text(), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    found = {}
    for name, table in tables.items():
        if not isinstance(table, dict) or set(table) != {"in", "out"}:
            raise ValueError(f"{path}: [{name}] does not hold `in` and `out` and nothing else")
        try:
            found[name] = price(_text(table["in"]), _text(table["out"]))
        except ValueError as error:
            raise ValueError(f"{path}: [{name}]: {error}") from None
    return found


def _text(value: object) -> str:
    """Return a TOML number or text as the text of a sum."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def priced(names: Sequence[str], prices: Mapping[str, Price], *, needed: bool) -> tuple[Model, ...]:
    """Return models with their prices, each once. Raises ProposerFailed where a price is needed and there is none."""
    models = tuple(Model(name, prices.get(name)) for name in dict.fromkeys(names))
    if needed and (bare := next((m for m in models if m.price is None), None)):
        what = f"The model {bare.name!a} has no price, so that no budget in money can be held."
        raise ProposerFailed(what, "Give it with --price NAME=IN/OUT or --prices FILE.")
    return models
