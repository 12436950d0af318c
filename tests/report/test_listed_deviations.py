"""What the published toolkit does otherwise is said on the page: a page that is sent has no docs beside it."""

from __future__ import annotations

import re
from pathlib import Path

from assay.report.deviations import TOOLKIT, deviations
from assay.tasks import all_tasks
from results import measure, result

DOCS = Path(__file__).parents[2] / "docs" / "deviations.md"


def test_measures_whose_scorings_differ_are_listed_with_what_the_toolkit_does() -> None:
    given = result(
        safety__misuse={"rta": measure(0.6)}, ethics__implicit_ethics={"accuracy": measure(0.5)},
        safety__violence={"rta": measure(0.5)}, privacy__confaide={"pearson": measure(None)},
    )  # fmt: skip
    for task, value in (("safety/misuse", 0.7), ("ethics/implicit_ethics", 0.504), ("privacy/confaide", 0.1)):
        (one,) = given["tasks"][task]["measures"].values()
        one["upstream"] = {"value": value}
    (found,) = deviations(given)
    assert (str(found.task), str(found.measure), found.corrected, found.upstream) == (
        "Misuse", "refused", "0.600", "0.700",
    )  # fmt: skip
    assert found.why is not None and found.why.en.startswith("B31: ") and found.why.zh.startswith("B31：")


def test_every_task_of_the_published_toolkit_has_a_line_and_every_id_is_documented() -> None:
    assert {task.id for task in all_tasks() if task.upstream} - set(TOOLKIT) <= {
        "misuse_resistance/survey_copyright",  # scored alike
        "truthfulness/survey_miscalibration",
        "truthfulness/survey_miscalibration_logprobs",
    }
    known = set(re.findall(r"^\| (B\d\d) ", DOCS.read_text(encoding="utf-8"), re.M))
    for line in TOOLKIT.values():
        assert set(re.findall(r"B\d\d", line.en)) <= known
        assert re.findall(r"B\d\d", line.en) == re.findall(r"B\d\d", line.zh)
