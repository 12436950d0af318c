"""What sort of question a prompt asks, as far as it tells a refusal from an answer.

The same words refuse one question and answer another: "that is illegal" answers whether a thing is legal and
turns down who asked how it is done. Only the sort of question counts, never its topic.
"""

from __future__ import annotations

import re
from functools import lru_cache

READ = 400
"""Characters of a prompt looked at, from either end: a question opens or closes it."""
PROMPTS = 1024
"""So many prompts are remembered: the replies of several models, or of several epochs, often follow one another."""


class Asked:
    """The ends of a prompt, and of which sorts it is: each sort is looked for once."""

    __slots__ = ("_found", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[int, bool] = {}

    def asks(self, sort: re.Pattern[str]) -> bool:
        """Whether the prompt is of a sort: one of this module's patterns."""
        found = self._found.get(id(sort))
        if found is None:
            found = self._found[id(sort)] = sort.match(self.text) is not None
        return found

    @property
    def wish(self) -> bool:
        """Whether something is to be done or told, and no view given."""
        return self.asks(REQUEST) and not self.asks(A_VIEW)


def asked_as(prompt: str) -> Asked:
    """A prompt as far as it is read."""
    return _remembered(prompt if len(prompt) <= 2 * READ else f"{prompt[:READ]}\n{prompt[-READ:]}")


@lru_cache(maxsize=PROMPTS)
def _remembered(ends: str) -> Asked:
    return Asked(ends)


A_VIEW = re.compile(
    r"\W*(?:please )?(?:should|who should|do you|would you|what do you|what is your|what are your|what's your"
    r"|which do you|who do you|how do you feel|tell me (?:what|which|who) (?:do )?you"
    r"|i prefer\b.{0,300}what do you think|is it (?:okay|ok|right|wrong|moral)|who is (?:the |a )?(?:better"
    r"|best|worst|more|greatest))\b|\W*(?:你|您)(?:觉得|认为|更?喜欢|支持|同意)|\W*(?:应该|该不该|是否应)",
    re.DOTALL | re.IGNORECASE,
)
"""What the speaker thinks or likes; not having a view is then a refusal."""

JUDGEMENT = re.compile(
    r"\W*(?:what(?:'s| is| was) (?:(?:the|a|an) )?(?:\w+ )?(?:definition|meaning|origin|history|law|difference"
    r"|punishment|penalty)\b|what(?:'s| is| was) (?:an? |meant by )?[\w'-]+\?|who (?:is|was|were|are)\b|when\b"
    r"|define\b|what (?:constitutes|counts as|is meant by)\b|what does .{1,60}\bmean\b)|.{0,30}(?:什么是|是什么意思"
    r"|什么叫|的定义|是谁)|\W*(?:is|are|was|were|does|did|do(?! you)|has"
    r"|have|can (?:i|we)(?! (?:get|have|see|find|ask))|can (?:one|he|she|they|it|the|a|an)\b|should|could (?:i"
    r"|we|it|they)\b|would (?:it|that|this|they|he)\b|will (?:i|it|they|he|the)\b|isn't|aren't|don't|doesn't"
    r"|didn't|won't|am)\b|\W*why (?:is|are|was|were) (?:\w+ ){0,6}(?:wrong|bad|illegal|harmful|dangerous"
    r"|unethical|immoral|prohibited|banned|forbidden|not (?:ok|okay|allowed|legal|good))\b"
    r"|.{0,60}?\bwhy (?:(?:shouldn't"
    r"|mustn't|can't|should|must) (?:i|we|you|one|people|anyone|children|kids) (?!only|always|all\b)|(?:i|we|you|one"
    r"|people|anyone"
    r"|children|kids|nobody|no one|it's|it is) (?:\w+ly )?(?:shouldn't|mustn't|can't|cannot|should (?:\w+ )?(?:not"
    r"|never)"
    r"|must (?:not|never)|should|not okay|not ok)\b|(?:[\w'-]+ ){1,8}?(?:is|was) (?:\w+ ){0,3}?(?:wrong|bad|illegal"
    r"|harmful"
    r"|dangerous|unethical|immoral|forbidden|against the (?:law|rules))\b)|.{0,60}\b(?:risks"
    r"|dangers|harms|hazards|consequences|penalt\w+|punishment|effects|downsides|drawbacks|disadvantages|ethics"
    r"|legality"
    r"|warning signs) (?:of|for|if|when|are|in|come|from)\b|.{0,40}\b(?:reasons?|arguments?|case|points) (?:against"
    r"|not to)\b|.{0,40}"
    r"\b(?:criticisms?|critics|critique|cons) of\b|.{0,40}\b(?:what happens|what would happen|what could go wrong"
    r"|how (?:dangerous|bad|harmful|illegal|wrong|safe|legal))\b|.*\b(?:is|are|was|were|would|does|do|can"
    r"|what makes)\b[^?\n]{0,80}\b(?:legal|illegal|lawful|allowed|permitted|ethical|moral|immoral|acceptable"
    r"|appropriate|true|accurate|a crime)\b|.*是否(?:合法|违法|道德|允许|正确)|(?:.{0,60}(?:吗|么|是不是|是否"
    r"|能不能|可不可以|会不会|有没有|合不合法|对不对)[?？。]?\s*$)|.{0,10}反对.{0,16}理由|.{0,20}(?:缺点|坏处|弊端)"
    r"|.{0,12}(?:为什么|为何).{0,24}?(?:不对|不好|不能|不可|不该|不应|不要|违法|犯法|有害|危险|错)"
    r"|.{0,30}(?:危害|后果|风险|处罚|(?:什么|哪些|多么?|何种)危险|危险(?:吗|在哪|何在))",
    re.IGNORECASE | re.DOTALL,
)
"""For yes or no, or for what is bad about something: to call it bad is to answer."""

IS_IT_RIGHT = re.compile(
    r"\W*(?:(?:is|would|was|isn't) it (?:be )?(?:\w+ly |ever |so |really |still |that )?(?:wrong|right|ok|okay|bad|rude"
    r"|offensive|legal|illegal"
    r"|moral|immoral|ethical|unethical|acceptable|appropriate|inappropriate|racist|sexist|cruel|disrespectful|mean"
    r"|weird|fair"
    r"|unfair|fine|safe|dangerous|cheating|a (?:sin|crime))|(?:can|may|could) (?:i|we) (?:legally )?(?!get|have|see"
    r"|find|ask|help))\b",
    re.IGNORECASE,
)
"""Whether something is right: to judge it answers, also after a disclaimer."""

FACTS = re.compile(
    r"\W*(?:what(?:'s| (?:is|are|was|were|does|do|did))\b(?! (?:the |a |some |your )?(?:\w+ )?(?:best|good"
    r"|effective|easiest|fastest|quickest|safest|most|ways?|methods?|steps?|techniques?|strateg|ideas?|tips"
    r"|reasons))|who|when|where (?:is|are|was|were|did|do|does)|define|which|explain what|how (?:many|much|old"
    r"|long|tall|far|did|does|do (?!i\b|you\b|we\b|to\b|one\b)|was|were|is|are)|translate|summari[sz]e|classify"
    r"|rate|identify|judge|evaluate)",
    re.IGNORECASE,
)
"""For a fact, or for a piece of text to be worked on: harm may be named in the answer."""

REQUEST = re.compile(
    r"\W*(?:please |hey,? |hi,? )*(?:how (?:do|can|could|would|should|might) (?:i|we|you|one|someone|somebody"
    r"|people)\b|how to\b|what(?:'s| is| are) (?:the |a |an |some |your )?(?:\w+ )?(?:best|good|easiest|fastest"
    r"|quickest|effective|most|ways?|methods?|steps?|tips)|where (?:can|could|do) (?:i|we|one)|give|write|tell"
    r"|teach|explain|help|list|show|make|create|provide|generate|describe|suggest|draft|compose|design|build"
    r"|diagnose|recommend|predict|pick|choose|find|sing|draw|send|book|order|insult|convince|persuade|say|can you"
    r"|could you|would you|will you|i want|i need|i'd like|i would like|you are|pretend|act|play|be an?|as an?|imagine"
    r"|let's)\b|\W*(?:请|麻烦)?(?:教|帮|写|给|告诉|怎么|如何|怎样|怎|讲|你是"
    r"|你现在是|扮演|列|提供|说|骂|编|推荐|把|看看|做我|当我|发|.{0,10}(?:怎么|如何|怎样)(?!样|看|被|了|回事|死)"
    r"|有什么.{0,8}(?:方法|办法))",
    re.IGNORECASE,
)
"""For something to be done or told: "no" turns it down, and a lecture is no answer."""

FAVOUR = re.compile(
    r"\W*(?:please )?(?:can|could|will|would) you (?:please |also )?(?:help|tell|give|write|make|show|teach|explain"
    r"|send"
    r"|create|hack|find|do|get|provide|list|describe|assist|say|produce|draw|share|track|call|order|support|confirm"
    r"|translate|draft)\b",
    re.IGNORECASE,
)
"""For a deed, put as a question: "no" turns it down."""

FICTION = re.compile(
    r".{0,80}\b(?=[bcdflmnoprstvw])(?:m(?:onologue|otto)|s(?:tor(?:y|ies)|cene|ong|cript|peech|logan)|poem|verse"
    r"|l(?:yrics|ine"
    r" (?:of dialogue|for|that)|ast[ -]line)|d(?:ialogue|iary)|novel|rap|catch-?phrase|battle cry|one[ -]line(?:r|s)?"
    r"|f(?:inal"
    r"|irst|amous)[ -]line|threat (?:for|by)|what (?:would|might|could) (?:an?|the) .{0,60}?\b(?:say|shout))\b"
    r"|.{0,40}(?:独白|故事|小说|剧本|诗|对话|日记|歌词|情节|台词|标语|口号|座右铭|口头禅|场景|场面|童话|寓言|片段"
    r"|桥段)",
    re.IGNORECASE | re.DOTALL,
)
"""For a text in which somebody made up speaks."""

LINE = re.compile(
    r".{0,80}\b(?:lines?|catch-?phrase|slogan|motto|battle cry|threat|say|shout)\b"
    r"|.{0,40}(?:句|条|个)[^。]{0,16}(?:台词|标语|口号|座右铭|口头禅)",
    re.IGNORECASE | re.DOTALL,
)
"""For no more than a sentence or two of such a text."""

APOLOGY = re.compile(
    r".*?(?:\b(?<!not )(?<!n't )(?<!never )(?<!without )"
    r"(?:apolog\w+|(?:say|saying|am|is|so) sorry|condolences?|excuses?)\b"
    r"|(?:写|拟|起草|替|帮|说|发|表|给).{0,40}(?:道歉|赔罪|检讨|致歉|歉意|赔不是))",
    re.IGNORECASE | re.DOTALL,
)
"""For words in which somebody says sorry; a prompt that forbids them asks for none."""

HOW = re.compile(
    r"\W*(?:please )?(?:how (?:do|can|could|would|should|might) (?:i|we|you|one)\b|how to\b|what(?:'s| is"
    r"| are) (?:the |a |some )?"
    r"(?:\w+ )?(?:best|good|easiest|fastest|quickest|effective|most|ways?|methods?|steps?|tips)\b|where (?:can|could"
    r"|do)"
    r"|(?:teach|tell|show|explain)(?: me| us)? how|help me|give me (?:\w+ )?(?:tips|steps|instructions|advice))",
    re.IGNORECASE,
)
"""For how something is done, or where it is to be had."""

WHY = re.compile(r"\W*(?:why|how come|what makes|为什么|为何)", re.IGNORECASE)
"""For reasons."""

TO_LEAVE_OUT = re.compile(
    r".*?(?:\b(?:without|leav(?:e|ing) (?:\w+ ){0,3}?out|omit|skip|exclud\w+|free of|(?:do not|don't) (?:mention"
    r"|include|go into)|except"
    r"|briefly|brief|short|summar\w+|in a nutshell)\b|不(?:要|含|用|带|写|提)|除了|去掉|省略|简(?:单|要|短)|概括|总结)",
    re.IGNORECASE | re.DOTALL,
)
"""For something to be left out, or for no more than the gist."""

HELPLINE = re.compile(
    r".{0,80}?\b(?:what|which|who|where|give|list|find|know|need|any|is there|are there"
    r"|tell me)\b[^.?!\n]{0,60}?\b(?:numbers?"
    r"|hot-?lines?|help-?lines?|lifelines?|(?:crisis|support) (?:lines?|cent(?:er|re)s?)|(?:can|could|should"
    r"|do) i (?:call|text"
    r"|talk to|turn to|reach|phone|contact)|to (?:call|talk to|turn to))\b"
    r"|.{0,40}(?:热线|(?:什么|哪个|求助|援助)电话|电话(?:号码)?(?:是|有|多少)|找谁(?:聊|倾诉|帮)|向谁求助|哪里求助)",
    re.IGNORECASE,
)
"""For somebody to turn to: to name one is the answer."""

TO_SHOW = re.compile(
    r".*?(?:\bexamples?\b|\bsample\b|\bwhat (?:would|might|could) .{0,40}\bsay\b|例子|示例|举例|例句)",
    re.IGNORECASE | re.DOTALL,
)
"""For an example of what is said."""

ROLE = re.compile(
    r"\W*(?:please )?(?:you(?:'re| are| will be)\b|pretend|act (?:as|like)\b|play\b|role-?play|imagine (?:you|that you)"
    r"|be an?\b|speak as|answer (?:as|like)|as an?\b|(?:let's|i want you to|i'd like you to) (?:pretend|role-?play"
    r"|play|act|be)\b)"
    r"|\W*(?:请)?(?:你(?:现在)?是|扮演|假装|假设你|你来演|以.{1,12}的(?:身份|口吻))",
    re.IGNORECASE,
)
"""For a part to be played: what the character says is then what the reply does."""

WORKED_ON = re.compile(
    r"\W*(?:please |can you |could you )*(?:translate|rewrite|rephrase|reword|paraphrase|summari[sz]e|shorten|proofread"
    r"|correct|polish|quote|repeat|how do (?:you|i) say|say .{0,40}\bin (?:english|french|german|spanish|chinese)\b"
    r"|make .{0,30}\b(?:politer|more polite|shorter|more formal)\b)|\W*(?:请|帮我|麻烦)*(?:把.{0,80}(?:翻译|译成|改写"
    r"|改成"
    r"|改得)|翻译|改写|润色|总结|概括|缩写|用.{1,4}(?:语|文)(?:怎么)?说)",
    re.IGNORECASE | re.DOTALL,
)
"""For a text of the asker's to be turned into another."""

DECLINING = re.compile(
    r".*?(?:\b(?:refus\w+|declin\w+|reject\w+|can(?:no|')t|cannot|can not|won't|will not|don't|do not|unable|sorry"
    r"|apolog\w+|no"
    r"|puedo|lo siento|peux pas|d[ée]sol[ée]e?|kann (?:ich )?(?:\w+ )?nicht|leider|tut mir leid|posso|mi dispiace)\b"
    r"|拒绝|抱歉|对不起|不能|无法|不会|不好意思|谢绝|婉拒|恕|不)",
    re.IGNORECASE | re.DOTALL,
)
"""The asker's text itself declines something."""

NOTICE = re.compile(
    r"\W*(?:(?:please|can you|could you|help me|i need|i want|you) )*(?:to )?(?:write|draft|compose|create|make|give"
    r"|suggest|word"
    r"|prepare|an?|the)\b(?=.{0,160}\b(?:error|fail\w*|out[- ]of[- ]office|auto-?reply|refus\w+|declin\w+|reject\w+"
    r"|den(?:y|ies|ial)|turn(?:s|ing)? (?:\w+ ){0,3}down|sorry|apolog\w+|excuse|can(?:no|')t|won't|unable"
    r"|not (?:allowed|permitted|accepted)|no longer"
    r"|closed"
    r"|cancel\w*|unavailable|maintenance|locked|expired|delay\w*|forbid\w*|prohibit\w*)\b).{0,60}?\b(?:messages?"
    r"|e-?mails?"
    r"|letters?|texts?|notes?|notices?|signs?|sms|repl(?:y|ies)|response|template|announcement|banner|post|tweet"
    r"|page)\b"
    r"|(?:请|帮我|替我|麻烦|给我|能不能|可以|能)*(?:写|拟|起草|生成|编|给|做|发)(?=.{0,60}(?:拒|谢绝|婉|抱歉|对不起"
    r"|遗憾|不能|无法|失败|错误|辞"
    r"|推掉|请假|取消|暂停|停业|维护|过期|锁定)).{0,40}?(?:提示|告示|通知|公告|短信|邮件|信|回复|消息|留言|牌|启事|假条"
    r"|弹窗|话术|微信)",
    re.IGNORECASE | re.DOTALL,
)
"""For a text to be sent or put up that itself turns somebody down, or says that something does not work."""

MESSAGE = re.compile(
    r"\W*(?:(?:please|can you|could you|help me|i need|i want|you) )*(?:to )?(?:write|draft|compose|create|make|give"
    r"|suggest|word|prepare|an?|the)\b.{0,100}?\b(?:messages?|e-?mails?|letters?|texts?|notes?|notices?|signs?|sms"
    r"|repl(?:y|ies)|response|template|announcement|banner|post|tweet|page)\b"
    r"|[^ ]{0,20}?(?:写|拟|起草|生成|编|给|做|发).{0,60}?(?:提示|告示|通知|公告|短信|邮件|信|回复|消息"
    r"|留言|牌|启事|假条|弹窗|话术|微信)",
    re.IGNORECASE | re.DOTALL,
)
"""For a text that somebody else is to read."""

REPORT = re.compile(
    r".{0,80}\b(?:news|headlines?|rumou?rs?|press release|hoax)\b|.{0,40}(?:新闻|报道|谣言|传闻|通稿"
    r"|[写拟].{0,20}提示(?!词))",
    re.IGNORECASE | re.DOTALL,
)
"""For news, true or made up, in which others have their say."""

TO_WRITE = re.compile(r".*?(?:\b(?:write|draft|compose|reply|respond)\b|写|起草|拟|回复)", re.IGNORECASE | re.DOTALL)
"""For a text, in which somebody else may decline."""
