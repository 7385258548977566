"""What a technique drafts for a target, and whether the examiner accepts it."""

from targets import spec_of

from loop.examine import Examiner
from loop.proposal import Brief
from loop.source_text import to_source_text
from loop.techniques.study import Draft, Study, Technique
from verify.interpreter import Interpreter
from verify.ir import Value
from verify.limits import DEFAULT
from verify.spec import to_candidate
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept


def drafts_of(technique: Technique, text: str) -> list[Draft]:
    """Return what a technique drafts for the one target of a text."""
    spec = spec_of(text)
    return list(technique(Study(Brief(spec, Version(spec.source, spec.program), (), 0, 0), DEFAULT)))


def text_of(draft: Draft) -> str:
    """Return a draft as the text of a candidate."""
    text = draft.candidate if isinstance(draft.candidate, str) else to_source_text(draft.candidate)
    assert text is not None
    return text


def body_of(draft: Draft) -> str:
    """Return a draft's text without its first line and its indentation."""
    return "".join(line.removeprefix("    ") + "\n" for line in text_of(draft).splitlines()[1:])


def agree(text: str, draft: Draft, *inputs: tuple[Value, ...]) -> bool:
    """Say whether a draft returns on some inputs what the target does."""
    spec = spec_of(text)
    _, program = to_candidate(text_of(draft).encode(), "c.py", spec, DEFAULT)
    old, new = Interpreter(spec.program, DEFAULT), Interpreter(program, DEFAULT)
    return all(old.run(a).value == new.run(a).value is not None for a in inputs)


def accepted_order(toolchain: Toolchain, technique: Technique, text: str) -> str | None:
    """Return the order in which the examiner accepts a technique's first draft at the tier kernel; fail where it does not."""
    spec, (draft, *_) = spec_of(text), drafts_of(technique, text)
    new = Version(*to_candidate(text_of(draft).encode(), "c.py", spec, DEFAULT))
    with Examiner(toolchain.kind) as judge:
        found = judge.examine(Task(spec, Version(spec.source, spec.program), new), lemmas=draft.lemmas)
    assert isinstance(found.verdict, Accept), found.verdict
    assert found.verdict.certificate.tier == "kernel"
    return found.order
