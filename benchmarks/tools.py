"""The tools that `make bench` puts side by side: how each is given the work, started, and asked what it found.

Each has 64 connections, keeps every sample with its score, and asks with temperature 0. None repeats what an earlier
measurement has cached: every one runs in a new folder.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import work
from measuring import HERE, assay

CONNECTIONS = 64
PEERS = HERE.parent / ".bench"
"""Where `make bench-peers` puts the environments of the others."""

REQUIREMENTS = HERE.parent / "requirements"
QUIET_HUB = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool in one configuration. Every function is given the folder that the command will run in."""

    name: str
    how: str
    """Its settings, in a few words."""
    lay_out: Callable[[Path, int], object]
    """Write so many rows of work."""
    command: Callable[[Path, str], Sequence[str]]
    """What runs, against this base URL."""
    right: Callable[[Path, int], float]
    """How many of so many rows it found right, by its own account."""
    env: Callable[[Path, str], Mapping[str, str]] = lambda folder, url: {"OPENAI_API_KEY": "none"}
    made: Path = Path(sys.executable)
    """What is there once its environment is whole."""
    slow: bool = False
    """16,000 rows take it minutes."""
    package: str = "llm-assay"
    pins: str = ""
    """The requirements file that says its version; without one, it is the tree that this stands in."""

    @property
    def here(self) -> bool:
        """Whether its environment is there."""
        return self.made.exists()

    @property
    def version(self) -> str:
        """Package and version, as its environment has them."""
        lines = (REQUIREMENTS / self.pins).read_text(encoding="utf-8").splitlines() if self.pins else ()
        found = (line.split(" ")[0] for line in lines if line.startswith(f"{self.package}=="))
        return next(found, self.package).replace("==", " ")


# ---- assay, and the ceiling ----------------------------------------------------------------------


def _bare(folder: Path, url: str) -> Sequence[str]:
    return (sys.executable, str(HERE / "bare.py"), url, "prompts.json", str(CONNECTIONS), "right")


def _assay(folder: Path, url: str) -> Sequence[str]:
    return (
        assay(), "run", "openai/bench", "--base-url", url, "--data", "data", "--tasks", work.TASK,
        "--max-connections", str(CONNECTIONS), "--out", "runs",
    )  # fmt: skip


def _assay_right(folder: Path, rows: int) -> float:
    result = json.loads(next(folder.glob("runs/*/result.json")).read_bytes())
    accuracy = result["tasks"][work.TASK]["measures"]["accuracy"]["corrected"]
    return float(accuracy["value"] * accuracy["n"])


BARE = Tool(
    "bare",
    "a loop over the HTTP client that assay uses, uvloop and orjson: POST, parse, compare; nothing is kept",
    lambda folder, rows: work.prompts(folder / "prompts.json", rows),
    _bare,
    lambda folder, rows: float((folder / "right").read_text(encoding="utf-8")),
    package="pyreqwest",
    pins="run.txt",
)
ASSAY = Tool(
    "assay",
    "assay run: replies in the journal, samples.parquet, result.json with intervals",
    lambda folder, rows: work.trustllm(folder / "data", rows),
    _assay,
    _assay_right,
)

# ---- inspect_ai ----------------------------------------------------------------------------------

INSPECT = PEERS / "inspect" / "bin" / "inspect"
TRIMMED = (
    "--no-log-realtime", "--no-log-model-api", "--display", "none", "--no-score-display", "--ctl-server", "false",
)  # fmt: skip


def _lay_out_inspect(folder: Path, rows: int) -> None:
    work.lines(folder / "prompts.jsonl", rows)
    shutil.copy(HERE / "peers" / "inspect_task.py", folder)  # it takes tasks from below its working directory only


def _inspect(*settings: str) -> Callable[[Path, str], Sequence[str]]:
    return lambda folder, url: (
        str(INSPECT), "eval", "inspect_task.py", "-T", "file=prompts.jsonl", "--model", "openai-api/local/bench",
        "--max-connections", str(CONNECTIONS), "--temperature", "0", "--log-dir", "logs", *settings,
    )  # fmt: skip


def _inspect_env(folder: Path, url: str) -> Mapping[str, str]:
    return {"LOCAL_API_KEY": "none", "LOCAL_BASE_URL": url}


def _inspect_right(folder: Path, rows: int) -> float:
    log = next((folder / "logs").glob("*.eval"))
    told = subprocess.run(
        (INSPECT, "log", "dump", "--header-only", str(log)), cwd=folder, check=True, capture_output=True
    ).stdout
    results = json.loads(told)["results"]
    return float(results["scores"][0]["metrics"]["accuracy"]["value"] * results["completed_samples"])


def _inspect_tool(name: str, how: str, *settings: str) -> Tool:
    return Tool(
        name,
        how,
        _lay_out_inspect,
        _inspect(*settings),
        _inspect_right,
        env=_inspect_env,
        made=PEERS / "inspect" / "made",
        slow=True,
        package="inspect-ai",
        pins="bench-inspect.txt",
    )


INSPECT_AI = _inspect_tool(
    "inspect_ai",
    "inspect eval: no log in real time, no raw calls in it, no display, no control channel",
    *TRIMMED,
)
INSPECT_AS_IT_COMES = _inspect_tool("inspect_ai (as it comes)", "inspect eval without those settings")

# ---- lm-eval -------------------------------------------------------------------------------------

LM_EVAL = PEERS / "lm-eval" / "bin" / "lm_eval"


def _lay_out_lm_eval(folder: Path, rows: int) -> None:
    work.lines(folder / "prompts.jsonl", rows)
    (folder / "tasks").mkdir()
    shutil.copy(HERE / "peers" / "lm_eval_task.yaml", folder / "tasks" / "bench.yaml")


def _lm_eval(folder: Path, url: str) -> Sequence[str]:
    model = f"model=bench,base_url={url}/chat/completions,num_concurrent={CONNECTIONS},max_retries=3"
    return (
        str(LM_EVAL), "run", "--model", "local-chat-completions", "--model_args", model, "--tasks", "bench",
        "--include_path", "tasks", "--apply_chat_template", "--output_path", "out", "--log_samples",
    )  # fmt: skip


def _lm_eval_library(folder: Path, url: str) -> Sequence[str]:
    script = HERE / "peers" / "lm_eval_run.py"
    return (str(LM_EVAL.with_name("python")), str(script), url, "tasks/bench.yaml", str(CONNECTIONS), "out")


def _lm_eval_env(folder: Path, url: str) -> Mapping[str, str]:
    return {**QUIET_HUB, "HF_HOME": str(folder / "hub"), "OPENAI_API_KEY": "none"}


def _lm_eval_right(folder: Path, rows: int) -> float:
    found = json.loads(next(folder.glob("out/**/results*.json")).read_bytes())["results"]["bench"]
    return float(found["exact_match,none"] * found["sample_len"])


def _lm_eval_tool(name: str, how: str, command: Callable[[Path, str], Sequence[str]]) -> Tool:
    made = PEERS / "lm-eval" / "made"
    return Tool(
        name,
        how,
        _lay_out_lm_eval,
        command,
        _lm_eval_right,
        env=_lm_eval_env,
        made=made,
        package="lm-eval",
        pins="bench-lm-eval.txt",
    )


LM_EVAL_COMMAND = _lm_eval_tool(
    "lm-eval",
    "lm_eval run: local-chat-completions, one task, samples kept",
    _lm_eval,
)
LM_EVAL_LIBRARY = _lm_eval_tool(
    "lm-eval (library)", "the same through its library, without the index of its own tasks", _lm_eval_library
)

TOOLS = (BARE, ASSAY, INSPECT_AI, LM_EVAL_COMMAND, LM_EVAL_LIBRARY)
