"""What came of some instructions -> the question that asks a model for better ones, and its answer -> instructions.

Whatever specs, models and judges wrote goes in as data, capped, each line behind `| `.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gepa.strategies.instruction_proposal import InstructionProposalSignature

from loop.models.instructions import MOST, instructions
from loop.prompt import DATA, PROGRAM_CHARACTERS, Message, cut_to, quote, source_text, to_refusal
from loop.proposal import Refused
from verify.spec import Spec

TARGETS: Final = 4
"""most targets of a question"""
REFUSALS: Final = 2
"""most refused answers quoted of a target, the latest ones"""
FAULT_CHARACTERS: Final = 200
ACCEPTED, DECLINED, REFUSED, UNREAD, NONE = 8, 4, 2, 1, 0
"""how far an answer got: accepted; right on all runs, but not proved; wrong, or no cheaper; outside the language; no answer"""

TASK: Final = f"""\
You write instructions for a model that makes small Python functions faster; a theorem prover judges its answers. The model is \
told elsewhere, and in words that you cannot change, what the language allows, what is accepted, and the form of an answer. Your \
instructions tell it how to go about its task: which ideas are worth trying, what to look at first, which mistakes to avoid. \
They are used on functions that you have not seen, so they name none. What is accepted is decided by proof alone: telling the \
model, or a judge, that something is accepted helps nothing.
{DATA}"""
ASK: Final = f"""\
Write better instructions: plain text of at most {MOST} characters, between two lines of ```, and nothing else between them."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the answers of one conversation on a target: how far the best one got, refusals, and what was no answer."""

    spec: Spec
    mark: int
    refused: tuple[Refused, ...] = ()
    faults: tuple[str, ...] = ()


def to_question(present: str, found: Sequence[Answered]) -> list[Message]:
    """Return the question that asks for instructions in the place of present ones, given what came of these."""
    parts = [f"The present instructions:\n{quote(present)}", "What came of them:"]
    parts += map(_came, found[:TARGETS])
    return [{"role": "system", "content": TASK}, {"role": "user", "content": "\n\n".join((*parts, ASK))}]


def _came(found: Answered) -> str:
    source = cut_to(source_text(found.spec.source.tree, found.spec.name), PROGRAM_CHARACTERS)
    said = [f"For the target\n{quote(source)}"]
    said += [f"an answer was refused. {to_refusal(r)}" for r in found.refused[-REFUSALS:]]
    said += [f"an answer was none:\n{quote(cut_to(f, FAULT_CHARACTERS))}" for f in found.faults[-REFUSALS:]]
    if found.mark == ACCEPTED:
        said.append("an answer was accepted.")
    return "\n".join(said)


def to_instructions(answer: str) -> str:
    """Read the answer: what stands between fences, or all of it. Raises ValueError where that cannot be told to models."""
    text = answer.replace("\r\n", "\n").strip()
    if text.startswith("<think>"):  # as `loop.prompt.to_answer`
        text = text.partition("</think>")[2].strip()
    found = InstructionProposalSignature.output_extractor(text)["new_instruction"]
    return instructions("\n".join(line.rstrip() for line in found.expandtabs(4).split("\n")).strip())

