"""Samples as pages show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from assay.pages import Both, both, names
from assay.schema import Record, Verdict
from assay.store.searching import EXCERPT, Sample
from assay.view.plain import Shown, shown, visible

FINISHES: Mapping[str, Both] = {
    "stop": Both("ended", "正常结束"),
    "length": Both("cut off at its longest", "超长截断"),
    "filtered": Both("blocked by the provider", "被服务商拦截"),
    "failed": Both("no reply", "没有回复"),
}

NEEDED: Mapping[str, Both] = {
    "needs:judge": Both("needs a judge", "需要评判模型"),
    "needs:toxicity": Both("needs a toxicity score", "需要毒性评分"),
}
"""Verdicts that wait for an instrument."""

HARMFUL = ("safety/", "misuse_resistance/")
HARMLESS = ("safety/exaggerated_safety", "safety/mental_health")
"""Of those, tasks that ask nothing harmful."""

WHOLE = 20_000_000
"""Characters of a record as a text of its own."""


@dataclass(frozen=True, slots=True)
class Item:
    """One sample in a list."""

    sample: Sample
    run: int
    prompt: Shown
    reply: Shown
    verdict: Both
    votes: Sequence[tuple[str, Both]]
    """Of several graders, where they were not of one mind."""

    @property
    def harmful(self) -> bool:
        """Whether its texts are folded until somebody asks for them."""
        return may_harm(self.sample.task)

    @property
    def harmful_reply(self) -> bool:
        """A refusal may be seen."""
        return self.harmful and self.sample.label != "refused"


def may_harm(task: str) -> bool:
    """Whether what a task asks, and what may be answered, is harmful."""
    return task.startswith(HARMFUL) and not task.startswith(HARMLESS)


def item(run: int, sample: Sample) -> Item:
    """A sample as a list shows it."""
    verdicts = [verdict_of(*given) for given in sample.verdicts]
    first = verdicts[0] if verdicts else Verdict("")
    return Item(
        sample,
        run,
        shown(sample.prompt, sample.prompt_length, EXCERPT, sample.prompt_from),
        shown(sample.reply, sample.reply_length, EXCERPT, sample.reply_from),
        in_words(first, sample.finish),
        next((of for verdict in verdicts if (of := quarrel(verdict))), ()),
    )


def verdict_of(judge: str, label: str | None, value: float | None, why: str, votes: Any = ()) -> Verdict:
    """A verdict as it is stored."""
    return Verdict(judge, label, value, why, tuple((name, said) for name, said in votes))


def in_words(verdict: Verdict, finish: str = "stop") -> Both:
    """A label, a number, or why there is neither."""
    if verdict.label is not None:
        return names.label(visible(verdict.label[:80]))
    if verdict.value is not None:
        return Both(f"{verdict.value:.4g}", f"{verdict.value:.4g}")
    if finish in ("filtered", "failed"):
        return Both("not judged", "未评判")
    return NEEDED.get(verdict.why, Both("unread", "无法判定"))


def quarrel(verdict: Verdict) -> tuple[tuple[str, Both], ...]:
    """Who voted for what, where not all voted for the same."""
    if len({label for _, label in verdict.votes if label is not None}) < 2:
        return ()
    return votes(verdict)


def votes(verdict: Verdict) -> tuple[tuple[str, Both], ...]:
    """Who voted for what."""
    return tuple((visible(name), names.label(visible(label or "–"))) for name, label in verdict.votes)


# ---- one sample as a whole -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a chat."""

    role: Both
    text: Shown


@dataclass(frozen=True, slots=True)
class Exchange:
    """A chat, its reply, and what was judged of it."""

    turns: Sequence[Turn]
    reply: Shown | None
    """None where nobody was asked."""
    finish: str
    error: str
    decided: str
    """What in the reply decided, where the judge says so in the reply's own words."""
    tokens: tuple[int, int]
    logprobs: Sequence[tuple[str, str]]
    recorded: str


ROLES: Mapping[str, Both] = {
    "system": Both("System", "系统提示"),
    "user": Both("Prompt", "提问"),
    "assistant": Both("Assistant, given", "助手（给定）"),
}


def exchanges(record: Record) -> list[Exchange]:
    """What was said, chat by chat."""
    replies = (*record.replies, *([None] * (len(record.row.chats) - len(record.replies))))
    return [
        Exchange(
            [Turn(ROLES[turn.role], shown(turn.content)) for turn in chat],
            None if reply is None else shown(reply.text),
            "failed" if reply is None else reply.finish,
            "" if reply is None else visible(reply.error[:2000]),
            _span(record, at),
            (0, 0) if reply is None else (reply.usage.prompt, reply.usage.completion),
            [] if reply is None else [(visible(token), f"{share:.3f}") for token, share in reply.logprobs],
            "" if reply is None or not reply.recorded else as_text(reply.recorded),
        )
        for at, (chat, reply) in enumerate(zip(record.row.chats, replies, strict=False))
    ]


def _span(record: Record, at: int) -> str:
    """Why the verdict on this reply is what it is, if that stands in the reply."""
    if len(record.verdicts) != len(record.replies) or at >= len(record.replies):
        return ""
    why = record.verdicts[at].why
    return why if 2 < len(why) < 500 and why.lower() in record.replies[at].text.lower() else ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on a page."""

    judge: Both
    slug: str
    """The judge by its own name."""
    said: Both
    why: Both
    votes: Sequence[tuple[str, Both]]


def judged(record: Record) -> list[Judged]:
    """All verdicts."""
    finishes = [reply.finish for reply in record.replies]
    of = [finishes[at] if at < len(finishes) else "stop" for at in range(len(record.verdicts))]
    return [
        Judged(
            names.judge(visible(one.judge)),
            visible(one.judge),
            in_words(one, finish),
            names.reason(shown(one.why, most=4_000).text),
            votes(one),
        )
        for one, finish in zip(record.verdicts, of, strict=True)
    ]


def facts(record: Record, dataset: str, epoch: int) -> list[tuple[Both, Both]]:
    """What is known of the row beside its texts."""
    row = record.row
    gold = row.gold if isinstance(row.gold, str) or row.gold is None else as_text(row.gold)
    known = (
        (both("Right answer", "正确答案"), gold),
        (both("Options", "选项"), " · ".join(row.options)),
        (both("Group", "分组"), names.group(shown(row.group, most=2_000).text) if row.group else ""),
        (both("Template", "模板"), row.cluster),
        (both("Dataset", "数据集"), dataset),
        (both("Repeat", "第几次"), str(epoch) if epoch else ""),
    )
    return [(name, value if isinstance(value, Both) else _plain(value)) for name, value in known if value]


def _plain(value: str) -> Both:
    text = shown(value, most=2_000).text
    return Both(text, text)


def as_text(value: Any) -> str:
    """A value as JSON, fit to be shown."""
    return shown(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode(), most=20_000).text
