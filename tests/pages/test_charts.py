from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from assay.pages.both import Both
from assay.pages.charts import (
    Axis,
    Item,
    Line,
    Point,
    Slope,
    _apart,
    fitted,
    intervals,
    length,
    line,
    row,
    scatter,
    slope,
)

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


def box(label: ET.Element, letter: float) -> tuple[float, float, float, float]:
    """What a label covers, its letters being so wide."""
    x, y, wide = float(label.attrib["x"]), float(label.attrib["y"]), letter * len(label.text or "")
    left = x - {"start": 0, "middle": wide / 2, "end": wide}[label.attrib["text-anchor"]]
    return left, y - 9, left + wide, y + 2


def test_no_name_covers_a_dot_or_an_interval() -> None:
    models = {"GPT-4": (86.4, 4.84), "ChatGPT": (70, 5.87), "Vicuna-33b": (59.2, 7.65), "Vicuna-13b": (52.1, 8.03),
              "Vicuna-7b": (47.1, 11.19), "Koala-13b": (44.7, 11.06), "Oasst-12b": (27, 11.61)}  # fmt: skip
    points = [Point(x, -y, name, "this") for name, (x, y) in models.items()]
    axes = Axis(Both("MMLU", "MMLU"), 20, 95), Axis(Both("rank", "名次"), -13, -3)
    crowd = [Point(0.3 + n / 40, 0.5 + n % 3 / 30, f"model {n}") for n in range(9)]
    this = Point(0.35, 0.52, Both("this run", "本次"), "this", (0.2, 0.58), (0.3, 0.8))
    for svg, letter, named in ((scatter(points, *axes), 7.6, 7), (scatter([*crowd, this], X, Y), 7.0, 2)):
        root = ET.fromstring(svg)
        dots = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in root.iter("circle")]
        labels = [one for one in root.iter("text") if one.get("class") in ("this", "ref") and one.text]
        assert len(labels) >= named
        for label in labels:
            left, top, right, bottom = box(label, letter)
            assert not any(left < x + 3 and x - 3 < right and top < y + 3 and y - 3 < bottom for x, y in dots), (
                label.text
            )
            for span in marks(svg, "line", "ci"):
                x1, x2, y1, y2 = (float(span[name]) for name in ("x1", "x2", "y1", "y2"))
                assert not (left < x2 and x1 < right and top < max(y1, y2) and min(y1, y2) < bottom), label.text


def test_a_chart_for_a_phone_keeps_its_letters() -> None:
    items = [Slope("Baichuan-13b", 11.61, 11.39), Slope("GPT-4", 4.84, 4.97)]
    names = Both("published", "发表"), Both("directions corrected", "校正")
    svg = fitted(lambda width: slope(items, *names, width=width), 560)
    broad, narrow = ET.fromstring(f"<div>{svg}</div>")
    assert [one.attrib["class"] for one in (broad, narrow)] == ["chart-broad", "chart-narrow"]
    assert [one[0].attrib["viewBox"].split()[2] for one in (broad, narrow)] == ["560", "300"]
    for one in narrow.iter("text"):
        said = "".join(one.itertext())
        left, _, right, _ = box(one, 6.0) if one.text else (0, 0, 0, 0)
        assert left >= 0 and right <= 300, said
    assert "Baichuan-13b 11.61" in [one.text for one in narrow.iter("text")]


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


@pytest.mark.parametrize("width", [300, 640])
def test_a_long_name_stands_above_its_interval_and_within_the_chart(width: int) -> None:
    names = ["openai/faulty-8b-instruct", f"{'x' * 80}-first", f"{'x' * 80}-second"]
    svg = intervals([Item(name, 0.3, 0.2, 0.4) for name in names], X, width=width)
    labels = [one for one in ET.fromstring(svg).iter("text") if one.get("class") == "this"]
    assert len({one.text for one in labels}) == 3  # cut in their middle: alike names stay apart
    for label, span in zip(labels, marks(svg, "line", "ci"), strict=True):
        left, _, right, bottom = box(label, 7.0)
        assert left >= 0 and right <= width and bottom < float(span["y1"])


def test_a_slope_says_two_decimals() -> None:
    svg = slope([Slope("PaLM 2", 10.06, 10.0), Slope("Koala-13b", 11.06, 10.9)], Both("a", "甲"), Both("b", "乙"))
    assert "PaLM 2 10.00" in svg and "Koala-13b 10.90" in svg


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
