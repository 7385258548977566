"""Lemmas that outlive the proof they were found in: read from a graph, put to use in a proof at hand, and proposed to the graph.

A loop lemma of the graph is about a slice (`loop.slices`), so it fits every loop with the same slice. A proof that uses it holds
its definition and its text, a theorem that the loop's shadow is that function, and the lemma at the shadow; all of that is judged
with the proof. A lemma that speaks of the library alone is offered where the statement at hand speaks of the same constants.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from loop.closed import Form
from loop.lemmas import Lemma as Local
from loop.lemmas import LoopLemmas, all_names, counting_induction, induction, with_lemmas
from loop.library.offering import DEFAULT, Offering, Weight, Weights
from loop.library.offering import NOTHING as NO_WEIGHTS
from loop.slices import Slice, slice_of
from verify.canonical import Digest
from verify.claim_words import groups
from verify.graph import Graph
from verify.ir import Expr, Name
from verify.lean_expr import condition, value
from verify.lean_expr import field as lean_name
from verify.lemma import Lemma, is_used, lemma_text
from verify.node import RESTING_ON_NOTHING, lemma_of
from verify.reasons import Refusal

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_'.]*")
_GENERAL: Final = frozenset({"Int", "Nat", "Bool", "Prop", "True", "False"})
"""names that say nothing about what a lemma is for"""
_OPERATORS: Final = re.compile(r"[*/%^∣]")
"""what a lemma is about that names no constant; sums and comparisons stand everywhere"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A lemma of a graph, and the node that holds it."""

    node: Digest
    lemma: Lemma


@dataclass(frozen=True, slots=True)
class Draft:
    """A loop lemma that a proof rests on, on its way to the graph: its slice, and ways to state it, the most general first."""

    slice: Slice
    lemmas: tuple[Lemma, ...]


@dataclass(frozen=True, slots=True)
class Reuse:
    """What a proof needs in order to use a stored lemma at a loop: declarations in their order, then the lemma at the shadow."""

    stored: Stored
    declarations: tuple[str, ...]
    alike: Local
    """the shadow is the slice's function"""
    local: Local


@dataclass(frozen=True, slots=True)
class LemmaStore:
    """The lemmas of a graph, by the function that they are about; () where none is. The first to be offered come first."""

    by_definitions: dict[str, tuple[Stored, ...]] = field(default_factory=dict)
    withheld: frozenset[Digest] = frozenset()
    """those that are not offered: forgotten, or about the library as long as they helped nowhere"""
    offering: Offering = DEFAULT

    def about(self, own: Slice) -> tuple[Stored, ...]:
        """Return the lemmas that a proof is offered about a loop that is alike up to names."""
        return self._offered(self.by_definitions.get(own.definition, ()), self.offering.function)

    def mentioning(self, text: str) -> tuple[Stored, ...]:
        """Return the lemmas without definitions that a proof is offered: those all of whose constants stand in a text."""
        found = frozenset((*_WORD.findall(text), *_OPERATORS.findall(text)))
        fits = (s for s in self.by_definitions.get("", ()) if (own := constants(s.lemma)) and own <= found)
        return self._offered(fits, self.offering.library)

    def _offered(self, lemmas: Iterable[Stored], most: int) -> tuple[Stored, ...]:
        return tuple(itertools.islice((s for s in lemmas if s.node not in self.withheld), most))

    def knows(self, definitions: str, statement: str | None = None) -> bool:
        """Say whether a lemma is there about some definitions, or one that says this of them; withheld ones count."""
        return any(statement in (None, s.lemma.statement) for s in self.by_definitions.get(definitions, ()))

    def held_in(self, proof: str, more: Iterable[Digest] = ()) -> tuple[Digest, ...]:
        """Return the nodes of the lemmas without definitions of their own whose text a proof holds, and others, each once."""
        found = (s.node for s in self.by_definitions.get("", ()) if s.lemma.statement in proof and is_used(s.lemma, proof))
        return tuple(sorted({*found, *more}))


NOTHING: Final = LemmaStore()


def store_of(graph: Graph, weights: Weights = NO_WEIGHTS, offering: Offering = DEFAULT) -> LemmaStore:
    """Return the lemmas of a graph, each function's in the order in which they are offered."""
    nodes = [n for n in graph.nodes.values() if n.kind in RESTING_ON_NOTHING]
    nodes.sort(key=lambda n: weights.rank(n.id, graph.resting.out_degree(n.id)))
    found: dict[str, tuple[Stored, ...]] = {}
    withheld: set[Digest] = set()
    for node in nodes:
        lemma = lemma_of(node)
        found[lemma.definitions] = (*found.get(lemma.definitions, ()), Stored(node.id, lemma))
        if is_withheld(lemma, weights.weight(node.id), offering):
            withheld.add(node.id)
    return LemmaStore(found, frozenset(withheld), offering)


def is_withheld(lemma: Lemma, weight: Weight, offering: Offering = DEFAULT) -> bool:
    """Say whether a lemma is not offered, whatever else there is: it is forgotten, or about the library and did not help yet."""
    standing = weight.standing(offering.patience(lemma.definitions))
    untried = not lemma.definitions and not offering.untried
    return standing == "forgotten" or (untried and standing != "kept")


def constants(lemma: Lemma) -> frozenset[str]:
    """Return what a statement is about: the words that it does not bind, general ones left out, and without any its operators."""
    return _named(lemma) or frozenset(_OPERATORS.findall(lemma.statement))


def _named(lemma: Lemma) -> frozenset[str]:
    bound = {w for group in re.findall(r"[({∀∃λ]([^:∀∃]*?) ?:", lemma.statement) for w in _WORD.findall(group)}
    return frozenset(_WORD.findall(lemma.statement)) - bound - _GENERAL


# -- a stored lemma at a loop ---------------------------------------------------------------------------------------------------


def reuses(store: LemmaStore, maker: LoopLemmas, wanted: Name) -> Iterator[Reuse]:
    """Yield the ways to get a lemma about what a loop leaves in a variable from one that is known."""
    own = slice_of(maker.program, maker.shape, wanted, maker.limits.paths)
    if own is None:
        return
    for stored in store.about(own):
        try:
            texts, local = lemma_text(stored.lemma), _local(stored.lemma, own, maker)
        except Refusal:
            continue
        if local is not None:
            yield Reuse(stored, texts, _alike(own, maker), local)


def _label(own: Slice, maker: LoopLemmas) -> str:
    return f"{maker.prefix}_{own.wanted}"


def _left(own: Slice, maker: LoopLemmas) -> str:
    return f"({maker.call}).{lean_name(own.wanted)}"


def _alike(own: Slice, maker: LoopLemmas) -> Local:
    """Return the lemma that a shadow leaves in a variable what its slice says."""
    arguments = " ".join(map(lean_name, own.variables))
    statement = f"{maker.binders()} : {_left(own, maker)} = {own.name} {arguments}"
    start = f"fun_induction {maker.call}"
    scripts = (f"{start} <;> rw [{own.name}] <;> simp only [*, if_true, if_false]", f"{start} <;> grind [{own.name}]")
    return Local(f"{_label(own, maker)}_left", statement, scripts)


def _local(lemma: Lemma, own: Slice, maker: LoopLemmas) -> Local | None:
    """Return a lemma about a slice at a shadow with that slice; None where it is not stated as `drafts` states lemmas."""
    opening = f"∀ {own.binders}"
    if not lemma.statement.startswith(opening) or f"({own.call})" not in lemma.statement:
        return None
    further, comma, body = lemma.statement.removeprefix(opening).partition(", ")
    given = list(groups(further))
    if not comma or " ".join(given) != further.strip():
        return None

    def renamed(text: str) -> str:
        return re.sub(r"\bx(\d+)\b", lambda m: lean_name(own.variables[int(m[1])]), text)

    call = renamed(f"({own.call})")
    goal = renamed(body).replace(call, _left(own, maker))
    arguments = " ".join([*map(lean_name, own.variables), *(g[1:].split(" : ")[0] for g in given)])
    label = _label(own, maker)
    script = f"rw [{label}_left]; exact {lemma.name} {arguments}"
    return Local(label, f"{maker.binders()}{renamed(further)} : {goal}", (script,))


# -- a lemma for the graph ------------------------------------------------------------------------------------------------------


def draft(maker: LoopLemmas, name: Name, form: Form, *, counts: bool) -> Draft | None:
    """Return the lemma behind a closed form that a proof rests on; None where its loop has no slice or the form is not of it."""
    own = slice_of(maker.program, maker.shape, name, maker.limits.paths)
    if own is None or maker.trip is None or not all_names(form.numerator) <= {*own.variables, "T"}:
        return None
    facts = [f for f in (*maker.own.loop.invariants, *maker.own.facts) if all_names(f) <= set(own.variables)]
    entered = maker.trip.entered
    ways = dict.fromkeys(((entered,), (*dict.fromkeys(facts), entered)))
    return Draft(own, tuple(_stated(own, maker, form, way, counts=counts) for way in ways))


def _stated(own: Slice, maker: LoopLemmas, form: Form, facts: Sequence[Expr], *, counts: bool) -> Lemma:
    """Return the lemma `scale * left = numerator` for a slice under some facts."""
    further = [f"(T : Int) (hT : T = {value(maker.trip.turns, own.named)})"] if counts and maker.trip is not None else []
    further += [f"(h{i} : {condition(f, own.named)})" for i, f in enumerate(facts)]
    left = f"({own.call})" if form.scale == 1 else f"{form.scale} * ({own.call})"
    right = value(form.numerator, lambda n: "T" if n == "T" else own.named(n))
    # what holds of unchanging variables alone is no part of the induction hypothesis
    moving = sum(bool(all_names(f) & set(maker.own.written)) for f in facts)
    scripts = counting_induction(own.call, moving) if counts else induction(own.call)
    tries = " | ".join(f"({with_lemmas(s, [])})" for s in scripts)
    given = [
        *(f"x{i}" for i in range(len(own.variables))),
        *(["T", "hT"] if counts else []),
        *(f"h{i}" for i in range(len(facts))),
    ]
    proof = f"theorem accepted : Statement := by\n  intro {' '.join(given)}\n  first | {tries}\n"
    return Lemma(f"{own.name}_form", own.definition, f"∀ {' '.join([own.binders, *further])}, {left} = {right}", proof)


def unknown(store: LemmaStore, found: Iterable[Draft]) -> tuple[Draft, ...]:
    """Return the drafts about functions that no stored lemma is about, one for each function."""
    by_slice = {d.slice.definition: d for d in found if not store.knows(d.slice.definition)}
    return tuple(by_slice.values())
