"""Charts as static SVG, made when the page is. Pure: numbers in, SVG out.

Scales, ticks and axes come from leather: MIT, no dependencies, 27 kB, 30 ms to import, kept by the group that keeps
csvkit and agate (0.4.1). Its scales and axes can be had without its charts, so that a mark is an element with a class
and the page's style sheet colours it, light and dark. Looked at and not taken: Vega-Lite and Observable Plot (280 and
160 kB of script in every page, and nothing to see without it), matplotlib (heavy, for a page that every run writes),
Altair (its static SVG needs an 88 MB converter), pygal (kept too; LGPL, and its SVG carries style, script and tooltips
of its own).

Rows of intervals have no axis of their own: their coordinates are percentages, so that they stretch with a column.
A chart with axes shrinks with its page, and its letters with it: `fitted` draws it once more, narrow, for a phone.

`kind` is what a mark is, and its colour: `this` (blue), `odd` (orange), `ref` (grey).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from assay.pages.both import Both
from assay.pages.drawing import LINE, Axis, Frame, Point, Span, add, element, long, text_of, write

__all__ = [
    "Axis",
    "Item",
    "Line",
    "Point",
    "Slope",
    "fitted",
    "intervals",
    "key",
    "length",
    "line",
    "row",
    "scatter",
    "slope",
]

FIGURE = 430
"""Pixels of a figure that stands beside its numbers."""
NARROW = 300
"""Pixels across on a phone."""


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the order in which they are joined."""

    points: Sequence[Span]
    name: str | Both = ""
    kind: str = "this"


@dataclass(frozen=True, slots=True)
class Item:
    """A named value with its interval."""

    name: str | Both
    value: float | None
    low: float | None = None
    high: float | None = None
    kind: str = "this"


@dataclass(frozen=True, slots=True)
class Slope:
    """One thing under two measures."""

    name: str | Both
    left: float
    right: float
    kind: str = "ref"


# ---- rows of intervals --------------------------------------------------------------------------


def row(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    floor: float | None = None,
    ceiling: float | None = None,
    *,
    ticks: Sequence[float] = (),
    beside: float | None = None,
    domain: Span = (0.0, 1.0),
    kind: str = "this",
) -> Markup:
    """A dot and its band; floor to ceiling as a capped line below; others as ticks; another scoring as a diamond.

    What lies outside the domain is drawn at its edge.
    """

    def at(number: float) -> str:
        return f"{min(1.0, max(0.0, (number - domain[0]) / (domain[1] - domain[0]))):.2%}"

    svg = element("svg", width="100%", height="32", aria_hidden="true", class_="bar")
    add(svg, "line", x1="0", x2="100%", y1="12", y2="12", class_="base")
    middle = 0.0 if domain[0] < 0 < domain[1] else (domain[0] + domain[1]) / 2
    add(svg, "line", x1=at(middle), x2=at(middle), y1="9", y2="15", class_="base")
    for tick in ticks:
        add(svg, "line", x1=at(tick), x2=at(tick), y1="7", y2="17", class_="tk")
    if low is not None and high is not None:
        add(svg, "line", x1=at(low), x2=at(high), y1="12", y2="12", class_="ci")
    if floor is not None and ceiling is not None:
        add(svg, "line", x1=at(floor), x2=at(ceiling), y1="22", y2="22", class_="fc")
        for end in (floor, ceiling):
            add(svg, "line", x1=at(end), x2=at(end), y1="18.5", y2="25.5", class_="fc")
    if beside is not None:
        held = add(svg, "svg", x=at(beside), y="12", overflow="visible")
        add(held, "path", d="M0-5 5 0 0 5-5 0Z", class_="up")
    if value is not None:
        add(svg, "circle", cx=at(value), cy="12", r="4.5", class_="dot weak" if kind == "odd" else "dot")
    return text_of(svg)


def length(share: float, kind: str = "odd") -> Markup:
    """A bar as long as the share, from 0 to 1, of its column."""
    svg = element("svg", width="100%", height="16", aria_hidden="true", class_="bar")
    add(svg, "rect", x="0", y="4", height="8", width=f"{min(1.0, max(0.0, share)):.2%}", class_=f"len {kind}")
    return text_of(svg)


# ---- charts with axes ---------------------------------------------------------------------------


def fitted(draw: Callable[[int], Markup], width: int) -> Markup:
    """A chart as it is drawn for a page, and for a phone; the style sheet shows one of the two."""
    drawn = Markup('<div class="chart-broad">{}</div><div class="chart-narrow">{}</div>')
    return drawn.format(draw(width), draw(NARROW))


def scatter(
    points: Sequence[Point],
    x: Axis,
    y: Axis,
    *,
    diagonal: Both | None = None,
    width: int = FIGURE,
    height: int = 372,
) -> Markup:
    """Points in a plane; the names of those that have room for one.

    Args:
        points: those of kind `this` are drawn last and named first.
        x: to the right.
        y: upwards.
        diagonal: what the dashed line means on which both are equal.
        width: in pixels, of a page that gives it its natural size.
        height: the same.
    """
    frame = Frame(x, y, width, height)
    if diagonal is not None:
        frame.diagonal(diagonal)
    ordered = sorted(points, key=lambda point: ("ref", "odd", "this").index(point.kind))
    for point in ordered:
        frame.spans(point)
    for point in ordered:
        frame.dot(point)
    for point in reversed(ordered):
        frame.label(frame.x(point.x), frame.y(point.y), point.name, point.kind)
    return frame.svg()


def line(
    lines: Sequence[Line],
    x: Axis,
    y: Axis,
    *,
    diagonal: Both | None = None,
    points: Sequence[Point] = (),
    width: int = FIGURE,
    height: int = 372,
) -> Markup:
    """Lines through points, each named at its end; points beside them have intervals or names of their own."""
    frame = Frame(x, y, width, height)
    if diagonal is not None:
        frame.diagonal(diagonal)
    for one in lines:
        path = "M" + "L".join(f"{frame.x(a):.1f} {frame.y(b):.1f}" for a, b in one.points)
        add(frame.marks, "path", d=path, class_=one.kind)
    for point in points:
        frame.spans(point)
        frame.dot(point)
    for one in lines:
        frame.label(frame.x(one.points[-1][0]), frame.y(one.points[-1][1]), one.name, one.kind)
    for point in points:
        frame.label(frame.x(point.x), frame.y(point.y), point.name, point.kind)
    return frame.svg()


def intervals(items: Sequence[Item], x: Axis, *, width: int = 640) -> Markup:
    """A line a thing over one axis, its name before it; above it where a name takes more than a third of the width."""
    named = max((long(item.name, item.kind) for item in items), default=0) + 14
    above = named > width / 3
    each = LINE + (22 if above else 10)
    frame = Frame(x, None, width, int(each * len(items)) + 44, left=14 if above else int(named))
    for at, item in enumerate(items):
        y = frame.top + each * (at + 0.5) + (8 if above else 0)
        if above:
            frame.text(4, y - 10, _shortened(item.name, item.kind, width - 8), item.kind, "start")
        else:
            frame.text(named - 10, y + 4, item.name, item.kind, "end")
        if item.low is not None and item.high is not None:
            add(frame.marks, "line", x1=frame.x(item.low), x2=frame.x(item.high), y1=y, y2=y, class_="ci")
        if item.value is not None:
            add(frame.marks, "circle", cx=frame.x(item.value), cy=y, r=4, class_=item.kind)
    return frame.svg()


def _shortened(name: str | Both, kind: str, room: float) -> str | Both:
    """As much of a model's name as there is room for: its beginning and its end, which tell alike names apart."""
    if not isinstance(name, str) or long(name, kind) <= room:
        return name
    half = max(1, int(room / long("…", kind) - 1) // 2)
    return f"{name[:half]}…{name[-half:]}"


def slope(
    items: Sequence[Slope], left: Both, right: Both, *, best_first: bool = False, width: int = 640, height: int = 480
) -> Markup:
    """Each thing's place under two measures, joined; names stand apart where values are close, with leaders.

    `best_first` puts the lowest values on top, as ranks want it. A narrow chart has names on the left only.
    """
    from leather import Linear

    values = [end for item in items for end in (item.left, item.right)]
    scale = Linear(min(values), max(values))
    once = width < 2.5 * max((long(f"{item.name} 00.00", item.kind) for item in items), default=0)
    top, bottom, a, b = 40.0, height - 10.0, (0.54 if once else 0.36) * width, (0.8 if once else 0.64) * width
    ends = (top, bottom) if best_first else (bottom, top)
    svg = element("svg", viewBox=f"0 0 {width} {height}", aria_hidden="true", class_="chart")
    write(add(svg, "text", x=a, y=18, text_anchor="end", class_="axis-name"), left)
    head = {"x": width, "y": 34, "text_anchor": "end"} if once else {"x": b, "y": 18, "text_anchor": "start"}
    write(add(svg, "text", **head, class_="axis-name"), right)
    for x in (a, b):
        add(svg, "line", x1=x, x2=x, y1=top, y2=bottom, class_="guide")
    at = {side: [float(scale.project(getattr(item, side), *ends)) for item in items] for side in ("left", "right")}
    for item, y1, y2 in zip(items, at["left"], at["right"], strict=True):
        add(svg, "line", x1=a, x2=b, y1=y1, y2=y2, class_=item.kind)
    for side, x, out, anchor in (("left", a, -1, "end"), ("right", b, 1, "start")):
        for item, y, to in zip(items, at[side], _apart(at[side], LINE + 1, top, bottom), strict=True):
            add(svg, "circle", cx=x, cy=y, r=3, class_=item.kind)
            reach = 12 if once else 22
            add(svg, "path", d=f"M{x + 5 * out} {y:.1f}L{x + reach * out} {to:.1f}", class_="guide")
            label = add(svg, "text", x=x + (reach + 4) * out, y=to + 4, text_anchor=anchor, class_=item.kind)
            value = f"{getattr(item, side):.2f}"
            if once and side == "right":
                write(label, value)
            else:
                write(
                    label, _shortened(item.name, item.kind, a - reach - 4 - long(f" {value}", item.kind)), f" {value}"
                )
    return text_of(svg)


def _apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """The same places, moved as little as keeps them so far from each other and within."""
    order = sorted(range(len(places)), key=places.__getitem__)
    found = list(places)
    for before, this in pairwise(order):
        found[this] = max(found[this], found[before] + least)
    limit = high
    for this in reversed(order):
        found[this] = max(low, min(found[this], limit))
        limit = found[this] - least
    return found


def key(kind: str) -> Markup:
    """A sample of a mark, for the line that explains it: `dot`, `floor`, `tick`, `other`, `weak`."""
    shapes = {
        "dot": '<line x1="2" x2="32" y1="8" y2="8" class="ci"/><circle cx="17" cy="8" r="5" class="dot"/>',
        "weak": '<line x1="2" x2="32" y1="8" y2="8" class="ci"/><circle cx="17" cy="8" r="5" class="dot weak"/>',
        "floor": '<line x1="2" x2="32" y1="8" y2="8" class="fc"/><line x1="2" x2="2" y1="4.5" y2="11.5" class="fc"/>'
        '<line x1="32" x2="32" y1="4.5" y2="11.5" class="fc"/>',
        "tick": '<line x1="17" x2="17" y1="3" y2="13" class="tk"/>',
        "other": '<path d="M17 3 22 8 17 13 12 8Z" class="up"/>',
    }
    return Markup(f'<svg width="34" height="16" aria-hidden="true" class="bar">{shapes[kind]}</svg>')
