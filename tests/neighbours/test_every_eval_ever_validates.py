"""The schema and the validator of Every Eval Ever find nothing wrong. Skipped where the package is not installed.

The package asks for Python 3.12, its schemas for none: `pip install --no-deps
--ignore-requires-python every-eval-ever`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("every_eval_ever", reason="every-eval-ever is not installed: `make test-neighbours` has it")
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: `make test-neighbours` has it")

from commands import assay  # noqa: E402
from interop.conftest import rich  # noqa: E402
from stored_runs import stored  # noqa: E402

SCHEMAS = files("every_eval_ever.schemas")


def test_every_file_and_line_is_of_the_schema(tmp_path: Path) -> None:
    run = stored(tmp_path / "run", rich(), epochs=2, langs=["en", "zh"])
    done = assay("export", run, "--format", "every-eval-ever", "--out", tmp_path / "out")
    aggregate, samples = map(Path, done.output.split())
    lines = samples.read_text(encoding="utf-8").splitlines()
    assert lines
    for name, texts in (
        ("eval.schema.json", [aggregate.read_text(encoding="utf-8")]),
        ("instance_level_eval.schema.json", lines),
    ):
        schema = json.loads(SCHEMAS.joinpath(name).read_text(encoding="utf-8"))
        assert schema["version"] == "0.3.0"
        validator = jsonschema.Draft7Validator(schema)
        for text in texts:
            assert [error.message for error in validator.iter_errors(json.loads(text))] == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="its validator needs Python 3.12")
def test_its_own_validator_passes_both_files(tmp_path: Path) -> None:
    run = stored(tmp_path / "run", rich(), epochs=2, langs=["en", "zh"])
    assay("export", run, "--format", "every-eval-ever", "--out", tmp_path / "out")
    said = subprocess.run(
        [sys.executable, "-m", "every_eval_ever", "validate", "data/*/*/*/*.json*"],
        cwd=tmp_path / "out", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
