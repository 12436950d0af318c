"""Whether the numbers about numbers hold: how often 95 % intervals cover, tests raise false alarms, power is as said.

python benchmarks/coverage.py [--repetitions 1000] [--only NAME …]

Samples are drawn from known truths with fixed seeds, so that two runs print the same. What is printed as coverage is
the share of samples whose interval holds the truth; with 1,000 repetitions it is off by 0.007 (one standard error).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import coverage_comparisons as comparisons
import coverage_intervals as intervals
import coverage_judges as judges
from simulation import Table

TABLES = (
    Table(
        "independent", "Wilson's interval, independent rows, exact", ["n", "mean", "least", "at"], intervals.independent
    ),
    Table(
        "clusters",
        "Rates of clustered rows",
        ["rows", "clusters", "alike", "mean", "least", "at", "width"],
        intervals.in_clusters(intervals.as_assay),
    ),
    Table(
        "bootstrap",
        "The same by the cluster bootstrap, which assay does not use for rates",
        ["rows", "clusters", "alike", "mean", "least", "at", "width"],
        intervals.in_clusters(intervals.resampled, slow=5),
    ),
    Table(
        "groups",
        "Mean of the rates of five groups that differ",
        ["clusters each", "rows each", "0.03", "0.1", "0.3", "0.5", "0.9", "mean", "least"],
        intervals.over_groups,
    ),
    Table(
        "others",
        "Other measures",
        ["measure", "50 rows", "200", "1,000", "40 × 5", "200 × 5"],
        intervals.other_measures,
    ),
    Table(
        "equal",
        "Widths where all rows are equal, or all replies judged right",
        ["rows", "clusters", "rate", "difference", "κ", "F1", "corrected", "labelled"],
        intervals.all_equal,
    ),
    Table(
        "judge",
        "Corrected for a judge with 500 labels a class, true rates 0.1 to 0.9",
        ["Se", "Sp", "raw off by", "corrected off by", "mean coverage", "least"],
        judges.judge_error,
    ),
    Table(
        "identifiable",
        "Judges that hardly judge (500 rows, rate 0.3)",
        ["Se", "Sp", "labels a class", "identifiable", "coverage"],
        judges.identifiable,
    ),
    Table(
        "labelled",
        "Prediction-powered inference, true rates 0.02 to 0.98",
        ["labels", "Se", "Sp", "drawn", "off by", "mean coverage", "least", "width", "labels alone"],
        judges.partly_labelled,
    ),
    Table(
        "agreement",
        "A judge's card, and three judges' α",
        ["n", "base rate", "accuracy", "F1", "κ", "α"],
        judges.agreeing,
    ),
    Table(
        "paired",
        "Two models' rates on shared rows",
        ["clusters", "rows each", "test", "first", "second", "coverage", "false alarms", "found"],
        comparisons.two_models,
    ),
    Table(
        "differences",
        "Other differences: paired bootstrap and swap test",
        ["clusters", "rows each", "number", "first", "second", "asked", "asked", "coverage", "false alarms", "found"],
        comparisons.other_differences,
    ),
    Table(
        "holm",
        "Any false alarm among many measures",
        ["clusters", "rows each", "measures", "p ≤ 0.05", "Holm"],
        comparisons.families,
    ),
    Table(
        "power",
        "Power",
        ["test", "clusters", "rows each", "discordant", "difference", "as computed", "simulated"],
        comparisons.seen,
    ),
    Table(
        "ranks",
        "Ranks of four models",
        ["clusters", "rows each", "truths", "each", "all at once", "places in an interval"],
        comparisons.places,
    ),
)


def printed(table: Table, repetitions: int) -> Iterator[str]:
    """The table's lines, as they come."""
    yield f"\n### {table.title}\n"
    yield f"| {' | '.join(table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    for row in table.rows(repetitions):
        yield f"| {' | '.join(map(str, row))} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=1000, help="samples a cell, fewer where one is slow")
    parser.add_argument("--only", nargs="*", choices=[table.name for table in TABLES], help="these tables")
    given = parser.parse_args()
    for table in TABLES:
        if not given.only or table.name in given.only:
            began = time.perf_counter()
            for line in printed(table, given.repetitions):
                print(line, flush=True)
            print(f"\n{time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
