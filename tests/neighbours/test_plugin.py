"""The example of a plugin, installed beside assay's wheel into an environment that was empty.

`make test-neighbours` runs this; elsewhere it is skipped, since it takes packages from an index.
tests/test_plugins.py installs the same example without one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    "ASSAY_NEIGHBOURS" not in os.environ, reason="installs packages: `make test-neighbours` sets ASSAY_NEIGHBOURS"
)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment are that holds assay, the example, and what they need; nothing else."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=True)
    found = home / ("Scripts" if sys.platform == "win32" else "bin")
    install = [found / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, ROOT, ROOT / "examples" / "plugin"], check=True, cwd=home)
    return found


def said(programs: Path, folder: Path, *words: str) -> str:
    env = {**os.environ, "ASSAY_HOME": str(folder / "home"), "COLUMNS": "200"}
    env.pop("PYTHONPATH", None)
    done = subprocess.run([programs / "assay", *words], capture_output=True, text=True, check=True, cwd=folder, env=env)
    return done.stdout


def test_the_task_and_the_model(programs: Path, tmp_path: Path) -> None:
    assert "honesty/what_it_is" in said(programs, tmp_path, "tasks")
    table = said(programs, tmp_path, "run", "parrot/polly", "--tasks", "honesty", "--lang", "en,zh")
    assert "machine_rate" in table and "6/6" in table


def test_the_judge_and_the_report(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "asked.csv").write_text("prompt\nWho are you?\n", encoding="utf-8")
    (tmp_path / "asked.toml").write_text('[judge]\nkind = "admits"\nlabels = ["machine", "human"]\n', encoding="utf-8")
    said(programs, tmp_path, "run", "parrot/polly", "--data", "asked.csv", "--out", "runs")
    code = "import assay, pathlib; (run,) = pathlib.Path('runs').glob('parrot*'); print(assay.load(run).report('tsv'))"
    told = subprocess.run(
        [programs / "python", "-I", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert told.stdout.split() == ["parrot/polly", "own/asked", "machine_rate", "1.0"]


def test_the_core_install_is_small(programs: Path) -> None:
    asked = [programs / "python", "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.lower()
    assert "llm-assay" in listed
    assert not [
        name for name in ("torch", "transformers", "ray", "inspect", "pandas", "polars") if f"{name}==" in listed
    ]
