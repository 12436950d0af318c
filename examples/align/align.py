"""Close the loop: evaluate a model, export what was judged, train on it, evaluate again, compare the two, paired.

python align.py [MODEL] [--work FOLDER]

MODEL is a name on the Hugging Face hub or a folder; without one, a tiny model with random weights is made on the spot.
It shows that the parts fit together, and nothing else: two training steps teach random weights nothing.

The good replies are a refuser's and a complier's, so that each prompt has a reply of either kind. For a model that can
answer, leave --with-baselines out and ask it several times (--epochs 4): its own replies make the pairs.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
TASKS = "safety/misuse,safety/exaggerated_safety,fairness/stereotype_query"
BASELINES = ("baseline/refuser", "baseline/complier")


def do(*words: object, cwd: Path) -> None:
    """Run a command, shown as it is typed."""
    command = [str(word) for word in words]
    print(f"\n$ {shlex.join(command)}", flush=True)
    subprocess.run(command, cwd=cwd, check=True)


def python(script: str, *words: object, cwd: Path) -> None:
    """Run a script of this folder."""
    do(sys.executable, HERE / script, *words, cwd=cwd)


@contextmanager
def served(work: Path, port: int) -> Iterator[str]:
    """`transformers serve` on loopback: every folder below `work` is a model; yields its base URL."""
    words = ["transformers", "serve", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    with (work / "serve.log").open("w") as log:
        server = subprocess.Popen(words, cwd=work, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server, work / "serve.log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 180) -> None:
    """Wait until the server answers anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"`transformers serve` did not start; see {log}")


def folder_of(runs: Path, model: str) -> Path:
    """The run folder of a model: its name, then a hash."""
    (found,) = runs.glob(f"{model.replace('/', '-')}-*")
    return found


def main(words: Sequence[str] | None = None) -> None:
    """The loop."""
    given = arguments(words)
    work: Path = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    before = given.model or "tiny"
    if not given.model:
        python("tiny_model.py", "tiny", cwd=work)
    ask = ["--tasks", given.tasks, "--lang", given.lang, "--max-reply-tokens", given.reply_tokens, "--out", "runs"]
    ask += ["--limit", given.limit] if given.limit else []

    with served(work, given.port) as url:
        do("assay", "run", f"openai/{before}", "--base-url", url, "--epochs", given.epochs, *ask, cwd=work)
    for baseline in BASELINES if given.with_baselines or not given.model else ():
        do("assay", "run", baseline, *ask, cwd=work)
    runs = sorted(path for path in (work / "runs").iterdir() if path.is_dir())
    do("assay", "export", *runs, "--format", "dpo", "--out", "dpo", cwd=work)
    python("train.py", before, "dpo", "aligned", "--steps", given.steps, cwd=work)
    with served(work, given.port) as url:
        do(
            "assay",
            "run",
            "openai/aligned",
            "--base-url",
            url,
            "--epochs",
            given.epochs,
            "--unseen",
            "dpo",
            *ask,
            cwd=work,
        )
    do(
        "assay",
        "compare",
        folder_of(work / "runs", f"openai/{before}"),
        folder_of(work / "runs", "openai/aligned"),
        cwd=work,
    )


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("model", nargs="?", default="")
    asked.add_argument("--work", type=Path, default=Path("align-run"))
    asked.add_argument("--tasks", default=TASKS)
    asked.add_argument("--lang", default="en,zh")
    asked.add_argument("--limit", type=int, default=0, help="rows a task and language; 0: all")
    asked.add_argument("--epochs", type=int, default=1)
    asked.add_argument("--reply-tokens", type=int, default=32)
    asked.add_argument("--steps", type=int, default=2)
    asked.add_argument("--with-baselines", action="store_true", help="their replies make pairs with the model's")
    asked.add_argument("--port", type=int, default=8471)
    return asked.parse_args(words)


if __name__ == "__main__":
    main()
