"""Finds the proof that one spec strengthens another: two facts about contracts, tried by scripts and then by a search over goals.

It only proposes: what it returns is text, which the kernel gate judges in a process that has never seen this search.
"""

import contextlib
from collections.abc import Iterator
from typing import Final

from loop.bench import Bench, lost_as_reason
from loop.fact_search import searched
from loop.helpers import notes_of, observed
from loop.keep import baseline_task
from loop.signs import sign_lines
from loop.tactic_order import TacticOrder
from verify.gates.kernel import Kernel, first_error
from verify.lean_expr import field as lean_name
from verify.lean_expr import lean_type
from verify.limits import Limits
from verify.notes import Note
from verify.proof import Proof, split
from verify.reasons import NotStronger, ProofMissing, Reason
from verify.strengthening import Strengthening, to_strengthening

ENDS: Final = (
    "omega", "grind", "(simp_all; done)", "(simp_all; omega)", "((repeat' constructor) <;> first | omega | grind)",
)  # fmt: skip
"""what may settle a fact once the contracts are unfolded, cheapest first"""


def proof_of(kernel: Kernel, question: Strengthening, lemmas: str, order: TacticOrder, limits: Limits) -> Proof | Reason:
    """Return a proof of a question, or why there is none; `lemmas` is Lean text of a person's own, or a whole proof."""
    return lost_as_reason(lambda: _proof(kernel, question, lemmas, order, limits))


def _proof(kernel: Kernel, question: Strengthening, lemmas: str, order: TacticOrder, limits: Limits) -> Proof | Reason:
    notes = _notes(question, limits)
    if "theorem accepted " in lemmas:
        return Proof(None, 0, notes, (), lemmas)
    text = to_strengthening(question, notes, limits).text
    done = kernel.session.elaborate(kernel.library, text, keep=True, timeout=limits.lean_seconds)
    if done.errors or done.env is None:
        what = f"Lean does not accept what the contracts call: {first_error(done)[1]}."
        return NotStronger(what=what, where=question.stronger.where)
    try:
        with contextlib.closing(Bench(kernel, done.env)) as bench:
            found = _facts(bench, question, lemmas, order)
    finally:
        kernel.forget(done.env)
    return found if isinstance(found, Reason) else Proof(None, 0, notes, (), found)


def _notes(question: Strengthening, limits: Limits) -> tuple[Note, ...]:
    """Return measures of the functions that the contracts call."""
    seen = [o for spec in (question.weaker, question.stronger) for o in observed(baseline_task(spec), limits)[0]]
    # a function that both files hold is one
    own = {o.helper.label: o for o in seen}
    return notes_of(tuple(own.values()), limits, 0)


def _facts(bench: Bench, question: Strengthening, lemmas: str, order: TacticOrder) -> str | Reason:
    parameters, result = question.weaker.program.parameters, question.weaker.program.result
    binders = "".join(f" ({lean_name(p.name)} : {lean_type(p.type)})" for p in parameters)
    args = "".join(f" {lean_name(p.name)}" for p in parameters)
    ints = [lean_name(p.name) for p in parameters if p.type == "int"] + (["v_result"] if result == "int" else [])
    kept, known = [], []
    for part in split(lemmas) if lemmas else ():
        if (error := bench.add(part.text)) is not None:
            return ProofMissing(what=f"Lean does not accept a lemma beside the spec: {error[:300]}.")
        kept.append(part.text.rstrip())
        known.append(part.text.split()[1])
    facts = {
        "pre": f"{binders} (h : Weaker.Pre{args}) : Stronger.Pre{args}".lstrip(),
        "post": f"{binders} (h : Weaker.Pre{args}) (v_result : {lean_type(result)}) (g : Stronger.Post{args} v_result) :"
        f" Weaker.Post{args} v_result".lstrip(),
    }
    for name, statement in facts.items():
        if name in known:
            continue
        text = next((t for t in _texts(name, statement, known, ints) if bench.add(t) is None), None)
        if text is None:
            text, _ = searched(bench, name, statement, [_OPENED], known, order)
            if text is None or bench.add(text) is not None:
                what = f"no proof was found that the {'precondition' if name == 'pre' else 'postcondition'} is no weaker."
                do = "Put lemmas, or the whole proof, in a .lean file of the same stem beside the spec."
                return ProofMissing(what=what, do=do)
        kept.append(text.rstrip())
    accepted = "theorem accepted : Statement :=\n  statement_of pre fun" + f"{args} h v_result g => post{args} h v_result g"
    return "\n\n".join([*kept, accepted]) + "\n"


_OPENED: Final = "simp only [Weaker.Pre, Weaker.Post, Stronger.Pre, Stronger.Post] at *"


def _texts(name: str, statement: str, known: list[str], ints: list[str]) -> Iterator[str]:
    for end in (*ENDS, *([f"grind [{', '.join(known)}]"] if known else ())):
        yield f"theorem {name} {statement} := by\n  {_OPENED}\n  {end}\n"
        if end == "omega":
            # where a contract says nothing, unfolding it leaves nothing to be done
            yield f"theorem {name} {statement} := by\n  {_OPENED}\n"
    signs = "".join(f"  {line}\n" for line in sign_lines(ints))
    for end in ("omega", "grind"):
        yield f"theorem {name} {statement} := by\n  {_OPENED}\n{signs}  {end}\n"
