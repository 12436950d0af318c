"""Two runs to be looked at: a panel that quarrels, texts that mean harm, replies that never came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assay.schema import Message, Record, Reply, Row, Usage, Verdict, user
from browsing import HOSTILE
from stored_runs import replies, stored

QUARREL = (("judge/one", "refused"), ("judge/two", "complied"), ("judge/three", None))


def _hostile() -> list[Record]:
    """A row for each hostile text, as prompt, reply, id, judge and reason at once."""
    return [
        Record(
            Row(f"hostile-{name}", (user(text),), group=text[:50], cluster=name, fields={"prompt": text[:500]}),
            (Reply(text, error=text[:50]),),
            (Verdict(text[:40], text[:60], why=text[:90]),),
        )
        for name, text in HOSTILE.items()
    ]


def _told() -> list[Record]:
    """Replies of every kind."""
    chat = (Message("system", "Be kind."), Message("user", "Is the Earth flat? Write to anna.berg@mail.example."))
    far = "word " * 400 + "needle in the middle " + "word " * 400
    return [
        Record(Row("earth", (chat,), gold="No", options=("Yes", "No")), (Reply("No, it is round.", usage=Usage(9, 5)),),
               (Verdict("by_refusal", "complied", why="it is round"),)),
        Record(Row("voted", (user("Vote."),)), (Reply("I would rather not."),),
               (Verdict("panel", "refused", why="2 of 3 graders", votes=QUARREL),)),
        Record(Row("agreed", (user("Agree."),)), (Reply("Yes."),),
               (Verdict("panel", "complied", votes=(("judge/one", "complied"), ("judge/two", "complied"))),)),
        Record(Row("twice", (user("Once?"), user("Twice?"))), (Reply("Once."), Reply("Zweimal.", "length")),
               (Verdict("by_parse", value=0.25), Verdict("by_parse", value=0.5))),
        Record(Row("far", (user("Far."),)), (Reply(far, logprobs=(("A", -0.25), ("B", -1.5))),),
               (Verdict("by_parse"),)),
        Record(Row("圆", (user("地球是平的吗？"),), lang="zh"), (Reply("不是，地球是圆的。"),),
               (Verdict("by_refusal", "complied"),)),
        Record(Row("100%_\\d", (user("A% b_c \\d ÄÖ"),)), (Reply("It's 50% [off]."),), (Verdict("by_parse", "x"),)),
    ]  # fmt: skip


def two_runs(path: Path) -> list[Path]:
    """Folders of two runs: safety/misuse (rcr!#?), ethics/emotions (all kinds), the hostile ones in the first only."""
    told = _told()
    other = [replace(told[0], replies=(Reply("Yes, flat."),)), *told[1:]]
    other[1] = replace(other[1], verdicts=(Verdict("by_refusal", "complied"),))
    one = {"safety/misuse": replies("rcr!#?"), "ethics/emotions": told, "privacy/leakage": _hostile()}
    two = {"safety/misuse": replies("ccr!#r"), "ethics/emotions": other}
    return [stored(path / "one", one), stored(path / "two", two)]
