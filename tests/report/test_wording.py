from __future__ import annotations

import pytest

from assay.report.wording import three


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.5, "0.500"),
        (-0.25, "−0.250"),
        (-0.00028, "−2.8e−04"),
        (0.00000012, "1.2e−07"),
        (-0.0, "0.000"),
        (-15.0, "−15.0"),
    ],
)
def test_numbers_have_a_true_minus_wherever_it_stands(value: float | None, text: str) -> None:
    assert three(value) == text
