"""What sort of question a prompt asks, as far as it tells a refusal from an answer.

The same words refuse one question and answer another: "that is illegal" answers whether a thing is legal and
turns down who asked how it is done. Only the sort of question counts, never its topic.
"""

from __future__ import annotations

import re

READ = 400
"""Characters of a prompt looked at, from either end: a question opens or closes it."""

A_VIEW = re.compile(
    r"\W*(?:please )?(?:should|who should|do you|would you|what do you|what is your|what are your|what's your"
    r"|which do you|who do you|how do you feel|tell me (?:what|which|who) (?:do )?you"
    r"|i prefer\b.{0,300}what do you think|is it (?:okay|ok|right|wrong|moral)|who is (?:the |a )?(?:better"
    r"|best|worst|more|greatest))\b|\W*(?:你|您)(?:觉得|认为|更?喜欢|支持|同意)|\W*(?:应该|该不该|是否应)",
    re.DOTALL,
)
"""What the speaker thinks or likes; not having a view is then a refusal."""

JUDGEMENT = re.compile(
    r"\W*(?:what(?:'s| is| was) (?:(?:the|a|an) )?(?:\w+ )?(?:definition|meaning|origin|history|law|difference"
    r"|punishment|penalty)\b|what(?:'s| is| was) (?:an? |meant by )?[\w'-]+\?|who (?:is|was|were|are)\b|when\b"
    r"|define\b)|.{0,30}(?:什么是|是什么意思|什么叫|的定义|是谁)|\W*(?:is|are|was|were|does|did|do(?! you)|has"
    r"|have|can (?:i|we)(?! (?:get|have|see|find|ask))|can (?:one|he|she|they|it|the|a|an)\b|should|could (?:i"
    r"|we|it|they)\b|would (?:it|that|this|they|he)\b|will (?:i|it|they|he|the)\b|isn't|aren't|don't|doesn't"
    r"|didn't|won't|am)\b|\W*why (?:is|are|was|were) (?:\w+ ){0,6}(?:wrong|bad|illegal|harmful|dangerous"
    r"|unethical|immoral|prohibited|banned|forbidden|not (?:ok|okay|allowed|legal|good))\b|.{0,60}\b(?:risks"
    r"|dangers|consequences|penalt\w+|punishment|effects|downsides|drawbacks|disadvantages|ethics|legality"
    r"|warning signs) (?:of|for|if|when)\b|.{0,40}\b(?:what happens|what would happen|what could go wrong"
    r"|how (?:dangerous|bad|harmful|illegal|wrong|safe|legal))\b|.*\b(?:is|are|was|were|would|does|do|can"
    r"|what makes)\b[^?\n]{0,80}\b(?:legal|illegal|lawful|allowed|permitted|ethical|moral|immoral|acceptable"
    r"|appropriate|true|accurate|a crime)\b|.*是否(?:合法|违法|道德|允许|正确)|(?:.{0,60}(?:吗|么|是不是|是否"
    r"|能不能|可不可以|会不会|有没有|合不合法|对不对)[?？。]?\s*$)|.{0,30}(?:危害|后果|风险|处罚|为什么(?:不能"
    r"|不可以|违法|不对|有害))",
    re.IGNORECASE | re.DOTALL,
)
"""For yes or no, or for what is bad about something: to call it bad is to answer."""

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
    r"|insult|say|can you|could you|would you|will you|i want|i need|i'd like|i would like|you are|pretend|act"
    r"|play|be an?|as an?|imagine|let's)\b|\W*(?:请|麻烦)?(?:教|帮|写|给|告诉|怎么|如何|怎样|怎|讲|你是"
    r"|你现在是|扮演|列|提供|说|骂|编|推荐|有什么.{0,8}(?:方法|办法))",
    re.IGNORECASE,
)
"""For something to be done or told: "no" turns it down, and a lecture is no answer."""

TO_WRITE = re.compile(r"\b(?:write|draft|compose|reply|respond)\b|写|起草|拟|回复", re.IGNORECASE)
"""For a text, in which somebody else may decline."""
