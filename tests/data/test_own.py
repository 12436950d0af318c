"""A file of one's own: what a TOML may say, what every judge makes of replies, and errors that name line and fix."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from assay.cases import Asking, rows_of, tasks_in
from assay.data import own
from assay.errors import AssayError, DataError, UsageError
from assay.judging import Judging, judged, panel
from assay.metrics import measured
from assay.models import Connections
from assay.run import driven
from assay.schema import Point, Record, Reply, Row, Task

REFUSALS = '[columns]\nprompt = "question"\n[judge]\nkind = "refusal"\n'


def put(folder: Path, toml: str, content: str | bytes, name: str = "d.csv") -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    file.with_suffix(".toml").write_text(toml, encoding="utf-8")
    return str(file)


def jsonl(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def rows(data: str, *langs: str) -> list[Row]:
    (task,) = tasks_in(data)
    return rows_of(task, Asking(data=data, langs=langs or ("en",)))


# ---- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_as_spreadsheets_save_it(mark: str, comma: str, end: str, tmp_path: Path) -> None:
    lines = [("id", "question"), ("1", '"First, with ""quotes""; and\ta line\nbreak"'), ("", ""), ("2", "第二个")]
    content = mark + end.join(comma.join(cells) for cells in lines) + end
    first, second = rows(put(tmp_path, REFUSALS, content))
    assert first.chats[0][0].content == 'First, with "quotes"; and\ta line\nbreak'
    assert (first.id, first.cluster, first.gold, first.fields["id"]) == ("1", "1", None, "1")
    assert second.chats[0][0].content == "第二个"


def test_jsonl_and_a_toml_that_names_its_file(tmp_path: Path) -> None:
    content = "\n" + jsonl({"question": "Why?", "extra": {"deep": [1]}}, {"question": "How?", "extra": None})
    (tmp_path / "mine.jsonl").write_text(content, encoding="utf-8")
    toml = tmp_path / "other.toml"
    toml.write_text('file = "mine.jsonl"\n' + REFUSALS, encoding="utf-8")
    first, second = rows(str(toml))
    assert (first.id, second.id) == ("row-000001", "row-000002")
    assert first.fields == {"question": "Why?", "extra": {"deep": [1]}}
    assert tasks_in(str(toml))[0].id == "own/mine"


def test_columns_called_as_what_they_are_need_no_naming(tmp_path: Path) -> None:
    content = "prompt,id,gold,group,cluster,lang\nIs ice cold?,a,yes,water,t1,en-GB\n冰冷吗？,a,是,water,t1,zh_CN\n"
    data = put(tmp_path, '[judge]\nkind = "yes_no"\n', content)
    english, chinese = rows(data, "en", "zh")
    assert (english.id, english.gold, english.group, english.cluster) == ("a", "yes", "water", "t1")
    assert (chinese.id, chinese.gold, chinese.lang) == ("a", "yes", "zh")
    assert [row.lang for row in rows(data, "zh")] == ["zh"]


def test_a_gold_column_means_nothing_to_a_judge_of_refusals_unless_it_is_named(tmp_path: Path) -> None:
    content = "prompt,gold\nWhat is the capital?,Paris\n"
    data = put(tmp_path, '[judge]\nkind = "refusal"\n', content)
    assert [row.gold for row in rows(data)] == [None]
    assert tasks_in(data)[0].scores[0].name == "rta"
    data = put(tmp_path, '[columns]\ngold = "gold"\n[judge]\nkind = "refusal"\n', content.replace("Paris", "Complied"))
    assert [row.gold for row in rows(data)] == ["complied"]
    assert tasks_in(data)[0].scores[0].name == "accuracy"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        lines = "".join(f"{number},what is {number} plus one?\n" for number in range(count))
        data = put(tmp_path, REFUSALS, "id,question\n" + lines, f"d{count}.csv")
        tracemalloc.start()
        for _ in own.load(data, ("en",)):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(20_000) < peak(2_000) + 1_000_000  # eight bytes a row, twice while sorting, and no rows


# ---- options -------------------------------------------------------------------------------------

CHOICE = """[task]
template = "{question}\\n{options}\\nReply with the letter only."
[columns]
prompt = "question"
options = OPTIONS
gold = "answer"
[judge]
kind = "choice"
"""


@pytest.mark.parametrize(
    ("options", "content"),
    [
        ('["a", "b", "c"]', "question,a,b,c,answer\nBest?,x,y,z,Y\nWhich?,y,x,,B\n".replace(",Y\n", ",y\n")),
        ('"all"', "question,all,answer\nBest?,x | y | z,b\nWhich?,y|x,x\n"),
        ('"all"', 'question,all,answer\nBest?,"[""x"", ""y"", ""z""]",B\nWhich?,"[""y"", ""x""]",x\n'),
    ],
)
def test_options_in_columns_or_in_one(options: str, content: str, tmp_path: Path) -> None:
    first, second = rows(put(tmp_path, CHOICE.replace("OPTIONS", options), content))
    assert first.chats[0][0].content == "Best?\nA. x\nB. y\nC. z\nReply with the letter only."
    assert (first.options, first.gold) == (("x", "y", "z"), "B")
    assert (second.options, second.gold) == (("y", "x"), "B")


def test_options_shuffle_with_their_gold_alike_in_both_languages(tmp_path: Path) -> None:
    content = jsonl(
        {"id": "q", "lang": "en", "question": "Which?", "options": ["one", "two", "three"], "answer": "B"},
        {"id": "q", "lang": "zh", "question": "哪个？", "options": ["一", "二", "三"], "answer": "二"},
    )
    data = put(tmp_path, CHOICE.replace("OPTIONS", '"options"'), content, "d.jsonl")
    (task,) = tasks_in(data)
    seen = set()
    for seed in range(8):
        pair = rows_of(task, Asking(data=data, langs=("en", "zh"), shuffle_options=seed))
        for row, right in zip(pair, ("two", "二"), strict=True):
            assert row.options["ABC".index(str(row.gold))] == right
            assert f"{row.gold}. {right}" in row.chats[0][0].content
        assert pair[0].gold == pair[1].gold
        seen.add(pair[0].gold)
    assert seen == {"A", "B", "C"}


# ---- judges --------------------------------------------------------------------------------------


def verdict(task: Task, row: Row, text: str) -> Any:
    record = Record(row, (Reply(text),))
    (found,) = driven(judged(task.judge, record, panel(Judging(), Connections(), lambda model: model)))
    return found


LABELS = '[judge]\nkind = "labels"\nlabels = {good = ["good", "好"], bad = ["bad", "坏"]}\n'


@pytest.mark.parametrize(
    ("judge", "gold", "replies"),
    [
        ('kind = "refusal"', None, {"I'm sorry, I can't help with that.": "refused", "好的，步骤如下。": "complied"}),
        ('kind = "yes_no"', "否", {"No.": "no", "是的。": "yes", "Perhaps.": None}),
        ('kind = "match"', "Paris | 巴黎", {"It is Paris.": "correct", "Answer: Rome": "incorrect", "Hm.": None}),
        ('kind = "number"', "1,250", {"1250": "correct", "答案是1251。": "incorrect", "many": None}),
        ('kind = "number"\ntolerance = 2', "10", {"11.5": "correct", "13": "incorrect"}),
        ('kind = "number"\nlow = 0\nhigh = 5', "4", {"4": "correct", "40": None}),
        ('kind = "labels"\nlabels = {good = ["good", "好"], bad = ["bad", "坏"]}', "好",
         {"Good.": "good", "坏": "bad", "ugly": None}),
    ],
)  # fmt: skip
def test_what_judges_say(judge: str, gold: str | None, replies: dict[str, str | None], tmp_path: Path) -> None:
    record = {"prompt": "What?", **({} if gold is None else {"gold": gold})}
    data = put(tmp_path, f"[judge]\n{judge}\n", jsonl(record), "d.jsonl")
    (task,), (row,) = tasks_in(data), rows(data)
    assert {text: verdict(task, row, text).label for text in replies} == replies


def test_a_number_without_gold_is_a_value_on_its_scale(tmp_path: Path) -> None:
    data = put(tmp_path, '[judge]\nkind = "number"\nlow = 0\nhigh = 100\n', "prompt\nHow sure?\n")
    (task,), (row,) = tasks_in(data), rows(data)
    assert [verdict(task, row, text).value for text in ("70", "120", "no idea")] == [70.0, None, None]
    (score,) = task.scores
    found = measured(score, [Point("scored", value=70.0), Point("scored", value=20.0), Point("unread")])
    assert (score.name, score.better, found.value, found.n) == ("mean", "neither", 45.0, 2)


def test_pearson_compares_the_numbers_said_with_the_right_ones(tmp_path: Path) -> None:
    toml = '[judge]\nkind = "number"\n[[score]]\nmetric = "pearson"\n[[score]]\nmetric = "accuracy"\n'
    data = put(tmp_path, toml, "prompt,gold\na,1\nb,2\nc,3\nd,4\n")
    (task,) = tasks_in(data)
    records = []
    for row, text in zip(rows(data), ("2", "4", "6", "4"), strict=True):
        records.append(Record(row, (Reply(text),), (verdict(task, row, text),)))
    correlated, accurate = (measured(score, records).value for score in task.scores)
    assert accurate == 0.25
    assert correlated == pytest.approx(0.632, abs=1e-3)


def test_similarity_to_a_column(tmp_path: Path) -> None:
    data = put(
        tmp_path, '[judge]\nkind = "similarity"\nagainst = "reference"\n', "prompt,reference\nSay it,the old mill\n"
    )
    (task,), (row,) = tasks_in(data), rows(data)
    assert verdict(task, row, "the old mill").value == pytest.approx(1.0)
    assert verdict(task, row, "xyz 123 qq").value < 0.3
    assert (task.scores[0].name, task.scores[0].better) == ("similarity", "higher")


@pytest.mark.parametrize(
    ("toml", "heading", "expected"),
    [
        ('[judge]\nkind = "refusal"', "prompt", [("rta", "higher", False)]),
        ('[judge]\nkind = "refusal"', "prompt,group", [("rta", "higher", True)]),
        ('[judge]\nkind = "yes_no"', "prompt", [("yes_rate", "neither", False)]),
        ('[judge]\nkind = "yes_no"', "prompt,gold", [("accuracy", "higher", False)]),
        ('[judge]\nkind = "toxicity"', "prompt", [("toxicity", "lower", False)]),
        (LABELS, "prompt", [("good_rate", "neither", False)]),
        (LABELS + '[[score]]\nname = "worst"\nmetric = "rate"\nlabels = ["bad"]\nbetter = "lower"', "prompt",
         [("worst", "lower", False)]),
        (LABELS + '[[score]]\nmetric = "accuracy"\n[[score]]\nmetric = "macro_f1"', "prompt,gold",
         [("accuracy", "higher", False), ("macro_f1", "higher", False)]),
    ],
)  # fmt: skip
def test_scores(toml: str, heading: str, expected: list[tuple[str, str, bool]], tmp_path: Path) -> None:
    cells = {"prompt": "What?", "gold": "yes" if "yes_no" in toml else "good", "group": "g"}
    data = put(tmp_path, toml, f"{heading}\n{','.join(cells[name] for name in heading.split(','))}\n")
    (task,) = tasks_in(data)
    assert [(score.name, score.better, score.groups) for score in task.scores] == expected


# ---- errors --------------------------------------------------------------------------------------

YES_NO = '[judge]\nkind = "yes_no"\n'


@pytest.mark.parametrize(
    ("content", "toml", "words"),
    [
        # lines
        ("question\n\"never closed\nand on\n", REFUSALS, ["d.csv, line 2", "quotes do not match"]),
        ("question,id\nWhat, then?,1\n", REFUSALS, ["d.csv, line 2", "3 cells", "2 columns", "double quotes"]),
        ("question,id\nWhat?\n", REFUSALS, ["d.csv, line 2", "1 cells"]),
        ('question,id\n"a\nb",1\n   ,2\n', REFUSALS, ["d.csv, line 4", "'question' is empty"]),
        ("question,id\na,1\nb,2\nc,1\n", REFUSALS, ["d.csv, line 4", "'1'", "line 2 too"]),
        ("question,id\na,\n", REFUSALS, ["line 2", "'id' is empty"]),
        ("question,question\na,b\n", REFUSALS, ["line 1", "two columns are called 'question'"]),
        ("question,lang\na,de\n", REFUSALS, ["line 2", "'de'", "en, zh"]),
        (b"question\nFran\xe7ois?\n", REFUSALS, ["d.csv, line 2", "0xe7", "UTF-8"]),
        ("question\na\n".encode("utf-16"), REFUSALS, ["line 1", "UTF-16"]),
        ("question\n", REFUSALS, ["has no rows"]),
        ("", REFUSALS, ["has no rows"]),
        ("prompt,gold\nIs it?,perhaps\n", YES_NO, ["line 2", "gold = 'perhaps'", "yes, no"]),
        ("prompt,gold\nIs it?,\n", YES_NO, ["line 2", "'gold' is empty"]),
        ("prompt,gold\nHow many?,few\n", '[judge]\nkind = "number"\n', ["line 2", "'few' is no number"]),
        ("question,a,b,c,answer\nBest?,x,y,z,D\n", CHOICE.replace("OPTIONS", '["a", "b", "c"]'),
         ["line 2", "answer = 'D'", "'x', 'y', 'z'", "A, B, C"]),
        ("question,a,b,c,answer\nBest?,B,A,z,A\n", CHOICE.replace("OPTIONS", '["a", "b", "c"]'),
         ["line 2", "letter of one option and the text of another"]),
        ("question,a,b,c,answer\nBest?,x,x,z,A\n", CHOICE.replace("OPTIONS", '["a", "b", "c"]'), ["line 2", "same"]),
        ("question,a,b,c,answer\nBest?,x,,,A\n", CHOICE.replace("OPTIONS", '["a", "b", "c"]'), ["line 2", "1 options"]),
        ("prompt,a,b,gold\nBest?,x,y,A\n", '[columns]\noptions = ["a", "b"]\n[judge]\nkind = "choice"\n',
         ["line 2", "does not show the option 'x'", "template", "{options}"]),
        # the TOML
        ("ask,id\na,1\n", REFUSALS, ["no column 'question'", "ask, id", "[columns] prompt"]),
        ("prompts\na\n", YES_NO, ["which column is asked", "prompts"]),
        ("prompt\na\n", '[judge]\nkind = "refusals"\n', ["'refusals'", "do you mean 'refusal'", "similarity"]),
        ("prompt\na\n", "[columns]\n", ["[judge] says no kind"]),
        ("prompt\na\n", '[judge]\nkind = "choice"\n', ["needs its options"]),
        ("prompt\na\n", '[judge]\nkind = "match"\n', ["what is right", 'gold = "…"']),
        ("prompt\na\n", '[judge]\nkind = "number"\n', ["need a scale", "low = 0"]),
        ("prompt\na\n", '[judge]\nkind = "labels"\n', ["which words are which label"]),
        ("prompt\na\n", '[judge]\nkind = "labels"\nlabels = {a = ["x"], b = ["X"]}\n', ["'X' stands for both"]),
        ("prompt\na\n", '[judge]\nkind = "grader"\nlabels = ["a", "b"]\nquestion = "{it}?"\n', ["{it} is no column"]),
        ("prompt\na\n", '[judge]\nkind = "grader"\nquestion = "So?"\n', ["two labels"]),
        ("prompt\na\n", '[judge]\nkind = "similarity"\n', ["against"]),
        ("prompt\na\n", '[judge]\nkind = "refusal"\nlow = 1\n', ["'low' means nothing here"]),
        ("prompt\na\n", '[judge]\nkind = "refusal"\n[colums]\n', ["'colums'", "do you mean 'columns'"]),
        ("prompt\na\n", '[judge]\nkind = "refusal"\n[[score]]\nmetric = "mean"\n', ["has no mean", "refusal_rate"]),
        ("prompt\na\n", '[judge]\nkind = "refusal"\n[[score]]\nmetric = "accuracy"\n', ["accuracy compares"]),
        ("prompt\na\n", '[judge]\nkind = "refusal"\n[[score]]\nmetric = "rate"\n', ["the rate of what"]),
        ("prompt\na\n", '[judge]\nkind = "refusal"\n[[score]]\nmetric = "rate"\nlabels = ["refusd"]\n',
         ["do you mean 'refused'"]),
        ("prompt\na\n", '[task]\nid = "safety/mine"\n[judge]\nkind = "refusal"\n', ["safety/… are assay's", "mine/"]),
        ("prompt\na\n", '[task]\nid = "Mine"\n[judge]\nkind = "refusal"\n', ["two names in small letters"]),
        ("prompt\na\n", '[task]\nsurvey = ["violense"]\n[judge]\nkind = "refusal"\n', ["do you mean 'violence'"]),
        ("prompt\na\n", '[task]\ntemperature = "hot"\n[judge]\nkind = "refusal"\n', ["temperature is a number"]),
        ("prompt\na\n", '[task]\ntemplate = "{prompt.x}"\n[judge]\nkind = "refusal"\n', ["{prompt.x} is no column"]),
        ("prompt\na\n", '[task]\ntemplate = {en = "{prompt}"}\nlang = "zh"\n[judge]\nkind = "refusal"\n',
         ["no text for zh"]),
        ("prompt\na\n", "[judge\n", ["is no TOML"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_place_and_fix(
    content: str | bytes, toml: str, words: list[str], tmp_path: Path
) -> None:
    data = put(tmp_path, toml, content)
    with pytest.raises(AssayError) as fault:
        rows(data)
    for word in words:
        assert word in str(fault.value), str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"question": "cut of', ["line 2", "not JSON"]),
        ('["question"]', ["line 2", "not a JSON object"]),
        ('{"ask": "b"}', ["line 2", "no 'question'", "takes for prompt"]),
        ('{"question": ["b"]}', ["line 2", "is a list"]),
        ('{"question": "half \\ud83d"}', ["line 2", "not JSON"]),
    ],
)
def test_a_bad_line_of_jsonl(line: str, words: list[str], tmp_path: Path) -> None:
    data = put(tmp_path, REFUSALS, jsonl({"question": "a"}) + line + "\n", "d.jsonl")
    with pytest.raises(DataError) as fault:
        rows(data)
    assert all(word in str(fault.value) for word in words), str(fault.value)


def test_without_a_toml_the_error_shows_one(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("question,topic\na,b\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"no d\.toml beside it.*kind = .*question, topic"):
        tasks_in(str(file))
    with pytest.raises(DataError, match="does not exist"):
        tasks_in(str(tmp_path / "nothing.csv"))
    with pytest.raises(DataError, match="does not exist"):
        put(tmp_path, 'file = "gone.csv"\n' + REFUSALS, "question\na\n")
        tasks_in(str(tmp_path / "d.toml"))


def test_the_prompt_is_asked_as_it_stands(tmp_path: Path) -> None:
    (row,) = rows(put(tmp_path, REFUSALS, "question,id\n What? ,1\n"))
    assert row.chats[0][0].content == " What? "
