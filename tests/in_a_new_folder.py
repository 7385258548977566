"""A stranger's first steps from the wheel on, in a folder with no other repository near and nothing of this one.

    python tests/in_a_new_folder.py                # with the libraries of this Python, which takes a few minutes
    python tests/in_a_new_folder.py --clean        # with pip from the package index, which fetches 2 GB
    python tests/in_a_new_folder.py --keep FOLDER  # leave everything there to be looked at

It builds sdist and wheel, installs the wheel in a new environment, takes there the steps of `first_steps`, which are held against
what the tutorial shows, and then exports what was proved and has it checked. Exit code 0 where all of it went as due, else 1.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "unit")]
from installed import Environment, built, made  # noqa: E402 - on the path by the line above, where this runs as a program

from tests.first_steps import COMMANDS, Step, difference, steps, taken  # noqa: E402 - as above

MORE = (
    "python -m verify ci",
    "qed export ../stairs --checked",
    "python -m loop.export.recheck ../stairs",
)
"""what is done after the first steps"""


def main() -> int:
    """Go through all steps; return the exit code."""
    parser = argparse.ArgumentParser(description="a stranger's first steps, from the wheel on")
    parser.add_argument("--clean", action="store_true", help="install with pip from the package index")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work there, and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qed-stranger-") as scratch:
        place = (options.keep or Path(scratch)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        environment = installed(place, clean=options.clean)
        say(f"the wheel is built and installed: {time.monotonic() - started:.0f} s")
        try:
            found = walked(environment)
        except subprocess.CalledProcessError as failed:
            say(f"$ {failed.cmd}\n{failed.stdout}{failed.stderr}exit code {failed.returncode}")
            return 1
    for step in found:
        say(f"$ {step.command}\n{step.shown}")
    if differs := difference(steps(), found[: len(COMMANDS)]):
        say(f"not as the tutorial shows it:\n{differs}")
    return bool(differs)


def installed(place: Path, *, clean: bool) -> Environment:
    """Build the wheel and install it in a new environment. Raises CalledProcessError."""
    _, wheel = built(place / "dist")
    if not clean:
        return made(place, wheel)
    (place / "work").mkdir()
    venv.create(place / "venv", with_pip=True)
    pip = [str(place / "venv" / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", str(wheel)]
    subprocess.run(pip, check=True)  # noqa: S603 - our own wheel
    return Environment(place / "venv", place / "work")


def walked(environment: Environment) -> tuple[Step, ...]:
    """Take the steps where nothing of this repository is found, and return them. Raises CalledProcessError where one fails."""
    os.environ.pop("PYTHONPATH", None)
    return taken(environment.work, environment.root / "bin" / "qed", [*COMMANDS, *MORE])


def say(text: str) -> None:
    """Print a text at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
