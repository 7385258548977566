"""The Dockerfile, as far as it can be held to anything without a Docker: what it copies, who runs, and its steps by hand."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from verify.environment import trusted_files
from verify.snapshot import _read

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Dockerfile").read_text()
STEPS = [
    (words[0], words[1].strip()) for line in re.sub(r"\\\n", " ", TEXT).split("\n")
    if line and not line.startswith("#") and len(words := line.split(" ", 1)) == 2
]  # fmt: skip
COPIED = [shlex.split(rest)[:-1] for step, rest in STEPS if step == "COPY" and "--from" not in rest]
KEY = "a" * 64


def by_hand(step: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a step of the Dockerfile on another folder than the image's."""
    words = ["sh", "-c", step.replace("/opt/qedloop", str(folder))]
    return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603


def test_what_is_copied_is_there_and_not_ignored() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().split("\n") if line.startswith("!")}
    copied = {name for names in COPIED for name in names}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_nobody_runs_as_root_and_the_command_is_qed() -> None:
    last = [step for step, _ in STEPS[::-1]]
    assert ("USER", "qed") in STEPS
    assert last.index("USER") > last.index("ENTRYPOINT")
    assert json.loads(dict(STEPS)["ENTRYPOINT"]) == ["qed"]
    assert not re.search(r"latest|sudo|privileged|curl|wget|TOKEN|KEY", TEXT)


def test_the_wheel_is_built_from_what_is_copied(tmp_path: Path) -> None:
    for names in COPIED:
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tmp_path / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place = tmp_path / "source" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, place)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation", "-w", "..", "."]
    subprocess.run(command, cwd=tmp_path / "source", check=True, capture_output=True)  # noqa: S603
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "out")
    assert trusted_files(tmp_path / "out") == trusted_files(ROOT)


def test_a_snapshot_outlives_the_loss_of_what_is_below_a_second(tmp_path: Path) -> None:
    (step,) = [rest for kind, rest in STEPS if kind == "RUN" and "snapshots" in rest]
    folder = tmp_path / "lean-1" / "snapshots"
    folder.mkdir(parents=True)
    memory, record = folder / f"{KEY}.memory", folder / f"{KEY}.json"
    memory.write_bytes(b"memory")
    memory.chmod(0o400)
    (folder / "lock").touch()
    written = memory.stat().st_mtime_ns
    record.write_text(json.dumps({"sha256": "b" * 64, "library": 7, "size": 6, "written": written}) + "\n")
    done = by_hand(step, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    kept = _read(folder, KEY)
    assert kept is not None
    assert kept.start.sha256 == "b" * 64
    # what a registry does to a file
    os.utime(memory, ns=(seconds := written // 10**9 * 10**9, seconds))
    assert _read(folder, KEY) == kept
    assert memory.stat().st_mode & 0o777 == 0o444
    assert folder.stat().st_mode & 0o777 == 0o777


def test_a_step_that_fails_ends_the_build(tmp_path: Path) -> None:
    (step,) = [rest for kind, rest in STEPS if kind == "RUN" and "snapshots" in rest]
    (tmp_path / "lean-1" / "snapshots").mkdir(parents=True)
    assert by_hand(step, tmp_path).returncode != 0
