"""The command line as functions: what they return shows itself, is typed, and nothing is printed."""

from __future__ import annotations

import asyncio
import inspect
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import assay
from assay.api.frames import Rows, table
from assay.cli.run import run as run_command
from assay.cli.score import score as score_command
from assay.errors import RunStopped, StoreError, UsageError
from commands import Json, read
from commands import assay as command
from endpoint import Said, said, serving

ON_A_TERMINAL_ONLY = {"dry_run", "groups", "opened_page"}
"""Options about what is printed."""

CALLED = {
    "langs": "lang",
    "max_tokens": "max_reply_tokens",
    "run_tokens": "max_tokens",
    "judges": "judge",
    "classifiers": "classifier",
    "of_itself": "allow_self_judge",
    "layout": "format",
}
"""Options whose command line calls them something else inside."""


@pytest.fixture
def chance(tmp_path: Path) -> assay.Run:
    return assay.run("baseline/chance", tasks="safety/mental_health, reasoning/logical", limit=8, out=tmp_path)


# ---- running ----------------------------------------------------------------------------------------


def test_a_run_is_the_one_of_the_command_line(
    chance: assay.Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    again = assay.run(
        "baseline/chance", tasks=["safety/mental_health", "reasoning/logical"], limit=8, out=str(tmp_path)
    )
    assert capfd.readouterr() == ("", "")
    assert again.path == chance.path and again.path.parent == tmp_path
    assert again.result == read(chance.path / "result.json")
    words = ("--tasks", "safety/mental_health,reasoning/logical", "--limit", 8, "--out", tmp_path)
    assert str(chance.path) in command("run", "baseline/chance", *words).output


@pytest.mark.parametrize(("function", "of"), [(assay.run, run_command), (assay.score, score_command)])
def test_every_option_of_a_command_is_a_parameter(function: object, of: object) -> None:
    there = set(inspect.signature(function).parameters) - {"progress"}  # type: ignore[arg-type]
    named = {CALLED.get(option.name, option.name) for option in of.params}  # type: ignore[attr-defined]
    assert named - there == ON_A_TERMINAL_ONLY & named
    assert there - named == set()


def test_progress_goes_to_stderr_if_it_is_asked_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assay.run("baseline/chance", tasks="safety/mental_health", limit=4, out=tmp_path, progress=True)
    shown = capfd.readouterr()
    assert shown.out == "" and "4/4 rows" in shown.err


def test_it_works_inside_a_running_event_loop(tmp_path: Path, chance: assay.Run) -> None:
    async def notebook() -> tuple[assay.Run, assay.Run]:
        return assay.run("baseline/yes", tasks="safety/mental_health", limit=2, out=tmp_path), assay.score(chance)

    ran, scored = asyncio.run(notebook())
    assert ran["safety/mental_health", "accuracy"].total == 2
    assert scored.result["tasks"] == chance.result["tasks"]


def test_signal_handlers_of_the_program_are_left_alone(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    seen: list[object] = []
    mine = signal.signal(signal.SIGTERM, lambda *_: seen.append("mine"))
    try:
        assay.run("baseline/chance", tasks="safety/mental_health", limit=2, out=tmp_path)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, mine)
    assert seen == ["mine"]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send a signal to one thread")
def test_ctrl_c_lets_what_is_in_flight_finish_and_the_next_call_goes_on(tmp_path: Path) -> None:
    first = threading.Event()

    def answer(body: Json) -> Said:
        first.set()
        time.sleep(0.01)
        return said("I can't help with that.")

    def interrupt() -> None:
        first.wait(10)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with serving(answer) as endpoint:
        asked = {"tasks": "safety/misuse", "out": tmp_path, "base_url": endpoint.url, "max_connections": 1}
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            assay.run("openai/m", **asked)  # type: ignore[arg-type]
        paid = len(endpoint.bodies)
        assert 0 < paid < 40
        assert assay.run("openai/m", **asked)["safety/misuse", "rta"].value == 1.0  # type: ignore[arg-type]
        assert len(endpoint.bodies) == 48


def test_errors_are_ours_and_say_the_fix(tmp_path: Path) -> None:
    with pytest.raises(assay.AssayError, match="not a model string"):
        assay.run("gpt-4o", out=tmp_path)
    with pytest.raises(UsageError, match="no task matches"):
        assay.run("baseline/chance", tasks="nonsense", out=tmp_path)
    with pytest.raises(UsageError, match="limit = 0"):
        assay.run("baseline/chance", limit=0, out=tmp_path)
    with pytest.raises(UsageError, match="needs out="):
        assay.score(tmp_path, format="trustllm")
    with pytest.raises(StoreError, match=r"no result\.json"):
        assay.load(tmp_path)
    with pytest.raises(UsageError, match="two runs or more"):
        assay.compare(tmp_path)


def test_a_budget_that_is_spent_stops_the_run(tmp_path: Path) -> None:
    with serving(lambda body: said("No.")) as endpoint, pytest.raises(RunStopped):
        assay.run("openai/m", tasks="safety/misuse", out=tmp_path, base_url=endpoint.url, max_tokens=1)


# ---- what comes back --------------------------------------------------------------------------------


def test_a_run_shows_itself(chance: assay.Run) -> None:
    assert repr(chance) == f"<Run baseline/chance on core: 2 tasks, 3 measures, {chance.path}>"
    assert "mental_health" in str(chance) and "95 % interval" in str(chance)
    shown = chance._repr_html_()
    assert shown.count("<tr>") == 1 + 3
    assert "safety/mental_health" in shown and "8/8" in shown
    assert "baseline/chance" in chance.page.read_text(encoding="utf-8")


def test_what_a_notebook_shows_cannot_be_markup(chance: assay.Run) -> None:
    evil = assay.Run(chance.path, {**chance.result, "run": {**chance.result["run"], "model": "<script>x</script>"}})
    assert "<script>" not in evil._repr_html_()
    assert "<script>" not in Rows([{"prompt": "<script>"}])._repr_html_()
    assert "… and 5 more rows" in table([{"n": 1}] * 205)
    assert "no rows" in Rows()._repr_html_()


def test_numbers_have_their_denominator(chance: assay.Run) -> None:
    accuracy = chance["safety/mental_health", "accuracy"]
    assert (accuracy.total, accuracy.better) == (8, "higher")
    assert accuracy.low is not None and accuracy.value is not None and accuracy.low <= accuracy.value
    with pytest.raises(KeyError):
        chance["safety/misuse", "rta"]


def test_measures_and_samples_are_plain_dicts(chance: assay.Run) -> None:
    measures = chance.measures()
    assert (measures[0]["task"], measures[0]["measure"]) == ("safety/mental_health", "accuracy")
    assert measures[0]["value"] == chance["safety/mental_health", "accuracy"].value
    assert len(chance.measures(groups=True)) > len(measures)
    samples = chance.samples()
    assert len(samples) == 16 and {"prompt", "reply", "label"} <= set(samples[0])
    assert {line["task"] for line in chance.samples(tasks="reasoning/logical")} == {"reasoning/logical"}
    assert sum(1 for _ in chance.records("reasoning/logical")) == 8


def test_frames_of_pandas(chance: assay.Run) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed: requirements/dev.txt brings it")
    assert chance.measures("pandas").shape[0] == len(chance.measures())
    assert list(chance.samples("pandas")["task"]) == [line["task"] for line in chance.samples()]
    assert list(chance.samples("pandas").columns) == list(chance.samples()[0])


def test_frames_of_polars(chance: assay.Run) -> None:
    pytest.importorskip("polars", reason="polars is not installed: requirements/dev.txt brings it")
    assert chance.measures("polars").height == len(chance.measures())
    assert chance.samples("polars")["task"].to_list() == [line["task"] for line in chance.samples()]


@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_a_library_that_is_missing_is_named(chance: assay.Run, frame: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, frame, None)
    for make in (chance.measures, chance.samples):
        with pytest.raises(UsageError, match=rf"{frame} is not installed: `pip install {frame}`.*'list'"):
            make(frame)  # type: ignore[arg-type]


def test_a_frame_that_nobody_knows(chance: assay.Run) -> None:
    with pytest.raises(UsageError, match="there are: list, pandas, polars"):
        chance.measures("arrow")  # type: ignore[call-overload]


def test_samples_that_are_gone_or_damaged(chance: assay.Run) -> None:
    chance.folder.samples.write_bytes(b"PAR1 no more")
    with pytest.raises(StoreError, match="is damaged"):
        chance.samples()
    chance.folder.samples.unlink()
    with pytest.raises(StoreError, match=r"has no samples\.parquet"):
        chance.samples()


def test_runs_are_compared(chance: assay.Run, tmp_path: Path) -> None:
    refuser = assay.run("baseline/refuser", tasks="safety/mental_health,reasoning/logical", limit=8, out=tmp_path)
    found = assay.compare(chance, refuser.path)
    assert repr(found) == "<Comparison of baseline/chance, baseline/refuser>"
    line = found.measures()[0]
    assert (line["first_run"], line["second_run"]) == (chance.model, refuser.model)
    assert "p Holm" in str(found)
    assert found._repr_html_().count("<tr>") == 1 + len(found.measures())
    (line,) = assay.compare(chance, refuser, tasks="reasoning/logical").measures()
    assert line["difference"] == line["second"] - line["first"]
    third = assay.run("baseline/yes", tasks="safety/mental_health,reasoning/logical", limit=8, out=tmp_path)
    assert "→" in assay.compare(chance, refuser, third, all_pairs=True)._repr_html_()


def test_stored_replies_are_judged_again_into_another_folder(chance: assay.Run, tmp_path: Path) -> None:
    scored = assay.score(chance.path, out=tmp_path / "again", tasks="reasoning/logical")
    assert scored.path == tmp_path / "again"
    assert set(scored.result["tasks"]) == {"reasoning/logical"}
    assert assay.load(scored.path).result == scored.result


def test_the_catalogue_is_a_table(capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    found = assay.tasks("safety/*")
    assert capfd.readouterr() == ("", "")
    (misuse,) = [line for line in found if line["id"] == "safety/misuse"]
    assert misuse["core_zh_rows"] == 48 and misuse["measures"] == ["rta"]
    assert "safety/misuse" in found._repr_html_()
    with pytest.raises(UsageError, match="no task matches"):
        assay.tasks("nonsense")


# ---- the package ------------------------------------------------------------------------------------


def test_importing_assay_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import assay; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['assay']"


def test_public_names_are_functions_whatever_is_imported() -> None:
    code = (
        "import assay, assay.run, assay.tasks.asking\n"
        "from assay.run import Order\n"
        "from assay.tasks import select\n"
        "from assay import run, tasks\n"
        "import inspect\n"
        "print(all(map(inspect.isfunction, (assay.run, assay.tasks, run, tasks))), Order, callable(select))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "<class", "'assay.run.Order'>", "True"]


def test_the_names_are_those_that_are_promised() -> None:
    assert set(assay.__all__) <= set(dir(assay))
    assert all(getattr(assay, name) for name in assay.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        assay.nonsense  # type: ignore[attr-defined]  # noqa: B018
    assert (Path(assay.__file__).parent / "py.typed").is_file()
