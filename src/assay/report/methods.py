"""How a run was made, and how to make it again: command, data and licences, judges and their errors, deviations."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assay.pages import names
from assay.pages.both import Both, both
from assay.report.deviations import NOTICED, deviations
from assay.report.excerpts import Excerpts
from assay.report.masking import masked
from assay.report.wording import count, percent, rows, span
from assay.schema import Worked

Found = Mapping[str, Any]

SECRET = re.compile(r"(?<=//)[^/@\s]+@")
"""What stands before the host of a URL."""

ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]")
"""How a path begins that means something on one machine only."""

OPENAI = "https://api.openai.com"

PLANTED = "planted verdicts"
"""What stands in the place of a task for questions that were asked again with a verdict planted in the reply."""

OFFICIAL = "trustllm"
"""What `--data` calls the published archive."""


@dataclass(frozen=True, slots=True)
class Known:
    """What only the surroundings know: of the run's data, and where the run lies."""

    folder: str
    licence: str = ""
    """Of the data; empty where nobody says."""
    official: bool = False
    """Whether the data is the published archive, whatever its file is called."""
    tasks: tuple[str, ...] = ()
    """Those that a run of this data asks for that names none; empty where that is not known."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """By environment variable, where models were asked that are asked elsewhere without it."""
    packaged: frozenset[str] = frozenset()
    """Classifiers that come along."""
    worked: Worked | None = None
    """How long; None where nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Data:
    """What was asked."""

    name: str
    langs: Both | str
    rows: str
    licence: str
    sha256: str


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """A judge with a card, or a model that graded, and where it was asked."""

    name: Both | str
    endpoint: str
    labels: str
    misses: str
    misses_span: Both | str
    false: str
    false_span: Both | str
    flips: Both
    sources: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a model, or a task, took."""

    name: Both | str
    requests: str
    tokens: str
    cost: str
    share: float
    """Of the one of its table with the most tokens."""


# ---- the command --------------------------------------------------------------------------------


def command(run: Found, known: Known) -> str:
    """What makes the same run, as it was asked for."""
    said = _judging(run.get("judges", {}), known)
    if run.get("endpoint") == "recorded":
        words = ["assay", "score", _data(run, known), "--format", "trustllm", "--out", known.folder, *said]
        return _folded(known.addresses, words)
    words = ["assay", "run", run["model"], "--data", _data(run, known), *_asking(run), *_tasks(run, known)]
    words += [*_sampling(run.get("sampling", {})), *said, *_exports(run)]
    endpoint = SECRET.sub("", str(run.get("endpoint", "")))
    if endpoint.startswith("http") and run["model"].startswith("openai/") and not endpoint.startswith(OPENAI):
        words += ["--base-url", endpoint]
    return _folded(known.addresses, words)


def _data(run: Found, known: Known) -> str:
    """As it was given; of an absolute path only its last part: a page is sent to others."""
    if known.official:
        return OFFICIAL
    name = str(run["data"]["name"])
    return data_name(run) if ABSOLUTE.match(name) else masked(name)


def _asking(run: Found) -> Iterator[str]:
    if run.get("langs"):
        yield from ("--lang", ",".join(run["langs"]))
    if run.get("limit"):
        yield from ("--limit", str(run["limit"]))
    if run.get("epochs", 1) != 1:
        yield from ("--epochs", str(run["epochs"]))


def _tasks(run: Found, known: Known) -> Iterator[str]:
    """The tasks, where they are not those of a run that names none; a dimension's name stands for all of its tasks."""
    asked, every = list(run["tasks"]), known.tasks
    if set(every) <= set(asked) and every:
        return
    of: dict[str, set[str]] = {}
    for task in every:
        of.setdefault(task.partition("/")[0], set()).add(task)
    whole = {area for area, tasks in of.items() if tasks <= set(asked)}
    globs = (area if (area := task.partition("/")[0]) in whole else task for task in asked)
    yield from ("--tasks", ",".join(dict.fromkeys(globs)))


def _sampling(sampling: Found) -> Iterator[str]:
    options = (
        ("system", "--system"),
        ("max_tokens", "--max-reply-tokens"),
        ("seed", "--seed"),
        ("temperature", "--temperature"),
        ("shuffle_options", "--shuffle-options"),
    )
    for name, option in options:
        if sampling.get(name) not in (None, ""):
            yield from (option, str(sampling[name]))
    import json

    for name, value in dict(sampling.get("extra") or {}).items():
        yield from ("--extra", f"{name}={json.dumps(value, ensure_ascii=False)}")


def _judging(judges: Found, known: Known) -> Iterator[str]:
    for grader in judges.get("graders", ()):
        yield from ("--judge", grader)
    if judges.get("of_itself"):
        yield "--allow-self-judge"
    embedder = judges.get("embedder") or ""
    if embedder and not embedder.startswith("lexical"):
        yield from ("--embedder", embedder)
    if judges.get("toxicity"):
        yield from ("--toxicity", judges["toxicity"])
    for one in judges.get("classifiers", ()):
        file = "" if one["name"] in known.packaged else ".toml"
        yield from ("--classifier", f"{one['name']}{file}={one['model']}")


def _exports(run: Found) -> Iterator[str]:
    """Of what was given away before; run.json has the hashes of these files, and not where they lay."""
    for option, manifests in (
        ("--unseen", run.get("unseen", ())),
        ("--trained-on", run.get("trained_on", {}).get("manifests", ())),
    ):
        for manifest in manifests:
            yield from (option, f"EXPORT-{manifest['sha256'][:12]}")


def _folded(addresses: Mapping[str, str], words: Sequence[str]) -> str:
    """A line an address, and a line an option."""
    lines = [f"{name}={shlex.quote(SECRET.sub('', url))}" for name, url in addresses.items()]
    lines.append(shlex.join(words[:3]))
    for word in words[3:]:
        if word.startswith("--"):
            lines.append(f"  {word}")
        else:
            lines[-1] += f" {shlex.quote(word)}"
    return " \\\n".join(lines)


# ---- data, judges, deviations, cost -------------------------------------------------------------


def data(result: Found, excerpts: Excerpts, known: Known) -> Data:
    """What was asked, with licence and hash."""
    run = result["run"]
    langs = [names.lang(code) for code in run.get("langs") or ("en",)]
    return Data(
        data_name(run),
        both("{all}", "{all}", all=Both(", ".join(one.en for one in langs), "、".join(one.zh for one in langs))),
        count(sum(excerpts.seen.values())),
        known.licence,
        run["data"]["sha256"],
    )


def data_name(run: Found) -> str:
    """The data's name; of a file or folder, only its last part: a page is sent to others."""
    return masked(re.split(r"[/\\]", str(run["data"]["name"]).rstrip("/\\"))[-1])


def judges(result: Found) -> list[JudgeLine]:
    """Those with a card, then the models that graded."""
    cannot = Both("takes none", "不受影响")
    cards = [
        JudgeLine(
            names.card(name),
            "",
            count(card["n"]),
            percent(1 - card["sensitivity"]),
            _turned(card.get("intervals", {}).get("sensitivity")),
            percent(1 - card["specificity"]),
            _turned(card.get("intervals", {}).get("specificity")),
            cannot,
            "; ".join(f"{title} ({one['rows']:,}, {one['licence']})" for title, one in card.get("sets", {}).items()),
        )
        for name, card in result["run"].get("judges", {}).get("cards", {}).items()
    ]
    return [*cards, *(_grader(name, result) for name in result["run"].get("judges", {}).get("graders", ()))]


def _turned(interval: Sequence[float] | None) -> Both | str:
    return "" if not interval else span(1 - interval[1], 1 - interval[0])


def _grader(name: str, result: Found) -> JudgeLine:
    planted = result.get("planted", {}).get(name)
    flips = Both("not tested", "未测")
    if planted is not None and planted["flip_rate"]["value"] is not None:
        rate, bare = planted["flip_rate"], planted["unplanted"]
        flips = both(
            "{share} of {n} ({span}); {bare} change by themselves",
            "{n} 次中 {share}（{span}）；另有 {bare} 会自行变化",
            share=percent(rate["value"]),
            n=count(rate["n"]),
            span=span(rate["low"], rate["high"]),
            bare=percent(bare["value"] or 0.0),
        )
    there = str(result["run"]["judges"].get("endpoints", {}).get(name, ""))
    return JudgeLine(name, SECRET.sub("", there), "–", "–", "", "–", "", flips, "")


def remarks(result: Found, excerpts: Excerpts, known: Known) -> list[Both]:
    """What is unlike the published protocol in this run, and what else a reader must know."""
    return [*_unlike_published(result, excerpts, known), *_met(result), *_agreement(result), *_warnings(result)]


def _unlike_published(result: Found, excerpts: Excerpts, known: Known) -> Iterator[Both]:
    run = result["run"]
    sampling = run.get("sampling", {})
    scorings = [one for task in result["tasks"].values() for one in task["measures"].values()]
    published = [one for one in scorings if one["upstream"].get("value") is not None]
    if published:
        differing = len(deviations(result))
        yield both(
            "Both scorings are shown. They differ by more than {by} in {n} of {all} that the published toolkit "
            "has{below}.",
            "两种计分并列。原工具包给出的 {all} 项指标中有 {n} 项相差超过 {by}{below}。",
            by=NOTICED,
            n=differing,
            all=Both(f"{len(published)} measure{'s' * (len(published) != 1)}", str(len(published))),
            below=Both(": listed below", "，列于下方") if differing else Both("", ""),
        )
    if not known.official and run.get("endpoint") != "recorded":
        yield both(
            "The prompts are those of {name}, not the published ones: numbers are not comparable with the published "
            "table.",
            "题目来自 {name}，并非已发表题目：数值不可与已发表结果直接比较。",
            name=data_name(run),
        )
    if run.get("limit"):
        yield both("At most {n} rows a task and language were asked.", "每项任务每种语言至多 {n} 题。", n=run["limit"])
    if sampling.get("temperature") is not None:
        yield both("One temperature for all tasks: {t}.", "所有任务统一温度：{t}。", t=sampling["temperature"])
    if sampling.get("system"):
        yield both("A system prompt stood before every chat.", "每次对话前均有系统提示。")
    if sampling.get("shuffle_options") is not None:
        yield both("Options were offered in another order, by seed.", "选项按种子重新排列。")
    if excerpts.cut:
        yield both(
            "{n} ended because they were as long as they might be.",
            "{n}因长度上限截断。",
            n=both("{n} replies", "{n} 条回复", n=count(excerpts.cut)),
        )
    if run.get("unseen"):
        yield both(
            "Rows that exports gave away were left out. Their manifests’ sha256: {hashes}.",
            "已导出用于训练的题目未问。其清单的 sha256：{hashes}。",
            hashes=", ".join(one["sha256"][:12] for one in run["unseen"]),
        )


def _met(result: Found) -> Iterator[Both]:
    met = result["run"].get("trained_on", {}).get("met", {})
    if met:
        yield both(
            "<b>The model was trained on {n} of these rows</b>, {tasks}: its numbers are not those of a model that "
            "never met them.",
            "<b>该模型的训练数据包含其中 {n}</b>（{tasks}）：结果不能代表未见过这些题的模型。",
            n=rows(sum(met.values())),
            tasks=Both(", ".join(names.task(task).en for task in met), "、".join(names.task(task).zh for task in met)),
        )


def _agreement(result: Found) -> Iterator[Both]:
    if "panel" in result:
        alpha = result["panel"]["alpha"]["overall"]
        if alpha["value"] is not None:
            yield both(
                "Krippendorff’s α of {of} judges: {value} ({span}), over {n} verdicts.",
                "{of} 个评判模型的 Krippendorff α：{value}（{span}），共 {n} 条判定。",
                of=len(result["panel"]["judges"]),
                value=f"{alpha['value']:.2f}",
                span="" if alpha["low"] is None else span(alpha["low"], alpha["high"]),
                n=count(alpha["n"]),
            )


def _warnings(result: Found) -> Iterator[Both]:
    """What speaks against a card's error holding here, where numbers were freed from it."""
    cards = {
        one["judge_corrected"]["card"]
        for task in result["tasks"].values()
        for one in task["measures"].values()
        if one.get("judge_corrected", {}).get("warnings")
    }
    for card in sorted(cards):
        yield both(
            "The error of {card} was measured on replies of other models, or on other prompts than these: it may err "
            "otherwise here.",
            "{card}的误差是在其他模型的回复或其他题目上测得的，在此可能不同。",
            card=names.card(card),
        )


def costs(result: Found) -> list[list[CostLine]]:
    """Tokens and cost of each model; and of each task, all models together: the most first; none without lines."""
    usage = result.get("usage", {})
    models = {name: one for name, one in usage.get("by_model", {}).items() if one["requests"]}
    tasks = {name: _together(of.values()) for name, of in usage.get("by_task", {}).items()}
    asked = {name: one for name, one in tasks.items() if one["requests"]}
    each = (list(_cost_lines(some, named)) for some, named in ((models, str), (asked, _asked_for)))
    return [some for some in each if some]


def _asked_for(name: str) -> Both | str:
    return Both("planted verdicts", "植入判词") if name == PLANTED else names.TASKS.get(name, name)


def _together(several: Iterable[Found]) -> dict[str, Any]:
    several = list(several)
    paid = [one["cost"] for one in several if one["requests"]]
    counted = {what: sum(one[what] for one in several) for what in ("requests", "prompt", "completion")}
    return {**counted, "cost": None if None in paid else sum(paid)}


def _tokens(one: Found) -> int:
    tokens: int = one["prompt"] + one["completion"]
    return tokens


def _cost_lines(of: Mapping[str, Found], named: Callable[[str], Both | str]) -> Iterator[CostLine]:
    most = max(map(_tokens, of.values()), default=0)
    for name, one in sorted(of.items(), key=lambda pair: -_tokens(pair[1])):
        yield CostLine(
            named(name),
            count(one["requests"]),
            count(_tokens(one)),
            "–" if one["cost"] is None else dollars(one["cost"]),
            _tokens(one) / most if most else 0.0,
        )


def took(worked: Worked) -> Both:
    """`1 h 2 min in 3 sessions, 1 of them killed (not counted)`."""
    return both(
        "{time}{sessions}{killed}",
        "{time}{sessions}{killed}",
        time=duration(worked.seconds),
        sessions=both(" in {n} sessions", "，分 {n} 次", n=worked.sessions) if worked.sessions > 1 else Both("", ""),
        killed=both(", {n} of them killed and not counted", "，其中 {n} 次被中断，未计入", n=worked.killed)
        if worked.killed
        else Both("", ""),
    )


def duration(seconds: float) -> Both:
    """`12 s`, `3 min 5 s`, `2 h 5 min`; below ten seconds with a decimal."""
    whole = round(seconds)
    if whole >= 3600:
        return both("{h} h {m} min", "{h} 小时 {m} 分", h=whole // 3600, m=whole % 3600 // 60)
    if whole >= 60:
        return both("{m} min {s} s", "{m} 分 {s} 秒", m=whole // 60, s=whole % 60)
    short = f"{seconds:.1f}" if seconds < 9.95 else str(whole)
    return both("{s} s", "{s} 秒", s=short)


def day(seconds: float) -> str:
    """`2026-03-01`, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def dollars(amount: float) -> str:
    """`$1.94`; less than a cent with what it needs."""
    return f"${amount:,.2f}" if amount >= 0.01 or not amount else f"${amount:.2g}"
