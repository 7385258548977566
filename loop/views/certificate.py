"""A certificate of a graph -> its fields: what each binds, and whether that is still what it was."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from loop.words import cost_text
from verify.canonical import Data
from verify.certificate import Certificate, certificate_to_data, stale
from verify.claim_words import TIERS, order_line
from verify.graph import Graph
from verify.misfits import due_fields
from verify.node import SCRIPT, Node
from verify.second import native_lean

State: TypeAlias = Literal["fresh", "stale", "not here", "claimed", "for people"]
"""of what is bound: what it was, or not, or a tool that is missing; of the rest: part of what was proved, or not even that"""

BINDS: Final[Mapping[str, str]] = {
    "spec": "the spec file, and which function of it is the target",
    "implementation": "the accepted file, and which function of it is meant",
    "old": "the file of the version that it supersedes",
    "statement": "the text of what was proved, which the verifier printed",
    "proof": "the text of the proof",
    "ticks": "the table of what each operation costs",
    "limits": "every limit of the judgement",
    "trusted": "each file that gives the statement its meaning",
    "solver": "the solver that looked for counterexamples",
    "lean_version": "the Lean whose kernel decided",
    "lean_kind": "whether that Lean ran in Node or as a program of its own",
    "lean_library": "the files of that Lean",
    "tier": "by whom it was decided",
    "order": "in which sense it is cheaper",
    "slack": "how many ticks more it may take on any input",
    "worst": "the size, the bound and the family of inputs of the order `worst-case`",
    "second": "another Lean that said yes to the same statement and proof",
    "old_cost": "the ticks of the version before, as an expression",
    "new_cost": "its ticks, as an expression",
    "old_nanoseconds": "a measured time of the version before",
    "new_nanoseconds": "its measured time",
    "recheck": "the command that judges all of it again",
}
OF_A_LEMMA: Final[Mapping[str, str]] = {
    "spec": "what it says, with its definitions",
    "implementation": "its name and its definitions",
    "statement": "the text of what was proved",
}
OF_A_RULE: Final[Mapping[str, str]] = {"spec": "what it says, as Python", "implementation": "its name"}
OF_A_STRONGER_SPEC: Final[Mapping[str, str]] = {"implementation": "the spec that it strengthens, and which function of it"}
OF_SOLVERS: Final[Mapping[str, str]] = {
    "statement": f"the script that the solvers read, {SCRIPT}",
    "solver": "the two solvers that decided",
}
CLAIMED: Final = frozenset({"tier", "order", "slack", "worst"})
FOR_PEOPLE: Final = frozenset({"old_cost", "new_cost", "old_nanoseconds", "new_nanoseconds", "recheck"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a certificate: its value for people, what it binds, how that stands, and what of it changed."""

    name: str
    value: str
    binds: str
    state: State
    changed: tuple[str, ...] = ()


def fields_of(graph: Graph, node: Node, certificate: Certificate, current: Mapping[str, Data]) -> Iterator[Field]:
    """Yield the fields of a node's certificate; `current` is the judge as it is now, as `certificate.stale` takes it."""
    data, due = certificate_to_data(certificate), due_fields(graph.nodes, node)
    changed = stale(certificate, current)
    of_kind = {"lemma": OF_A_LEMMA, "rule": OF_A_RULE, "spec": OF_A_STRONGER_SPEC}.get(node.kind, {})
    words = {**BINDS, **of_kind, **(OF_SOLVERS if certificate.tier == "smt" else {})}
    for name in (n for n in BINDS if data.get(n) is not None):
        value = _SHOWN.get(name, _as_text)(certificate, data[name])
        if name in CLAIMED:
            yield Field(name, value, words[name], "claimed")
        elif name in FOR_PEOPLE:
            yield Field(name, value, words[name], "for people")
        elif name in due:
            same = due[name] == getattr(certificate, name)
            yield Field(name, value, words[name], "fresh" if same else "stale")
        elif name == "second":
            yield _second(certificate, value)
        else:
            mine = tuple(c for c in changed if c.partition(":")[0] == name)
            yield Field(name, value, words[name], "stale" if mine else "fresh", _named(certificate, current, mine))


def _second(certificate: Certificate, value: str) -> Field:
    """Return how it stands with the other Lean: whether the one that is here would be asked, and is the same."""
    found, second = native_lean(), certificate.second
    here = None if found is None else (found.version, found.kind, found.digest)
    same = second is not None and here == (second.version, second.kind, second.library)
    said = () if same else (f"here is {here[0] if here else 'no other Lean that counts'}",)
    return Field("second", value, BINDS["second"], "fresh" if same else "not here", said)


def _named(certificate: Certificate, current: Mapping[str, Data], changed: tuple[str, ...]) -> tuple[str, ...]:
    """Return what changed, by name; of a limit and of a tool with what it was and what it is."""
    data = certificate_to_data(certificate)
    out = []
    for key in changed:
        field, _, name = key.partition(":")
        was, now = data[field], current.get("solvers" if field == "solver" and certificate.tier == "smt" else field)
        if isinstance(was, dict):
            inside = now if isinstance(now, dict) else {}
            verb = "is new" if name not in was else "is gone" if name not in inside else "is another"
            shown = _turned(was.get(name), inside.get(name)) if field == "limits" else verb
            out.append(" ".join([name or field, shown]))
        else:
            out.append(_turned(was, now))
    return tuple(out)


def _turned(was: object, now: object) -> str:
    return " -> ".join("none" if value is None else str(value) for value in (was, now))


def _as_text(_: Certificate, value: object) -> str:
    return str(value)


def _counted(noun: str) -> Callable[[Certificate, Data], str]:
    return lambda _, value: f"{len(value) if isinstance(value, dict) else 0} {noun}"


_SHOWN: Final[Mapping[str, Callable[[Certificate, Data], str]]] = {
    "limits": _counted("limits"),
    "trusted": _counted("files"),
    "tier": lambda c, _: f"{c.tier}: {TIERS[c.tier]}",
    "order": lambda c, _: order_line(c).removeprefix("order "),
    "slack": lambda c, _: f"{c.slack} ticks",
    "worst": lambda c, _: ", ".join(f"{k} {v!s}" for k, v in c.worst.as_data().items()) if c.worst else "",
    "second": lambda c, _: f"{c.second.version} ({c.second.kind})" if c.second else "",
    "old_cost": lambda c, _: cost_text(c.old_cost),
    "new_cost": lambda c, _: cost_text(c.new_cost),
}
