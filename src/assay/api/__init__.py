"""The command line as functions: they return what the commands print, and print nothing.

`assay.run`, `assay.score`, `assay.compare`, `assay.load`, `assay.tasks`. They work in a thread of their own, so also
under a running event loop; in a coroutine, `await asyncio.to_thread(assay.run, …)` lets the others go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Literal

from assay.api.found import Comparison, Run, listed
from assay.api.frames import Rows
from assay.api.waiting import Watched, aside
from assay.batching import batched
from assay.budget import Budget
from assay.cases import Asking, tasks_in, tasks_of
from assay.comparing import compare as compared
from assay.contamination import read_manifest
from assay.errors import UsageError
from assay.judging import Judging
from assay.local import Locals
from assay.models import Connections, Spreading
from assay.models.prices import load_prices
from assay.reporting import write_report
from assay.rescore import Rescoring, rescore
from assay.run import Order, without_met
from assay.run import run as run_order
from assay.store import RunFolder

__all__ = ["Comparison", "Rows", "Run", "compare", "load", "run", "score", "tasks"]

Where = str | PathLike[str]
Several = str | Sequence[str]
"""One or several; a text may hold several, with commas between them."""


def run(
    model: str,
    *,
    tasks: Several = (),
    data: Where = "core",
    lang: Several = "en",
    limit: int | None = None,
    epochs: int = 1,
    system: str = "",
    shuffle_options: int | None = None,
    max_reply_tokens: int | None = None,
    temperature: float | None = None,
    seed: int | None = None,
    extra: Mapping[str, object] | None = None,
    judge: Several = (),
    allow_self_judge: bool = False,
    embedder: str = "",
    toxicity: str = "",
    classifier: Several = (),
    model_options: Mapping[str, object] | None = None,
    base_url: str = "",
    allow_http: bool = False,
    timeout: float = 600.0,
    max_connections: int = 32,
    rpm: float | None = None,
    tpm: float | None = None,
    max_cost: float | None = None,
    max_tokens: int | None = None,
    prices: Where | None = None,
    trained_on: Where | Sequence[Where] = (),
    unseen: Where | Sequence[Where] = (),
    fresh: bool = False,
    batch: bool = False,
    ray: str | None = None,
    ray_workers: int | None = None,
    ray_gpus: float | None = None,
    out: Where = "runs",
    progress: bool = False,
) -> Run:
    """Measure a model: ask every row, judge every reply, keep everything. Called again, it resumes.

    The options are those of `assay run`, which explains them. No reply that is stored is asked for twice.

    Args:
        model: `provider/model`, such as `openai/gpt-4o-mini` or `baseline/chance`.
        tasks: globs, such as `"safety/*"` or `["privacy", "*/hallucination"]`; all, for none.
        data: `core`, `trustllm`, `survey`, a folder or zip in TrustLLM's layout, or a .csv or .jsonl with its .toml.
        lang: `"en"`, `"zh"` or `"en,zh"`.
        limit: at most so many rows a task and language, evenly spread.
        epochs: how often every row is asked.
        system: a system prompt before every chat.
        shuffle_options: a seed, by which multiple-choice options come in another order.
        max_reply_tokens: length of a reply at most.
        temperature: instead of each task's published one.
        seed: sampling seed, where the endpoint takes one.
        extra: further fields of the request body.
        judge: models that grade where rules cannot tell; a majority of several.
        allow_self_judge: a model may grade its own replies.
        embedder: an /embeddings model, `hf/…` or `minilm`; lexical otherwise.
        toxicity: a /moderations model, or a classifier.
        classifier: classifiers or guards in place of the judges that they stand in for.
        model_options: how `hf/…` is loaded, or flags of `vllm serve`.
        base_url: where `openai/…` goes; default: $OPENAI_BASE_URL.
        allow_http: allow plain http to another machine.
        timeout: seconds for one reply.
        max_connections: requests in flight to an endpoint.
        rpm: requests a minute to an endpoint.
        tpm: tokens a minute to an endpoint.
        max_cost: USD; the run stops once its replies, stored ones too, cost so much.
        max_tokens: the run stops once it has taken so many tokens.
        prices: a TOML table of prices.
        trained_on: exports that the model was trained on: rows that it has met are counted.
        unseen: exports whose rows are left out.
        fresh: ask anew, whatever is stored.
        batch: the model's requests go through the provider's batch files.
        ray: the address of a Ray cluster whose workers ask the model, or `local`.
        ray_workers: so many of them.
        ray_gpus: GPUs for each.
        out: where runs are kept.
        progress: show on stderr how far it is.

    Raises:
        AssayError: with the fix in its message; every reply so far is kept.
        KeyboardInterrupt: Ctrl-C, once the requests in flight are done; every reply so far is kept.
    """
    connections = Connections(
        base_url=base_url,
        allow_http=allow_http,
        timeout_s=timeout,
        connections=max_connections,
        rpm=rpm,
        tpm=tpm,
        local=Locals(_pairs(model_options)),
    )
    connections.spreading = Spreading(ray, ray_workers, ray_gpus) if ray else None
    order = Order(
        model=model,
        tasks=tasks_in(str(data), _split(tasks)),
        asking=Asking(
            data=str(data),
            langs=_split(lang),
            limit=_counted("limit", limit),
            epochs=_counted("epochs", epochs) or 1,
            system=system,
            max_tokens=_counted("max_reply_tokens", max_reply_tokens),
            seed=seed,
            temperature=temperature,
            shuffle_options=shuffle_options,
            extra=_pairs(extra),
        ),
        judging=Judging(_split(judge), embedder, toxicity, max_connections, allow_self_judge, _split(classifier)),
        out=Path(out),
        fresh=fresh,
        trained_on=tuple(map(read_manifest, _paths(trained_on))),
    )
    order = without_met(order, list(map(read_manifest, _paths(unseen))))
    budget = Budget(load_prices(None if prices is None else Path(prices)), max_cost, max_tokens)
    watched = _watched(progress)

    def work(shown: Watched) -> RunFolder:
        if batch:
            batched(order, connections, shown, budget)
        return run_order(order, connections, shown, budget)

    return _done(aside(work, watched), watched)


def score(
    source: Run | Where,
    *,
    format: Literal["assay", "trustllm"] = "assay",
    out: Where | None = None,
    tasks: Several = (),
    labels: Where | None = None,
    upstream_report: Where | None = None,
    judge: Several = (),
    allow_self_judge: bool = False,
    embedder: str = "",
    toxicity: str = "",
    classifier: Several = (),
    model_options: Mapping[str, object] | None = None,
    base_url: str = "",
    allow_http: bool = False,
    timeout: float = 600.0,
    max_connections: int = 32,
    rpm: float | None = None,
    tpm: float | None = None,
    progress: bool = False,
) -> Run:
    """Judge and measure stored replies again; the model is not asked. The options are those of `assay score`.

    What models judged in the run stands until others of that kind are given, or `"none"` to go without.

    Args:
        source: a run or its folder; with `format="trustllm"`, a folder or zip of the published toolkit's generations.
        format: whose layout that is.
        out: the run folder to write; the source itself, for none.
        tasks: only these; the others of the run stay as they are.
        labels: a sheet of `assay label` that people filled in.
        upstream_report: a file for the published toolkit's numbers.
        judge: as in `run`, and so on.
        allow_self_judge: a model may grade its own replies.
        embedder: an /embeddings model, `hf/…` or `minilm`.
        toxicity: a /moderations model, or a classifier.
        classifier: classifiers or guards in place of the judges that they stand in for.
        model_options: how `hf/…` is loaded, or flags of `vllm serve`.
        base_url: where `openai/…` goes.
        allow_http: allow plain http to another machine.
        timeout: seconds for one reply.
        max_connections: requests in flight to an endpoint.
        rpm: requests a minute to an endpoint.
        tpm: tokens a minute to an endpoint.
        progress: show on stderr how far it is.

    Raises:
        AssayError: with the fix in its message; where a grader gave no answer at all, once all else is stored.
    """
    path = source.path if isinstance(source, Run) else Path(source)
    if format == "trustllm" and out is None:
        raise UsageError('format="trustllm" needs out=…: the folder to write the result into')
    stored = [path] if format == "assay" and path.exists() else []
    order = Rescoring(
        source=path,
        layout=format,
        out=path if out is None else Path(out),
        tasks=tasks_of(stored, _split(tasks)),
        judging=Judging(_split(judge), embedder, toxicity, max_connections, allow_self_judge, _split(classifier)),
        upstream_report=None if upstream_report is None else Path(upstream_report),
        labels=None if labels is None else Path(labels),
    )
    connections = Connections(
        base_url=base_url,
        allow_http=allow_http,
        timeout_s=timeout,
        connections=max_connections,
        rpm=rpm,
        tpm=tpm,
        local=Locals(_pairs(model_options)),
    )
    watched = _watched(progress)
    return _done(aside(partial(rescore, order, connections), watched), watched)


def compare(*runs: Run | Where, tasks: Several = (), all_pairs: bool = False) -> Comparison:
    """Compare runs on the rows that they share, row by row: the first with each other one.

    Args:
        runs: two or more, or their folders.
        tasks: only these.
        all_pairs: each run with each.

    Raises:
        UsageError: fewer than two runs, or nothing to be paired.
        StoreError: a folder is no run.
    """
    folders = [one.path if isinstance(one, Run) else Path(one) for one in runs]
    known = tasks_of(folders if len(folders) > 1 else (), _split(tasks))
    return Comparison(compared(folders, known, all_pairs))


def load(path: Where) -> Run:
    """A run that is stored.

    Raises:
        StoreError: the folder is no run, or damaged.
    """
    folder = RunFolder(Path(path))
    return Run(folder.path, folder.read_result())


def tasks(patterns: Several = ()) -> Rows:
    """What can be measured: a row for each task, with rows by dataset and language, measures and judge.

    Args:
        patterns: globs, such as `"safety/*"`; all, for none.

    Raises:
        UsageError: a glob matches nothing.
    """
    return listed(_split(patterns))


# ---- how values are read ----------------------------------------------------------------------------


def _split(given: Several) -> tuple[str, ...]:
    """`"en, zh"` and `["en", "zh"]` → ("en", "zh")."""
    several = [given] if isinstance(given, str) else given
    return tuple(dict.fromkeys(one.strip() for text in several for one in text.split(",") if one.strip()))


def _paths(given: Where | Sequence[Where]) -> list[Path]:
    return [Path(given)] if isinstance(given, str | PathLike) else [Path(one) for one in given]


def _pairs(given: Mapping[str, object] | None) -> tuple[tuple[str, object], ...]:
    return tuple(sorted((given or {}).items()))


def _counted(name: str, given: int | None) -> int | None:
    if given is not None and given < 1:
        raise UsageError(f"{name} = {given}: it is at least 1")
    return given


def _watched(progress: bool) -> Watched:
    if not progress:
        return Watched()
    from assay.progress import shown

    return Watched(shown())


def _done(folder: RunFolder, watched: Watched) -> Run:
    """A run that has just ended, with its page."""
    write_report(folder)
    return Run(folder.path, folder.read_result(), tuple(watched.notes))
