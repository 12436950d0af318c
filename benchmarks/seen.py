"""What the endpoint saw: told by it, read by whoever measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Seen:
    """What was asked so far. Times are the machine's monotonic clock, which all its processes share."""

    requests: int = 0
    replies: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    lost: int = 0
    """Requests whose client was gone before the reply was due."""
    connections: int = 0
    first_s: float = 0.0
    """When the first request was there."""
    last_s: float = 0.0
    """When the last reply was sent."""
    late_s: float = 0.0
    """How much later than due the replies were sent, all together."""
    cpu_s: float = 0.0
    """CPU of the endpoint itself since it has been listening."""
