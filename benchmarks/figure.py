"""The figure that README shows, drawn from what `side_by_side.py` wrote.

    python benchmarks/figure.py LINES_JSON OUT_SVG        (in the environment of requirements/bench-plot.txt)

Everything is relative to the bare loop of the same table: times depend on the machine, ratios hardly do. Its colours
stand out on white and on black, and its ground is transparent.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot

INK = "#768390"
COLOURS = {"bare": "#768390", "assay": "#2f9e6e"}
OTHERS = "#d0804a"
LATENCY_MS = 50
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "assay",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def bars(axes: Any, title: str, found: list[dict[str, Any]], value: str, percent: bool) -> None:
    """One bar a tool, as a multiple of the bare loop's."""
    bare = next(line[value] for line in found if line["tool"] == "bare")
    names = [line["tool"] for line in found]
    times = [line[value] / bare for line in found]
    drawn = axes.barh(names, times, color=[COLOURS.get(name, OTHERS) for name in names], height=0.7)
    axes.bar_label(drawn, [said(one, percent) for one in times], padding=4, color=INK)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=11, loc="left")
    axes.tick_params(axis="y", length=0)


def said(times: float, percent: bool) -> str:
    """A ratio in as many digits as it is worth."""
    if percent:
        return f"{times:.0%}"
    return f"{times:.1f}" if times < 10 else f"{times:.0f}"


def main(lines: str, out: str) -> None:
    """Draw the smallest number of rows at 50 ms: every tool has run that."""
    found = json.loads(Path(lines).read_text(encoding="utf-8"))
    rows = min(line["rows"] for line in found)
    shown = [line for line in found if (line["rows"], line["latency_ms"]) == (rows, LATENCY_MS)]
    with pyplot.rc_context(STYLE):
        figure, (cpu, rate) = pyplot.subplots(1, 2, figsize=(10, 0.5 * len(shown) + 1.2), layout="constrained")
        bars(cpu, "CPU a sample, × the bare loop's (log scale)", shown, "cpu_us", percent=False)
        cpu.set_xscale("log")
        cpu.set_xlim(0.5, 3 * max(line["cpu_us"] for line in shown) / min(line["cpu_us"] for line in shown))
        cpu.xaxis.set_major_formatter("{x:g}")
        bars(rate, "samples a second, of the bare loop's", shown, "samples_per_s", percent=True)
        rate.set_xlim(0, 1.2)
        rate.set_yticklabels([])
        rate.xaxis.set_major_formatter("{x:.0%}")
        figure.supxlabel(
            f"whole processes: {rows:,} prompts, {LATENCY_MS} ms latency, 64 connections, one local endpoint",
            fontsize=9,
        )
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out, transparent=True, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
