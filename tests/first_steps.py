"""A stranger's first steps, as data and as a script: a new folder, `qed init`, `qed new`, `qed run`, a commit, `qed ci`.

    python tests/first_steps.py [--qed PATH] [--golden]

takes them in a new folder with that `qed`, prints each command with what it printed, and fails where one does not go as due:
in its exit code, or in what is told in `tests/golden/first_steps.json`, which `--golden` writes anew. Times, names of nodes and
counts of what a search tried are written as `#`. `steps()` is what the tutorial shows.
"""

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "golden" / "first_steps.json"
NEW = 'qed new staircase --family sums --parameters "n: int" --require "n >= 0" --ensure "result >= 0"'
COMMANDS = (
    "qed init --git",
    NEW,
    "python -m pytest -q tests",
    "qed run specs/sums/staircase.py --budget 5m",
    "qed graph show",
    "qed explain staircase",
    "git add --all",
    'git commit --quiet --message "A function, and what was proved of it"',
    "qed ci --all",
)
SECONDS = 900
"""after which a command is given up"""
RULES: tuple[tuple[str, str], ...] = (
    (r"\b[0-9a-f]{64}\b", "#"),
    (r"\b[0-9a-f]{12}\b", "#" * 12),
    (r"\b\d+(\.\d+)? (ns|us|ms|s)\b", "#"),
    (r"\(\d+(\.\d+)?x\)", "(#x)"),
    (r"\bin \d+(\.\d+)?s\b", "in #s"),
    (r"Judged .*? known before\.", "Judged #."),
    (r" The budget of \w+ is used up\.", ""),
    (r" at (\w+) = \d+", r" at \1 = #"),
    (r"(?<=\s)\d+\.\d(?=\n|$)", "#"),
    (r"\d+ events", "# events"),
    (r"\d+ lines", "# lines"),
    (r"\d+ nodes rest", "# nodes rest"),
    (r"version [0-9.]+, commit \w+|Lean [0-9.]+, commit \w+", "Lean #"),
    (r"solver z3 [0-9.]+", "solver z3 #"),
    (r"\(portable\)|\(native\)", "(#)"),
    (r"[ \t]+(?=\n|$)", ""),
    (r"(?<=\S)  +", "  "),
)
"""what differs from one machine or run to the next, and what stands in its place"""


@dataclass(frozen=True, slots=True)
class Step:
    """A command and what it printed, as people are shown it."""

    command: str
    shown: str


def steps() -> tuple[Step, ...]:
    """Return the steps as they are to go."""
    return tuple(Step(**found) for found in json.loads(GOLDEN.read_text(encoding="utf-8")))


def shown(text: str) -> str:
    """Return what a command printed without what differs each time; what went to several lines is in a fixed order.

    >>> shown("improved  kernel  81b46d50dbc8  1.2 ms -> 30 ns (40x)")
    'improved  kernel  ############  # -> # (#x)'
    """
    for pattern, instead in RULES:
        text = re.sub(pattern, instead, text)
    lines = text.split("\n")
    numbered = [line for line in lines if re.match(r"\[\d+/\d+\] ", line)]
    rest = [line for line in lines if line not in numbered]
    return "\n".join([*sorted(re.sub(r"^\[\d+/", "[#/", line) for line in numbered), *rest]).strip("\n")


def environment(qed: Path) -> dict[str, str]:
    """Return an environment in which `qed` is the one that is meant, and git needs no settings of anyone's."""
    names = {"GIT_AUTHOR_NAME": "A Stranger", "GIT_AUTHOR_EMAIL": "stranger@example.org"}
    names |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in names.items()}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "QED_API", "OPENAI_"))}
    path = f"{qed.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    return {**kept, **names, **own, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def taken(folder: Path, qed: Path, commands: Sequence[str] = COMMANDS) -> tuple[Step, ...]:
    """Take the steps in a folder, and return what each printed. Raises CalledProcessError where one fails."""
    out = []
    for command in commands:
        done = subprocess.run(  # noqa: S603
            ["bash", "-c", command], cwd=folder, env=environment(qed), stdin=subprocess.DEVNULL,  # noqa: S607
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        out.append(Step(command, shown(done.stdout)))
    return tuple(out)


def difference(due: Sequence[Step], found: Sequence[Step]) -> str:
    """Return what differs between two walks, as a patch; "" where nothing does."""
    one, two = ([line for s in side for line in (f"$ {s.command}", *s.shown.split("\n"))] for side in (due, found))
    return "\n".join(difflib.unified_diff(one, two, "due", "found", lineterm=""))


def main() -> int:
    """Take the steps in a new folder."""
    parser = argparse.ArgumentParser(description="a stranger's first steps")
    parser.add_argument("--qed", type=Path, metavar="PATH", help="the qed that is meant; default: the first on the path")
    parser.add_argument("--golden", action="store_true", help="write down what was printed")
    options = parser.parse_args()
    qed = options.qed or Path(shutil.which("qed") or "qed")
    with tempfile.TemporaryDirectory(prefix="qed-first-steps-") as name:
        folder = Path(name) / "proofs"
        folder.mkdir()
        try:
            found = taken(folder, qed.absolute())
        except subprocess.CalledProcessError as failed:
            sys.stderr.write(f"$ {failed.cmd}\n{failed.stdout}{failed.stderr}exit code {failed.returncode}\n")
            return 1
    for step in found:
        sys.stdout.write(f"$ {step.command}\n{step.shown}\n")
    if options.golden:
        GOLDEN.write_text(json.dumps([asdict(s) for s in found], indent=2) + "\n", encoding="utf-8")
        return 0
    differs = difference(steps(), found)
    sys.stderr.write(differs)
    return bool(differs)


if __name__ == "__main__":
    sys.exit(main())
