"""Heads and their nodes -> every file of a package, by its path: a function of both, and of the name of the package alone."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

from loop import __version__
from loop.export.contract_text import contract_text
from loop.export.heads import Head
from loop.export.module_text import version_text
from loop.export.recheck import CHECKED, HEADS, HEADS_TEXT, MANIFEST, NODES, VOCABULARY, VOCABULARY_TEXT, Named, init_text
from verify.canonical import Digest, digest, to_json
from verify.node import Node, node_to_files

FORM: Final = 1
"""of the manifest"""

PROJECT: Final = """\
[build-system]
requires = ["hatchling>=1.27,<2"]
build-backend = "hatchling.build"

[project]
name = "{distribution}"
version = "0.1.0+{digits}"
description = "Accepted heads of a graph of QED Loop, with what speaks for them."
readme = "README.md"
requires-python = ">=3.11"
classifiers = ["Typing :: Typed"]
{optional}
[tool.hatch.build.targets.wheel]
packages = ["src/{package}"]

[tool.hatch.build.targets.wheel.force-include]
{nodes} = "{package}/{nodes}"

[tool.mypy]
strict = true
mypy_path = "src"
packages = ["{package}"]
"""
OPTIONAL: Final = """
[project.optional-dependencies]
checked = ["icontract>=2.7,<3"]
"""

README: Final = """\
# {package}

Python functions out of a graph of QED Loop. Each was accepted: what its docstring claims of every allowed input was proved in
Lean (tier kernel), or decided by Z3 and cvc5 with no kernel having seen it (tier smt). Of other inputs nothing is claimed, and
nothing of seconds: the cost is counted in ticks.

| function | tier | order | ticks, baseline -> this | node |
|---|---|---|---|---|
{rows}
    pip install .
    python -c "from {package} import {first}; help({first})"
{checked}
## To check it

    python -m {package}.recheck

says whether each function is, up to layout and docstring, the one that its node in `{nodes}/` holds, and each node what its name
says. With qedloop {version} installed beside it, it has all of them proved again from their bytes, as
`qed ci --all --accepted {nodes}` does; without, it ends with 3. `python -m loop.export.recheck FOLDER` is the same check by
the copy that came with qedloop, for who would not ask a package about itself.
"""
CHECKED_README: Final = """
`from {package}.checked import {first}` is the same function with its contract checked at every call, for which
`pip install '.[checked]'` brings icontract.
"""


def package_files(package: str, heads: Sequence[Head], nodes: Mapping[Digest, Node], *, checked: bool) -> dict[str, bytes]:
    """Return the files of a package by their path from its folder, in the order of the paths.

    `nodes` are the heads' nodes and all that they rest on. Raises Differs where a text would not be what its node holds.
    """
    names = [Named(h.name, h.function, h.node.id, h.stands.spec.id, h.certificate.tier, h.stands.order) for h in heads]
    texts = {
        "__init__.py": init_text(package, names), f"{VOCABULARY}.py": VOCABULARY_TEXT, "py.typed": "",
        f"{HEADS}/__init__.py": HEADS_TEXT, **{f"{HEADS}/{h.name}.py": version_text(h, package) for h in heads},
        "recheck.py": files("loop.export").joinpath("recheck.py").read_text(encoding="ascii"),
    }  # fmt: skip
    if checked:
        texts[f"{CHECKED}/__init__.py"] = init_text(package, names, CHECKED)
        texts |= {f"{CHECKED}/{h.name}.py": contract_text(h, package) for h in heads}
    out = {f"src/{package}/{path}": text.encode("ascii") for path, text in texts.items()}
    out |= {f"{NODES}/{node.id}/{name}": content for node in nodes.values() for name, content in node_to_files(node).items()}
    out["README.md"] = readme(package, heads, checked=checked).encode("ascii")
    digits = digest("export", [h.node.id for h in heads])[:12]
    out["pyproject.toml"] = PROJECT.format(
        package=package, distribution=package.replace("_", "-").strip("-"), digits=digits, nodes=NODES,
        optional=OPTIONAL if checked else "",
    ).encode("ascii")  # fmt: skip
    path = f"src/{package}/{MANIFEST}"
    out[path] = to_json({
        "format": FORM, "qedloop": __version__, "package": package, "checked": checked,
        "heads": [head_data(h) for h in heads], "files": sorted([*out, path]),
    })  # fmt: skip
    return dict(sorted(out.items()))


def head_data(head: Head) -> dict[str, object]:
    """Return a head for the manifest and for `--json`; costs are expressions in ticks, null where they are not known."""
    costs = head.costs
    return {
        "name": head.name, "function": head.function, "module": f"{HEADS}.{head.name}", "node": head.node.id,
        "spec": head.stands.spec.id, "tier": head.certificate.tier, "order": head.stands.order,
        "cost": {"old": costs.old if head.old else None, "new": costs.new if head.old else costs.old},
    }  # fmt: skip


def _code(text: str) -> str:
    """Return a text as code in a cell of a table; what a certificate holds as a cost may be any line of text."""
    safe = text.encode("ascii", "backslashreplace").decode("ascii").replace("`", "'").replace("|", "\\|")
    return f"`{safe}`"


def readme(package: str, heads: Sequence[Head], *, checked: bool) -> str:
    """Return the README of a package."""
    cells = ([h.name, h.certificate.tier, h.stands.order or "baseline", str(h.costs), h.node.id[:12]] for h in heads)
    rows = "".join(f"| {' | '.join(map(_code, row))} |\n" for row in cells)
    first = heads[0].name
    more = CHECKED_README.format(package=package, first=first) if checked else ""
    return README.format(package=package, rows=rows, first=first, nodes=NODES, version=__version__, checked=more)
