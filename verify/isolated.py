"""Starts a module of this package where nothing of the folder that is judged can pass for another module.

Decides: whose code runs under the name of a solver, of a library, or of a module of this package. Modules come from Python's own
folders and from those of installed packages; this package comes from the folder of this file, whatever else has its name. The
current folder, `PYTHONPATH`, the user's own packages, `.pth` files, `sitecustomize` and `usercustomize` have no say.

As a script it needs nothing to be installed but what the package imports: `python -I -S verify/isolated.py ci --all`.
"""

import importlib
import importlib.util
import os
import site
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

FLAGS: Final = ("-I", "-S")
"""isolated, and without the folders and hooks that `site` would add"""
FILE: Final = str(Path(__file__).resolve())
COMMAND: Final = "verify.command"


def command_line(*arguments: str) -> list[str]:
    """Return how to start this file in a process of its own: with the arguments of `main`."""
    optimised = ["-O"] * min(sys.flags.optimize, 1)
    return [sys.executable, *FLAGS, *optimised, FILE, *arguments]


def installed_folders() -> list[str]:
    """Return the folders of the packages that are installed for this Python; of the virtual environment where it is of one."""
    prefixes = [sys.prefix]
    home = Path(sys.executable).parent.parent
    try:
        settings = (home / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        settings = None
    if settings is not None:
        shared = "".join(settings.split()).lower()
        prefixes = [str(home), *([sys.base_prefix] if "include-system-site-packages=true" in shared else [])]
        # without `site` nobody has said that this Python is of a virtual environment
        sys.prefix = sys.exec_prefix = str(home)
    return [folder for folder in site.getsitepackages(prefixes) if Path(folder).is_dir()]


def main(argv: Sequence[str]) -> int:
    """Carry out a command of this package, or be the worker whose module is named first; returns the exit code.

    Where this process is not isolated yet, it becomes one that is.
    """
    if not (sys.flags.isolated and sys.flags.no_site):
        line = command_line(*argv)
        os.execv(line[0], line)  # noqa: S606 - the same Python, with the flags that were missing
    sys.path += installed_folders()
    _load()
    if argv and argv[0].startswith("verify."):
        importlib.import_module(argv[0]).main()
        return 0
    return cast("int", importlib.import_module(COMMAND).main(argv))


def _load() -> None:
    """Make this folder the package `verify`, without a look at the path."""
    folder = Path(FILE).parent
    spec = importlib.util.spec_from_file_location(
        "verify", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package")
    package = sys.modules["verify"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
