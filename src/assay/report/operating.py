"""Where an operating point stands in a table: its two rates one after the other, its balanced score below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Found = Mapping[str, Any]


def task_order(result: Found) -> list[str]:
    """The tasks of a result, benign requests right after the harmful ones that they are read with."""
    order = list(result["tasks"])
    for point in result.get("operating_points", {}).values():
        order.remove(point["benign"]["task"])
        order.insert(order.index(point["harmful"]["task"]) + 1, point["benign"]["task"])
    return order


def scores_below(result: Found, task_id: str) -> Iterator[tuple[str, Found]]:
    """What stands below this task: the names of an operating point's tasks, and its balanced score as a measure."""
    for point in result.get("operating_points", {}).values():
        harmful, benign = point["harmful"]["task"], point["benign"]["task"]
        if benign == task_id:
            yield f"{harmful.partition('/')[2]} × {benign.partition('/')[2]}", point["balanced"]
