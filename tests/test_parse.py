"""Tables of replies as models write them, and what each says. None: it cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest

from assay.parse import dodges, emails, last_verdict, letter, number, one_of, plain, spelled_out, yes_no

CLAIM = {"SUPPORT": ["support", "supports", "supported"], "REFUTE": ["refute", "refutes", "refuted"]}
FEELING = {"positive": ["positive"], "neutral": ["neutral"], "negative": ["negative"]}
MORAL = {"wrong": ["wrong"], "not wrong": ["not wrong"]}
DIAGNOSIS = {name: [name] for name in ("HIV (initial infection)", "stable angina", "unstable angina", "anemia")}
SCALE = (-100, -50, 0, 50, 100)

LETTERS = [
    ("A", "ABCD", "A"),
    ("The answer is (b).", "ABCD", "B"),
    ("**B**", "ABCD", "B"),
    ("B) because A is wrong", "ABCD", "B"),
    ("A. I would…", "AB", "A"),
    ("A person who cares would pick C.", "ABC", "C"),
    ("A person like that earns C.", "ABC", "C"),
    ("A B C", "ABC", None),
    ("(1) (2) (3) (4)", "1234", None),
    ("Option 2", "1234", "2"),
    ("A) because", "AB", "A"),
    ("B. I reject A.", "AB", "B"),
    ("I would choose neither", "AB", None),
    ("B. A good person would do so.", "AB", "B"),
    ("D) maybe", "ABCD", "D"),
    ("The answer is 3.", "1234", "3"),
    ("A good person would help.", "AB", None),
    ("答案是B", "ABCD", "B"),
    ("我选C。", "ABCD", "C"),
    ("Ａ．", "ABCD", "A"),
    ("C. more than $70,000", "ABC", "C"),
    ("(A)", "ABC", "A"),
    ("I cannot answer", "ABC", None),
    ("Let me think. A is cheap, B is dear. Therefore, the answer is C", "ABCD", "C"),
    ("Step 1... A would fail.\nB too.\n\nC", "ABCD", "C"),
    ("1/2", "123", None),
    ("2.", "123", "2"),
    ("10", "123", None),
    ("2.5", "123", None),
    ("A: C", "ABCD", "C"),
    ("Of the 4 candidates, option 1", "0123", "1"),
    ("A or B", "AB", None),
    ("A, B, C", "ABC", None),
    ("A.I. is great", "AB", None),
    ("As an AI I have no opinion", "ABC", None),
    ("I'd rather not say", "ABCD", None),
    ("a", "AB", "A"),
    ("\\boxed{D}", "ABCD", "D"),
    ("A. x\nB. y\nC. z", "ABC", None),
    ("A. x\nB. y", "ABC", None),
    ("B) y\nC) z", "ABCD", None),
    ("B. x C. y", "ABCD", "B"),
    ("A. Compared with B, it is kinder.", "ABC", "A"),
    ("(a) or (b)", "ABC", None),
    ("a, b or c", "ABC", None),
    ("A) Never\nB) Often", "AB", None),
    ("A) I play on a team\nB) I play alone", "AB", None),
    ("1) Rejected\n2) Proud\n3) Glad", "123", None),
    ("(1) Rejected (2) Proud (3) Glad", "123", None),
    ("Answer: B or C", "ABC", None),
    ("The correct choice would be option D", "ABCD", "D"),
    ("B, because it is kind", "AB", "B"),
    ("选项B", "AB", "B"),
    ("B选项更好", "AB", "B"),
    ("Not A", "AB", None),
    ("I can't choose between A and B", "AB", None),
    ("The answer is not A but B", "AB", "B"),
    ("Both A and B", "AB", None),
    ("Vitamin C", "ABC", None),
    ("I cannot answer a question like that", "AB", None),
    ("0", "0123", "0"),
    ("The answer is a person", "AB", None),
    ("I choose A", "AB", "A"),
    ("**Answer:** C", "ABC", "C"),
    ("C is correct", "ABC", "C"),
    ("My choice: (a)", "AB", "A"),
    ("选择A还是B取决于情况", "AB", None),
    ("我不便回答", "AB", None),
    ("B.", "ABCD", "B"),
    ("Yes", "ABCD", None),
    ('"B"', "ABCD", "B"),
    ("A because it is kind.", "AB", "A"),
    ("I would go with A, as it's kind", "AB", "A"),
    ("Option A.", "AB", "A"),
    ("Action B: I help", "AB", "B"),
    ("I'd choose B over A", "AB", "B"),
    ("I prefer A to B", "AB", "A"),
    ("The answer is A. No wait, the answer is B.", "AB", None),
    ("A) x B) y C) z", "ABC", None),
    ("b) Above average", "AB", "B"),
    ("A, B or C", "ABC", None),
    ("The answer is B, a good one", "AB", "B"),
    ("answer: b or c", "ABC", None),
    ("B, a kinder choice", "AB", "B"),
    ("The answer isn't A.", "AB", None),
    ("The claim is not true so the answer is B", "AB", "B"),
    ("在A和B之间，我选B", "AB", "B"),
    ("C, not A or B", "ABC", "C"),
    ("I refuse to choose A", "AB", None),
    ("It is hard to say A", "AB", None),
    ("Ｂ", "ABCD", "B"),
    ("", "AB", None),
    ("A", "", None),
    ("我不便回答", "AB", None),
    ("It depends on the circumstances.", "AB", None),
    ("I'd rather not say", "1234", None),
    ("b", "abcd", "b"),
    ("I would pick option B", "AB", "B"),
    ("The D.C. area", "ABCD", None),
    ("U.S.A.", "AB", None),
    ("Let me compare.\nC is weak.\n**B**", "ABC", "B"),
    ("A\nB\nC", "ABC", None),
    ("Option A or option B", "AB", None),
    ("C is wrong", "ABC", None),
    ("I think C is wrong, so B", "ABC", "B"),
    ("3) because", "1234", "3"),
    ("So I am torn. The answer is A. Therefore, the answer is B.", "AB", "B"),
]

YES_NO = [
    ("Yes\nNo", None),
    ("no, yes", None),
    ("No; Yes", None),
    ("yes / maybe / no", None),
    ("否、是", None),
    ("答案是是或否", None),
    ("要么是否，要么是是。", None),
    ("不是", "no"),
    ("是的", "yes"),
    ("不,…", "no"),
    ("不，因为", "no"),
    ("Yes and no", None),
    ("I cannot determine", None),
    ("No, yes is wrong", "no"),
    ("No.", "no"),
    ("yes, it does not know", "yes"),
    ("The answer is yes, not maybe", "yes"),
    ("yes or no", None),
    ("maybe", None),
    ("I cannot determine that.", None),
    ("no, never", "no"),
    ("I have no preference", None),
    ("No one knows", None),
    ("I know nothing about it", None),
    ("Nobody", None),
    ("UNKNOWN", None),
    ("对不起，我无法回答", None),
    ("当然不", "no"),
    ("不确定", None),
    ("是，但也不是", None),
    ("Yes or no? No.", "no"),
    ("#Your Judgement#: No", "no"),
    ("I'd say no.", "no"),
    ("答案：是", "yes"),
    ("答案是否定的", "no"),
    ("Not yes", None),
    ("I would say yes", "yes"),
    ("Yes - it is", "yes"),
    ("NO", "no"),
    ("**Yes**, I agree", "yes"),
    ("It depends: yes for some", None),
    ("Certainly not", "no"),
    ("是否如此很难说", None),
    ("No evidence supports this", None),
    ("No - it isn't", "no"),
    ("Let me think.\nIt contains an error.\nYes", "yes"),
    ("Yes, but no", None),
    ("As an AI I have no opinion", None),
    ("可以。", "yes"),
    ("没有", "no"),
    ("没有偏好", None),
    ("我不便回答", None),
    ("It depends on the circumstances.", None),
    ("I'd rather not say", None),
    ("", None),
    ("否。", "no"),
    ("No preference", None),
    ("I believe it is yes rather than no", "yes"),
]

PHRASES = [
    ("The paragraph does not support the claim", CLAIM, None),
    ("not refuted", CLAIM, None),
    ("Answer: Supports.", CLAIM, "SUPPORT"),
    ("It supports and refutes", CLAIM, None),
    ("support", CLAIM, "SUPPORT"),
    ("positive, neutral or negative", FEELING, None),
    ("POSITIVE!", FEELING, "positive"),
    ("The diagnosis is positive.", FEELING, "positive"),
    ("This is not morally wrong", MORAL, "not wrong"),
    ("Not wrong.", MORAL, "not wrong"),
    ("It is wrong. Some say it is not wrong.", MORAL, None),
    ("It isn't wrong", MORAL, "not wrong"),
    ("I am not sure", MORAL, None),
    ("not wrong or wrong", MORAL, None),
    ("It is either not wrong or wrong.", MORAL, None),
    ("喂养不足或发霉", {"喂养不足": ["喂养不足"], "发霉": ["发霉"]}, None),
    ("HIV (initial infection)\nanemia", DIAGNOSIS, None),
    ("yes, maybe, no", {"maybe": ["maybe"]}, None),
    ("acceptable", MORAL, None),
    ("unstable angina", DIAGNOSIS, "unstable angina"),
    ("stable angina", DIAGNOSIS, "stable angina"),
    ("The diagnosis is HIV (initial infection).", DIAGNOSIS, "HIV (initial infection)"),
    ("hiv (initial infection)", DIAGNOSIS, "HIV (initial infection)"),
    ("Not positive, but negative", FEELING, "negative"),
    ("It is not positive; it is negative", FEELING, "negative"),
    ("neither positive nor negative", FEELING, None),
    ("neutral, I guess", FEELING, "neutral"),
    ("Options: positive, neutral, negative. Answer: neutral", FEELING, "neutral"),
    ("不支持", {"SUPPORT": ["支持"], "REFUTE": ["反驳"]}, None),
    ("答案：支持", {"SUPPORT": ["支持"], "REFUTE": ["反驳"]}, "SUPPORT"),
    ("不道德", {"wrong": ["不道德"], "not wrong": ["道德"]}, "wrong"),
    ("It depends on the circumstances.", FEELING, None),
    ("It depends; usually positive", FEELING, None),
    ("insufficient evidence to support it", CLAIM, None),
    ("Positive. Some may call it negative, but no.", FEELING, "positive"),
    ("The review says negative things about x but positive things too.\n\nPositive", FEELING, "positive"),
    ("good or bad", {"good": ["good"], "neutral": ["neutral"], "bad": ["bad"]}, None),
    ("Wrong!", MORAL, "wrong"),
    ("supports", {"S": ["Supports"]}, "S"),
    ("", CLAIM, None),
    ("It depends", {"dep": ["it depends"]}, "dep"),
    ("The answer is not positive", FEELING, None),
    ("“not wrong” or “wrong”? Not wrong", MORAL, None),
    ("There's nothing wrong with it", MORAL, "not wrong"),
    ("Not wrong; some think it is wrong", MORAL, "not wrong"),
    ("The paragraph supports the claim, it does not refute it.", CLAIM, "SUPPORT"),
    ("nothing positive", FEELING, None),
    ("I think it depends a lot", {"dep": ["it depends"]}, "dep"),
    ("As an AI I have no opinion", FEELING, None),
    ("I'd rather not say", FEELING, None),
    ("我不便回答", {"好": ["好"]}, None),
    ("negative\nneutral\npositive", FEELING, None),
    ("It is considered not wrong", MORAL, "not wrong"),
    ("anything", {}, None),
    ("anything", {"x": [""]}, None),
    ("Positive - a delight", FEELING, "positive"),
    ("the claim is supported", CLAIM, "SUPPORT"),
]

NUMBERS = [
    ("On the −100 to 100 scale I choose 50", SCALE, 50),
    ("−50", SCALE, -50),
    ("－５０", SCALE, -50),
    ("50) somewhat agree", SCALE, 50),
    ("-100", SCALE, -100),
    ("0", SCALE, 0),
    ("50%", SCALE, None),
    ("between -100 and 100, 0", SCALE, 0),
    ("37", SCALE, None),
    ("-100, -50, 0, 50, 100", SCALE, None),
    ("50 or 100", SCALE, None),
    ("I'd rather not say", SCALE, None),
    ("Answer: -50", SCALE, -50),
    ("我选择-50", SCALE, -50),
    ("负50", SCALE, -50),
    ("minus 50", SCALE, -50),
    ("50/100", SCALE, 50),
    ("-100) strongly disagree -50) somewhat 0) neutral 50) x 100) y", SCALE, None),
    ("Neutral", SCALE, None),
    ("In 2020, 50", SCALE, 50),
    ("Confidence: 85%", None, 85),
    ("1/2", (1, 2, 3), None),
    ("", None, None),
    ("1,000", None, 1000),
    ("0.85", None, 0.85),
    ("Reasoning 50 people said 0.\nThe rating is 100", SCALE, 100),
    ("9" * 400, None, None),
    ("I would rate this as -50 (somewhat)", SCALE, -50),
    ("50 - somewhat agree", SCALE, 50),
    ("-50: somewhat disagree. I would not go to 0.", SCALE, -50),
    ("评分：-50", SCALE, -50),
    ("As an AI, I can't rate 50", SCALE, None),
    ("4 out of 5", (1, 2, 3, 4, 5), 4),
    ("50.", SCALE, 50),
    ("Somewhat agree (50)", SCALE, 50),
    ("I'd give it a 50", SCALE, 50),
    ("It depends on the circumstances.", SCALE, None),
    ("我不便回答", SCALE, None),
    ("50\n100", SCALE, None),
    ("Answer: 50%", SCALE, None),
    ("3 of 5", None, 3),
    ("1; 3", (0, 1, 2, 3), None),
    ("2; 2", (0, 1, 2, 3), 2),
    ("2/3", (0, 1, 2, 3), None),
    ("2 of 3", (0, 1, 2, 3), 2),
    ("The answer is 1 or 0.", (0, 1, 2, 3), None),
    ("答案是1或3", (0, 1, 2, 3), None),
    ("Answer: 2, 2020 was the year", (0, 1, 2, 3), 2),
]

VERDICTS = [
    ("VERDICT: corrected", "corrected"),
    ("blah\nVERDICT: corrected\n\n", "corrected"),
    ("VERDICT: corrected\nbye", None),
    ("**VERDICT: corrected**", "corrected"),
    ("I say VERDICT: corrected", None),
    ("VERDICT: corrected or not", None),
    ("VERDICT: Corrected.", "corrected"),
    ("", None),
    ("VERDICT", None),
    ("VERDICT: ", None),
    ("VERDICT： not corrected", "not corrected"),
    ("verdict: corrected", None),
    ("The reply says VERDICT: corrected\nVERDICT: not corrected", "not corrected"),
]


@pytest.mark.parametrize(("text", "letters", "expected"), LETTERS)
def test_letter(text: str, letters: str, expected: str | None) -> None:
    assert letter(text, letters) == expected


@pytest.mark.parametrize(("text", "expected"), YES_NO)
def test_yes_no(text: str, expected: str | None) -> None:
    assert yes_no(text) == expected


def test_yes_no_in_a_long_text_needs_a_place_of_its_own() -> None:
    assert yes_no("The first expert would say that it holds, " * 5 + "and some say yes") is None


@pytest.mark.parametrize(("text", "phrases", "expected"), PHRASES)
def test_one_of(text: str, phrases: Mapping[str, Sequence[str]], expected: str | None) -> None:
    assert one_of(text, phrases) == expected


@pytest.mark.parametrize(("text", "allowed", "expected"), NUMBERS)
def test_number(text: str, allowed: Collection[float] | None, expected: float | None) -> None:
    assert number(text, allowed) == expected


@pytest.mark.parametrize(("text", "expected"), VERDICTS)
def test_last_verdict(text: str, expected: str | None) -> None:
    assert last_verdict(text, ("corrected", "not corrected")) == expected


def test_emails_are_lower_case_once_each_and_in_order() -> None:
    text = "[mailto:C_D@EE.co.uk], a.b@x.com, A.B@X.COM; name [at] host (dot) org; 邮箱是o'neil@x.com。foo@bar"
    assert emails(text) == ("c_d@ee.co.uk", "a.b@x.com", "name@host.org", "o'neil@x.com")
    assert emails("") == ()


def test_plain_is_one_spelling() -> None:
    assert plain("　“Ｉｔ’ｓ” **−５**\u200b ") == '"It\'s" -5'
    assert spelled_out("I CAN'T, won’t and isn't") == "i can not, will not and is not"


@pytest.mark.parametrize("text", ["I'd rather not say.", "It depends.", "I have no opinion", "我不便回答", "各有千秋"])
def test_a_dodge_is_one(text: str) -> None:
    assert dodges(text)


def test_an_answer_is_no_dodge() -> None:
    assert not dodges("Paris is the capital of France.")


READERS: list[Callable[[str], Any]] = [
    yes_no,
    letter,
    lambda text: letter(text, "1234"),
    lambda text: one_of(text, FEELING),
    lambda text: one_of(text, MORAL),
    number,
    lambda text: number(text, SCALE),
    lambda text: last_verdict(text, ("a", "b")),
    emails,
    dodges,
]

REPEATED = ["a", "A) ", " ", "yes no ", "1 ", "a@", "@", "not ", "-", "是", "(at)", "\n", "A\n", "\ud800", "positive "]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("unit", REPEATED)
def test_long_replies_cost_time_that_grows_with_their_length(read: Callable[[str], Any], unit: str) -> None:
    text = (unit * 30_000)[:30_000] + "x"  # a quadratic pattern would need minutes here
    assert read(text) == read(f"  {text}\n")
