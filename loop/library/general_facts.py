"""Facts without any program's names that a proof proved on its way, as lemmas that say as much as their scripts prove.

A fact loses each hypothesis without which Lean still accepts its script, and each number becomes a variable where the script does
not depend on it. What is left is a guess like any other until the gate of lemmas has judged it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import Final

from loop.bench import Bench
from loop.goal_text import WORD, Binder, at_top, to_head
from loop.lemma_store import constants
from verify.canonical import digest
from verify.claim_words import groups
from verify.lemma import Lemma, lemma_text
from verify.proof import split
from verify.reasons import Refusal

TRIES: Final = 20
"""most checks that one fact may cost before it is judged"""
QUICK: Final = 40_000
"""thousands of heartbeats for each of them"""
_OF_PROGRAMS: Final = re.compile(r"\b(Old|New|Pre|Post|Statement)\b|\bf_\w+\.|\bshadow\d")
_NUMBER: Final = re.compile(r"(?<![\w.'])\d+(?![\w.'])")


@dataclass(frozen=True, slots=True)
class Fact:
    """A theorem of a proof: what it binds, what it claims, its script, and the theorems of the proof that the script names."""

    binders: tuple[Binder, ...]
    goal: str
    script: str
    before: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The claim as one term."""
        bound = " ".join(f"({b.name} : {b.type})" for b in self.binders)
        return f"∀ {bound}, {self.goal}" if bound else self.goal

    @property
    def lemma(self) -> Lemma:
        """The fact as a lemma, named by what it says."""
        given = f"\n  intro {' '.join(b.name for b in self.binders)}" if self.binders else ""
        before = "".join(f"{text.rstrip()}\n\n" for text in self.before)
        proof = f"{before}theorem accepted : Statement := by{given}{self.script}\n"
        return Lemma(f"fact_{digest('fact', self.statement)[:12]}", "", self.statement, proof)


def facts_of(proof: str) -> Iterator[Fact]:
    """Yield the facts of a proof's text in which no name of a program stands, and none that the proof defines itself."""
    try:
        texts = [d.text for d in split(proof)]
    except Refusal:
        return
    known: dict[str, str] = {}
    own = {d[1] for t in texts if (d := re.match(r"def (\S+)", t))}
    for text in texts:
        name, fact = _read(text)
        words = set(WORD.findall(text)) - {name}
        if fact is None or _OF_PROGRAMS.search(text) or words & own:
            continue
        needed = _needed(words, known)
        known[name] = text
        if constants(fact.lemma):
            yield replace(fact, before=needed)


def _needed(words: set[str], known: dict[str, str]) -> tuple[str, ...]:
    """Return those of the texts before that some words name, with what these name, in their order."""
    found: set[str] = set()
    while new := {n for n in known if n in words} - found:
        found |= new
        words = words.union(*(WORD.findall(known[n]) for n in new))
    return tuple(text for name, text in known.items() if name in found)


def _read(text: str) -> tuple[str, Fact | None]:
    """Return the name of a declaration, and the fact that it is: None for a definition, and for a proof that is no script."""
    head = re.match(r"theorem (\S+)", text)
    end = at_top(text, (":=",))
    if not head or end is None or not (script := re.match(r":= by(?=\s)", text[end[0] :])):
        return "", None
    parts = to_head(text[head.end() : end[0]])
    lines = text[end[0] + script.end() :].rstrip()
    binders, goal = parts.binders, " ".join(parts.goal.split())
    return head[1], Fact(binders, goal, lines if lines.startswith("\n") else f"\n  {lines.strip()}")


def generalised(fact: Fact, bench: Bench) -> Lemma | None:
    """Return the most general lemma that a fact's script was found to prove, kept on the bench under its name.

    None where the script proves nothing without the rest of its proof, where every proof has the fact anyway, and where no
    proof could use it. Raises BenchLost.
    """
    left = bench.tried + TRIES
    for text in fact.before:
        if bench.add(text) is not None:
            return None

    def holds(one: Fact) -> bool:
        return bench.tried < left and bench.accepts(_theorem("general", one, one.script))

    if not holds(fact):
        return None
    fact = _named(_with_variables(_with_less(fact, holds), holds), holds)
    lemma = fact.lemma
    if not constants(lemma) or bench.accepts(_theorem("plain", fact, "\n  omega")):
        return None
    try:
        last = lemma_text(lemma)[-1]
    except Refusal:
        return None
    # a lemma without a pattern fails every `grind` that names it
    use = f"theorem matched (a b : Int) (h : a < b) : a ≤ b := by grind [{lemma.name}]"
    return lemma if bench.add(last) is None and bench.accepts(use) else None


def _theorem(name: str, fact: Fact, script: str) -> str:
    bound = "".join(f" ({b.name} : {b.type})" for b in fact.binders)
    return f"theorem {name}{bound} : {fact.goal} := by{script}"


def _with_less(fact: Fact, holds: Callable[[Fact], bool]) -> Fact:
    """Return a fact without the hypotheses that its script does not need, and without what nothing speaks of then."""
    for binder in reversed([b for b in fact.binders if not b.is_data]):
        less = replace(fact, binders=tuple(b for b in fact.binders if b != binder))
        if holds(less):
            fact = less
    spoken = set(WORD.findall(" ".join([fact.goal, *(b.type for b in fact.binders)])))
    less = replace(fact, binders=tuple(b for b in fact.binders if not b.is_data or b.name in spoken))
    return less if less != fact and holds(less) else fact


def _with_variables(fact: Fact, holds: Callable[[Fact], bool]) -> Fact:
    """Return a fact with a variable in place of each number on whose value its script does not depend.

    A number is replaced wherever it stands or, where that fails, in one term wherever that term stands.
    """
    texts = [*(b.type for b in fact.binders), fact.goal]
    for number in dict.fromkeys(n for t in texts for n in _NUMBER.findall(t)):
        everywhere = _put(fact, number, None)
        if holds(everywhere):
            fact = everywhere
            continue
        for term in dict.fromkeys(t for text in texts for t in _terms(text, number)):
            there = _put(fact, number, term)
            if there != fact and holds(there):
                fact = there
    return fact


def _put(fact: Fact, number: str, term: str | None) -> Fact:
    """Return a fact with a new variable for a number, within equal terms only where one is given."""
    taken = {b.name for b in fact.binders} | set(WORD.findall(f"{fact.goal} {fact.script}"))
    variable = next(n for i in count() if (n := f"c{i}") not in taken)

    def put(text: str) -> str:
        if term is None:
            return _number(number).sub(variable, text)
        return text.replace(term, _number(number).sub(variable, term))

    changed = replace(fact, binders=tuple(Binder(b.name, put(b.type)) for b in fact.binders), goal=put(fact.goal))
    return fact if changed == fact else replace(changed, binders=(Binder(variable, "Int"), *changed.binders))


def _number(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.']){number}(?![\w.'])")


def _terms(text: str, number: str) -> Iterator[str]:
    """Yield the innermost terms in parentheses in which a number stands."""
    for found in _number(number).finditer(text):
        depth, start = 0, found.start()
        while start > 0 and depth >= 0:
            start -= 1
            depth += (text[start] == ")") - (text[start] == "(")
        if depth < 0:
            yield from islice(groups(text[start:]), 1)


def _named(fact: Fact, holds: Callable[[Fact], bool]) -> Fact:
    """Return a fact with names by place, so that facts that say the same are the same; as it is where a script minds."""
    counts = {True: 0, False: 0}
    naming: dict[str, str] = {}
    for b in _by_place(fact):
        naming[b.name] = f"{'x' if b.is_data else 'h'}{counts[b.is_data]}"
        counts[b.is_data] += 1

    def put(text: str) -> str:
        return WORD.sub(lambda m: naming.get(m[0], m[0]), text)

    texts = (fact.goal, fact.script, *(b.type for b in fact.binders))
    if set(naming.values()) & {w for t in texts for w in WORD.findall(t)} - set(naming):
        return fact
    binders = tuple(Binder(naming[b.name], put(b.type)) for b in _by_place(fact))
    renamed = replace(fact, binders=binders, goal=put(fact.goal), script=put(fact.script))
    return renamed if renamed == fact or holds(renamed) else fact


def _by_place(fact: Fact) -> Sequence[Binder]:
    """Return what a fact binds: values first, then hypotheses."""
    return sorted(fact.binders, key=lambda b: not b.is_data)
