"""Sheets for people to label, and what their labels tell of a run."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.errors import DataError, UsageError
from assay.labelling import Sheet, by_labels, choices, read_sheet, write_sheet
from assay.labelling.drawing import Stratified, draw, probabilities, shared
from assay.labelling.sheet import COLUMNS, bare, harmless
from assay.schema import Record, Reply, Row, Task, Verdict, user
from assay.stats.judge_error import labelled
from assay.store import RunFolder
from assay.store.folder import Samples
from assay.tasks import all_tasks, select
from commands import assay, layout, read, refused

TASKS = select(["safety/misuse", "stereotype_query", "preference", "adversarial_factuality", "confaide"])
MISUSE, INTERNAL = select(["safety/misuse"])[0], select(["misinformation_internal"])[0]
ODD = (
    "=1+1",
    '"quoted", with a comma',
    "two\r\nlines\n\nand more",
    "  spaces ",
    "中文：不行。",
    "'=x",
    "-",
    "a\x00b;c\td",
)


def kept(folder: Path, *samples: tuple[Task, Record], epochs: int = 1) -> RunFolder:
    run = RunFolder(folder)
    with Samples(run) as file:
        for place, (task, record) in enumerate(samples):
            file.add(place, place % epochs, task.id, "core", record)
    return run


def reply(number: int, label: str | None, text: str = "", **more: Any) -> Record:
    text = text or f"reply {number}"
    more = {"group": "ab"[number % 2], "cluster": str(number), **more}
    return Record(Row(f"{number}", (user(f"prompt {number}"),), **more), (Reply(text),), (Verdict("j", label),))


def run_of(folder: Path, refused: int, complied: int, unread: int = 0) -> RunFolder:
    labels = ["refused"] * refused + ["complied"] * complied + [None] * unread
    return kept(folder, *((MISUSE, reply(number, label)) for number, label in enumerate(labels)))


def lines(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text("utf-8-sig"), newline="")))


def filled(path: Path, label: Callable[[dict[str, str]], str]) -> Path:
    rows = lines(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows({**row, "label": label(row)} for row in rows)
    return path


# ---- drawing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "size"), [([90, 10], 20), ([1000, 5, 1], 30), ([7], 3), ([4, 4], 8), ([4, 4], 99), ([1, 1, 1], 2)]
)
def test_probabilities_add_up_to_the_size(counts: list[int], size: int) -> None:
    found = probabilities(counts, size)
    assert all(0 < one <= 1 for one in found)
    assert sum(one * count for one, count in zip(found, counts, strict=True)) == pytest.approx(min(size, sum(counts)))
    assert found[0] == min(found) or len(set(counts)) == 1


def test_rare_verdicts_are_drawn_more_often() -> None:
    common, rare = probabilities([900, 9], 60)
    assert rare == pytest.approx(10 * common)


def test_a_size_is_shared_evenly_as_far_as_there_is_room() -> None:
    assert shared({"a": 100, "b": 3, "c": 100}, 23) == {"a": 10, "b": 3, "c": 10}
    assert sum(shared({"a": 5, "b": 5, "c": 5}, 7).values()) == 7
    assert shared({"a": 2, "b": 1}, 99) == {"a": 2, "b": 1}
    assert sum(shared({str(n): 9 for n in range(20)}, 5).values()) == 5


def test_every_row_is_drawn_with_the_probability_it_says() -> None:
    rows = Stratified()
    for number in range(40):
        rows.add(f"k{number:016x}", "refused" if number < 4 else "complied", "ab"[number % 2])
    drawn: Counter[str] = Counter()
    said: dict[str, float] = {}
    times = 1500
    for seed in range(times):
        found = rows.draw(10, np.random.default_rng(seed))
        assert len(found) == 10
        drawn.update(found.keys())
        said |= found
    assert len(said) == 40
    assert sum(said.values()) == pytest.approx(10)
    for key, probability in said.items():
        assert drawn[key] / times == pytest.approx(probability, abs=4.5 * (probability / times) ** 0.5)


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    run = run_of(tmp_path, 20, 180)
    first = draw(run, TASKS, 30, 0)
    assert draw(run, TASKS, 30, 0) == first
    assert draw(run, TASKS, 30, 1) != first
    assert len(first) == 30


def test_nothing_to_label(tmp_path: Path) -> None:
    lost = Record(Row("1", (user("?"),)), (Reply("", "failed"),), (Verdict("j", why="failed"),))
    run = kept(tmp_path, (MISUSE, lost), (MISUSE, reply(2, None, " ")), (select(["confaide"])[0], reply(3, None)))
    with pytest.raises(UsageError, match="no reply to label"):
        draw(run, TASKS, 5, 0)


@pytest.mark.parametrize(
    ("task", "offered"),
    [
        ("safety/misuse", {"refused", "partly_refused", "complied"}),
        ("safety/jailbreak", {"refused", "partly_refused", "complied"}),
        ("awareness_normal", {"refused", "partly_refused", "complied", "leaked"}),
        ("privacy/leakage", {"no_address", "other_address", "disclosed"}),
        ("stereotype_agreement", {"agreed", "disagreed"}),
        ("misinformation_internal", {"correct", "incorrect"}),
        ("adversarial_factuality", {"corrected", "not_corrected"}),
        ("sycophancy_preference", {"flipped", "steady"}),
        ("confaide", set()),
        ("safety/toxicity", set()),
    ],
)
def test_what_can_be_said_of_a_reply(task: str, offered: set[str]) -> None:
    assert set(choices(select([task])[0])) == offered


# ---- the sheet -----------------------------------------------------------------------------------


def test_a_sheet_has_what_labelling_needs_and_hides_the_verdict(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", 20, 60, 3)
    assert write_sheet(tmp_path / "sheet.csv", run, TASKS, 20) == {"safety/misuse": 20}
    assert (tmp_path / "sheet.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = lines(tmp_path / "sheet.csv")
    assert list(rows[0]) == [name for name in COLUMNS if name != "judge_said"]
    assert {row["label"] for row in rows} == {""}
    assert {row["choices"] for row in rows} == {"refused / partly_refused / complied / skip"}
    assert all(row["reply"] == f"reply {row['id']}" and row["prompt"] == f"prompt {row['id']}" for row in rows)
    refused = [int(row["id"]) < 20 for row in rows]
    assert refused != sorted(refused)
    assert refused != sorted(refused, reverse=True)
    write_sheet(tmp_path / "shown.csv", run, TASKS, 20, verdicts=True)
    shown = {int(row["id"]): row["judge_said"] for row in lines(tmp_path / "shown.csv")}
    assert shown == {n: "refused" if n < 20 else "complied" if n < 80 else "(could not tell)" for n in shown}


def test_right_answers_stand_beside_replies(tmp_path: Path) -> None:
    run = kept(tmp_path, (INTERNAL, reply(1, "correct", gold=("Paris", "Lutetia"))))
    write_sheet(tmp_path / "sheet.csv", run, [INTERNAL], 1)
    assert lines(tmp_path / "sheet.csv")[0]["right_answer"] == "Paris\nLutetia"


def test_a_pair_of_replies_is_one_row(tmp_path: Path) -> None:
    pair = Record(Row("1", (user("a?"), user("b?"))), (Reply("yes"), Reply("no")), (Verdict("j", "flipped"),))
    flips = select(["sycophancy_preference"])[0]
    write_sheet(tmp_path / "sheet.csv", kept(tmp_path / "run", (flips, pair)), [flips], 1)
    (row,) = lines(tmp_path / "sheet.csv")
    assert row["reply"] == "[1]\nyes\n\n[2]\nno"


def test_a_sheet_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("labels of mine")
    with pytest.raises(UsageError, match="may hold labels"):
        write_sheet(tmp_path / "sheet.csv", run_of(tmp_path / "run", 1, 1), TASKS, 1)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''+1", "＝1", "plain", "'quoted'", ""]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    (escaped,) = harmless([cell])
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert bare(escaped) == cell


def test_cells_hold_what_spreadsheets_hold() -> None:
    assert len(harmless(["x" * 99_999])[0]) < 32_767
    assert harmless(["a\x00b\ud800c"]) == ["a�b�c"]


def test_odd_texts_come_back_whole(tmp_path: Path) -> None:
    run = kept(tmp_path / "run", *((MISUSE, reply(n, "refused", text)) for n, text in enumerate(ODD)))
    path = tmp_path / "sheet.csv"
    write_sheet(path, run, TASKS, 99)
    sheet = read_sheet(filled(path, lambda row: "refused"), run, all_tasks())
    assert len(sheet.given) == len(ODD)
    assert {one.probability for one in sheet.given.values()} == {1.0}


# ---- reading it back -----------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return run_of(tmp_path / "run", 10, 30)


@pytest.fixture
def sheet(tmp_path: Path, run: RunFolder) -> Path:
    path = tmp_path / "sheet.csv"
    write_sheet(path, run, TASKS, 12)
    return filled(path, lambda row: "refused" if int(row["id"]) < 10 else "complied")


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def as_saved(path: Path) -> Iterator[bytes]:
    """The same sheet as various spreadsheets save it."""
    text = path.read_text("utf-8")
    yield text.encode("utf-8-sig")
    yield text.encode("utf-16")
    rows = list(csv.reader(StringIO(text, newline="")))
    for delimiter, quoting in ((";", csv.QUOTE_ALL), ("\t", csv.QUOTE_MINIMAL)):
        out = StringIO(newline="")
        at = rows[0].index("probability")
        commas = [[cell.replace(".", ",") if n == at else cell for n, cell in enumerate(row)] for row in rows]
        csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([*commas, [""] * len(rows[0])])
        yield out.getvalue().encode()
    yield text.replace(",refused,", ", REFUSED ,").encode()


def test_however_a_spreadsheet_saves_it(sheet: Path, run: RunFolder) -> None:
    first = read_sheet(sheet, run, all_tasks())
    for content in list(as_saved(sheet)):
        again = read_sheet(saved(sheet, content), run, all_tasks())
        assert {key: (one.label, one.probability) for key, one in again.given.items()} == {
            key: (one.label, one.probability) for key, one in first.given.items()
        }


def labelled_as(line: str, label: str) -> str:
    return line.replace(",refused,", f",{label},").replace(",complied,", f",{label},")


def line_at(place: int, change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        all_lines = text.splitlines()
        all_lines[place] = change(all_lines[place])
        return "\r\n".join(all_lines)

    return changed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (line_at(3, lambda line: labelled_as(line, "")), ["row 4", "choices", "skip"]),
        (line_at(3, lambda line: labelled_as(line, "no")), ["row 4", "'no'", "refused"]),
        (lambda text: text + text.splitlines()[5] + "\r\n", ["row 14 is row 6 again"]),
        (line_at(2, lambda line: line.replace("prompt ", '"prompt" "', 1)), ["row"]),
        (line_at(2, lambda line: f'"{line}"'), ["row 3", "1 cells"]),
        (line_at(2, lambda line: line.replace("reply", 'a, b, and "c" reply')), ["row 3", "cells"]),
        (line_at(0, lambda line: line.replace("label", "labels")), ["'label'"]),
        (line_at(1, lambda line: line[:-1] + ("0" if line[-1] != "0" else "1")), ["row 2", "another run"]),
        (line_at(1, lambda line: line.replace(",0.", ",7.")), ["row 2", "no probability"]),
        (lambda text: text.splitlines()[0], ["any row"]),
        (lambda text: "", ["no column"]),
        (line_at(1, lambda line: line.replace("safety/misuse", "safety/other", 1)), ["row 2", "safety/other"]),
    ],
)  # fmt: skip
def test_a_mangled_sheet_is_an_error_that_names_the_row(
    change: Callable[[str], str], words: list[str], sheet: Path, run: RunFolder
) -> None:
    text = sheet.read_bytes().decode("utf-8")
    saved(sheet, change(text).encode())
    with pytest.raises(DataError) as raised:
        read_sheet(sheet, run, all_tasks())
    for word in (str(sheet), *words):
        assert word in str(raised.value)


def test_a_file_that_is_no_sheet(tmp_path: Path, run: RunFolder) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_sheet(tmp_path / "none.csv", run, all_tasks())
    with pytest.raises(DataError, match="CSV UTF-8"):
        read_sheet(saved(tmp_path / "gbk.csv", "任务,标签".encode("gbk")), run, all_tasks())


def test_a_sheet_of_a_run_that_was_asked_anew(tmp_path: Path, sheet: Path) -> None:
    other = kept(tmp_path / "other", *((MISUSE, reply(n, "refused", "something else")) for n in range(40)))
    with pytest.raises(DataError, match="another run"):
        read_sheet(sheet, other, all_tasks())


def test_skipped_rows_are_stood_for_by_their_like(tmp_path: Path, run: RunFolder, sheet: Path) -> None:
    whole = read_sheet(sheet, run, all_tasks())
    rare = max(one.probability for one in whole.given.values())
    keys = [key for key, one in whole.given.items() if one.probability == rare]
    part = read_sheet(filled(sheet, lambda row: "skip" if row["key"] in keys[:2] else row["label"]), run, all_tasks())
    assert (len(part.given), part.skipped) == (10, {"safety/misuse": 2})
    assert part.given[keys[2]].probability == pytest.approx(rare * (len(keys) - 2) / len(keys))
    assert part.described()["skipped"] == 2


def test_a_sheet_that_skips_everything_tells_nothing(run: RunFolder, sheet: Path) -> None:
    with pytest.raises(DataError, match=f"{sheet}: every row says skip"):
        read_sheet(filled(sheet, lambda row: "skip"), run, all_tasks())


def test_rows_that_were_deleted_are_missed(run: RunFolder, sheet: Path) -> None:
    assert read_sheet(sheet, run, all_tasks()).notes == ()
    text = sheet.read_text("utf-8").splitlines()
    saved(sheet, "\n".join(text[:8]).encode())
    (note,) = read_sheet(sheet, run, all_tasks()).notes
    assert "7 of 12 drawn rows of safety/misuse" in note and "skip" in note
    headings = text[0].split(",")
    headings[headings.index("drawn")] = "other"
    saved(sheet, "\n".join([",".join(headings), *text[1:8]]).encode())
    assert read_sheet(sheet, run, all_tasks()).notes == (), "sheets once did not say how many were drawn"


def test_a_task_of_which_everything_was_skipped_is_named(tmp_path: Path) -> None:
    labels = ((task, reply(n, "refused")) for task in (MISUSE, select(["preference"])[0]) for n in range(5))
    run = kept(tmp_path / "run", *labels)
    write_sheet(tmp_path / "sheet.csv", run, TASKS, 10)
    skipping = filled(tmp_path / "sheet.csv", lambda row: "skip" if row["task"] == "safety/misuse" else "refused")
    (note,) = read_sheet(skipping, run, all_tasks()).notes
    assert "every row of safety/misuse says skip" in note


# ---- what the labels tell ------------------------------------------------------------------------


def told(sheet: Sheet, run: RunFolder, task: Task, name: str) -> dict[str, Any]:
    return by_labels(sheet, run, [task])[task.id][name]


def test_labels_of_all_rows_are_the_number(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", 10, 30, 2)
    write_sheet(tmp_path / "sheet.csv", run, TASKS, 99)
    filled(tmp_path / "sheet.csv", lambda row: "refused" if int(row["id"]) % 3 == 0 else "complied")
    found = told(read_sheet(tmp_path / "sheet.csv", run, all_tasks()), run, MISUSE, "rta")
    assert found["value"] == pytest.approx(14 / 42)
    assert found["raw"] == pytest.approx(10 / 40)
    assert found["low"] < found["value"] < found["high"]
    assert (found["labels"], found["rows"], found["skipped"]) == (42, 42, 0)


def test_a_wrong_judge_is_put_right_on_average() -> None:
    """Of 300 replies 60 refuse; the judge finds half of them, and 40 that do not."""
    truth = np.repeat([1.0, 0.0], [60, 240])
    judged = np.concatenate([np.tile([1.0, 0.0], 30), np.repeat([1.0, 0.0], [40, 200])])
    rows = Stratified()
    for number, said in enumerate(judged):
        rows.add(f"k{number:016x}", str(said), "")
    values, covered = [], 0
    for seed in range(300):
        drawn = rows.draw(60, np.random.default_rng(seed))
        probability, labels = np.ones(300), np.full(300, np.nan)
        for key, one in drawn.items():
            probability[int(key[1:], 16)], labels[int(key[1:], 16)] = one, truth[int(key[1:], 16)]
        found = labelled(judged, labels, probability)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        values.append(found.value)
        covered += found.low <= 0.2 <= found.high
    assert np.mean(values) == pytest.approx(0.2, abs=0.01)
    assert covered >= 0.93 * 300


def test_a_mean_over_groups_weighs_groups_alike(tmp_path: Path) -> None:
    preference = select(["preference"])[0]
    labels = ["refused"] * 8 + ["complied"] * 2 + ["complied"] * 30
    run = kept(
        tmp_path / "run",
        *((preference, reply(n, one, group="small" if n < 10 else "large")) for n, one in enumerate(labels)),
    )
    write_sheet(tmp_path / "sheet.csv", run, [preference], 99)
    filled(tmp_path / "sheet.csv", lambda row: "refused" if int(row["id"]) < 5 else "complied")
    found = told(read_sheet(tmp_path / "sheet.csv", run, all_tasks()), run, preference, "rta")
    assert found["raw"] == pytest.approx((0.8 + 0.0) / 2)
    assert found["value"] == pytest.approx((0.5 + 0.0) / 2)


def test_accuracy_by_people_and_unread_as_wrong(tmp_path: Path) -> None:
    rows = [reply(n, label, gold="B", group="x") for n, label in enumerate(["B", "A", None, "B"])]
    run = kept(tmp_path / "run", *((INTERNAL, one) for one in rows))
    write_sheet(tmp_path / "sheet.csv", run, [INTERNAL], 9)
    filled(tmp_path / "sheet.csv", lambda row: "incorrect" if row["id"] == "1" else "correct")
    found = told(read_sheet(tmp_path / "sheet.csv", run, all_tasks()), run, INTERNAL, "accuracy")
    assert (found["raw"], found["value"]) == (pytest.approx(0.5), pytest.approx(0.75))


def test_epochs_are_rows_of_their_own(tmp_path: Path) -> None:
    run = kept(tmp_path / "run", *((MISUSE, reply(n // 2, "refused")) for n in range(12)), epochs=2)
    write_sheet(tmp_path / "sheet.csv", run, TASKS, 99)
    rows = lines(tmp_path / "sheet.csv")
    assert len({row["key"] for row in rows}) == 12
    assert Counter(row["epoch"] for row in rows) == {"0": 6, "1": 6}


# ---- the commands --------------------------------------------------------------------------------


def scored(tmp_path: Path) -> Path:
    rows = [
        {"prompt": f"Harm {n}?", "source": "test", "res": "I'm sorry, but I can't." if n % 3 else f"Sure: step {n}."}
        for n in range(60)
    ]
    folder = layout(tmp_path / "generations" / "some-model", safety__misuse=rows)
    out = tmp_path / "scored"
    assert assay("score", folder, "--format", "trustllm", "--tasks", "misuse", "--out", out).exit_code == 0
    return out


def test_draw_label_score(tmp_path: Path) -> None:
    out, sheet = scored(tmp_path), tmp_path / "sheet.csv"
    done = assay("label", out, "--sample", 20, "--task", "safety/misuse", "--out", sheet)
    assert done.exit_code == 0, done.output
    assert "20 rows" in done.stdout
    assert f"assay score {out} --labels {sheet}" in done.stdout
    refused(assay("score", out, "--labels", sheet), 1, "no label in rows 2, 3", "skip")
    before = read(out / "result.json")["tasks"]["safety/misuse"]["measures"]["rta"]
    filled(sheet, lambda row: "refused" if "sorry" in row["reply"] else "complied")
    done = assay("score", out, "--labels", sheet)
    assert done.exit_code == 0, done.output
    result = read(out / "result.json")
    after = result["tasks"]["safety/misuse"]["measures"]["rta"]
    assert {name: after[name] for name in before} == before
    assert after["labelled"]["labels"] == 20
    assert after["labelled"]["value"] == pytest.approx(after["corrected"]["value"], abs=0.01)
    assert result["run"]["judges"]["labels"]["sheet"] == "sheet.csv"
    assert "20 labels" in done.stdout


def test_whoever_scores_with_a_part_of_a_sheet_is_told(tmp_path: Path) -> None:
    out, sheet = scored(tmp_path), tmp_path / "sheet.csv"
    assay("label", out, "--sample", 20, "--task", "safety/misuse", "--out", sheet)
    filled(sheet, lambda row: "refused")
    sheet.write_text("\n".join(sheet.read_text("utf-8").splitlines()[:13]), "utf-8")
    done = assay("score", out, "--labels", sheet)
    assert done.exit_code == 0, done.output
    assert "12 of 20 drawn rows of safety/misuse are here" in done.stderr
    filled(sheet, lambda row: "skip")
    refused(assay("score", out, "--labels", sheet), 1, "every row says skip")


def test_one_row_is_one_row(tmp_path: Path) -> None:
    done = assay("label", scored(tmp_path), "--sample", 1, "--task", "safety/misuse", "--out", tmp_path / "sheet.csv")
    assert done.stdout.splitlines()[0].endswith(" 1 row")


def test_a_run_names_the_cards_of_its_judges(tmp_path: Path) -> None:
    out = scored(tmp_path)
    result = read(out / "result.json")
    assert result["run"]["judges"]["cards"]["refusal"]["n"] > 0
    assert json.loads((out / "run.json").read_text("utf-8"))["judges"]["cards"] == result["run"]["judges"]["cards"]
    found = result["tasks"]["safety/misuse"]["measures"]["rta"]
    assert found["judge_corrected"]["card"] == "refusal"
    assert any("some-model" in warning for warning in found["judge_corrected"]["warnings"])
    assert found["corrected"]["value"] == pytest.approx(40 / 60)


def test_the_label_command_says_what_is_wrong(tmp_path: Path) -> None:
    refused(assay("label", tmp_path), 1, "run.json")
    out = scored(tmp_path)
    refused(assay("label", out, "--task", "teleportation", "--out", tmp_path / "s.csv"), 2, "teleportation")
    refused(assay("label", out, "--task", "confaide", "--out", tmp_path / "s.csv"), 2, "no reply to label")
    (tmp_path / "s.csv").write_text("x")
    refused(assay("label", out, "--out", tmp_path / "s.csv"), 2, "may hold labels")
    given = ("--format", "trustllm", "--labels", tmp_path / "s.csv", "--out", tmp_path / "o")
    refused(assay("score", tmp_path / "generations" / "some-model", *given), 2, "--labels", "run folder")
