"""Every measure of a run as a line of the page: value, interval, what is missing, both scorings, judge, languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assay.pages import charts, names
from assay.pages.both import Both, both
from assay.report.dimensions import Dimension, main_measures
from assay.report.excerpts import Excerpts
from assay.report.figures import ARROWS
from assay.report.operating import scores_below, task_order
from assay.report.samples import Shown, shown
from assay.report.wording import count, percent, signed, span, three, two
from assay.taxonomy import AREAS

Found = Mapping[str, Any]

LEVEL = 0.05

SCORING = frozenset({"by_toxicity", "recorded:toxicity"})
"""Judges that give a score: a card of verdicts says which replies they were asked about, and nothing of their error."""

BETTER: Mapping[str, Both] = {
    "higher": Both("higher is better", "越高越好"),
    "lower": Both("lower is better", "越低越好"),
    "neither": Both("describes, does not rank", "仅作描述，不论高低"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A number of a group, or of a language."""

    name: str | Both
    value: str
    span: Both | str
    n: str
    total: str
    missing: int


@dataclass(frozen=True, slots=True)
class Said:
    """A remark in the judge's column; `odd` where it casts doubt."""

    text: Both
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One measure."""

    anchor: str
    """Empty but on a task's first line."""
    task: Both | None
    measure: Both
    arrow: str
    better: Both
    main: bool
    """Whether the task enters its dimension by this measure."""
    value: str
    span: Both | str
    bounds: Both | str
    """Floor and ceiling, where rows were not scored."""
    needs: Both | None
    """What was missing to score it, on a task's first line."""
    chart: Markup | None
    axis: Both | None
    """Which axis the chart has, where it is not 0 to 1; or why there is none."""
    upstream: str
    upstream_why: Both | None
    n: str
    total: str
    missing: tuple[int, int, int]
    """Blocked, failed, unread."""
    judge: tuple[Said, ...]
    between: tuple[tuple[str, str, Both | str, bool], ...]
    """For each two languages: `zh − en`, the difference, its interval, whether it is clear of zero."""
    groups: tuple[Part, ...] = ()
    languages: tuple[Part, ...] = ()
    samples: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A dimension's lines."""

    slug: str
    name: Both
    mean: str
    lines: tuple[Line, ...]


def areas(result: Found, found: Sequence[Dimension], excerpts: Excerpts) -> list[Area]:
    """All lines, dimension by dimension."""
    means = {one.name: two(one.mean.value) if one.mean is not None else "–" for one in found}
    order = task_order(result)
    slugs = dict.fromkeys((*AREAS, *(task.partition("/")[0] for task in order)))
    made = (
        (
            slug,
            tuple(line for task in order if task.startswith(f"{slug}/") for line in _of_task(task, result, excerpts)),
        )
        for slug in slugs
    )
    return [Area(slug, names.dimension(slug), means.get(slug, "–"), lines) for slug, lines in made if lines]


def anchor(task_id: str) -> str:
    """Where a task stands in the page."""
    return "task-" + task_id.replace("/", "-")


def _of_task(task_id: str, result: Found, excerpts: Excerpts) -> Iterator[Line]:
    task = result["tasks"][task_id]
    mains = main_measures(task_id, task)
    others = [name for name in task["measures"] if name not in mains]
    for at, name in enumerate((*mains, *others)):
        found = task["measures"][name]
        yield _line(
            found["corrected"],
            name,
            found=found,
            anchor=anchor(task_id) if not at else "",
            task=names.task(task_id) if not at else None,
            main=name in mains,
            judge=tuple(_judge(task_id, found, result, excerpts if not at else None)),
            samples=tuple(map(shown, excerpts.of(task_id), [task_id] * 99)) if not at else (),
        )
    for _, score in scores_below(result, task_id):
        between = {"between_languages": score.get("between_languages", ())}
        yield _line(score, "balanced", found=between, anchor="", task=_balanced(), main=False, judge=(), samples=())


def _balanced() -> Both:
    return both(
        "{misuse} × {over}",
        "{misuse} × {over}",
        misuse=names.task("safety/misuse"),
        over=names.task("safety/exaggerated_safety"),
    )


def _line(measure: Found, name: str, *, found: Found, anchor: str, task: Both | None, main: bool,
          judge: tuple[Said, ...], samples: tuple[Shown, ...]) -> Line:  # fmt: skip
    upstream = found.get("upstream", {})
    open_ = _is_open(measure)
    chart, axis = _chart(measure, upstream.get("value"), open_)
    return Line(
        anchor=anchor,
        task=task,
        measure=names.measure(name),
        arrow=ARROWS[measure["better"]],
        better=BETTER[measure["better"]],
        main=main,
        value=three(measure["value"]),
        span=_span(measure),
        bounds=_bounds(measure) if open_ else "",
        needs=_needs(measure["needs"]) if measure.get("needs") and anchor else None,
        chart=chart,
        axis=axis,
        upstream=three(upstream.get("value")),
        upstream_why=_upstream_why(upstream),
        n=count(measure["n"]),
        total=count(measure["total"]),
        missing=(measure["blocked"], measure["failed"], measure["unread"]),
        judge=judge,
        between=tuple(map(_difference, found.get("between_languages", ()))),
        groups=tuple(_part(names.group(group), one["corrected"]) for group, one in found.get("groups", {}).items()),
        languages=tuple(_part(names.lang(lang), one["corrected"]) for lang, one in found.get("languages", {}).items()),
        samples=samples,
    )


def _needs(what: str) -> Both:
    return names.REASONS.get(f"needs:{what}") or both("needs {what}", "需要 {what}", what=what)


def _is_open(measure: Found) -> bool:
    """Whether rows that were not scored could move the number."""
    ends = (measure["floor"], measure["ceiling"])
    return None not in ends and ends[1] - ends[0] > 1e-9


def _span(measure: Found) -> Both | str:
    return "" if None in (measure["low"], measure["high"]) else span(measure["low"], measure["high"])


def _bounds(measure: Found) -> Both:
    return starred(span(measure["floor"], measure["ceiling"]), bool(measure.get("outer")))


def starred(ends: Both, outer: bool) -> Both:
    """With the mark of outer bounds, where they are such."""
    return both("{ends}*", "{ends}*", ends=ends) if outer else ends


def _part(name: str | Both, measure: Found) -> Part:
    left = measure["total"] - measure["n"]
    return Part(name, three(measure["value"]), _span(measure), count(measure["n"]), count(measure["total"]), left)


def _upstream_why(upstream: Found) -> Both | None:
    """Why there is no number of the published toolkit's: what its own judge said is not recorded."""
    if upstream.get("value") is not None or not upstream.get("needs"):
        return None
    return Both("not recorded", "未记录")


# ---- the chart ----------------------------------------------------------------------------------


def _chart(measure: Found, beside: float | None, open_: bool) -> tuple[Markup | None, Both | None]:
    """The row of a measure on 0–1, or on −1–1 where it goes below zero; none where it is on neither."""
    ends = [measure[end] for end in ("value", "low", "high") if measure[end] is not None]
    if open_:
        ends += [measure["floor"], measure["ceiling"]]
    if not ends:
        return None, None
    if all(0 <= end <= 1 for end in ends):
        domain, axis = (0.0, 1.0), None
    elif all(-1 <= end <= 1 for end in ends):
        domain, axis = (-1.0, 1.0), Both("axis from −1 to 1", "此轴为 −1 至 1")
    else:
        return None, Both("not on this axis", "不在此轴范围")
    within = beside if beside is not None and domain[0] <= beside <= domain[1] else None
    row = charts.row(
        measure["value"],
        measure["low"],
        measure["high"],
        measure["floor"] if open_ else None,
        measure["ceiling"] if open_ else None,
        beside=within,
        domain=domain,
    )
    return row, axis


# ---- judge and languages ------------------------------------------------------------------------


def _judge(task_id: str, found: Found, result: Found, excerpts: Excerpts | None) -> Iterator[Said]:
    """Who judged and its measured error, on a task's first line; numbers without that error, on any.

    What planted verdicts do to a grader is one number of the run: it stands with the judges.
    """
    judges = result["run"].get("judges", {})
    cards = judges.get("cards", {})
    freed, people = found.get("judge_corrected"), found.get("labelled")
    if excerpts is not None:
        who = excerpts.judges(task_id)
        if who:
            named = [names.judge(name) for name in who]
            yield Said(Both(", ".join(one.en for one in named), "、".join(one.zh for one in named)))
        yield from _errors(who, cards)
    if freed is not None:
        yield _without_error(freed)
    if people is not None:
        n = count(people["labels"])
        yield Said(
            both("with {n} {value} ({span})", "结合 {n}人工标注 {value}（{span}）",
                 n=Both(f"{n} label{'s' * (n != '1')}", f"{n} 条"), value=three(people["value"]), span=_span(people))
        )  # fmt: skip


def _errors(who: Sequence[str], cards: Found) -> Iterator[Said]:
    known = False
    for name, card in cards.items():
        if (set(who) - SCORING) & set(card.get("within", ())):
            known = True
            yield Said(
                both("card {name}: misses {misses}, false {false}, of {n} labelled",
                     "误差卡 {name}：漏判 {misses}，误判 {false}，标注 {n} 条",
                     name=names.card(name), misses=percent(1 - card["sensitivity"]),
                     false=percent(1 - card["specificity"]), n=count(card["n"]))
            )  # fmt: skip
    if who and not known:
        yield Said(both("error not measured", "误差未测"))


def _without_error(freed: Found) -> Said:
    if not freed["identifiable"] or freed["value"] is None:
        return Said(both("without its error: cannot be told", "去除误差后：无法判定"), True)
    return Said(
        both(
            "without its error {value} ({span})",
            "去除误差后 {value}（{span}）",
            value=three(freed["value"]),
            span=_span(freed),
        ),
        bool(freed.get("warnings")),
    )


def _difference(one: Found) -> tuple[str, str, Both | str, bool]:
    p = one.get("p_adjusted", 0.0)  # a balanced score has no test of its own, but an interval
    sure = p is not None and p <= LEVEL and not one["low"] <= 0 <= one["high"]
    return f"{one['second']} − {one['first']}", signed(one["value"]), _span(one), sure
