"""What a proof says about loops, read and put into a program."""

import pytest
from targets import spec_of

from verify.ir import Binary, Compare, Const, For, Var, While
from verify.limits import DEFAULT
from verify.notes import FUNCTION, Note, annotate, notes_from_data
from verify.reasons import IllTyped, Malformed, Reason, Refusal, Unsupported

M, N = Var("m", "int"), Var("n", "int")
PROGRAM = spec_of("""@target
def f(n: int) -> int:
    m = 0
    for i in range(n):
        if i > 2:
            while m > 0:
                m -= 1
    while n > m:
        decreases(n - m)
        n -= 1
    return m
""").program


def refused(*notes: Note) -> Reason:
    with pytest.raises(Refusal) as refusal:
        annotate(PROGRAM, notes, DEFAULT)
    return refusal.value.reason


def test_notes_go_to_their_loops() -> None:
    notes = (Note(2, "m", ("m >= 0",)), Note(1, None, ("next_1 <= stop_1 or n < 0", "m <= n")))
    ranged, inner, last = annotate(PROGRAM, notes, DEFAULT).loops
    assert isinstance(ranged, For)
    assert isinstance(inner, While)
    assert (inner.measure, inner.invariants) == (M, (Compare((M, Const(0)), ("ge",)),))
    assert len(ranged.invariants) == 2
    assert last == PROGRAM.loops[2]
    assert annotate(PROGRAM, (), DEFAULT) == PROGRAM


def test_a_measure_in_the_source_goes_before_one_of_a_note() -> None:
    last = annotate(PROGRAM, (Note(3, "n"),), DEFAULT).loops[2]
    assert isinstance(last, While)
    assert last.measure == PROGRAM.loops[2].measure  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("notes", "kind"),
    [
        ((Note(4),), Malformed),
        ((Note(0),), Malformed),
        ((Note(1), Note(1)), Malformed),
        ((Note(2, "m +"),), Malformed),
        ((Note(2, "m = 1"),), Malformed),
        ((Note(2, ""),), Malformed),
        ((Note(2, "m\nn"),), Malformed),
        ((Note(2, "k"),), IllTyped),
        ((Note(2, "m > 0"),), IllTyped),
        ((Note(1, None, ("print(m)",)),), Unsupported),
        ((Note(1, None, ("m / 2 > 0",)),), Unsupported),
        ((Note(0, "n"),), Malformed),  # the function does not call itself
    ],
)
def test_notes_that_do_not_read(notes: tuple[Note, ...], kind: type[Reason]) -> None:
    assert type(refused(*notes)) is kind


def test_notes_as_data_and_back() -> None:
    notes = (Note(1), Note(2, "m", ("m >= 0", "n > m")))
    assert notes_from_data([n.as_data() for n in notes]) == notes
    assert notes_from_data([]) == ()


GOOD = {"loop": 1, "measure": None, "invariants": []}


@pytest.mark.parametrize(
    "data",
    [None, {}, "[]", [1], [{}], [{**GOOD, "more": 1}], [{**GOOD, "loop": "1"}], [{**GOOD, "measure": 1}],
     [{**GOOD, "invariants": "m"}], [{**GOOD, "invariants": [1]}], [{"loop": 1, "measure": None}]],
)  # fmt: skip
def test_data_of_another_form(data: object) -> None:
    with pytest.raises(Refusal) as refusal:
        notes_from_data(data)
    assert isinstance(refusal.value.reason, Malformed)


def test_a_note_about_a_function_that_calls_itself() -> None:
    text = "@target\ndef f(n: int) -> int:\n{}    if n <= 0:\n        return 0\n    return f(n - 2) + 1\n"
    program = spec_of(text.format("")).program
    assert program.measure is None
    noted = annotate(program, (Note(FUNCTION, "n + 1"),), DEFAULT)
    assert noted.measure == Binary("add", N, Const(1))
    assert noted.body == program.body
    own = spec_of(text.format("    decreases(n)\n")).program
    assert annotate(own, (Note(FUNCTION, "n + 1"),), DEFAULT).measure == N
