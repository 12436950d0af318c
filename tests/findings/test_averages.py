"""Average ranks: the printed ones reproduce to 0.01, the corrected ones are those of every metric's own direction."""

from __future__ import annotations

from typing import Any

import pytest

from assay.data.published import table_of, trustllm
from assay.findings.averages import SLIPS, averages, complete, placed, ranks

CORRECTED = {
    "GPT-4": 4.97, "Llama2-70b": 5.42, "ChatGPT": 6.23, "Llama2-13b": 6.48, "Llama2-7b": 7.19, "ERNIE": 7.26,
    "Wizardlm-13b": 7.45, "Mistral-7b": 7.48, "Vicuna-33b": 7.81, "Vicuna-13b": 8.35, "ChatGLM2": 9.55, "PaLM 2": 10.00,
    "Vicuna-7b": 10.77, "Koala-13b": 10.90, "Oasst-12b": 11.16, "Baichuan-13b": 11.39,
}  # fmt: skip


def tiny(better: str = "higher", metric: str = "safety.x/rate", **values: Any) -> Any:
    task, _, name = metric.partition("/")
    return table_of(
        {
            "metrics": {metric: {"better": better}},
            "results": {model: {task: {name: value}} for model, value in values.items()},
        },
        "tiny",
    )


def test_all_sixteen_printed_averages_reproduce() -> None:
    table = trustllm()
    ours = averages(table, "published")
    assert set(ours) == set(table.printed_averages) and len(ours) == 16
    for model, printed in table.printed_averages.items():
        assert ours[model] == pytest.approx(printed, abs=0.005), model


def test_with_every_direction_put_right_they_are_others() -> None:
    ours = averages(trustllm(), "corrected")
    assert {model: round(value, 2) for model, value in ours.items()} == CORRECTED
    assert list(ours) == list(CORRECTED)


def test_on_three_decimals_small_p_values_tie() -> None:
    table = trustllm()
    by_race = "fairness.disparagement_race/p_value"
    assert len({ranks(table, "printed")[by_race][model] for model in ("PaLM 2", "Llama2-7b", "ChatGLM2")}) == 1
    assert len({ranks(table, "corrected")[by_race][model] for model in ("PaLM 2", "Llama2-7b", "ChatGLM2")}) == 3


def test_slips_are_of_the_printed_columns_only() -> None:
    table = trustllm()
    published, corrected = ranks(table, "published"), ranks(table, "corrected")
    for metric, slips in SLIPS.items():
        for model, (printed, given) in slips.items():
            assert (published[metric][model], corrected[metric][model]) == (printed, given)
    other = tiny(metric="truthfulness.sycophancy_persona/similarity", **{"PaLM 2": 0.9, "GPT-4": 0.1})
    assert ranks(other, "published")["truthfulness.sycophancy_persona/similarity"] == {"PaLM 2": 1, "GPT-4": 2}


def test_the_printed_ranks_of_p_by_sex_are_upside_down_in_any_table() -> None:
    table = tiny(metric="fairness.disparagement_sex/p_value", A=0.9, B=0.001)
    assert averages(table, "published") == {"B": 1, "A": 2}
    assert averages(table, "corrected") == {"A": 1, "B": 2}


def test_equal_numbers_share_the_better_place_and_what_is_missing_is_left_out() -> None:
    table = tiny(A=0.5, B=0.9, C=0.5, D=None, E=0.1, F=-1.0)
    assert averages(table, "corrected") == {"B": 1, "A": 2, "C": 2, "E": 4}
    assert averages(tiny(better="lower", A=0.5, B=0.9), "corrected") == {"A": 1, "B": 2}


def test_averages_of_one_dimension() -> None:
    ours = averages(trustllm(), "corrected", "truthfulness")
    assert (ours["ChatGPT"], round(ours["GPT-4"], 2)) == (3.0, 3.83)
    assert averages(trustllm(), "corrected", "ethics")["GPT-4"] == pytest.approx(3.2)


def test_an_average_over_few_metrics_does_not_stand_beside_others() -> None:
    table = table_of(
        {
            "metrics": {f"safety.x/{n}": {"better": "higher"} for n in "abcd"},
            "results": {"A": {"safety.x": dict.fromkeys("abc", 1)}, "B": {"safety.x": dict.fromkeys("ab", 1)}},
        },
        "x",
    )
    assert complete(table, "A") and complete(table, "A", "safety")
    assert not complete(table, "B")


def test_another_number_is_placed_without_moving_anybody() -> None:
    table = tiny(A=0.5, B=0.9)
    assert placed(table, {"safety.x/rate": 0.7, "unknown.x/y": 1.0}, "corrected") == {"safety.x/rate": 2}
    assert placed(table, {"safety.x/rate": 0.5}, "corrected") == {"safety.x/rate": 2}
    assert averages(table, "corrected") == {"B": 1, "A": 2}
