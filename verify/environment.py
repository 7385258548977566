"""Decides: which files and tools a verdict depends on, as a certificate binds them.

Every module of this package, its drivers of Lean and every Lean file of the project count, save those named here that carry
or show a verdict; so a module that is new counts until someone says that it does not.
"""

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

from verify.canonical import Data, Digest
from verify.certificate import limit_pairs, trusted_pairs
from verify.limits import Limits
from verify.ticks import DIGEST

ROOT = Path(__file__).resolve().parent.parent
"""the folder that holds `verify/` and `lean/`"""
CARRIERS = frozenset({
    "__init__.py", "__main__.py", "advice.py", "base.py", "certificate.py", "chain.py", "ci.py", "ci_formats.py",
    "ci_markdown.py", "claim_words.py", "command.py", "environment.py", "foreign.py", "governance.py", "graph.py",
    "graph_folder.py", "limits.py", "machine.py", "markers.py", "node.py", "node_folder.py", "policy.py", "pool.py",
    "reasons.py", "trust.py", "trust_parts.py", "verdict.py",
})  # fmt: skip
"""modules that carry or show a verdict or a refusal, and give no statement its meaning; limits are bound by value"""

_CODE = (".py", ".js", ".lean", ".toml")


def trusted_files(root: Path) -> dict[str, bytes]:
    """Return the bytes of the files that give a statement its meaning, by their path from the root. Raises OSError."""
    here = root / "verify"
    modules = [p for p in here.rglob("*") if p.suffix in _CODE and p.relative_to(here).as_posix() not in CARRIERS]
    lean = [p for p in (root / "lean").rglob("*.lean") if ".lake" not in p.parts]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted([*modules, *lean])}


def solver() -> str:
    """Return the name and version of the solver, as a certificate states it; "none" where it is not installed."""
    return _version("z3", "z3-solver") or "none"


def solvers() -> str:
    """Return both solvers of the tier smt, as a certificate of that tier states them."""
    return f"{solver()}, {_version('cvc5', 'cvc5') or 'none'}"


def _version(name: str, package: str) -> str | None:
    try:
        return f"{name} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return None


def environment(
    files: Mapping[str, bytes], limits: Limits, solver_version: str, lean: tuple[str, str, Digest] | None
) -> dict[str, Data]:
    """Return what `certificate.stale` compares: the judge as it is now.

    `lean` is kind, version and digest of the library; None where there is no Lean, and then every certificate is stale.
    """
    out: dict[str, Data] = {
        "ticks": DIGEST,
        "limits": dict(limit_pairs(limits.as_data())),
        "trusted": dict(trusted_pairs(files)),
        "solver": solver_version,
        "solvers": solvers(),
    }
    if lean is not None:
        out |= {"lean_kind": lean[0], "lean_version": lean[1], "lean_library": lean[2]}
    return out
