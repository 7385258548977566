"""Which numbers and which tests a file holds, by name: each form of them, and nothing that is none."""

import pytest

from verify.trust_parts import Case, cases_in, numbers


def value_of(text: str) -> object:
    found = numbers("m.py", f"A = {text}\n".encode())
    return found["A"][0] if found else None


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("3", 3), ("-3", -3), ("- -3", 3), ("2.5", 2.5), ("1_000", 1_000), ("3 + 4", 7), ("3 - 4", -1), ("3 * 4", 12),
        ("2**20", 1 << 20), ("0**5", 0), ("1**4096", 1), ("1 << 10", 1_024), ("2.5 * 2", 5.0), ("2 * 2.5", 5.0), ("2 - 0.5", 1.5),
        ("2**2000 * 2**2000", 1 << 4_000), ("1 << 4096", 1 << 4_096), ("2**2047 * 2**2047", 1 << 4_094),
    ],
)  # fmt: skip
def test_a_number_is_worked_out(text: str, due: float) -> None:
    assert value_of(text) == due


@pytest.mark.parametrize(
    "text",
    [
        "'3'", "None", "b", "-b", "b + 1", "1 + b", "b * b", "1 // 2", "7 % 2", "2**-1", "2.5**2", "2**2.5", "2**4096", "0**5000",
        "2**2000 + 1.5",
        "1 << -1", "1 << 4097", "1.5 << 1", "1 << 1.5", "2**2047 * 2**2049", "(2**2000 * 2**2000) << 4096 << 1", "~1", "+1",
    ],
)  # fmt: skip
def test_what_is_no_number_or_a_long_one_is_left(text: str) -> None:
    assert value_of(text) is None


def test_numbers_have_the_names_and_lines_of_what_holds_them() -> None:
    text = b"A = 1\nB: int = 2\n\nclass C:\n    d = 3\n    class E:\n        f: int = 4\n\nG = H(5, i=6, **j)\n"
    text += b"K, L = 1, 2\nM: int\n"
    assert numbers("m.py", text) == {
        "A": (1, 1), "B": (2, 2), "C.d": (3, 5), "C.E.f": (4, 7), "G.i": (6, 9), "G.0": (5, 9),
    }  # fmt: skip


def test_numbers_of_toml_have_the_names_of_their_tables() -> None:
    text = b"a = 1\n[b]\nc = 2.5\n  d = 3\n[b.e]\nf = 'no'\ng = 4\n"
    assert numbers("x.toml", text) == {"a": (1, 1), "b.c": (2.5, 3), "b.d": (3, 4), "b.e.g": (4, 7)}


@pytest.mark.parametrize(
    ("path", "text"),
    [("m.txt", b"A = 1\n"), ("m.py", b"A = (\n"), ("m.py", b"\0"), ("m.toml", b"a = \n"), ("m.toml", b"\xff")],
    ids=["another kind", "no Python", "a zero byte", "no TOML", "no UTF-8"],
)
def test_what_does_not_parse_holds_nothing(path: str, text: bytes) -> None:
    assert numbers(path, text) == {}
    assert cases_in(path, text) == {}


def test_tests_and_tables_are_found() -> None:
    text = b"""import pytest

CASES = {"one": 1, **more, 2: 3}
LISTED: list = [1, 2]
PAIR = (1, 2, 3)
SET = {1}
other = f([1, 2])

def helper():
    pass

def test_one():
    inner = [1, 2]

@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("m", (4, 5))
async def test_two(n, m):
    pass

class TestThree:
    TABLE = [1]
    def test_inside(self):
        pass
    def other(self):
        pass

class Other:
    def test_not(self):
        pass
"""
    assert cases_in("t.py", text) == {
        "test_one": Case("the test", 12),
        "test_two": Case("the test", 17, entries=5),
        "TestThree.test_inside": Case("the test", 22),
        "CASES['one']": Case("the case", 3),
        "CASES[2]": Case("the case", 3),
        "LISTED": Case("the table", 4, entries=2),
        "PAIR": Case("the table", 5, entries=3),
        "SET": Case("the table", 6, entries=1),
        "TestThree.TABLE": Case("the table", 21, entries=1),
    }
    assert cases_in("t.txt", text) == {}


@pytest.mark.parametrize("mark", ["skip", "skipif(True)", "xfail", "xfail(reason='r')", "skip('r')"])
@pytest.mark.parametrize(
    "form",
    ["@pytest.mark.{}\ndef test_one():\n    pass\n", "@mark.{}\nclass TestA:\n    def test_one(self):\n        pass\n",
     "pytestmark = pytest.mark.{}\ndef test_one():\n    pass\n", "pytestmark = [m, pytest.mark.{}]\ndef test_one():\n    pass\n",
     "class TestA:\n    pytestmark = (pytest.mark.{},)\n    def test_one(self):\n        pass\n"],
    ids=["a test", "a class", "a module", "one of several", "a class from within"],
)  # fmt: skip
def test_what_is_skipped_is_told(form: str, mark: str) -> None:
    (case,) = (c for name, c in cases_in("t.py", form.format(mark).encode()).items() if name.endswith("test_one"))
    assert case.skipped


@pytest.mark.parametrize("mark", ["slow", "parametrize('n', [1])", "skipped", "usefixtures('xfail')"])
def test_other_marks_skip_nothing(mark: str) -> None:
    (case,) = cases_in("t.py", f"@pytest.mark.{mark}\ndef test_one():\n    pass\n".encode()).values()
    assert not case.skipped


def test_a_mark_that_nothing_bears_skips_nothing() -> None:
    (case,) = cases_in("t.py", b"later = pytest.mark.skip\npytestmark = pytest.mark.slow\ndef test_one():\n    pass\n").values()
    assert not case.skipped
