"""Lemmas behind an accepted proof, judged for the graph: closed forms that it rests on, and facts that it proved on its way."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from loop.bench import Bench, lost_as_reason
from loop.interact import Workbench
from loop.lemma_store import Draft, LemmaStore, unknown
from loop.library.general_facts import QUICK, facts_of, generalised
from verify.gates.kernel import Kernel
from verify.judge import decide_lemma
from verify.lemma import Lemma, lemma_text
from verify.pool import Pool
from verify.reasons import Reason
from verify.second import Second
from verify.verdict import Accept

FACTS = 2
"""most facts of one proof that are kept"""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Judges what a proof leaves behind: candidates are looked at in warm sessions, and decided in fresh processes."""

    sessions: Pool
    fresh: Callable[[], Kernel]
    second: Second | None

    def kept(self, proof: str, drafts: Sequence[Draft], store: LemmaStore) -> tuple[tuple[Lemma, Accept], ...]:
        """Return the lemmas of a proof's text, and of the drafts behind it, that are accepted and that the store lacks."""
        looks = [*(partial(_stated, draft=d) for d in unknown(store, drafts)), partial(_facts, proof=proof, store=store)]
        found = [lemma for look in looks for lemma in self._looked_at(look)]
        judged = ((lemma, decide_lemma(lemma, self.fresh, self.second)) for lemma in found)
        return tuple((lemma, verdict) for lemma, verdict in judged if isinstance(verdict, Accept))

    def _looked_at(self, look: Callable[[Kernel], list[Lemma] | Reason]) -> list[Lemma]:
        found = self.sessions.run(lambda kernel: lost_as_reason(lambda: look(kernel)))
        return [] if isinstance(found, Reason) else found


def _stated(kernel: Kernel, draft: Draft) -> list[Lemma]:
    """Return the first way of stating a draft that holds; none where none does."""
    for lemma in draft.lemmas:
        with contextlib.closing(Bench(kernel, kernel.library)) as bench:
            if all(bench.add(text) is None for text in lemma_text(lemma)):
                return [lemma]
    return []


def _facts(kernel: Kernel, proof: str, store: LemmaStore) -> list[Lemma]:
    """Return facts that a proof's text proves, as general as its scripts let them be, which no stored lemma says."""
    found: list[Lemma] = []
    for fact in facts_of(proof):
        if len(found) == FACTS:
            break
        if store.knows("", fact.statement):
            continue
        bench = Workbench(kernel, kernel.library)
        bench.effort(QUICK)
        with contextlib.closing(bench):
            lemma = generalised(fact, bench)
        if lemma is not None and not store.knows("", lemma.statement) and lemma.statement not in {m.statement for m in found}:
            found.append(lemma)
    return found
