"""Points → number: what a task's verdicts add up to, with denominator, interval, floor and ceiling.

A metric is a function of sums over points (`additive`), so that it is cheap to resample and can say what the
points that are missing could still do to it. `measured` evaluates a task's score. Pure; memory is one small
matrix.
"""

from __future__ import annotations

from assay.metrics.measure import measured

__all__ = ["measured"]
