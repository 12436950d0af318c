"""No test reaches a key, a `.env` or a home folder of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from assay.models.providers import table

settings.register_profile("assay", deadline=None)  # a crowded machine makes no number wrong
settings.load_profile("assay")

KEYS = {name for row in table().values() for name in (*row.keys, *row.address)}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_BASE_URL")) or name in KEYS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ASSAY_HOME", str(home))
    return home
