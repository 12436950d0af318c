"""Which runs stand beside the published numbers."""

from __future__ import annotations

import pytest

from assay.data.sources import TRUSTLLM
from assay.findings.of_runs import entries


@pytest.mark.parametrize(
    ("name", "sha256", "endpoint", "official"),
    [
        ("/home/me/dataset.zip", TRUSTLLM.sha256, "baseline", True),
        ("trustllm", TRUSTLLM.sha256, "baseline", True),
        ("/home/me/dataset.zip", "b" * 64, "baseline", False),
        ("gen.zip", "b" * 64, "recorded", True),
        ("core", "b" * 64, "baseline", False),
    ],
)
def test_official_data_is_known_by_its_hash(name: str, sha256: str, endpoint: str, official: bool) -> None:
    run = {"model": "x/m", "endpoint": endpoint, "data": {"name": name, "sha256": sha256}}
    (one,) = entries([{"run": run, "tasks": {}}])
    assert one.official == official
