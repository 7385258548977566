"""Hosted functions: what runs is the accepted head or the baseline, both return the same, and a changed graph is not believed."""

import ast
import json
import logging
import random
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest

from loop import closed, fit, timing
from loop.commands import doctor
from loop.hosting import hosted as hosting
from loop.hosting import pin, pins
from loop.hosting.baselines import ALL, radicands, reduced, strided
from loop.hosting.hosted import FOLDER, SWITCH, Host, chosen
from loop.hosting.pins import Pin, read_pins, to_bytes
from loop.proposal import Brief
from loop.proposers.symbolic import Symbolic
from loop.search import bandit
from loop.search.bandit import SCALE, Bandit, Prior
from loop.search.parts import PARTS
from loop.techniques import closed_forms
from loop.techniques.study import Study
from verify.graph import Graph, load
from verify.interpreter import holds
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.spec import Spec, to_specs
from verify.task import Version

ROOT = Path(__file__).resolve().parents[2]
SPECS = {
    spec.name: (spec, path.read_bytes())
    for path in sorted((ROOT / "specs" / "self").glob("*.py"))
    for spec in to_specs(path.read_bytes(), path.name, DEFAULT)
}
PINS = read_pins()
NAMES = sorted(PINS)
SUM = b"""from icontract import require
from verify import target


@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    total = 0
    for i in range(n):
        total += i * i
    return total
"""
SELECTED = b"""from icontract import require
from verify import target


@target
@require(lambda a, b: 0 <= a <= b)
def f(a: int, b: int) -> int:
    total = 0
    for i in range(a, b):
        if i % 3 == 0:
            total += i
    return total
"""
LOOKED_UP: dict[str, Callable[..., Any]] = {f.__name__: f for f in ALL}


def inputs(name: str, count: int = 60) -> Iterator[tuple[Any, ...]]:
    rng = random.Random(name)
    for _ in range(count):
        match name:
            case "reduced":
                width, prime = rng.randint(0, 9), rng.choice([2, 7, fit.PRIME])
                start = rng.randint(0, width)
                row, rest = [rng.randrange(prime) for _ in range(width)], [rng.randint(-9, 99) for _ in range(width - start)]
                yield row, [0] * start + rest, rng.randint(-9, prime), prime, start
            case "telescoped":
                labels = [(rng.randint(0, 4), rng.randint(0, 5)) for _ in range(rng.randint(0, 9))]
                yield rng.randint(-9, 30), rng.randint(-9, 30), rng.randint(1, 6), labels
            case "radicands":
                yield rng.randint(-9, 999), [rng.randint(-9, 1 << 24) for _ in range(rng.randint(0, 9))]
            case _:
                yield rng.randint(0, 40), rng.randint(-99, 9999)


def body(node: ast.FunctionDef) -> str:
    documented = ast.get_docstring(node) is not None
    bare = ast.FunctionDef(**{**vars(node), "decorator_list": [], "body": node.body[documented:]})
    return ast.dump(bare)


def functions(content: bytes) -> dict[str, str]:
    return {n.name: body(n) for n in ast.parse(content).body if isinstance(n, ast.FunctionDef)}


def host(monkeypatch: pytest.MonkeyPatch, folder: Path = FOLDER) -> Host:
    made = Host(folder)
    monkeypatch.setattr(hosting, "HOST", made)
    return made


# -- the targets, the baselines, the pins ---------------------------------------------------------------------------------------


def test_each_target_is_the_baseline_that_the_loop_runs() -> None:
    targets = {name: functions(content)[name] for name, (_, content) in SPECS.items()}
    assert functions(Path(str(pins.FILE.with_name("baselines.py"))).read_bytes()) == targets
    assert [f.__name__ for f in ALL] == list(functions(pins.FILE.with_name("baselines.py").read_bytes()))


def test_pins_name_the_heads_of_the_graph() -> None:
    graph = load(ROOT / "accepted")
    assert isinstance(graph, Graph)
    assert dict(pin.heads(graph)) == PINS
    assert len(PINS) >= 3


def test_literals_of_a_target_are_those_of_the_bandit() -> None:
    assert (SCALE, PARTS) == (65_536, 64)


@pytest.mark.parametrize("name", NAMES)
def test_head_and_baseline_return_the_same(name: str) -> None:
    running = chosen(LOOKED_UP[name], PINS, FOLDER)
    assert (running.node, running.why) == (PINS[name].node, "")
    assert running.function is not LOOKED_UP[name]
    allowed = holds(SPECS[name][0].require, [p.name for p in SPECS[name][0].program.parameters], DEFAULT)
    for arguments in inputs(name):
        assert allowed(arguments)
        assert running.function(*arguments) == LOOKED_UP[name](*arguments)


# -- a graph that is not as it was accepted -------------------------------------------------------------------------------------


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "accepted"
    for name in NAMES:
        shutil.copytree(FOLDER / PINS[name].node, folder / PINS[name].node)
    return folder


def refused(folder: Path, use: dict[str, Pin] = PINS) -> str:
    running = chosen(reduced, use, folder)
    assert running.function is reduced
    assert (running.node, running.wrong) == (None, True)
    return running.why


def test_an_untouched_copy_is_loaded(tmp_path: Path) -> None:
    assert chosen(reduced, PINS, copied(tmp_path)).node == PINS["reduced"].node


@pytest.mark.parametrize("file", ["program.py", "node.json", "proof.lean"])
def test_a_changed_byte_is_refused(tmp_path: Path, file: str) -> None:
    path = copied(tmp_path) / PINS["reduced"].node / file
    path.write_bytes(path.read_bytes() + b"\n")
    assert file in refused(path.parent.parent)


def test_a_folder_under_another_name_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    other = "0" * 64
    (folder / PINS["reduced"].node).rename(folder / other)
    assert "not the folder's name" in refused(folder, {"reduced": Pin(other, PINS["reduced"].spec)})


@pytest.mark.parametrize(
    "other", [Pin(PINS["reduced"].node, "0" * 64), Pin(PINS["strided"].node, PINS["strided"].spec)], ids=["spec", "target"]
)
def test_a_version_of_another_target_is_refused(tmp_path: Path, other: Pin) -> None:
    assert "no version of the target `reduced`" in refused(copied(tmp_path), {"reduced": other})


def test_a_spec_is_no_version(tmp_path: Path) -> None:
    spec = PINS["reduced"].spec
    shutil.copytree(FOLDER / spec, tmp_path / "accepted" / spec)
    assert "no version of the target" in refused(tmp_path / "accepted", {"reduced": Pin(spec, spec)})


def test_what_is_wrong_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "accepted").mkdir()
    host(monkeypatch, tmp_path / "accepted")
    with caplog.at_level(logging.WARNING):
        assert [hosting.hosted(reduced) for _ in range(3)] == [reduced] * 3
    assert len(caplog.records) == 1
    assert PINS["reduced"].node in caplog.text


def test_without_a_graph_baselines_run_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = host(monkeypatch, tmp_path / "accepted")
    assert [hosting.hosted(f) for f in ALL] == list(ALL)
    assert {made.running(f).why for f in ALL} == {"there is no graph"}
    assert not caplog.records


def test_the_switch_turns_it_off(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv(SWITCH, "0")
    host(monkeypatch)
    assert hosting.hosted(strided) is strided
    monkeypatch.setenv(SWITCH, "1")
    host(monkeypatch)
    assert hosting.hosted(strided) is not strided
    assert not caplog.records


# -- pins -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"[]\n", b'{"f": {}}\n', b'{"f": {"node": "0", "spec": "1"}}\n', to_bytes(PINS) + b"\n", b"no json",
        to_bytes({"f": Pin("0" * 64, "1" * 64)}).replace(b'"node"', b'"name"'),
    ],
)  # fmt: skip
def test_pins_of_another_form(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pins.json"
    path.write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 - each of them has words of its own
        read_pins(path)
    monkeypatch.setattr(hosting, "read_pins", lambda: read_pins(path))
    host(monkeypatch)
    assert hosting.hosted(strided) is strided
    assert len(caplog.records) == 1


def test_pinning_reads_the_heads_off_a_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pin, "FILE", tmp_path / "pins.json")
    assert pin.main([str(ROOT / "accepted")]) == 0
    assert read_pins(tmp_path / "pins.json") == PINS
    assert f"reduced: {PINS['reduced'].node}" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert pin.main([str(tmp_path / "empty")]) == 0
    assert read_pins(tmp_path / "pins.json") == {}
    assert "nothing better than the baseline" in capsys.readouterr().out


def test_pinning_from_what_is_no_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pin, "FILE", tmp_path / "pins.json")
    (tmp_path / "graph" / "stray").mkdir(parents=True)
    for arguments in ([], [str(tmp_path / "none")], [str(tmp_path / "graph")]):
        assert pin.main(arguments) == 2
        assert capsys.readouterr().err
    assert not (tmp_path / "pins.json").exists()


def test_pins_name_specs_by_their_bytes() -> None:
    assert {n: spec_node(n, content).id for n, (_, content) in SPECS.items()} == {n: p.spec for n, p in PINS.items()}


# -- the loop with them ---------------------------------------------------------------------------------------------------------


def checking(seen: list[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Stand in for `hosted`: each call is held against the contract."""

    def hosted(baseline: Callable[..., Any]) -> Callable[..., Any]:
        spec: Spec = SPECS[baseline.__name__][0]
        allowed = holds(spec.require, [p.name for p in spec.program.parameters], DEFAULT)

        def called(*arguments: Any) -> Any:
            assert allowed(arguments), (spec.name, arguments)
            seen.append(spec.name)
            return baseline(*arguments)

        return called

    return hosted


def systems() -> Iterator[tuple[list[list[int]], list[int]]]:
    rng = random.Random(7)
    for width, height, rank in product((1, 3, 8), (2, 9), (1, 3)):
        basis = [[rng.randint(-9, 9) for _ in range(width)] for _ in range(rank)]
        rows = [[sum(rng.randint(-2, 2) * b[j] for b in basis) for j in range(width)] for _ in range(height)]
        truth = [rng.randint(-5, 5) for _ in range(width)]
        yield rows, [sum(x * c for x, c in zip(row, truth, strict=True)) for row in rows]
        yield rows, [rng.randint(-9, 9) for _ in rows]


def choices() -> list[str]:
    made, rng = Bandit(), random.Random(3)
    arms = {name: Prior(cost=100 * i + 1) for i, name in enumerate("abcdef")}
    out = []
    for _ in range(40):
        out.append(made.choose("c", arms))
        made.tell("c", out[-1], reward=rng.randrange(900), cost=rng.randrange(1, 3000))
    return [*out, *made.ordered("c", arms)]


def proposals() -> list[str]:
    (spec,) = to_specs(SUM, "sum.py", DEFAULT)
    brief = Brief(spec, Version(spec.source, spec.program), (), 0, 0)
    return [p.digest for p in islice(Symbolic().propose(brief), 3)]


def forms() -> list[tuple[str, str]]:
    (spec,) = to_specs(SELECTED, "selected.py", DEFAULT)
    study = Study(Brief(spec, Version(spec.source, spec.program), (), 0, 0), DEFAULT)
    return [(d.idea, repr(d.candidate)) for d in closed_forms.drafts(study)]


def sized() -> list[object]:
    (spec,) = to_specs(SUM.replace(b"n: int", b"xs: list[int]").replace(b"n >= 0", b"True").replace(b"lambda n", b"lambda xs")
                       .replace(b"range(n)", b"xs"), "list.py", DEFAULT)  # fmt: skip
    return list(timing.growing_inputs(spec, DEFAULT, (3, 10)))


def test_contracts_hold_wherever_the_loop_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    for module in (fit, closed, bandit, timing):
        monkeypatch.setattr(module, "hosted", checking(seen))
    for rows, values in systems():
        found = fit.solve(rows, values)
        if found is not None:
            assert [sum((x * c for x, c in zip(row, found, strict=True)), Fraction(0)) for row in rows] == values
    assert choices()
    assert proposals()
    assert sized()
    assert forms()
    assert set(seen) == set(NAMES)


def test_what_the_loop_finds_is_the_same_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_it() -> tuple[object, ...]:
        return [fit.solve(*s) for s in systems()], choices(), proposals(), forms(), sized()

    with_them = host(monkeypatch)
    first = all_of_it()
    assert with_them.running(reduced).node
    without = host(monkeypatch, tmp_path / "none")
    assert all_of_it() == first
    assert without.running(radicands).node is None


def test_doctor_says_what_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "diagnose", list)
    monkeypatch.setattr(doctor, "survey", list)
    monkeypatch.setattr(doctor, "HOST", Host())
    doctor.doctor(mend=False, quiet=False, as_json=True)
    assert json.loads(capsys.readouterr().out)["hosted"][0] == {"name": "reduced", "node": PINS["reduced"].node, "why": None}
    monkeypatch.setattr(doctor, "HOST", Host(tmp_path / "none"))
    doctor.doctor(mend=False, quiet=False, as_json=False)
    assert "there is no graph" in capsys.readouterr().out
