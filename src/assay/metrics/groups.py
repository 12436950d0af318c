"""Averages over groups, as the published ones are: every group weighs the same, whatever its size."""

from __future__ import annotations

from dataclasses import replace

from assay.metrics.additive import Additive


def mean_over_groups(metric: Additive) -> Additive:
    """The mean of the metric's value in each group of the points.

    It is undefined where it is undefined for one of the groups: an average over fewer groups is another
    number. Only rows and clusters within a group vary, since the groups are fixed and their sizes planned.
    Floor and ceiling are the means of the groups' floors and ceilings, exact where those are.
    """
    return replace(metric, by_group=True)
