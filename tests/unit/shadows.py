"""Files of a working folder that have the names of modules: none of them may be run by `qed`."""

from pathlib import Path

SCRIPT = "import sys\nfrom loop.__main__ import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n"
"""what stands behind `qed` where the package is installed"""
NAMES = ("multiprocessing", "pickle", "queue", "z3", "verify", "loop", "hypothesis", "sitecustomize")


def script(place: Path) -> Path:
    """Write the script of an installed `qed` in a folder of its own, and return its path."""
    place.mkdir()
    path = place / "qed"
    path.write_text(SCRIPT)
    return path


def lay(folder: Path, ran: Path) -> None:
    """Lay files with the names of modules in a folder; each that is run writes its name to a file."""
    for name in NAMES:
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write({name!r})\n")
