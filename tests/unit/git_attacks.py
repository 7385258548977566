"""What git can be made to track in the place of the plain files of nodes, in a real repository."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from small_graph import chain, put

from verify.node import SIZES

SPEC, BASE, BETTER, BEST = chain("f", 3)


def git(repository: Path, *arguments: str, feed: str | None = None) -> str:
    """Run git with nobody's settings."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    fixed = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(repository), *identity, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, input=feed, env={**kept, **fixed})  # noqa: S603 - git
    return done.stdout.strip()


def commit(repository: Path) -> None:
    """Commit everything."""
    git(repository, "add", "-A", "--force")
    git(repository, "commit", "-qm", "more", "--allow-empty")


def make_repository(folder: Path) -> Path:
    """Make a repository whose commit `base` holds `f` with two implementations."""
    git(folder, "init", "-q", "-b", "main")
    put(folder / "accepted", SPEC, BASE, BETTER)
    (folder / "accepted" / "README.md").write_text("the graph\n")
    commit(folder)
    git(folder, "tag", "base")
    return folder


def executable(repository: Path) -> str:
    path = repository / "accepted" / BETTER.id / "program.py"
    git(repository, "update-index", "--chmod=+x", str(path))
    return BETTER.id


def link(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="../../secret")
    git(repository, "update-index", "--cacheinfo", f"120000,{blob},accepted/{BETTER.id}/program.py")
    return BETTER.id


def link_beside(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="../../.ci")
    git(repository, "update-index", "--add", "--cacheinfo", f"120000,{blob},accepted/{'a' * 64}")
    return "a" * 64


def submodule(repository: Path) -> str:
    tip = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{tip},accepted/{'b' * 64}")
    return "b" * 64


def stray(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="* -text filter=lie")
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},accepted/.gitattributes")
    return ".gitattributes"


def upper_case(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="{}")
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},accepted/{BETTER.id.upper()}/node.json")
    return BETTER.id.upper()


def temporary(repository: Path) -> str:
    (repository / "accepted" / ".tmp-x").mkdir()
    (repository / "accepted" / ".tmp-x" / "program.py").touch()
    git(repository, "add", "-A")
    return ".tmp-x"


def conflict(repository: Path) -> str:
    path = f"accepted/{BETTER.id}/node.json"
    blob = git(repository, "rev-parse", f"HEAD:{path}")
    lines = "".join(f"100644 {blob} {stage}\t{path}\n" for stage in (1, 2, 3))
    git(repository, "update-index", "--force-remove", path)
    git(repository, "update-index", "--index-info", feed=lines)
    return BETTER.id


def other_bytes(repository: Path) -> str:
    """Git holds other bytes than the work tree, and is told not to look."""
    path = f"accepted/{BETTER.id}/proof.lean"
    blob = git(repository, "hash-object", "-w", "--stdin", feed="sorry")
    git(repository, "update-index", "--cacheinfo", f"100644,{blob},{path}")
    git(repository, "update-index", "--assume-unchanged", path)
    return BETTER.id


def huge(repository: Path) -> str:
    blob = git(repository, "hash-object", "-w", "--stdin", feed="0" * (max(SIZES.values()) + 1))
    git(repository, "update-index", "--cacheinfo", f"100644,{blob},accepted/{BETTER.id}/proof.lean")
    return blob


TRACKED: dict[Callable[[Path], str], str] = {
    executable: "mode 100755",
    link: "mode 120000",
    link_beside: "mode 120000",
    submodule: "160000",
    stray: "belongs to no node",
    upper_case: "belongs to no node",
    temporary: "belongs to no node",
    conflict: "in conflict",
    other_bytes: "not the ones in the folder",
    huge: "too long",
}
