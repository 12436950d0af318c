"""The official data and recorded runs that stand beside the repository, where they do.

Users do not have them: the tests that need them skip there, and say so. They must not skip where it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_dir() -> Path | None:
    """The folder, or None."""
    return SHARED if SHARED.is_dir() else None


needs_shared = pytest.mark.skipif(shared_dir() is None, reason="needs the official data in ../shared")
