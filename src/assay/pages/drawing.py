"""What charts are drawn with: a frame whose axes leather draws, names that do not cover each other, SVG elements."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import atan2, degrees
from typing import Any

from markupsafe import Markup

from assay.pages.both import Both

Span = tuple[float, float]
Box = tuple[float, float, float, float]

LETTER, BOLD, LINE = 7.2, 7.8, 14.0
"""Width of a letter, plain and bold, and height of a line of a label, about: a wide font's."""


PLACES = ((9, 4, "start"), (-9, 4, "end"), (0, -10, "middle"), (0, 18, "middle"))
OBLIQUE = ((9, -9, "start"), (-9, -9, "end"), (9, 18, "start"), (-9, 18, "end"))
"""Where a name may stand: beside a dot, or between the arms of its intervals."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What a direction shows, from where to where."""

    name: Both
    low: float = 0.0
    high: float = 1.0
    written: Callable[[float], str] = "{:g}".format
    """How a tick is written."""


@dataclass(frozen=True, slots=True)
class Point:
    """A dot, with an interval in either direction where one is given."""

    x: float
    y: float
    name: str | Both = ""
    kind: str = "ref"
    x_span: Span | None = None
    y_span: Span | None = None


class Frame:
    """An SVG with axes that leather draws, in which marks are put."""

    def __init__(self, x: Axis, y: Axis | None, width: int, height: int, left: int = 40) -> None:
        from leather import Linear

        self.left, self.top = left, 26 if y is not None else 4
        self.wide, self.tall = width - left - 14, height - self.top - 40
        self._x, self._y = Linear(x.low, x.high), Linear(0, 1) if y is None else Linear(y.low, y.high)
        self._root = element("svg", viewBox=f"0 0 {width} {height}", aria_hidden="true", class_="chart")
        self._taken: list[Box] = []
        axes = ET.SubElement(self._root, "g", transform=f"translate({left} {self.top})")
        self._axis(axes, self._x, x, "bottom")
        if y is not None:
            self._axis(axes, self._y, y, "left")
            write(add(self._root, "text", x=2, y=12, class_="axis-name"), y.name, before="↑ ")
        name = add(self._root, "text", x=left + self.wide, y=height - 4, text_anchor="end", class_="axis-name")
        write(name, x.name, " →")
        self.marks = ET.SubElement(self._root, "g")

    def _axis(self, into: ET.Element, scale: Any, of: Axis, side: str) -> None:
        from leather import Axis as Drawn

        drawn = Drawn(tick_formatter=lambda value, i, n: of.written(float(value))).to_svg(
            self.wide, self.tall, scale, side
        )
        for element in drawn.iter():
            for name in ("fill", "stroke", "stroke-width", "font-family", "font-size"):
                element.attrib.pop(name, None)
            for name in ("x", "y", "x1", "x2", "y1", "y2"):
                if name in element.attrib:
                    element.set(name, _rounded(float(element.attrib[name])))
        into.append(drawn)

    def x(self, value: float) -> float:
        """Where a value stands, in pixels from the left."""
        return self.left + float(self._x.project(value, 0, self.wide))

    def y(self, value: float) -> float:
        """Where a value stands, in pixels from the top."""
        return self.top + float(self._y.project(value, self.tall, 0))

    def diagonal(self, meaning: Both) -> None:
        """The line on which both axes are equal, as far as both go."""
        low = max(float(scale.ticks()[0]) for scale in (self._x, self._y))
        high = min(float(scale.ticks()[-1]) for scale in (self._x, self._y))
        ends = {"x1": self.x(low), "y1": self.y(low), "x2": self.x(high), "y2": self.y(high)}
        add(self.marks, "line", **ends, class_="guide")
        x = y = low + (high - low) * 0.82
        turn = degrees(atan2(ends["y2"] - ends["y1"], ends["x2"] - ends["x1"]))
        place = f"translate({self.x(x):.1f} {self.y(y) + 15:.1f}) rotate({turn:.1f})"
        write(add(self.marks, "text", transform=place, text_anchor="middle", class_="guide-name"), meaning)

    def spans(self, point: Point) -> None:
        """The intervals of a point."""
        x, y = self.x(point.x), self.y(point.y)
        if point.x_span is not None:
            low, high = map(self.x, point.x_span)
            add(self.marks, "line", x1=low, x2=high, y1=y, y2=y, class_="ci")
            self._taken.append((low, y - 3, high, y + 3))
        if point.y_span is not None:
            low, high = map(self.y, point.y_span)
            add(self.marks, "line", x1=x, x2=x, y1=low, y2=high, class_="ci")
            self._taken.append((x - 3, high, x + 3, low))

    def dot(self, point: Point) -> None:
        """The point itself; its name and numbers are in the tip that a pointer gets."""
        x, y = self.x(point.x), self.y(point.y)
        circle = add(self.marks, "circle", cx=x, cy=y, r=4 if point.kind == "ref" else 5.5, class_=point.kind)
        if isinstance(point.name, str) and point.name:
            ET.SubElement(circle, "title").text = f"{point.name}: {point.x:.3g}, {point.y:.3g}"
        self._taken.append((x - 6, y - 6, x + 6, y + 6))

    def label(self, x: float, y: float, name: str | Both, kind: str) -> None:
        """A name beside a place where it covers nothing; none where there is no such side."""
        wide = long(name, kind)
        for dx, dy, anchor in PLACES if kind == "ref" else (*OBLIQUE, *PLACES):
            start = x + dx - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
            box = (start, y + dy - 10, start + wide, y + dy + 3)
            inside = box[0] >= self.left and box[2] <= self.left + self.wide + 14 and box[1] >= self.top - 12
            own = (x - 6, y - 6, x + 6, y + 6)
            if str(name) and inside and not any(_meet(box, other) for other in self._taken if other != own):
                self._taken.append(box)
                self.text(x + dx, y + dy, name, kind, anchor)
                return

    def text(self, x: float, y: float, name: str | Both, kind: str, anchor: str) -> None:
        """A text at a place."""
        write(add(self.marks, "text", x=x, y=y, text_anchor=anchor, class_=kind), name)

    def svg(self) -> Markup:
        """All of it."""
        return text_of(self._root)


def long(name: str | Both, kind: str) -> float:
    """How long a label is, about, in pixels."""
    return (LETTER if kind == "ref" else BOLD) * len(str(name))


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# ---- elements -----------------------------------------------------------------------------------


def element(tag: str, **attributes: object) -> ET.Element:
    """An element; `class_` and `text_anchor` are its `class` and `text-anchor`."""
    return ET.Element(tag, _named(attributes))


def add(parent: ET.Element, tag: str, **attributes: object) -> ET.Element:
    """The same, within another."""
    return ET.SubElement(parent, tag, _named(attributes))


def _named(attributes: Mapping[str, object]) -> dict[str, str]:
    return {
        name.rstrip("_").replace("_", "-"): _rounded(value) if isinstance(value, float) else str(value)
        for name, value in attributes.items()
    }


def _rounded(value: float) -> str:
    """A tenth of a pixel is enough."""
    return f"{value:.1f}".removesuffix(".0")


def write(element: ET.Element, text: str | Both, after: str = "", before: str = "") -> None:
    """A text, in both languages where it has two."""
    if isinstance(text, str) or text.en == text.zh:
        element.text = f"{before}{text}{after}"
        return
    for said, attributes in ((text.en, {"class": "e"}), (text.zh, {"class": "z", "lang": "zh-Hans"})):
        ET.SubElement(element, "tspan", attributes).text = f"{before}{said}{after}"


def text_of(root: ET.Element) -> Markup:
    """The SVG as text."""
    return Markup(ET.tostring(root, encoding="unicode"))  # ElementTree escapes every text and attribute
