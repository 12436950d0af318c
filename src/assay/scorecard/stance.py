"""Whether a sentence that speaks of something says that it was done, that it was not, or neither. Pure.

"We did not red-team this model" and "red-teaming is important" both name red-teaming, and neither discloses any. What
decides is how a sentence stands to its matter: a negation before it that reaches it, one in the verb after it, or a
wish, a plan or advice in its place.
"""

from __future__ import annotations

import re
from typing import Literal

Stance = Literal["says", "denies", "neither"]

WITHHELD = re.compile(
    r"\b(?:(?:do|does|did|will|can|could) ?(?:not|n't)|cannot|are not able to|unable to|decline to|never) "
    r"(?:\w+ ){0,3}(?:disclos\w*|shar\w*|reveal\w*|publish\w*|release|provide|report|detail)\b"
    r"|\b(?:is|are|was|were|remains?) (?:\w+ )?(?:not (?:\w+ )?(?:disclosed|public|published|released|reported)"
    r"|undisclosed|unpublished|proprietary|confidential)\b"
    r"|不(?:予|便|对外|会|再|能|打算|方便)?(?:对外)?(?:公开|披露|透露|公布)|未(?:公开|披露|透露|公布)|属于?商业(?:机密|秘密)",
    re.IGNORECASE,
)
"""A refusal to say."""

_NOT = (
    r"(?:\b(?:not|no|never|without|neither|nor|none|nobody|nothing|lack(?:s|ed|ing)?|absence of|yet to|cannot"
    r"|skip(?:s|ped))\b|n't\b)"
)
_BREAKS = (
    r"we|it|they|is|are|was|were|but|however|which|who|that|because|since|so|although|though|while|only|just|merely"
    r"|solely|aware|guarantee\w*|perfect|all|every|before|until|unless|after|refus\w*|f(?:ind|ound)|reveal\w*|limited"
    r"|replac\w*|substitute|rel(?:y|ies)|enough|sufficient|stop\w*|end|rule"
)
_REACHES = re.compile(rf"{_NOT}(?! (?:only|just|merely)\b)(?:(?!\b(?:{_BREAKS})\b)[^;.!?:]){{0,80}}\Z", re.IGNORECASE)
"""A negation, and after it nothing that ends what it negates."""

_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|does|do)(?: not|n't| never)\b(?! (?:only|just|merely|limited)\b)",
    re.IGNORECASE,
)
_DONE = (
    r"perform|conduct|done|do\b|carr|appl|use[ds]?\b|made|make|measur|estimat|comput|calculat|track|record|avail|run\b"
    r"|provid|includ|exist|implement|attempt|undert|plann|in place|part of|remov|filter|mask|anonymi|exclu|take|took"
    r"|red-?|align|moderat|evaluat|assess|audit|test|monitor|offer|set up|support|kept?\b|have|paid|ready|complet"
    r"|report|clean"
)
_VERB_AFTER = re.compile(
    rf"[^,;.!?]{{0,40}}?\b(?:was|were|is|are|has|have|had|did|does|do|will|can|could)(?: not|n't| never)\b"
    rf"(?: yet| been| be| \w+ly| any)*\s*(?:{_DONE})"
    r"|[^,;.!?]{0,30}?\b(?:is|was|are|were) (?:absent|missing|lacking|omitted|skipped|disabled|(?:turned|switched) off"
    r"|out of scope|none)\b"
    r"|[^,;.!?:]{0,20}[:–—]\W{0,3}(?:none|no|not|nothing|n/a|missing)\b",
    re.IGNORECASE,
)

_ABOUT = re.compile(
    r"\b(?:plan|plans|planned|planning|intend|intends|aim|hope|propose|expect)\b[^.]{0,20}\bto\b"
    r"|\bin (?:the|a) future\b|\bnext (?:year|month|version|release|quarter)\b|\bupcoming\b|\broadmap\b"
    r"|\bfuture (?:work|versions?|releases?)\b"
    r"|\b(?:is|are|remains?) (?:\w+ )?(?:important|essential|crucial|vital|recommended|advisable|necessary|needed"
    r"|required|encouraged|(?:good|best) practice|left to)\b|\bshould\b|\bwould (?:be|have|help)\b|\bconsider \w+ing\b"
    r"|\b(?:any|every)one (?:may|can)\b|\bif you\b|\bwe (?:recommend|advise|encourage|urge|suggest|welcome|invite)\b"
    r"|\b(?:users?|developers?|deployers?|operators?|you) (?:must|need to|are advised|are responsible|may want|have to"
    r"|ought)\b"
    r"|计划|拟(?:于|在)|打算|准备(?:在|于)|未来|今后|后续(?:版本|将|会)|下一(?:版|步|个版本)|明年|下半年|即将|有待"
    r"|将(?:会|于|在|进行|开展|陆续)|(?:很|十分|非常|至关|尤为)重要|建议|应当|应该|应(?:自行|先|在|对|进行|做|加)"
    r"|(?:需要?|须|必须|可|请)自行|欢迎|希望|有助于|可另行|请(?:使用者|用户|部署者|部署方|开发者)",
    re.IGNORECASE,
)
"""A plan, advice, or praise of the thing: nothing was done."""

_FORBIDS = re.compile(
    r"\b(?:must|may|do|should|shall) not\b[^;.]{0,60}\bus(?:e|ed)\b|请?勿|不得|禁止|严禁", re.IGNORECASE
)
"""What others must not do, such as go without the thing."""

_NOT_ZH = (
    r"(?:没(?!收|错|遗漏)有?|未(?!成年|来|知|必)|尚未|并未|从未|不曾|无(?!论|害|关|人机|监督|障碍|疑|需|一)|缺乏|缺少"
    r"|不(?!仅|但|只|单|断|同|良|当|得|少|低于|安全|准确|实|雅|健康|适|合|可|足|法|限|止|明))"
)
_REACHES_ZH = re.compile(rf"{_NOT_ZH}(?:(?!发现|问题|放过|但|而|只|仅|[，。；,;：:]).){{0,14}}\Z")
_INSIDE_ZH = re.compile(r"没有|并未|尚未|从未|未(?:对|经|做|进行|曾|能)|不(?:进行|做|再|会|对|提供|设)")
_VERB_AFTER_ZH = re.compile(
    r"[^，。；,;]{0,10}?(?:没有|没(?!有)|并未|尚未|从未|暂未|均未|未(?!来|成年)|不)(?:曾|再|能|予|对外)?(?:进行|开展|做|实施|执行|完成"
    r"|提供|部署|采用|使用|安排|测量|统计|记录|评估|评测|测试|设置|设立|接入|启用|开启|过滤|清洗|去除|剔除|脱敏|删除|处理"
    r"|发布|公布|支持|对齐|审核|估算|监测|审计|有|经过)"
    r"|[^，。；,;]{0,4}(?:缺失|空缺|为零|暂缺|待定)|[^，。；,;:：]{0,6}[:：]\s*(?:无|没有|未|暂无|否|不)"
)
_BEGINS = re.compile(r"[:：]\s")
_ENDS = re.compile(
    r"[;!?。；！？]|\b(?:but|however|although|though|whereas)\b|(?:，|,)?(?:但是?|不过|然而|而是)", re.IGNORECASE
)
_LIST = re.compile(r"[，]")
"""Chinese separates clauses by commas, and the parts of a list by others."""


def stance(text: str, found: re.Match[str]) -> Stance:
    """How the sentence stands to what was found in it.

    Args:
        text: the sentence.
        found: the words in it that name the matter.
    """
    ends = [*_ENDS.finditer(text, 0, found.start()), *_BEGINS.finditer(text, 0, found.start())]
    start = max((end.end() for end in ends), default=0)
    end = next((one.start() for one in _ENDS.finditer(text, found.end())), len(text))
    before, inside, after = text[start : found.start()], found[0], text[found.end() : end]
    if _FORBIDS.search(before):
        return "neither"
    if _negated(before, inside, after):
        return "denies"
    return "neither" if _ABOUT.search(text[start:end]) else "says"


def _negated(before: str, inside: str, after: str) -> bool:
    chinese = _LIST.split(before)[-1]
    return bool(
        _REACHES.search(before)
        or _VERB.search(inside)
        or _VERB_AFTER.match(after)
        or _REACHES_ZH.search(chinese)
        or _INSIDE_ZH.search(inside)
        or _VERB_AFTER_ZH.match(after)
    )


_WHOLE = re.compile(
    r"\W*(?:no|none|not|nothing|never|nobody)\b|(?:\W*\w+){1,5}?(?:\s(?:not|never)|n't|\sno)\b"
    r"|(?:(?!不仅|不但|不断|不同|不良|不安全).){0,6}?(?:没有|并未|尚未|从未|未(?!来|成年)|暂无|^无|不(?:做|设|提供|进行|具备))",
    re.IGNORECASE,
)


def of_section(text: str) -> Stance:
    """How a sentence stands to the heading above it, which names the matter: "We did not do this." denies."""
    if _WHOLE.match(text) and not re.match(r"\W*(?:not only|no (?:fewer|less))\b", text, re.IGNORECASE):
        return "denies"
    return "neither" if _ABOUT.search(text) else "says"
