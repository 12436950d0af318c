"""Small recorded runs, written by hand."""

from __future__ import annotations

from typing import Any


def replies(*texts: str | None, **fields: Any) -> list[dict[str, Any]]:
    """One row a reply, all with the same fields."""
    return [{**fields, "res": text} for text in texts]


def judged(*verdicts: Any, **fields: Any) -> list[dict[str, Any]]:
    """One row a recorded judgement, all with the same reply."""
    return [{"res": "Well.", **fields, "eval_res": verdict} for verdict in verdicts]
