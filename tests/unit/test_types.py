"""Types: their text, the values that they hold, and what is made of values."""

import pytest

from verify.types import ListOf, TupleOf, Type, Value, blank, copied, has_list, is_value, key, scalars, type_text

INTS, ROWS, PAIR = ListOf("int"), ListOf(ListOf("int")), TupleOf(("int", "bool"))
HOLDER = TupleOf(("int", ListOf("bool")))


class Int(int):
    pass


class Ints(list[int]):
    pass


@pytest.mark.parametrize(
    ("t", "text", "empty", "holds_lists", "count"),
    [
        ("int", "int", 0, False, 1),
        ("bool", "bool", False, False, 1),
        (INTS, "list[int]", [], True, None),
        (ROWS, "list[list[int]]", [], True, None),
        (PAIR, "tuple[int, bool]", (0, False), False, 2),
        (TupleOf((PAIR, "int")), "tuple[tuple[int, bool], int]", ((0, False), 0), False, 3),
        (HOLDER, "tuple[int, list[bool]]", (0, []), True, None),
    ],
)
def test_what_a_type_is(t: Type, text: str, empty: Value, holds_lists: object, count: int | None) -> None:
    assert type_text(t) == text
    assert blank(t) == empty
    assert is_value(blank(t), t)
    assert has_list(t) is holds_lists
    assert scalars(t) == count


@pytest.mark.parametrize(
    ("value", "t"),
    [(3, "int"), (True, "bool"), ([], INTS), ([1, 2], INTS), ([[1], []], ROWS), ((1, True), PAIR), ((1, [False]), HOLDER)],
)
def test_values_of_a_type(value: Value, t: Type) -> None:
    assert is_value(value, t)


@pytest.mark.parametrize(
    ("value", "t"),
    [(True, "int"), (1, "bool"), (1.0, "int"), (None, "int"), (Int(3), "int"), ([True], INTS), (Ints([1]), INTS), ((1, 2), INTS),
     ([1], ROWS), ([1, True], PAIR), ((1, 1), PAIR), ((1, True, 1), PAIR), ((1,), PAIR), ("1", "int"), ([1.0], INTS)],
)  # fmt: skip
def test_objects_that_are_no_values_of_a_type(value: object, t: Type) -> None:
    assert not is_value(value, t)


def test_keys_are_equal_just_where_values_are() -> None:
    values: list[Value] = [[], [[]], [[1], []], [[1]], [[], [1]], [[1, 1]]]
    assert [[key(a) == key(b) for b in values] for a in values] == [[a == b for b in values] for a in values]
    assert hash(key([(1, [2])])) == hash(key([(1, [2])]))


def test_a_copy_shares_no_list() -> None:
    value: Value = [[1], [2]]
    made = copied((value, 3))
    assert made == (value, 3)
    assert isinstance(made, tuple)
    assert isinstance(made[0], list)
    assert made[0] is not value
    assert made[0][0] is not value[0]
