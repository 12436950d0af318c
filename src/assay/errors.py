"""What can go wrong, and who can mend it.

AssayError                   every error that assay raises on purpose; its message says how to mend it
├── UsageError               the command is wrong (exit 2): unknown provider, task or option, a missing key
├── DataError                data missing, truncated, or not what its hash says
├── StoreError               the run folder cannot be used: other task version, read-only, disk full
├── EndpointError            the endpoint refuses every request (401, 403, 404), stays down, or speaks something else
└── RunStopped               the run ended before its rows did, as it was told to: Ctrl-C, SIGTERM, --max-cost
"""

from __future__ import annotations


class AssayError(Exception):
    """An error with the fix in its message."""


class UsageError(AssayError):
    """The command is wrong; nothing was asked."""


class DataError(AssayError):
    """Data is missing, truncated, or not what its hash says."""


class StoreError(AssayError):
    """The run folder or the journal cannot be used."""


class EndpointError(AssayError):
    """The endpoint refuses every request, or does not speak chat completions."""


class RunStopped(AssayError):
    """The run ended early, as it was told to. Everything is kept; the same command goes on."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Stopped(Exception):
    """The run was told to end: nothing new is asked, what is on the wire still comes in. No error; nothing is lost."""
