"""Refuses only: policy.toml -> which tiers and orders a graph may hold, who reviews what, and the most that a run may ask for.

The file stands beside the graph's folder, at the repository's root for `accepted/` there. It can keep out what was proved, and
admit nothing. Where there is none, every tier and every order is allowed, nobody reviews, and no budget is set. What it says is
read strictly: a key that is not known, or a value of another type, is a refusal that names the key.
"""

import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar, get_args

from verify.canonical import Digest, digest_bytes
from verify.node import RECORD, Kind, Node, tier_of
from verify.reasons import Malformed, NotByPolicy, Reason, Refusal
from verify.spec import ORDERS, TIERS, Order, Tier

POLICY: Final = "policy.toml"
LONGEST: Final = 65_536
"""bytes that the file may have"""
NAME: Final = 100
"""characters that a reviewer's name may have"""
Slower: TypeAlias = Literal["allow", "hold", "refuse"]
"""what becomes of a version that was proved cheaper and measured slower: it enters, waits for a person's word, or stays out"""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
BUDGETS: Final = ("seconds", "proposals", "judgements", "tokens", "money")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """What a policy.toml says; without any argument, what holds where there is none."""

    tiers: tuple[Tier, ...] = TIERS
    orders: tuple[Order, ...] = ORDERS
    measured_slower: Slower = "allow"
    reviewers: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    """of each kind of node that is reviewed, the names of those who may give their word"""
    budget: Mapping[str, int | Decimal] = field(default_factory=dict)
    """the most that one run may ask for, by the names in BUDGETS; seconds are wall clock"""
    digest: Digest | None = None
    """of the file's bytes, None where there is no file"""

    @property
    def accepts_all(self) -> bool:
        """Whether it keeps nothing out that was proved."""
        return (self.tiers, self.orders, self.measured_slower) == (TIERS, ORDERS, "allow")


def policy_path(folder: Path) -> Path:
    """Return where the policy.toml of a graph's folder stands.

    >>> policy_path(Path("work/accepted"))
    PosixPath('work/policy.toml')
    """
    return (folder if folder.name else folder.absolute()).parent / POLICY


def governance_beside(folder: Path) -> Governance:
    """Read the policy.toml beside a graph's folder. Raises Refusal(Malformed) where it does not read."""
    path = policy_path(folder)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _malformed(str(path), "it is no regular file")
        with path.open("rb") as file:
            return governance_from(file.read(LONGEST + 1), str(path))
    except FileNotFoundError:
        return Governance()
    except OSError as error:
        raise _malformed(str(path), f"it cannot be read: {error.strerror}") from None


def governance_from(content: bytes, where: str) -> Governance:
    """Read the bytes of a policy.toml; `where` is the file, for messages. Raises Refusal(Malformed)."""
    if len(content) > LONGEST:
        raise _malformed(where, f"it is longer than {LONGEST} bytes")
    try:
        data = tomllib.loads(content.decode(), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _malformed(where, f"it is no TOML: {' '.join(str(error).split())[:200]}") from None
    try:
        _known(data, "", ("accept", "review", "budget"))
        accept, review, budget = (_table(data, key) for key in ("accept", "review", "budget"))
        _known(accept, "accept.", ("tiers", "orders", "measured_slower"))
        _known(review, "review.", KINDS)
        _known(budget, "budget.", BUDGETS)
        return Governance(
            tiers=_names(accept, "tiers", TIERS),
            orders=_names(accept, "orders", ORDERS),
            measured_slower=_one_of(accept.get("measured_slower", "allow"), "accept.measured_slower", get_args(Slower)),
            reviewers=MappingProxyType({kind: _people(review[kind], f"review.{kind}") for kind in KINDS if kind in review}),
            budget=MappingProxyType({name: _amount(budget[name], name) for name in BUDGETS if name in budget}),
            digest=digest_bytes(content),
        )
    except ValueError as error:
        raise _malformed(where, str(error)) from None


def forbidden(governance: Governance, nodes: Iterable[Node], folder: Path, policy: str) -> Iterator[Reason]:
    """Yield which nodes are of a tier or of an order that is not allowed; `policy` is the file that says so, for messages."""
    for node in nodes:
        edge = node.edge("supersedes")
        order = edge.order if edge else None
        tier = tier_of(node) if node.certificate is not None else None
        for what, value, allowed in (("tier", tier, governance.tiers), ("order", order, governance.orders)):
            if value is not None and value not in allowed:
                only = f"`accept.{what}s` in {policy} allows {_listed(allowed)}"
                said = f"the {what} of the node {node.id} of `{node.target}` is {value}; {only}."
                do = "Keep it out of the graph; or have the policy changed first, by itself."
                yield NotByPolicy(what=said, where=f"{folder}/{node.id}/{RECORD}", do=do)


def may_review(governance: Governance, kind: Kind, name: str) -> bool:
    """Whether someone's word counts for a kind of node: one of its reviewers, and where none are named, whoever gives a name."""
    people = governance.reviewers.get(kind)
    return _is_name(name) if people is None else name in people


# -- reading, strictly: each of these raises ValueError -------------------------------------------------------------------------


def _known(table: Mapping[str, object], prefix: str, keys: Iterable[str]) -> None:
    known = tuple(keys)
    if unknown := sorted(table.keys() - set(known)):
        raise ValueError(f"the key `{prefix}{ascii(unknown[0])[1:-1]}` is not known; there are {_listed(known)}")


def _table(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise ValueError(f"`{key}` is {_kind(found)}; a table is due")  # noqa: TRY004 - of the file, not of the caller
    return found


def _one_of(value: object, key: str, allowed: tuple[T, ...]) -> T:
    if value not in allowed:
        shown = ascii(value) if isinstance(value, str) else _kind(value)
        raise ValueError(f"`{key}` is {shown}; one of {_listed(allowed)} is due")
    return value


def _names(accept: Mapping[str, object], key: str, allowed: tuple[T, ...]) -> tuple[T, ...]:
    """Return the names of a list in the order that all names have."""
    found = {_one_of(item, f"accept.{key}", allowed) for item in _list(accept.get(key, list(allowed)), f"accept.{key}", _is_text)}
    return tuple(name for name in allowed if name in found)


def _people(value: object, key: str) -> tuple[str, ...]:
    return tuple(map(str, _list(value, key, _is_name)))


def _list(value: object, key: str, fits: Callable[[object], bool]) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"`{key}` is {_kind(value)}; a list of names is due")  # noqa: TRY004 - of the file
    if not value:
        raise ValueError(f"`{key}` names none; leave the key away where it is not meant")
    if odd := next((item for item in value if not fits(item)), None):
        raise ValueError(f"`{key}` holds {ascii(odd)[:80] if isinstance(odd, str) else _kind(odd)}, which is no name")
    if any(not fits(item) for item in value):
        raise ValueError(f"`{key}` holds what is no name")
    if len(set(value)) != len(value):
        raise ValueError(f"`{key}` has a name twice")
    return value


def _amount(value: object, name: str) -> int | Decimal:
    key = f"budget.{name}"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if name == "money" and isinstance(value, Decimal) and value.is_finite() and value >= 0:
        return value
    shown = value if isinstance(value, int | Decimal) and not isinstance(value, bool) else _kind(value)
    raise ValueError(f"`{key}` is {shown}; {'an amount' if name == 'money' else 'a whole number'} >= 0 is due")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= NAME and value.isprintable() and value == value.strip()


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "a table", list: "a list", str: "a text", bool: "a truth value"}
    return kinds.get(type(value), "a number" if isinstance(value, int | Decimal) else "a date or a time")


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))


def _malformed(where: str, what: str) -> Refusal:
    do = "docs/governance.md says what it may hold."
    return Refusal(Malformed(what=f"{what}.", where=where, do=do))
