"""The policies that a run goes by: those of its graph, or ones that are being tried.

A policy file is canonical JSON: `kind` (one of KINDS, also the name of its node) and what that kind says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from loop.models.instructions import instructions
from loop.search.reading import record, text
from loop.search.settings import DEFAULT, Settings
from loop.search.weights import Weights
from verify.canonical import Data, from_json
from verify.graph import Graph, policies
from verify.policy import POLICY_FILE
from verify.reasons import Malformed, Refusal

RANKING, TACTICS, SETTINGS, PROMPT = KINDS = ("ranking", "tactics", "settings", "prompt")
_SAYS: Final = {RANKING: "weights", TACTICS: "weights", SETTINGS: "values", PROMPT: "instructions"}
"""what stands in a policy of each kind beside `kind`"""


@dataclass(frozen=True, slots=True)
class Policies:
    """What was learned, as a run uses it; what no policy speaks of is as it is without one."""

    ranking: Weights | None = None
    """log-odds that a proposal is accepted, by the features of `loop.search.features`"""
    tactics: Weights | None = None
    """log-odds that a tactic settles a goal, by the features of `loop.tactic_order`"""
    settings: Settings = DEFAULT
    prompt: str | None = None
    """what models are told of how to go about their task"""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """the policy files behind it, by kind"""


def policies_of(graph: Graph | None, tried: Iterable[str] = ()) -> Policies:
    """Return the policies of a graph, if any, with others in place of those of their kinds.

    Raises Refusal(Malformed) for a policy that does not say what its kind says.
    """
    there = policies(graph) if graph is not None else {}
    found = {name: node.content(POLICY_FILE) for name, node in there.items() if name in KINDS}
    for one in tried:
        content = one.encode()
        found[kind_of(content)] = content
    made: dict[str, Weights | Settings | str] = {}
    for kind, content in found.items():
        made[kind] = _said(kind, content)
    ranking, tactics, settings, prompt = (made.get(kind) for kind in KINDS)
    return Policies(
        ranking if isinstance(ranking, Weights) else None, tactics if isinstance(tactics, Weights) else None,
        settings if isinstance(settings, Settings) else DEFAULT, prompt if isinstance(prompt, str) else None, found,
    )  # fmt: skip


def kind_of(content: bytes) -> str:
    """Return the kind of a policy file. Raises Refusal(Malformed) where it says nothing, or not what its kind says."""
    try:
        data = from_json(content)
    except ValueError as error:
        raise _malformed(str(error)) from None
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise _malformed(f"`kind` is one of {', '.join(KINDS)}")
    _said(kind, content)
    return kind


def policy_data(kind: str, says: Data) -> dict[str, Data]:
    """Return the data of a policy file, given what a policy of its kind says."""
    return {"kind": kind, _SAYS[kind]: says}


def _said(kind: str, content: bytes) -> Weights | Settings | str:
    try:
        says = record(from_json(content), "kind", _SAYS[kind])[_SAYS[kind]]
        if kind == SETTINGS:
            return Settings.from_data(says)
        return instructions(text(says)) if kind == PROMPT else Weights.from_data(says)
    except ValueError as error:
        raise _malformed(f"{kind}: {error}") from None


def _malformed(what: str) -> Refusal:
    do = "`qed policy learn` and `qed tune` write such files."
    return Refusal(Malformed(what=f"a policy is malformed: {what}.", where=POLICY_FILE, do=do))
