"""The example notebook, run from top to bottom by a real kernel, and the kernel's interrupt."""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("ipykernel", reason="a kernel is the extra `dev`")

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from verify.graph import Graph, load

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "first_steps.ipynb"
PLAIN = {"why", "input", "fields"}
"""cells that show plain Python values"""
SPEC = """from icontract import require
from verify import target


@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    total = 0
    for i in range(n):
        total += i * i * i
    return total
"""


def example() -> NotebookNode:
    return nbformat.read(EXAMPLE, as_version=4)  # type: ignore[no-untyped-call]


def needs_lean(cell: NotebookNode) -> bool:
    return "lean" in cell.metadata.get("tags", [])


def run(notebook: NotebookNode, folder: Path, seconds: int, look: Callable[[AsyncKernelManager], None] | None = None) -> None:
    """Run all cells in a kernel that starts in a folder; `look` runs beside them. What a cell raises stands in its output."""
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=seconds, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )  # fmt: skip
    manager = client.create_kernel_manager()
    beside = threading.Thread(target=look, args=(manager,)) if look else None
    if beside:
        beside.start()
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / "ipython")})
    if beside:
        beside.join()


def said_by(notebook: NotebookNode) -> dict[str, str]:
    """Return what each cell showed, as text, by the name of the cell; what is shown as HTML is shown as Markdown, too."""
    said: dict[str, str] = {}
    for cell in (c for c in notebook.cells if c.cell_type == "code"):
        assert {o.output_type for o in cell.outputs} <= {"execute_result", "display_data"}, cell.outputs
        data = [o.data for o in cell.outputs]
        assert all((cell.id in PLAIN) or {"text/html", "text/markdown", "text/plain"} <= set(d) for d in data)
        said[cell.id] = "\n".join(d["text/plain"] for d in data)
    return said


def test_no_output_is_kept_that_could_be_out_of_date() -> None:
    for cell in example().cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


def in_examples(tmp_path: Path) -> Path:
    """Return a folder that lies to specs and a graph as docs/examples does, so that the kernel leaves nothing in the tree."""
    for part in ("accepted", "specs"):
        shutil.copytree(ROOT / part, tmp_path / part)
    folder = tmp_path / "docs" / "examples"
    folder.mkdir(parents=True)
    return folder


def test_the_cells_that_prove_nothing_run_from_top_to_bottom(tmp_path: Path) -> None:
    notebook = example()
    notebook.cells = [c for c in notebook.cells if not needs_lean(c)]
    run(notebook, in_examples(tmp_path), 120)
    said = said_by(notebook)
    assert "target  triangular(n: int) -> int" in said["spec"]
    assert "square_pyramid(n: int) -> int" in said["file"]
    assert said["outside"].startswith("decline  triangular\n")
    assert " ".join(said["why"].split()).startswith("('decline', ")
    assert said["call"].startswith("decline  triangular\n")
    assert "13 improved" in said["graph"]
    assert "square_pyramid" in said["graph"]
    assert "Would be false through" in said["certificate"]


@pytest.mark.lean
@pytest.mark.slow
def test_the_whole_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    notebook = example()
    run(notebook, in_examples(tmp_path), 900)
    said = said_by(notebook)
    assert said["wrong"].startswith("reject  triangular\n  WrongResult at the gate examples")
    assert "'due': " in said["input"]
    assert said["right"].startswith("accept  triangular\n  tier")
    assert " ".join(said["fields"].split()).startswith("(True, 'kernel', ")
    assert "triangular  improved" in said["run"]
    assert "1 targets, 1 improved" in said["run-graph"]


@pytest.mark.lean
@pytest.mark.slow
def test_the_interrupt_of_the_kernel_stops_a_run_with_one_line_and_a_sound_graph(tmp_path: Path) -> None:
    cells = [
        f"from loop.notebook import run, spec\ns = spec({SPEC!r})",
        "run(s, accepted='graph', jobs=1)",
    ]
    notebook = new_notebook(cells=[new_code_cell(c) for c in cells])  # type: ignore[no-untyped-call]

    def interrupt(manager: AsyncKernelManager) -> None:
        end = time.monotonic() + 120
        while not (tmp_path / "graph").exists():  # made as soon as the run is shown
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(8)
        asyncio.run(manager.interrupt_kernel())

    begin = time.monotonic()
    run(notebook, tmp_path, 600, interrupt)
    (progress, error) = notebook.cells[1].outputs
    assert progress.data["text/plain"].startswith("stopped  a run\n")
    assert (error.ename, error.traceback) == ("Interrupted", ["qed: stopped; what was accepted so far is in the graph."])
    assert time.monotonic() - begin < 200
    assert isinstance(load(tmp_path / "graph"), Graph)

