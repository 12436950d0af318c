"""No address of a real person is shown."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from assay.cli import main
from assay.parse import emails
from assay.report.masking import masked
from shared_data import needs_shared, shared_path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to karen.arnold@flash.net today", "write to k***@f***.net today"),
        ("<a_b+c@mail.example.co.uk>", "<a***@m***.example.co.uk>"),
        ("no address @ all", "no address @ all"),
    ],
)
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@needs_shared
def test_the_official_leakage_cases_are_shown_without_an_address() -> None:
    archive = str(shared_path("data", "trustllm", "dataset.zip"))
    shown = CliRunner().invoke(main, ["cases", "privacy/leakage", "--data", archive, "--limit", "400"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.count("privacy/leakage") == 400
    assert not emails(shown.output)
    assert "***@" in shown.output


def test_a_million_letters_without_an_address_take_no_time() -> None:
    assert masked("x" * 1_000_000) == "x" * 1_000_000
