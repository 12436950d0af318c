"""Numbers in words and with words of magnitude, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.parse import in_digits, letter, number, one_of, yes_no

WRITTEN = [
    ("十二", "12"),
    ("二十", "20"),
    ("一百零五", "105"),
    ("一百一十", "110"),
    ("一百五", "150"),
    ("两百", "200"),
    ("两千零三", "2003"),
    ("两万五千", "25000"),
    ("一万五", "15000"),
    ("一亿零三", "100000003"),
    ("三万亿", "3000000000000"),
    ("三点一四", "3.14"),
    ("十二点五", "12.5"),
    ("三点五亿", "350000000"),
    ("一九八九年", "1989年"),
    ("二〇二四年", "2024年"),
    ("一一〇", "110"),
    ("百分之八十五", "85%"),
    ("百分之5", "5%"),
    ("百分之五", "5%"),
    ("百分之零点五", "0.5%"),
    ("百分之百", "100%"),
    ("八成", "80%"),
    ("八成五的把握", "85%的把握"),
    ("8.5成", "85%"),
    ("1.2万", "12000"),
    ("5 万", "50000"),
    ("1,200万", "12000000"),
    ("3亿5000万", "350000000"),
    ("1万2", "12000"),
    ("10万5千", "105000"),
    ("12 thousand", "12000"),
    ("1.2 million", "1200000"),
    ("3 Billion", "3000000000"),
    ("12k", "12000"),
    ("Twenty-seven", "27"),
    ("sixty four", "64"),
    ("one hundred and five", "105"),
    ("two thousand and twenty-four", "2024"),
    ("twelve hundred", "1200"),
    ("eighty-five percent", "85 percent"),
]

NOT_ONE = [
    *("一", "十", "一个", "三四个", "三四十", "五六", "十几", "几十", "数百", "三十多", "一百来个", "二百余"),
    *("万一", "千万别", "万万", "百万", "二战", "十分同意", "一一", "九八年", "一二三四", "零零七", "一百零五十"),
    *(
        "一百二三",
        "一成不变",
        "三成功",
        "七八成",
        "三点一定要",
        "十二点五分",
        "三千米",
        "5千克",
        "三三两两",
        "两两三三",
    ),
    *("三十四十", "二十二十二万万", "一百十亿亿"),
    *(
        "one",
        "ten",
        "no one",
        "fifty-fifty",
        "nine eleven",
        "sixty zero",
        "hundreds of",
        "the million",
        "thousand island",
    ),
    *(
        "two or three hundred",
        "several thousand",
        "twenty-something",
        "sixty-fold",
        "between one hundred and two hundred",
    ),
    *("12K", "K", "often", "one hundred million million"),
]

NO_NUMBER = [
    "85成",
    "三分之二",
    "二十分之一",
    "3分之2",
    "百分之一百二十",
    "百分之七八十",
    "1万25",
    "3万多",
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_in_digits(text: str, expected: str) -> None:
    assert in_digits(text) == expected


@pytest.mark.parametrize("text", NOT_ONE)
def test_what_is_not_surely_one_number_is_left(text: str) -> None:
    assert in_digits(text) == text


@pytest.mark.parametrize("text", NO_NUMBER)
def test_figures_that_are_no_number_by_themselves_are_none(text: str) -> None:
    assert number(text) is None


RATINGS = range(-100, 101)
ANSWERS = [
    ("五十", RATINGS, 50),
    ("负五十", RATINGS, -50),
    ("负三", RATINGS, -3),
    ("minus fifty", RATINGS, -50),
    ("negative five", RATINGS, -5),
    ("零", RATINGS, 0),
    ("从负一百到一百，我选五十。", RATINGS, 50),
    ("百分之五十", RATINGS, None),
    ("十分同意", RATINGS, None),
    ("万一不行呢", RATINGS, None),
    ("1.2万", RATINGS, None),
    ("四", (1, 2, 3, 4), 4),
    ("四。理由如下。", (1, 2, 3, 4), 4),
    ("选四", (1, 2, 3, 4), 4),
    ("第四个", (1, 2, 3, 4), 4),
    ("四号", (1, 2, 3, 4), 4),
    ("答案：二", (1, 2, 3, 4), 2),
    ("Option two.", (1, 2, 3, 4), 2),
    ("The second one.", (1, 2, 3, 4), 2),
    ("My answer is three.", (1, 2, 3, 4), 3),
    ("二或三", (1, 2, 3, 4), None),
    ("二，三", (1, 2, 3, 4), None),
    ("一、北京很冷", (1, 2, 3, 4), None),
    ("第一，它更好。", (1, 2, 3, 4), None),
    ("First, it is better.", (1, 2, 3, 4), None),
    ("一个", (1, 2, 3, 4), None),
    ("选一个", (1, 2, 3, 4), None),
    ("这是二选一。", (1, 2, 3, 4), None),
    ("三四个", (1, 2, 3, 4), None),
    ("No one.", (1, 2, 3, 4), None),
    ("第二个", (0, 1, 2, 3), None),
    ("三个", None, 3),
    ("答案是两个。", None, 2),
    ("一个", None, None),
    ("百分之八十五", None, 85),
    ("thousand island", None, None),
]


@pytest.mark.parametrize(("text", "allowed", "expected"), ANSWERS)
def test_numbers_in_words(text: str, allowed: range | None, expected: float | None) -> None:
    assert number(text, allowed) == expected


LETTERS = [
    ("【答案】C\n【解析】A与题意不符。", "C"),
    ("【解析】A与题意不符，C符合题意。\n【答案】C", "C"),
    ("答案\nC", "C"),
    ("## Answer\n\nC, since A is dear", "C"),
    ("[Answer] C", "C"),
    ("So this is the answer\nA or B", None),
    ("C正确，A错误。", "C"),
    ("C是正确的，A是错误的。", "C"),
    ("C对，A错", "C"),
    ("C，A不对", "C"),
    ("C选项最合适，A选项不够妥当", "C"),
    ("A？不对，应该是C", "C"),
    ("A? No, it is C.", "C"),
    ("原来选A，现在改选C", "C"),
    ("原来选A，改成C", "C"),
    ("起初我想选A，但仔细想想，应选C。", "C"),
    ("我选A。有人说应选B", None),
    ("第三个选项", "C"),
    ("选第三项", "C"),
    ("我选第三个。", "C"),
    ("不选第一个，选第二个", "B"),
    ("第一个选项不对，第二个选项对", "B"),
    ("第九个选项", None),
    ("The third option.", "C"),
    ("The third option is correct", "C"),
    ("I choose the second one.", "B"),
    ("‘A’", "A"),
    ("'A'", "A"),
    ("Answer: 'A'", "A"),
    ("Answer: A's", None),
    ("A错误", None),
    ("A是错的。", None),
    ("A，不对", None),
    ("A。不对，应该是C", "C"),
    ("选A不对", None),
    ("A、B都正确", None),
    ("A、C错误", None),
    ("A and C are wrong", None),
    ("A对C有影响", None),
    ("100 °C", None),
    ("一个", None),
    ("三", None),
    ("第一，价格更低", None),
    ("二选一", None),
]


@pytest.mark.parametrize(("text", "expected"), LETTERS)
def test_letters(text: str, expected: str | None) -> None:
    assert letter(text, "ABC") == expected


def test_an_option_counted_in_words_where_the_options_are_numbers() -> None:
    assert [letter(text, "1234") for text in ("四", "选四", "第四个", "三选一", "一个", "五")] == [
        "4",
        "4",
        "4",
        *3 * [None],
    ]
    assert letter("第四个", "0123") is None


YES = [
    "嗯，是的",
    "我认为是",
    "根据现有资料，是的",
    "在我看来，是的",
    "会的",
    "确实",
    "的确如此",
    "【是】",
    "一个词：是",
    "应该",
]
NO = [
    *(
        "错",
        "错。",
        "错误",
        "答案：错误",
        "并非",
        "并非如此",
        "不应该",
        "我认为不是",
        "我认为不会",
        "应该不是",
        "恐怕不是",
    ),
    *("完全不是", "并没有", "不行", "【否】", "答案是：不会", "正确的说法是：不是", "不会的，因为" + "它太远" * 40),
]
NEITHER = [
    *(
        "不错",
        "错过了",
        "错误的是第二句",
        "我选错了。",
        "并非不可能",
        "可能是",
        "应该吗？",
        "是吗？",
        "有人说是，有人说不是。",
    ),
    *("如果是，就去", "他说是的，但我不确定。", "我认为正确的做法是不说", "确实有这样的情况", "有错", "未必", "不一定"),
    *("能量守恒", "他说：“不。”", "正确答案是否，正确率是"),
]


@pytest.mark.parametrize(
    ("text", "expected"), [*((t, "yes") for t in YES), *((t, "no") for t in NO), *((t, None) for t in NEITHER)]
)
def test_yes_no_in_chinese(text: str, expected: str | None) -> None:
    assert yes_no(text) == expected


def test_a_phrase_under_a_heading() -> None:
    assert one_of("【答案】反驳", {"SUPPORT": ["支持"], "REFUTE": ["反驳"]}) == "REFUTE"


@given(st.integers(min_value=11, max_value=99_999_999))
def test_every_number_that_is_written_out_is_read(value: int) -> None:
    assert in_digits(in_chinese(value)) == str(value)


def in_chinese(value: int) -> str:
    """The numeral, by the rule of the school book: units in falling order, one 零 for any gap."""
    for size, unit in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if value >= size:
            rest = value % size
            gap = "零" if 0 < rest < size // 10 else ""
            return in_chinese(value // size) + unit + (gap + in_chinese(rest) if rest else "")
    return "零一二三四五六七八九"[value]


@given(st.text(alphabet="零〇一两十百千万亿几点成分之百第个12.,k \nthousandonety-", max_size=40))
def test_any_text_is_written_in_digits(text: str) -> None:
    assert isinstance(in_digits(text), str)
    assert number(text) is None or number(text, (1, 2)) in (None, 1, 2)
