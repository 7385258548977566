"""Generations as people look at them: from the files of `qed evolve`, which may be half done, or something else."""

import json
from pathlib import Path

import pytest

from loop.commands.common import UsageError
from loop.generations.measure import Improved, Measured
from loop.views.generations import FUTURES, generations


def measured(found: int, seconds: float = 100.0) -> dict[str, object]:
    improved = tuple(
        Improved(
            name=f"t{i}",
            family="sums",
            tier="kernel",
            order="always",
            proof_lines=20,
            rules=0,
            lemmas=1,
            ideas=(f"idea {i}",),
            after=3.0 * i,
        )
        for i in range(found)
    )
    made = Measured(
        targets=12,
        families={"sums": 12},
        seen=12,
        improved=improved,
        proposals=9,
        seconds=60.0,
        processor_seconds=seconds,
    )
    return made.as_data()


def folder(place: Path, yields: list[list[int]], seeds: int = 2) -> Path:
    (place / "stages").mkdir(parents=True)
    (place / "plan.json").write_text(json.dumps({"seeds": seeds}))
    for g, row in enumerate(yields):
        for s, found in enumerate(row):
            write(place, f"test-{g}-seed-{s}", measured(found))
        if g:
            write(place, f"train-{g}", measured(3))
            write(place, f"learn-{g}", {"conjectures": 5, "rules": 2, "processor_seconds": 4.0, "success_rate": 0.5})
            write(place, f"ranking-{g}", {"accepted": False, "won": 1, "lost": 2, "why": "it did no better"})
    return place


def write(place: Path, name: str, data: object) -> None:
    (place / "stages" / f"{name}.json").write_text(json.dumps(data))


def test_generations_have_their_yields_futures_and_ablations(tmp_path: Path) -> None:
    place = folder(tmp_path / "out", [[3, 4], [6, 6], [8, 7], [8, 9]])
    for part in ("rules", "own code", "all"):
        for s in (0, 1):
            write(place, f"test-3-without-{part.replace(' ', '-')}-seed-{s}", measured(5, 50.0))
    write(place, "test-3-without-lemmas-seed-0", measured(1))  # its other seed is not over
    found = generations(place)
    assert found.yields == ((3, 4), (6, 6), (8, 7), (8, 9))
    assert [(r.generation, r.found, r.least, r.most) for r in found.rows] == [
        (0, 3.5, 3, 4),
        (1, 6, 6, 6),
        (2, 7.5, 7, 8),
        (3, 8.5, 8, 9),
    ]
    assert {f.name for f in found.futures} == set(FUTURES) == {"flat", "one-off", "tapering", "accelerating"}
    assert [f.weight for f in found.futures] == sorted((f.weight for f in found.futures), reverse=True)
    assert sum(f.weight for f in found.futures) == pytest.approx(1, abs=0.001)
    assert all(len(f.values) == 4 for f in found.futures)
    assert {(a.part, a.found, a.cost) for a in found.ablations} == {("rules", 5, 10.0), ("own code", 5, 10.0), ("all", 5, 10.0)}
    assert found.rows[1].ranking == "left out, 1 better, 2 worse"
    assert (found.targets, found.seeds) == (12, 2)
    assert any("12 held-out targets" in line for line in found.words)


def test_a_generation_counts_when_all_its_runs_are_over(tmp_path: Path) -> None:
    place = folder(tmp_path / "out", [[3, 4], [6]])
    found = generations(place)
    assert found.yields == ((3, 4),)
    assert found.futures == ()
    assert "test-1-seed-0" in found.stages


def test_a_folder_that_has_only_begun_says_so(tmp_path: Path) -> None:
    found = generations(folder(tmp_path / "out", []))
    assert (found.rows, found.seeds) == ((), 2)
    assert "no generation is over" in found.words[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plan.json", "{"),
        ("plan.json", "[]"),
        ("plan.json", "{}"),
        ("plan.json", '{"seeds": "many"}'),
        ("stages/test-0-seed-0.json", "{}"),
        ("stages/test-0-seed-0.json", "nonsense"),
        ("stages/learn-1.json", '{"other": 1}'),
        ("stages/test-0-seed-1.json", '{"improved": 3}'),
    ],
)
def test_what_does_not_read_is_one_sentence_with_its_folder(tmp_path: Path, file: str, text: str) -> None:
    place = folder(tmp_path / "out", [[3, 4], [6, 6]])
    (place / file).write_text(text)
    with pytest.raises(UsageError, match="cannot be read") as caught:
        generations(place)
    assert str(place) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_folder_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no plan\.json"):
        generations(tmp_path)
