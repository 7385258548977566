"""`python tests/in_a_new_folder.py`: what a stranger does, from the wheel on, in a folder with no other repository near.

It builds the wheel, installs it in a new environment, and there: `qed init`, `qed new`, `qed check`, `qed run`, `git commit`,
`qed ci`, `qed export`. Each command is printed with what it says. Exit code 0 where every step ended as it should, else 1.

    python tests/in_a_new_folder.py                # with the libraries of this Python, which takes a minute
    python tests/in_a_new_folder.py --clean        # with pip from the package index, which fetches 2 GB
    python tests/in_a_new_folder.py --keep FOLDER  # leave everything there to be looked at
"""

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "unit"))
from installed import Environment, built, made  # tests are no package

GIT = ("git", "-c", "user.name=A Stranger", "-c", "user.email=stranger@example.invalid", "-c", "commit.gpgsign=false")


class Failed(Exception):  # noqa: N818 - it names the state
    """A step did not end as it should."""


@dataclass(frozen=True)
class Step:
    """A command line, the exit code that it must end with, and words that must stand in what it says."""

    words: tuple[str, ...]
    code: int = 0
    said: tuple[str, ...] = ()
    seconds: int = 600
    shown: str = ""
    """the command as a person types it, where that is shorter"""


@dataclass(frozen=True)
class Edit:
    """What a person changes in a file."""

    file: str
    old: str
    new: str


SPEC = "specs/sums/triangle.py"
STEPS: tuple[Step | Edit, ...] = (
    Step(("qed", "--version"), said=("qed ",)),
    Step(("qed", "init", "--git"), said=("specs/", "accepted/")),
    Step(("qed", "new", "triangle", "--family", "sums", "--parameters", "n: int", "--require", "n >= 0",
          "--ensure", "2 * result == n * (n + 1)"), said=("triangle",)),
    Step(("qed", "check", SPEC), code=1, said=("reject", "ContractViolated", "n = 1")),
    Edit(SPEC, "range(n)", "range(1, n + 1)"),
    Edit(SPEC, "Say in a sentence what triangle returns.", "The sum of the numbers up to n."),
    Step(("qed", "check", SPEC), said=("accept", "tier kernel")),
    Step(("qed", "run", "--budget", "4m"), said=("improved",), seconds=900),
    Step(("qed", "graph", "show"), said=("triangle", "kernel")),
    Step(("qed", "explain", "triangle"), said=("Claimed", "tier kernel")),
    Step(("python", "-m", "pytest", "-q", "tests"), said=("passed",)),
    Step((*GIT, "add", "-A"), shown="git add -A"),
    Step((*GIT, "commit", "-q", "-m", "Specs, and what was proved of them"), shown="git commit -m '...'"),
    Step(("qed", "ci", "--all"), said=("proved again",)),
    Step(("qed", "export", "../sums-package", "--name", "sums", "--checked"), said=("functions in",)),
    Step(("python", "-m", "loop.export.recheck", "../sums-package", "--no-proofs"), said=("are those of their nodes",)),
)  # fmt: skip


def main() -> int:
    """Go through all steps; return the exit code."""
    parser = argparse.ArgumentParser(description="what a stranger does, from the wheel on")
    parser.add_argument("--clean", action="store_true", help="install with pip from the package index")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work there, and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qed-stranger-") as scratch:
        place = (options.keep or Path(scratch)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        try:
            environment = prepare(place, clean=options.clean)
            for step in STEPS:
                if isinstance(step, Edit):
                    change(environment, step)
                else:
                    take(environment, step)
        except Failed as failed:
            say(f"FAILED: {failed}")
            return 1
    say(f"{len(STEPS)} steps, each as it should be.")
    return 0


def prepare(place: Path, *, clean: bool) -> Environment:
    """Build the wheel and install it in a new environment."""
    started = time.monotonic()
    _, wheel = built(place / "dist")
    if clean:
        venv.create(place / "venv", with_pip=True)
        (place / "work").mkdir()
        environment = Environment(place / "venv", place / "work")
        pip = ("python", "-m", "pip", "install", "-q", str(wheel))
        take(environment, Step(pip, seconds=3_600, shown="pip install qedloop-*.whl"))
    else:
        environment = made(place, wheel)
    say(f"(the wheel is built and installed: {time.monotonic() - started:.0f} s)\n")
    return environment


def take(environment: Environment, step: Step) -> None:
    """Carry out a step, and print it. Raises Failed."""
    say(f"$ {step.shown or ' '.join(f'{w!r}' if ' ' in w else w for w in step.words)}")
    begun = time.monotonic()
    try:
        done = environment.run(*step.words, seconds=step.seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(step.words)} did not end within {step.seconds} s") from None
    say(done.stdout + done.stderr + f"({time.monotonic() - begun:.0f} s)\n")
    if done.returncode != step.code:
        raise Failed(f"{' '.join(step.words)} ended with {done.returncode}; {step.code} is due")
    if missing := [w for w in step.said if w not in done.stdout + done.stderr]:
        raise Failed(f"{' '.join(step.words)} does not say {missing[0]!r}")


def change(environment: Environment, edit: Edit) -> None:
    """Edit a file, and say so. Raises Failed where it does not hold what is due."""
    path = environment.work / edit.file
    text = path.read_text()
    if text.count(edit.old) != 1:
        raise Failed(f"{edit.file} does not hold {edit.old!r} once")
    path.write_text(text.replace(edit.old, edit.new))
    say(f"# in {edit.file}, {edit.old!r} becomes {edit.new!r}\n")


def say(text: str) -> None:
    """Print a text at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
