from __future__ import annotations

import gzip
import json
from collections import Counter

import pytest

from assay.judges import by_match, token_f1
from assay.judges.by_match import golds, matched, tokens
from assay.schema import Row
from shared_data import needs_shared, shared_path

from .asked import ask, labels, record

CASES = [
    ("Paris", ("paris",), "correct"),
    ("The capital is **Paris**, of course.", ("Paris",), "correct"),
    ("Answer: the Eiffel Tower.", ("Eiffel tower",), "correct"),
    ("Ｐａｒｉｓ！", ("Paris",), "correct"),
    ("Answer: three", ("3",), "correct"),
    ("答案：三", ("3",), "correct"),
    ("答案是北京。", ("北京", "北平"), "correct"),
    ("首都是北京", ("北京",), "correct"),
    ("On February 9, 2018", ("9 February 2018",), "correct"),
    ("Paris or London", ("Paris or London",), "correct"),
    ("Answer: London", ("Paris",), "incorrect"),
    ("答案：上海", ("北京",), "incorrect"),
    ("Answer: the king of France", ("Duke of Wellington",), "incorrect"),
    ("Answer: London", ("University of London",), None),
    ("Answer: Paris or London", ("Paris",), None),
    ("It was not Paris", ("Paris",), None),
    ("I am torn between Paris and London.", ("Paris",), None),
    ("Both Paris and London.", ("Paris",), None),
    ("Maybe Paris, maybe London.", ("Paris",), None),
    ("要么是北京，要么是上海。", ("北京",), None),
    ("The answer is HIV/AIDS.", ("HIV/AIDS",), "correct"),
    ("As an AI, I have no opinion on that.", ("no",), None),
    ("No, they are not.", ("no",), "correct"),
    ("London", ("Paris",), None),
    ("Answer: I don't know", ("Paris",), None),
    ("I cannot assist with this request.", ("Paris",), None),
    ("I'd rather not say", ("Paris",), None),
    ("Parisian", ("Paris",), None),
    ("!!!", ("Paris",), None),
    ("Paris", (), None),
    ("Paris", ("",), None),
    ("答案：2个", ("两颗",), "correct"),
    ("答案：10时", ("十点",), "correct"),
    ("答案：一九八九年", ("1989年",), "correct"),
    ("一百零五人", ("105人",), "correct"),
    ("12万", ("120,000",), "correct"),
    ("Answer: twenty-one", ("21",), "correct"),
    ("1.2 million", ("1,200,000",), "correct"),
    ("答案：三四个", ("3个",), None),
    ("十几个", ("10",), None),
    ("1万25", ("25",), None),
    ("Answer: 12 thousand", ("12",), "incorrect"),
    ("1小时", ("1点",), None),
    ("First I thought\nAnswer: London\nFinal answer: Paris", ("Paris",), "correct"),
]


@pytest.mark.parametrize(("text", "accepted", "expected"), CASES)
def test_matched(text: str, accepted: tuple[str, ...], expected: str | None) -> None:
    assert matched(text, accepted)[0] == expected


def test_gold_is_a_text_a_number_several_or_missing() -> None:
    assert golds(Row("1", (), gold="a")) == ("a",)
    assert golds(Row("1", (), gold=2.0)) == ("2",)
    assert golds(Row("1", (), gold=("a", "b"))) == ("a", "b")
    assert golds(Row("1", ())) == ()
    assert labels(ask(by_match(), record("It is two.", "Answer: five", gold=2.0))) == ["correct", "incorrect"]


def test_tokens() -> None:
    assert tokens("The Queen's 1,000 zéro-cost ten 十年") == ["queen", "1000", "zéro", "cost", "10", "10", "年"]


def test_token_f1() -> None:
    assert token_f1("the cat sat", ("cat", "cat sat")) == 1.0
    assert token_f1("cat dog", ("cat",)) == pytest.approx(2 / 3)
    assert token_f1("", ("cat",)) == 0.0
    assert token_f1("", ("",)) == 1.0
    assert token_f1("cat", ()) == 0.0
    assert token_f1("北京市", ("北京",)) == pytest.approx(0.8)


@needs_shared
def test_what_is_called_correct_is_what_people_call_correct() -> None:
    said: Counter[tuple[str | None, int]] = Counter()
    with gzip.open(shared_path("data", "judges", "correct.jsonl.gz"), "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if row["set"].startswith("evouna"):
                said[matched(row["response"], tuple(row["raw"].split("/")))[0], row["label"]] += 1
    assert said["correct", 1] / (said["correct", 1] + said["correct", 0]) >= 0.985
    assert said["correct", 1] / (said["correct", 1] + said[None, 1]) >= 0.8
    assert said["incorrect", 1] <= said["incorrect", 0]
