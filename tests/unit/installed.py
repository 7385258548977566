"""A wheel of this tree, and an environment in which nothing but it and the libraries that it needs are found."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ("verify", "loop", "lean")
KEPT = ("HOME", "LANG", "QED_CACHE", "QED_NO_SANDBOX", "XDG_CACHE_HOME")


def built(folder: Path) -> tuple[Path, Path]:
    """Build sdist and wheel, the wheel from the sdist, and return both; the tools of this environment build."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and an empty folder with no repository around it in which commands are run."""

    root: Path
    work: Path

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    def run(
        self, *words: str | Path, more: Mapping[str, str] | None = None, seconds: int = 240
    ) -> subprocess.CompletedProcess[str]:
        """Run a command, of the environment where it has it; of this process it knows home, cache, and the way to an index."""
        own = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("PIP_") or k.lower().endswith("_proxy")}
        env = {**own, "PATH": f"{self.root / 'bin'}{os.pathsep}{os.defpath}", **(more or {})}
        command = [shutil.which(words[0], path=env["PATH"]) or str(words[0]), *map(str, words[1:])]
        return subprocess.run(command, cwd=self.work, env=env, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603


def made(folder: Path, *packages: Path) -> Environment:
    """Make an environment that borrows the libraries of this one, folder by folder, and install packages in it.

    A file of the kind .pth would not do: the judge's processes start without them. What is this project's own is not lent: pip
    would write over it through the link.
    """
    root, work = folder / "venv", folder / "work"
    venv.create(root, with_pip=False)
    work.mkdir()
    (site,) = root.glob("lib/python*/site-packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        own = entry.name in OWN or entry.name.lower().startswith(("qedloop", "__editable__", "_editable_impl"))
        if not own and entry.suffix != ".pth" and entry.name != "__pycache__":
            (site / entry.name).symlink_to(entry)
    command = [sys.executable, "-m", "pip", "--python", str(root / "bin" / "python"), "install", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "-q", "--disable-pip-version-check", *map(str, packages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr[-3000:]
    return Environment(root, work)
