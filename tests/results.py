"""Results as `result.json` has them, made of a few numbers."""

from __future__ import annotations

from typing import Any


def measure(value: float | None, arms: float = 0.05, better: str = "higher", **more: Any) -> dict[str, Any]:
    """A measure of a hundred rows with an interval of `arms` to either side; `more` stands over the rest."""
    ends = {"low": None, "high": None} if value is None else {"low": value - arms, "high": value + arms}
    at = {"floor": value, "ceiling": value} if value is not None else {"floor": 0.0, "ceiling": 1.0}
    counts = {"n": 100, "total": 100, "blocked": 0, "failed": 0, "unread": 0}
    return {"value": value, **ends, **at, **counts, "better": better} | more


def result(**tasks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """`safety__misuse={"rta": measure(…)}`."""
    return {
        "tasks": {
            name.replace("__", "/"): {"measures": {key: {"corrected": one} for key, one in measures.items()}}
            for name, measures in tasks.items()
        }
    }
