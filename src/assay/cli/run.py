"""`assay run`: measure a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.headings import Headed
from assay.cli.options import asked, finite, globs, judging, kept_in, languages, opened, pairs, sampled, sent, spent
from assay.cli.printing import print_result, wide

if TYPE_CHECKING:
    from assay.budget import Budget
    from assay.models import Connections, Spreading
    from assay.run import Order


@click.command(cls=Headed)
@click.argument("model")
@asked("--data", default="core", show_default=True,
       help="core, trustllm, survey, a folder or zip in TrustLLM's layout or of the survey's repository, or a .csv or "
            ".jsonl with its .toml.")  # fmt: skip
@asked("--tasks", multiple=True, metavar="GLOB", help="Such as 'safety/*' or privacy; repeat or separate by commas.")
@asked("--limit", type=click.IntRange(1), metavar="N", help="At most N rows a task and language, evenly spread.")
@asked("--epochs", default=1, show_default=True, type=click.IntRange(1), metavar="K", help="Ask every row K times.")
@asked("--lang", "langs", default="en", show_default=True, callback=languages, help="en, zh, or en,zh.")
@asked("--system", default="", metavar="TEXT", help="A system prompt before every chat.")
@asked("--shuffle-options", type=int, metavar="SEED", help="Offer multiple-choice options in another order.")
@asked("--trained-on", multiple=True, type=click.Path(path_type=Path), metavar="EXPORT",
       help="Count the rows that an `assay export` gave away: the model was trained on it.")  # fmt: skip
@asked("--unseen", multiple=True, type=click.Path(path_type=Path), metavar="EXPORT",
       help="Ask only rows that an `assay export` did not give away.")  # fmt: skip
@sampled("--max-reply-tokens", "max_tokens", type=click.IntRange(1), metavar="N", help="Length of a reply at most.")
@sampled("--temperature", type=float, metavar="T", help="Instead of each task's published temperature.")
@sampled("--seed", type=int, metavar="N", help="Sampling seed, where the endpoint takes one.")
@sampled("--extra", multiple=True, callback=pairs, metavar="NAME=JSON", help="A further field of the request body.")
@judging
@sent("--ray", metavar="ADDRESS",
      help="Ask from the machines of a Ray cluster, local weights on its GPUs: HOST:PORT, auto, or local.")  # fmt: skip
@sent("--ray-workers", type=click.IntRange(1), metavar="N",
      help="For each model. Default: one a machine, or one a GPU for hf/….")  # fmt: skip
@sent("--ray-gpus", type=click.FloatRange(0, min_open=True), callback=finite, metavar="N",
      help="Of each worker with hf/… weights. Default: 1, where the cluster has any.")  # fmt: skip
@sent("--batch", is_flag=True,
      help="Ask by the provider's batch files, within a day; run it again to wait on. Judges: live.")  # fmt: skip
@spent("--dry-run", is_flag=True, help="Say rows, tokens, cost and time; ask nothing, write nothing. Needs no key.")
@spent("--max-cost", type=click.FloatRange(0), callback=finite, metavar="USD",
        help="Stop once all replies of the run, stored ones too, cost so much; judges' too.")  # fmt: skip
@spent("--max-tokens", "run_tokens", type=click.IntRange(0), metavar="N",
        help="Stop once the run has taken so many tokens, prompts and replies together.")  # fmt: skip
@spent("--prices", type=click.Path(path_type=Path), metavar="FILE",
        help="A TOML table of prices, before ~/.cache/assay/prices.toml and the packaged one.")  # fmt: skip
@kept_in("--fresh", is_flag=True, help="Ask anew, whatever is stored.")
@kept_in("--groups", is_flag=True, help="Show each source, attack and type in the table too.")
@kept_in("--open", "opened_page", is_flag=True, help="Open the report when the run is done.")
@kept_in("--out", default="runs", show_default=True, type=click.Path(path_type=Path), help="Where runs are kept.")
def run(
    model: str,
    data: str,
    tasks: Sequence[str],
    judges: Sequence[str],
    out: Path,
    groups: bool,
    opened_page: bool,
    **options: Any,
) -> None:
    """Measure MODEL: ask every row, judge every reply, print the table, keep everything.

    MODEL is provider/model: openai/gpt-4o-mini, anthropic/claude-sonnet-4-5 (`assay providers` lists them all),
    openai/NAME with --base-url for any OpenAI-compatible server, hf/org/name or hf/./folder for weights on this
    machine, vllm/org/name, or baseline/refuser, baseline/complier, baseline/chance, baseline/first-option,
    baseline/yes.

    The same command again resumes: no reply that is stored is asked for twice.

    \b
    What would it cost?        assay run openai/gpt-4o-mini --data trustllm --judge openai/gpt-4o --dry-run
    At most 5 dollars:         assay run openai/gpt-4o-mini --data trustllm --max-cost 5
    A first look:              assay run openai/gpt-4o-mini --tasks 'safety/*' --limit 20
    The survey's studies:      assay run openai/gpt-4o-mini --data survey --judge openai/gpt-4o
    Data of one's own:         assay run openai/gpt-4o-mini --data mydata.csv
    A server of one's own:     assay run openai/my-model --base-url http://localhost:8000/v1 --max-connections 256
    Within a provider's quota: assay run openai/gpt-4o-mini --rpm 500 --tpm 200000
    On every GPU of a cluster: assay run hf/org/name --ray auto --max-connections 1024
    """  # noqa: D301  (click reads the backspace)
    from assay.budget import Budget
    from assay.cases import Asking, tasks_in
    from assay.contamination import read_manifest
    from assay.models.prices import load_prices
    from assay.progress import shown
    from assay.run import Order, without_met
    from assay.run import run as run_order

    connections, judging = opened(judges, options)
    rays = {name: options.pop(name) for name in ("ray", "ray_workers", "ray_gpus")}
    connections.spreading = _spreading(**rays, batch=options["batch"])
    asked = {name: options.pop(name) for name in tuple(options) if name in Asking.__dataclass_fields__}
    order = Order(
        model=model,
        tasks=tasks_in(data, globs(tasks)),
        asking=Asking(data=data, **asked),
        judging=judging,
        out=out,
        fresh=options["fresh"],
        trained_on=tuple(map(read_manifest, options["trained_on"])),
    )
    order = without_met(order, [read_manifest(path) for path in options["unseen"]])
    budget = Budget(load_prices(options["prices"]), options["max_cost"], options["run_tokens"])
    if options["dry_run"]:
        _print_forecast(order, connections, budget, options["batch"])
        return
    if options["batch"]:
        from assay.batching import batched

        batched(order, connections, shown(), budget)
    print_result(run_order(order, connections, shown(), budget), groups, opened_page)


def _spreading(ray: str | None, ray_workers: int | None, ray_gpus: float | None, batch: bool) -> Spreading | None:
    from assay.errors import UsageError
    from assay.models import Spreading

    if ray and batch:
        raise UsageError("--batch hands the whole work to the provider: --ray has nothing to spread; give one of them")
    if ray:
        return Spreading(ray, ray_workers, ray_gpus)
    if ray_workers or ray_gpus:
        raise UsageError("--ray-workers and --ray-gpus want --ray ADDRESS")
    return None


def _print_forecast(order: Order, connections: Connections, budget: Budget, batch: bool) -> None:
    from assay.batching import planned
    from assay.forecast import forecast, forecast_table

    by_batch = planned(order, connections) if batch else ""
    wide().print(forecast_table(forecast(order, connections, budget)))
    if by_batch:
        click.echo(by_batch)
