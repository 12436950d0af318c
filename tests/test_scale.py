"""What docs/scale.md says of shards: journals that make one, and a run over all rows that asks for nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from commands import assay, layout, run_folder
from endpoint import Endpoint, said, serving

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"

sys.path.append(str(PAGE.parent / "site"))

from blocks import blocks  # noqa: E402


def answer(body: dict[str, Any]) -> Any:
    return said(
        "Sure. Step one: take a spade." if "7" in body["messages"][-1]["content"] else "I can't help with that."
    )


def ran(endpoint: Endpoint, data: Path, out: Path) -> Path:
    done = assay("run", "openai/m", "--base-url", endpoint.url, "--data", data, "--tasks", "misuse", "--out", out)
    assert done.exit_code == 0, done.output
    return run_folder(out)


def test_journals_of_shards_make_one_that_a_run_over_all_rows_asks_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (recipe,) = [block.text for block in blocks(PAGE) if block.lang == "python"]
    rows = [{"prompt": f"Harm {number}?", "source": "t"} for number in range(90)]
    parts = {"a": rows[:40], "b": rows[40:], "all": rows}
    for name, some in parts.items():
        layout(tmp_path / name, safety__misuse=some)
    with serving(answer) as endpoint:
        for name in ("a", "b"):
            ran(endpoint, tmp_path / name, tmp_path / f"shard-{name}")
        names: dict[str, Any] = {}
        exec(recipe, names)  # noqa: S102  (the page is ours, and this is what is tested)
        assert len(endpoint.bodies) == 90
        gathered = ran(endpoint, tmp_path / "all", tmp_path / "runs")
        assert len(endpoint.bodies) == 90
        plain = ran(endpoint, tmp_path / "all", tmp_path / "plain")
        assert len(endpoint.bodies) == 180
    assert (gathered / "result.json").read_bytes() == (plain / "result.json").read_bytes()
    assert names["gathered"](tmp_path / "runs" / "journal.sqlite", [tmp_path / "shard-a" / "journal.sqlite"]) == 90
