"""Yes or no, in English and Chinese."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Literal

from assay.parse.wording import DECORATION, SHORT, agreed, closing, dodges, marked, spelled_out

YesNo = Literal["yes", "no"]

_QUESTION = re.compile(
    r"\byes\s*(?:/|or|\|)\s*no\b|\bno\s*(?:/|or|\|)\s*yes\b|是否(?!定)|是不是|是(?:或者?|还是"
    r"|/)(?:否|不是)|对不对"
)
_BOTH = re.compile(
    r"\byes\b[\s,.;]*(?:and|but)\b[\s,]*(?:also\b|then\b)?[\s,]*\bno\b(?!\s+\w)"
    r"|\bno\b[\s,.;]*(?:and|but)\b[\s,]*(?:also\b|then\b)?[\s,]*\byes\b"
    r"|\bboth yes and no\b|是,?(?:也|又|但)不是|既是[又也]不是|不是,?(?:也|又|但)是|也不是"
)
_ANSWERS = MappingProxyType({
    **dict.fromkeys(("yes", "是", "是的"), "yes"),
    **dict.fromkeys(("no", "否", "不是"), "no"),
    **dict.fromkeys(("maybe", "不确定", "可能"), "maybe"),
})  # fmt: skip
_LISTING = re.compile(
    r"\A\W*(?:the )?(?:answer\b(?: is\b)?|答案(?:是|为)?)|[^\w?]+|\b(?:either|or|and)\b|要么是?|或者?|和|与|还是"
)
_AFTER_NO = (
    r"(?=\s*(?:$|[^\w\s]|\n)|\s+(?:i|it|it's|this|that|the|these|those|they|there|he|she|we|you|not"
    r"|because|as|since|never|sir)\b)"
)
_LEADING = (
    ("yes", re.compile(r"(?:yes|yeah|yep|yup)\b(?!-\w)")),
    ("no", re.compile(
        rf"(?:no|nope|nah)\b(?!-\w|\.\s*\d){_AFTER_NO}|(?:absolutely|definitely|certainly|of course"
        rf"|surely) not\b|no way\b"
    )),
    ("no", re.compile(
        r"(?:当然|肯定|绝对?|从|并)不|不是|不对|不同意|不正确|不会(?!说)|不可以|不成立|否定|(?:不"
        r"|否|没有|不能|非)(?=\s*(?:$|[^\w\s]))"
    )),
    ("yes", re.compile(
        r"是的|对的|没错|正确(?!的\w|答案|率|性|做法|选项|说法|理解)|肯定|当然|同意|是这样|(?:是|对|会|可以|能|有|成立)(?=\s*(?:$"
        r"|[^\w\s]))"
    )),
)  # fmt: skip
_DETERMINER = r"(?!\s+[a-z])"  # "no preference", "no one": not an answer
_LONE = re.compile(rf"(?<![\w-])(?:(?P<yes>yes)|(?P<no>no){_DETERMINER})(?![\w-])")
_DENIED = re.compile(
    r"\b(?:not|never|neither|nor|rather than|instead of|than)\s+(?:(?:a|an|the|simply|just"
    r"|clearly)\s+)?[\"']?\Z"
)
_CLAUSE_END = r"(?=\s*(?:\Z|[^\w\s:?\"'(\[]))"
_VIEW = (
    r"(?:我(?:个人)?(?:认为|觉得|想|看|相信|判断|倾向于?)|应该|应当|恐怕|大概|多半|想必|确实|的确|其实|显然|完全"
    r"|绝对|当然|肯定|这|那|它|他|她)*"
)
_YES_CLAUSE = (
    r"(?:是(?:的|这样的?|如此)?|对的?|会的?|能的?|可以的?|有的?|行|成立|正确|没错|肯定的?|当然|同意|赞同|属实|没问题|如此"
    r"|(?:确实|的确)(?:如此|是)?(?:的|这样的?)?|应该的?)[吧啊呀呢啦]?"
)
_NO_CLAUSE = (
    r"(?:否|不|不是(?:的|这样的?|如此)?|不对|不正确|错[了误]?|并?非(?:如此|这样)?|并?不会(?:的)?|并?不能|不可以|不应?该"
    r"|不行|并?没有的?"
    r"|并不是?|不成立|不同意|不赞同|不属实|否定的?)[吧啊呀呢啦]?"
)
_CLAUSE = re.compile(rf"(?:[嗯哦噢呃]+[,。\s]*)?{_VIEW}(?:(?P<yes>{_YES_CLAUSE})|(?P<no>{_NO_CLAUSE})){_CLAUSE_END}")
_CLAUSES = re.compile(rf"(?:\A|(?<=[,。.;:!\n]))\s*{_CLAUSE.pattern}")


def yes_no(text: str) -> YesNo | None:
    """Whether the text says yes or no: "不是" is no, "Yes and no" is neither, "cannot" holds no "no"."""
    spelled = spelled_out(text)
    if _BOTH.search(spelled[:SHORT]) or lists_answers(spelled):
        return None
    spelled = _QUESTION.sub(" ", spelled)
    return (
        _leading_yes_no(spelled)
        or marked(spelled, _leading_yes_no)
        or closing(spelled, _leading_yes_no)
        or _lone_yes_no(spelled)
    )


def lists_answers(spelled: str) -> bool:
    """Whether the text is nothing but several of yes, no and maybe: what was offered, said again."""
    said = {_ANSWERS.get(part.strip()) for part in _LISTING.split(spelled[:SHORT]) if part.strip()}
    return len(said) > 1 and None not in said


def _leading_yes_no(spelled: str) -> YesNo | None:
    start = DECORATION.match(spelled)
    offset = start.end() if start else 0
    for label, pattern in _LEADING:
        if pattern.match(spelled, offset):
            return "yes" if label == "yes" else "no"
    clause = None if spelled.isascii() else _CLAUSE.match(spelled, offset)
    return None if clause is None else "yes" if clause["yes"] else "no"


def _lone_yes_no(spelled: str) -> YesNo | None:
    if len(spelled) > SHORT or dodges(spelled):
        return None
    found: list[YesNo] = []
    for lone in _LONE.finditer(spelled):
        if not _DENIED.search(spelled, 0, lone.start()):
            found.append("yes" if lone["yes"] else "no")
    if not spelled.isascii():
        found.extend("yes" if clause["yes"] else "no" for clause in _CLAUSES.finditer(spelled))
    return agreed(found)
