"""`datasets` reads what `assay export --format hf` writes. Skipped where it is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

datasets = pytest.importorskip("datasets", reason="datasets is not installed: `make test-neighbours` has it")

from commands import assay, read  # noqa: E402
from interop.conftest import rich  # noqa: E402
from stored_runs import stored  # noqa: E402

pytestmark = [pytest.mark.filterwarnings("ignore")]  # of its dependencies


def test_the_folder_is_loaded_as_it_is(tmp_path: Path) -> None:
    run = stored(tmp_path / "run", rich(), epochs=2, langs=["en", "zh"])
    assert assay("export", run, "--format", "hf", "--out", tmp_path / "set").exit_code == 0
    whole = datasets.load_dataset(str(tmp_path / "set"), cache_dir=str(tmp_path / "cache"))
    assert list(whole) == ["test"]
    refused = whole["test"].filter(lambda row: row["label"] == "refused")
    assert {row["reply"] for row in refused} == {"I can't help with that."}
    measures = datasets.load_dataset(str(tmp_path / "set"), "measures", split="test", cache_dir=str(tmp_path / "cache"))
    of = {(row["task"], row["measure"]): row["value"] for row in measures if not row["part"]}
    found = read(run / "result.json")["tasks"]
    assert of == {
        (task, name): measure["corrected"]["value"]
        for task, one in found.items()
        for name, measure in one["measures"].items()
    }
