"""How answers are worded: one spelling for all scripts, marked answers, dodges, negation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

SHORT = 100
"""Characters up to which a lone mention is the answer; in longer texts it may be part of an argument."""

DECORATION = re.compile(r"[\s\"'(\[{<#>_~.:,?【】《-]*")
"""What may stand before an answer and says nothing."""

CLOSING = 40
"""Characters of a line that can be an answer by itself."""

# Quotes and dashes that mean the same, emphasis and zero-width characters that mean nothing.
_SAME = str.maketrans({
    **dict.fromkeys("‘’‛′´", "'"),
    **dict.fromkeys("“”„‟«»「」『』", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("*`\u200b\u200c\u200d\u2060\ufeff", None),
})  # fmt: skip

_SHORTENED = re.compile(r"n't\b")

# "answer to this question is", "Judgement#:", "\boxed{", "I would pick option", "我选", "答案是"
_ENGLISH_MARK = r"""
      \\boxed\{ (?:\\text\{)?
    | \b(?:answer|response|choice|option|selection|judge?ment|label|classification|category|rating|score
        |conclusion|diagnosis|sentiment|prediction|number|confidence)
      (?:[ ]+(?:to|for|of|here|about)\b [^\n.:;?!]{0,60}?)?
      (?: [ "#\])]* (?: (?:would|should|must|will|could)[ ]be\b | (?:is|was)\b | [:=]) (?:[ ](?:clearly|simply
          |therefore|option|choice)\b)* :? | \] | [ ]*\n )
    | \b(?:i|we|one|would|will|'d|'ll|should|must|to|therefore|thus|so)[ ](?:\w+ly[ ])?(?:also[ ])?
      (?:choose|pick|select|chose|picked|selected|go[ ]with|opt[ ]for|vote[ ]for|answer|say|rate|prefer)\b
      (?:[ ](?:it|this|that|with|as|is|at|a(?=[ ]-?\d)|the|option|choice|number|answer|letter)\b)* :?
"""
_CHINESE_MARK = r"""
    | (?:答案|结论|判断|评分|打分|得分|分数|诊断|回答|分类|选择|选项|置信度)
      (?: (?:应该|应当|应|便|就)? (?:是|为|:|=|】) :? | [ ]*\n )
    | 改(?:选|成|为) (?:选项)? :?
    | (?<!可)(?<!挑)(?:(?<![任单多二三四五])|(?!选[一二三四五])) 选择?(?!错) (?:了)? (?:选项)? :?
"""
_ASCII_MARK = re.compile(_ENGLISH_MARK, re.IGNORECASE | re.VERBOSE)
_MARK = re.compile(_ENGLISH_MARK + _CHINESE_MARK, re.IGNORECASE | re.VERBOSE)
_HEADS = re.compile(
    r"(?:\A|\n)[#\[ ]*(?:(?:the|my) )?(?:final |correct )?(?:正确|最终|参考|我的|标准)?\Z", re.IGNORECASE
)
"""What stands before the "Answer" of a line that is a heading."""
_OPENING = re.compile(r"""[\s"'(\[{<:]*""")
_CONCLUDING = re.compile(
    r"(?:\b(?:therefore|thus|hence|so|final|finally|conclusion|overall|on second thought)\b|所以|因此|综上|最终"
    r"|总之|改(?:选|成|为)|更正|(?:仔细|转念|再)一?[想看])[^.\n。!?]*\Z",
    re.IGNORECASE,
)
_UNMARKED = re.compile(
    r"(?:\b(?:not|never|neither|either|nor|rather than|hard|difficult|impossible|unable"
    r"|refuse|decline)|不|没|无法|别)"
    r"(?:(?!\b(?:so|thus|hence|therefore|and|but)\b|所以|因此)[^.,;\n。!?]){0,12}\Z",
    re.IGNORECASE,
)

_ENGLISH_DODGE = re.compile(
    r"""
      \brather\ not\b | \b(?:refuse|decline)\ to\b
    | \bprefer\ not\ to\b
    | \b(?:it|that|this|which|answer)\ (?:\w+\ )?depends\b | \bdepend(?:s|ing)\ (?:up)?on\b
    | \bas\ an?\ (?:ai|artificial\ intelligence|large\ language\ model|language\ model|assistant)\b
    | \bno\ (?:personal\ |real\ |strong\ |particular\ )?(?:opinions?|preferences?|feelings|views?|way\ (?:to
        |of)|idea|comment)\b
    | \b(?:do|does|did)\ not\ (?:\w+\ ){0,2}(?:have|hold|possess|know)\b
    | \b(?:can\ not|unable\ to|not\ able\ to|not\ possible\ to|impossible\ to|hard\ to|difficult\ to
        |not\ going\ to|will\ not)
      \ (?:\w+\ ){0,2}(?:determine|say|tell|decide|answer|choose|pick|select|judge|know|conclude
          |be\ determined|assist|help
      |provide|comment|agree\ or|classify|rate|make|assess|evaluate|take)\b
    | \b(?:not|un)\ ?(?:sure|certain|clear)\b
    | \b(?:not\ enough|insufficient)\ (?:information|context|evidence|detail)
    | \b(?:both|each|either)\ (?:\w+\ ){0,3}(?:merits?|valid|pros|advantages|strengths)\b
    | \b(?:choose|pick|select|prefer)\ neither\b | \bneither\ (?:of|option|one|choice)\b
    """,
    re.VERBOSE,
)
_CHINESE_DODGE = re.compile(
    r"""
      不便 | 不方便 | 不好说 | 不予 | 不知道 | 不确定 | 不清楚 | 不一定 | 不太?(?:好|能|方便)(?:回答|说|判断
        |确定|评价)
    | 无法 | 不能(?:回答|判断|确定|提供|说|选|评价|做出) | 难以(?:判断|确定|回答|选择|评价) | 说不准
        | 说不好 | 拒绝
    | 视(?:具体)?情况 | 看(?:具体)?情况 | 取决于 | 因人而异 | 没有(?:个人)?(?:的)?(?:意见|观点|偏好|看法
        |立场|倾向)
    | 作为(?:一个|一名|一款|个)?\ ?(?:人工智能|ai|语言模型|大?模型|助手) | 各有(?:优|利|千秋|所长|好处)
    """,
    re.VERBOSE,
)
_LATIN = re.compile("[a-z]{3}")


def plain(text: str) -> str:
    """The text in one spelling: half width, straight quotes, one hyphen, no emphasis marks."""
    if text.isascii():  # the same, several times faster: most replies
        return text.replace("*", "").replace("`", "").strip()
    return unicodedata.normalize("NFKC", text).translate(_SAME).strip()


def spelled_out(text: str) -> str:
    """`plain`, lower case, with "isn't" and "cannot" as "is not" and "can not": one word for negation."""
    lower = plain(text).lower()
    for short, whole in (("can't", "can not"), ("cannot", "can not"), ("won't", "will not")):
        lower = lower.replace(short, whole)
    return _SHORTENED.sub(" not", lower)


def dodges(text: str) -> bool:
    """Whether the text says that it does not answer: no opinion, cannot tell, it depends."""
    return any(dodge_spans(spelled_out(text)))


def dodge_spans(spelled: str) -> Iterator[tuple[int, int]]:
    """Where a text that is already `spelled_out` dodges."""
    if not spelled.isascii():
        yield from (found.span() for found in _CHINESE_DODGE.finditer(spelled))
    if _LATIN.search(spelled):
        yield from (found.span() for found in _ENGLISH_DODGE.finditer(spelled))


def marked(text: str, read: Callable[[str], T | None]) -> T | None:
    """What `read` finds right after the marks of an answer ("Answer:", "I choose", "答案是").

    Where marks disagree, the last one counts if it concludes ("Therefore, the answer is"); otherwise none does.
    """
    found: list[T] = []
    last_concludes = False
    for mark in (_ASCII_MARK if text.isascii() else _MARK).finditer(text):
        before = text[max(0, mark.start() - 60) : mark.start()]
        heading = mark[0][-1] in "]\n"
        if _UNMARKED.search(before) or (heading and not _HEADS.search(text, mark.start() - len(before), mark.start())):
            continue
        opened = _OPENING.match(text, mark.end())
        start = opened.end() if opened else mark.end()
        value = read(text[start : start + 300])
        if value is not None:
            found.append(value)
            last_concludes = _CONCLUDING.search(before + mark.group()) is not None
    return agreed(found, last_concludes)


def agreed(found: Sequence[T], last_wins: bool = False) -> T | None:
    """The one value that all found agree on, or the last of several where the last wins."""
    if not found or (len(set(found)) > 1 and not last_wins):
        return None
    return found[-1]


def closing(text: str, read: Callable[[str], T | None]) -> T | None:
    """What `read` finds in the first or the last of several lines, where all lines that are answers agree."""
    lines = [line.strip() for line in text.strip().split("\n")]
    if len(lines) < 2:
        return None
    values = [read(line) if 0 < len(line) <= CLOSING else None for line in lines]
    return None if values[0] is values[-1] is None else agreed([value for value in values if value is not None])
