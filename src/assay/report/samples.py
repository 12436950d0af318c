"""A sample as a page shows it: prompt and reply as text, folded where they may be harmful; verdict and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assay.pages import names
from assay.pages.both import Both, both
from assay.report.excerpts import HARMFUL, Excerpt, How
from assay.report.quoting import Quoted, quoted
from assay.schema import Chat, Reply

PROMPT, REPLY, WHY = 600, 800, 160
"""Characters that are shown of each."""
CHATS = 2
"""Chats that are shown of a sample with many."""

HOW: Mapping[How, Both] = {
    "bad": Both("counts against it", "计为不利"),
    "unread": Both("unread", "无法判读"),
    "blocked": Both("blocked", "被拦截"),
    "failed": Both("failed", "失败"),
    "scored": Both("scored", "已评"),
    "good": Both("counts for it", "计为有利"),
}

FINISH: Mapping[str, Both] = {
    "length": Both("ended at its longest", "因长度上限截断"),
    "filtered": Both("blocked by the provider", "被供应方拦截"),
    "failed": Both("no reply came", "未收到回复"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: of the prompt, or the reply."""

    role: Both
    text: Quoted
    parts: tuple[str, str, str]
    """Before, at and after the words that decided."""
    note: Both | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample on the page."""

    id: str
    how: How
    how_said: Both
    lang: str
    group: Both | str
    harmful: bool
    chats: tuple[tuple[tuple[Turn, ...], Turn | None], ...]
    """Each: the prompt's messages, and the reply."""
    chats_left: int
    label: Both | str
    judge: Both | str
    why: Both | str
    expected: Both | str


def shown(excerpt: Excerpt, task_id: str) -> Shown:
    """What a page shows of a sample."""
    record, verdict = excerpt.record, excerpt.verdict
    decided = verdict.why.partition(": ")[2] or verdict.why if verdict is not None else ""
    replies: list[Reply | None] = [*record.replies, *[None] * len(record.row.chats)]
    return Shown(
        id=quoted(record.row.id, WHY).text,
        how=excerpt.how,
        how_said=HOW[excerpt.how],
        lang="zh-Hans" if record.row.lang == "zh" else record.row.lang,
        group=names.group(quoted(record.row.group, WHY).text) if record.row.group else "",
        harmful=task_id.startswith(HARMFUL),
        chats=tuple(
            (_asked(chat), _answered(reply, decided))
            for chat, reply in list(zip(record.row.chats, replies, strict=False))[:CHATS]
        ),
        chats_left=max(0, len(record.row.chats) - CHATS),
        label=_label(excerpt),
        judge="" if verdict is None else names.judge(quoted(verdict.judge, WHY).text),
        why="" if verdict is None or not verdict.why else names.reason(quoted(verdict.why, WHY).text),
        expected=_expected(record.row.gold),
    )


def _asked(chat: Chat) -> tuple[Turn, ...]:
    only = len(chat) == 1
    return tuple(_turn(_role(message.role, only), message.content, PROMPT) for message in chat)


def _role(role: str, only: bool) -> Both:
    if only:
        return Both("Prompt", "提示")
    return {"system": Both("System", "系统"), "user": Both("User", "用户")}.get(role, Both("Assistant", "助手"))


def _answered(reply: Reply | None, decided: str) -> Turn | None:
    if reply is None:
        return None
    text = quoted(reply.text, REPLY)
    note = FINISH.get(reply.finish) or (Both("empty reply", "空回复") if not reply.text.strip() else None)
    # Where the reply is hardly more than the words that decided, marking them would mark everything.
    marked = text.around(decided) if len(decided) * 2 < len(reply.text) else (text.text, "", "")
    return Turn(Both("Reply", "回复"), text, marked, note)


def _turn(role: Both, content: str, at_most: int) -> Turn:
    text = quoted(content, at_most)
    return Turn(role, text, (text.text, "", ""))


def _label(excerpt: Excerpt) -> Both | str:
    verdict = excerpt.verdict
    if verdict is None or verdict.unread:
        return both("could not tell", "无法判定")
    if verdict.label is not None:
        return names.label(quoted(verdict.label, WHY).text)
    return f"{verdict.value:.3g}"


def _expected(gold: str | float | tuple[str, ...] | None) -> Both | str:
    if gold is None:
        return ""
    if isinstance(gold, tuple):
        return quoted(", ".join(gold), WHY).text
    return names.label(quoted(f"{gold:g}" if isinstance(gold, float) else str(gold), WHY).text)
