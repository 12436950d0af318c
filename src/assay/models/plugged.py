"""A plugin's model at a pace of its own, so that it is cached, limited, retried and counted like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from assay.errors import AssayError, Stopped, UsageError
from assay.models.failures import Transient
from assay.models.pace import Pace
from assay.models.wrappers import Wrapper
from assay.schema import Reply, Request


@dataclass(slots=True)
class Plugged(Wrapper):
    """What it raises, other than what may be raised, ends the run with the plugin's name on it."""

    pace: Pace

    @property
    def at(self) -> Self:
        """Where the pace is, as an endpoint's is."""
        return self

    async def __call__(self, request: Request) -> Reply:
        """The plugin's reply.

        Raises:
            Transient: the plugin would like to be asked again.
            UsageError: it failed otherwise.
        """
        try:
            return await self.model(request)
        except (AssayError, Stopped, Transient):
            raise
        except Exception as error:
            raise UsageError(f"the plugin's model {self.name} failed ({type(error).__name__}: {error})") from error
