"""All local weights of a run: each opened once, by whatever name is asked for how often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assay.local.causal import LocalModel
from assay.local.classifier import LocalClassifier
from assay.local.options import Options, read_options
from assay.local.server import Server
from assay.local.weights import Weights, found, needs_extra

HUGGING_FACE = "hf"


@dataclass(slots=True)
class Locals:
    """Opens local models; `options` are those of every one of them."""

    given: Iterable[tuple[str, object]] = ()
    """Options as typed: for `hf/…` see `Options`; for a vLLM that is started, its own flags."""
    _opened: dict[tuple[str, str, int], LocalModel | LocalClassifier] = field(default_factory=dict, init=False)
    _weights: dict[str, Weights] = field(default_factory=dict, init=False)
    _servers: dict[str, Server] = field(default_factory=dict, init=False)
    _halted: bool = field(default=False, init=False)

    def model(self, name: str) -> LocalModel:
        """The model of `hf/org/name` or `hf/./folder`; its weights are loaded when it is first asked.

        Raises:
            UsageError: the extra is missing, there are no such weights, or an option is unknown.
        """
        key = ("model", name, 0)
        if key not in self._opened:
            self._opened[key] = LocalModel(name, self._found(name), self._options())
        opened = self._kept(key)
        assert isinstance(opened, LocalModel)
        return opened

    def classifier(self, name: str, window: int = 0) -> LocalClassifier:
        """The text classifier of `hf/org/name` or `hf/./folder`.

        Raises:
            UsageError: the extra is missing, there are no such weights, or an option is unknown.
        """
        key = ("classifier", name, window)
        if key not in self._opened:
            self._opened[key] = LocalClassifier(name, self._found(name), Options(), window)
        opened = self._kept(key)
        assert isinstance(opened, LocalClassifier)
        return opened

    def server(self, model: str, url: str) -> Server:
        """VLLM for one model at a URL: joined where it runs, else started when it is first needed."""
        if url not in self._servers:
            self._servers[url] = Server(model, url, tuple(self.given))
        return self._servers[url]

    @property
    def notes(self) -> list[str]:
        """What whoever waits should know of the models that were opened."""
        return [note for one in self._opened.values() if isinstance(one, LocalModel) for note in one.notes]

    def halt(self) -> None:
        """Ask nobody any more."""
        self._halted = True
        for one in self._opened.values():
            one.halt()

    async def close(self) -> None:
        """End all that was opened, and stop what was started; whoever asks afterwards opens it anew."""
        opened, servers = list(self._opened.values()), list(self._servers.values())
        self._opened.clear()
        self._servers.clear()
        for one in opened:
            one.close()
        for server in servers:
            await server.stop()

    def _options(self) -> Options:
        return read_options(self.given)

    def _found(self, name: str) -> Weights:
        if name not in self._weights:
            needs_extra(name)
            self._weights[name] = found(name.partition("/")[2], self._options())
        return self._weights[name]

    def _kept(self, key: tuple[str, str, int]) -> LocalModel | LocalClassifier:
        opened = self._opened[key]
        if self._halted:
            opened.halt()
        return opened
