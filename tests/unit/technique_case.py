"""What tests of techniques share: the drafts of one for a target, as text, and whether they do on runs what the target does."""

from targets import spec_of

from loop.examine import Examination, Examiner
from loop.observe import inputs
from loop.proposal import Brief
from loop.techniques.study import Draft, Study, Technique
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.spec import Spec, to_candidate
from verify.task import Task, Version


def study_of(text: str) -> Study:
    """Return the study of the one target of a file."""
    spec = spec_of(text)
    return Study(Brief(spec, Version(spec.source, spec.program), (), 0, 0), DEFAULT)


def drafts_of(technique: Technique, text: str) -> list[Draft]:
    """Return what a technique drafts for a target, all of which agree with it on runs that the technique has not seen."""
    study = study_of(text)
    found = list(technique(study))
    runs = inputs(study.spec, DEFAULT, seed=11)
    for draft in found:
        old, new = (Interpreter(p, DEFAULT) for p in (study.head, version_of(study.spec, draft).program))
        assert all(old.run(a).value == new.run(a).value for a in runs)
    return found


def text_of(draft: Draft) -> str:
    """Return the text of a draft that is one."""
    assert isinstance(draft.candidate, str)
    return draft.candidate


def version_of(spec: Spec, draft: Draft) -> Version:
    """Return a draft as a version of a target."""
    return Version(*to_candidate(text_of(draft).encode(), "candidate.py", spec, DEFAULT))


def examined(technique: Technique, text: str) -> Examination:
    """Return what the examiner says of a technique's first draft for a target."""
    study = study_of(text)
    draft = next(iter(technique(study)))
    with Examiner() as examiner:
        return examiner.examine(Task(study.spec, study.brief.head, version_of(study.spec, draft)), lemmas=draft.lemmas)
