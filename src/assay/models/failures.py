"""What a try may end in that is no reply: raised where an endpoint is asked, understood by whoever waits for it."""

from __future__ import annotations


class Transient(Exception):
    """This try failed; another may not."""

    def __init__(
        self, reason: str, wait_s: float | None = None, overload: bool = False, congested: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s
        """Seconds after which the server wants to be asked again; None where it does not say."""
        self.overload = overload
        """The endpoint is there and turned the request away, as it would have any other."""
        self.congested = congested
        """A sign that the endpoint is asked too much: an overload, a time-out, no answer."""


class Rejected(Exception):
    """The endpoint refuses this one request; `blocked` where its content filter did."""

    def __init__(self, reason: str, blocked: bool, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked = blocked
        self.field = field
        """The field of the request that the error is about, where it names one."""
