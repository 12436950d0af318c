"""In a notebook, under its event loop: a run shows itself as a table, and nothing else is printed.

`make test-neighbours` has nbclient and ipykernel; elsewhere this is skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: `make test-neighbours` has it")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: `make test-neighbours` has it")
pytest.importorskip("ipykernel", reason="ipykernel is not installed: `make test-neighbours` has it")

CELLS = (
    "import assay\nrun = assay.run('baseline/chance', tasks='safety/*', limit=4, out='runs')",
    "run",
    "assay.compare(run, assay.run('baseline/yes', tasks='safety/*', limit=4, out='runs'))",
    "import asyncio\n(await asyncio.to_thread(assay.load, run.path)).samples()",
    "assay.tasks('safety/*')",
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_a_notebook_shows(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    first, *shown = [cell.outputs for cell in notebook.cells]
    assert first == []
    for outputs in shown:
        (output,) = outputs
        assert output.output_type == "execute_result", output
        assert "<table>" in output.data["text/html"]
    assert "baseline/chance" in shown[0][0].data["text/html"]
    assert shown[0][0].data["text/plain"].startswith("<Run baseline/chance on core")
