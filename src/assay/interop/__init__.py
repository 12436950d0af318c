"""The neighbours' formats: what other tools evaluated comes in, runs of ours go out.

`keeping`                        records that another tool asked for, as a run folder
`foreign`                        somebody else's task, as data of one's own
`inspect_tasks`                  every task as one of Inspect's, by its entry point (needs `inspect_ai`)
`inspect_reading|importing|writing`  Inspect's logs; `inspect_words`: what both call the same things
`lm_eval_task`                   a run's rows as tasks of lm-evaluation-harness (needs `lm_eval`)
`lm_eval_importing|writing`      its results and samples
`every_eval_ever`                the shared schema of that name
`hugging_face`                   a data set folder with its card

`export_run` and `import_files` choose among them. docs/interop.md says what each format cannot hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assay.errors import DataError, UsageError
from assay.interop import (
    every_eval_ever,
    hugging_face,
    inspect_importing,
    inspect_writing,
    lm_eval_importing,
    lm_eval_writing,
)
from assay.interop.foreign import Found, brought
from assay.interop.inspect_reading import is_log, read_log
from assay.interop.keeping import Kept, keep
from assay.schema import Task
from assay.store import RunFolder

__all__ = ["FORMATS", "export_run", "import_files"]

FORMATS: Mapping[str, str] = {
    "inspect": "logs that `inspect view` shows, one a task",
    "lm-eval": "results and samples as lm-evaluation-harness writes them, and its tasks to ask other models",
    "every-eval-ever": "the schema of Every Eval Ever: results and samples",
    "hf": "a data set for `datasets.load_dataset`, with its card",
}


def export_run(path: Path, form: str, tasks: Sequence[Task], out: Path) -> list[Path]:
    """Write a run in another tool's format.

    Args:
        path: the run folder.
        form: one of `FORMATS`.
        tasks: those to write, of those that the run has.
        out: the folder to write into.

    Raises:
        UsageError: the run has none of these tasks, or `out` is the run itself.
        StoreError: the folder is no run, or damaged.
    """
    folder = RunFolder(path)
    have = folder.counts()
    wanted = {task.id: task for task in tasks if task.id in have}
    if not wanted:
        raise UsageError(f"{path} holds none of these tasks; it has: {', '.join(have)}")
    if out.resolve() == path.resolve():
        raise UsageError("--out is the run itself; give another folder")
    write = {
        "inspect": inspect_writing.write_logs,
        "lm-eval": lm_eval_writing.write_results,
        "every-eval-ever": every_eval_ever.write_records,
        "hf": hugging_face.write_dataset,
    }[form]
    return write(folder, wanted, out)


def import_files(
    paths: Sequence[Path], out: Path, kind: str = "", lang: str = "en", say: Callable[[str], None] = lambda text: None
) -> list[Kept]:
    """Make run folders of what other tools evaluated.

    Args:
        paths: logs of Inspect (`.eval`, `.json`), `results_*.json` of lm-evaluation-harness, folders of these, or a
            data set that `export_run` wrote.
        out: the run folder; where several foreign tasks come at once, the folder of their run folders.
        kind: how replies of a task that is not ours are judged; empty to tell it from what is right.
        lang: of a task that is not ours.
        say: told of what is not there: evaluations that did not come to their end, tasks without a reply to judge.

    Raises:
        DataError: a file is none of these, damaged, or holds nothing but what assay cannot judge.
        UsageError: another run is there.
    """
    sets = [path for path in paths if hugging_face.is_dataset(path)]
    files = [file for path in paths if path not in sets for file in _files(path)]
    logs = [read_log(file) for file in files if is_log(file)]
    results = [lm_eval_importing.read_results(file) for file in files if not is_log(file)]
    ours = [log for log in logs if inspect_importing.is_ours(log)]
    kept = [inspect_importing.ours(ours)] if ours else []
    kept += [*lm_eval_importing.ours(results), *map(hugging_face.read_dataset, sets)]
    theirs: list[Found] = [inspect_importing.foreign(log) for log in logs if log not in ours]
    theirs += lm_eval_importing.foreign(results)
    unjudged = lm_eval_importing.without_replies(results)
    if unjudged and not (kept or theirs):
        raise DataError("; ".join(unjudged))
    for said in [f"{log.path}: {log.incomplete}" for log in logs if log.incomplete] + unjudged:
        say(f"! {said}")
    if len(kept) + len(theirs) == 1:
        return [keep(kept[0] if kept else brought(theirs[0], out, kind, lang), out)]
    made = [keep(one, out / f"assay-{number}") for number, one in enumerate(kept, 1)]
    return made + [keep(brought(one, out / one.name, kind, lang), out / one.name) for one in theirs]


def _files(path: Path) -> list[Path]:
    """The file, or those in the folder that can be imported."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"{path} does not exist; give a log of Inspect or a results_*.json of lm-eval")
    found = {
        *path.rglob("*.eval"),
        *path.rglob("results_*.json"),
        *(file for file in path.rglob("*.json") if is_log(file)),
    }
    if not found:
        raise DataError(f"{path} holds no log of Inspect (.eval, .json) and no results_*.json of lm-eval")
    return sorted(found)
