"""What `assay export` writes is what TRL's trainers read: each format and layout, trained on for two steps.

`make test-neighbours` runs this in an environment that has TRL; elsewhere it is skipped.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="TRL is not installed: `make test-neighbours` makes an environment that has it")

from commands import assay, run_folders

ALIGN = Path(__file__).resolve().parents[2] / "examples" / "align"
sys.path.insert(0, str(ALIGN))

from tiny_model import main as make_tiny_model  # noqa: E402
from train import TRAINERS, train  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("default"),  # TRL and transformers warn of each other's deprecations
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

TASKS = "safety/misuse,safety/exaggerated_safety,ethics/awareness_mission"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    out = tmp_path_factory.mktemp("runs")
    for name in ("refuser", "complier", "chance"):
        assert assay("run", f"baseline/{name}", "--tasks", TASKS, "--lang", "en,zh", "--out", out).exit_code == 0
    return run_folders(out)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    make_tiny_model(folder)
    return folder


@pytest.mark.parametrize("layout", ["conversational", "standard"])
@pytest.mark.parametrize("form", sorted(TRAINERS))
def test_two_steps_on_every_format_and_layout(
    form: str, layout: str, runs: list[Path], model: Path, tmp_path: Path
) -> None:
    data, out = tmp_path / "data", tmp_path / "trained"
    done = assay("export", *runs, "--format", form, "--layout", layout, "--out", data)
    assert done.exit_code == 0, done.output
    loss = train(str(model), data, out, form, 2, 1e-4)
    assert math.isfinite(loss) and loss > 0
    assert (out / "model.safetensors").is_file()
    assert (out / "manifest.json").read_bytes() == (data / "manifest.json").read_bytes()
