from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from assay.pages.both import Both
from assay.pages.charts import Axis, Item, Line, Point, Slope, _apart, intervals, length, line, row, scatter, slope

X = Axis(Both("right", "右"), 0, 0.6)
Y = Axis(Both("up", "上"), 0, 1)


def marks(svg: str, tag: str, kind: str) -> list[dict[str, str]]:
    return [one.attrib for one in ET.fromstring(svg).iter(tag) if kind in one.get("class", "").split()]


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


def test_a_row_is_in_percentages_of_its_column() -> None:
    svg = row(0.4, 0.3, 0.55, 0.2, 0.9, ticks=(0.1, 1.0), beside=0.5)
    (dot,) = marks(svg, "circle", "dot")
    (band,) = marks(svg, "line", "ci")
    bounds = marks(svg, "line", "fc")
    assert percent(dot["cx"]) == 40
    assert (percent(band["x1"]), percent(band["x2"])) == (30, 55)
    assert (percent(bounds[0]["x1"]), percent(bounds[0]["x2"])) == (20, 90)
    assert [percent(tick["x1"]) for tick in marks(svg, "line", "tk")] == [10, 100]
    assert len(marks(svg, "path", "up")) == 1
    assert ET.fromstring(svg).get("aria-hidden") == "true"


def test_a_row_has_its_own_domain_and_holds_what_lies_beyond_at_its_edge() -> None:
    assert percent(marks(row(0.0, domain=(-1, 1)), "circle", "dot")[0]["cx"]) == 50
    assert percent(marks(row(1.7), "circle", "dot")[0]["cx"]) == 100
    assert not marks(row(None), "circle", "dot") and not marks(row(0.5), "line", "ci")


def test_a_scatter_has_axes_with_ticks_and_every_point_where_it_belongs() -> None:
    svg = scatter([Point(0.3, 0.5, "model <x>"), Point(0.0, 1.0, Both("this run", "本次"), "this")], X, Y)
    root = ET.fromstring(svg)
    ticks = [one.text for one in root.iter("text") if one.get("class") is None]
    assert {"0", "0.2", "0.4", "0.6", "0.25", "0.75", "1"} <= set(ticks)
    (grey,), (blue,) = marks(svg, "circle", "ref"), marks(svg, "circle", "this")
    assert float(blue["cx"]) < float(grey["cx"]) and float(blue["cy"]) < float(grey["cy"])
    assert "model &lt;x&gt;" in svg and '<tspan class="z" lang="zh-Hans">本次</tspan>' in svg
    assert "font-family" not in svg and "Monaco" not in svg and 'fill="#' not in svg


def test_names_that_would_cover_each_other_are_left_out() -> None:
    crowd = [Point(0.3 + n / 1000, 0.5, f"model number {n}") for n in range(30)]
    svg = scatter(crowd, X, Y)
    assert len(marks(svg, "circle", "ref")) == 30
    assert 1 <= len(marks(svg, "text", "ref")) < 10


def test_intervals_of_a_point_are_drawn_in_both_directions() -> None:
    svg = scatter([Point(0.3, 0.5, "", "this", (0.2, 0.4), (0.4, 0.7))], X, Y, diagonal=Both("same", "相同"))
    across, up = marks(svg, "line", "ci")
    assert across["y1"] == across["y2"] and up["x1"] == up["x2"]
    assert len(marks(svg, "line", "guide")) == 1


def test_a_line_joins_its_points() -> None:
    svg = line([Line([(0, 0), (0.3, 0.5), (0.6, 1)], "m")], X, Y)
    (path,) = marks(svg, "path", "this")
    assert path["d"].count("L") == 2


def test_intervals_have_a_line_a_thing_and_one_axis() -> None:
    svg = intervals([Item("a", 0.3, 0.2, 0.4), Item("b", None), Item("c", 0.5, 0.4, 0.6, "odd")], X)
    assert len(marks(svg, "line", "ci")) == 2
    assert [one["class"] for one in marks(svg, "circle", "this") + marks(svg, "circle", "odd")] == ["this", "odd"]


def test_a_slope_keeps_names_apart_and_puts_the_best_rank_on_top() -> None:
    items = [Slope(f"m{n}", 3 + n / 100, 10 - n) for n in range(8)]
    svg = slope(items, Both("published", "发表"), Both("corrected", "校正"), best_first=True)
    root = ET.fromstring(svg)
    left = sorted(float(one.get("y", 0)) for one in root.iter("text") if one.get("text-anchor") == "end")[1:]
    assert all(after - before >= 14 for before, after in pairwise(left))
    first = next(one for one in marks(svg, "line", "ref"))
    assert float(first["y1"]) < float(marks(svg, "line", "ref")[-1]["y1"])


def test_what_is_moved_apart_stays_within_and_in_order() -> None:
    found = _apart([10, 10, 10, 99], 15, 0, 100)
    assert found == sorted(found) and min(b - a for a, b in pairwise(found)) >= 15 and found[-1] <= 100
    assert _apart([10, 50], 15, 0, 100) == [10, 50]


@pytest.mark.parametrize(("share", "width"), [(0.5, "50.00%"), (3, "100.00%"), (-1, "0.00%")])
def test_a_bar_is_as_long_as_its_share(share: float, width: str) -> None:
    assert marks(length(share), "rect", "len")[0]["width"] == width
