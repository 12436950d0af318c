"""A vLLM server as an endpoint: asked like any other once it answers, started before the first request if need be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from assay.local import Server
from assay.models.chat import Endpoint


@dataclass(frozen=True, slots=True)
class Served(Endpoint):
    """An endpoint whose server may have to be started."""

    server: Server = field(default_factory=lambda: Server(""), repr=False)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """As `Endpoint.post`, once the server answers.

        Raises:
            UsageError, EndpointError: it neither runs nor starts; see `Server.ready`.
        """
        if not self.server.is_up:
            await self.server.ready()
        return await Endpoint.post(self, path, body)


def served(at: Endpoint, server: Server) -> Served:
    """The same endpoint, with the server behind it."""
    return Served(**{one.name: getattr(at, one.name) for one in fields(Endpoint) if one.init}, server=server)
