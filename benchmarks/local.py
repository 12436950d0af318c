"""Local weights beside lm-eval's `hf` backend: the same prompts, the same greedy replies, one process, in turn.

python benchmarks/local.py [--model FOLDER] [--rows 192] [--tokens 32] [--batch 32] [--rounds 3]

It needs an environment with torch, transformers and lm-eval beside assay. Without --model, a model of some three
million random parameters is made on the spot: what is compared is the batching around a forward pass, not a model.
Loading is left out on both sides. On a machine that others use too, the ratios hold sooner than the seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "align"))


def make_model(folder: Path) -> None:
    """A Llama of some three million random parameters that reads bytes."""
    from tiny_model import tokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    set_seed(0)
    tokens = tokenizer()
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokens), hidden_size=192, intermediate_size=576, num_hidden_layers=6,
            num_attention_heads=4, max_position_embeddings=4096, pad_token_id=tokens.pad_token_id,
            bos_token_id=tokens.bos_token_id, eos_token_id=tokens.eos_token_id,
        )
    ).save_pretrained(folder)  # fmt: skip
    tokens.save_pretrained(folder)


def prompts(rows: int) -> list[str]:
    """The last turns of rows of the embedded suite, spread over all its tasks: their lengths are as mixed as there."""
    from assay.cases import Asking, cases
    from assay.tasks import all_tasks

    asked = [case.row.chats[0][-1].content for case in cases(all_tasks(), Asking())]
    return asked[:: max(1, len(asked) // rows)][:rows]


def by_assay(folder: Path, batch: int) -> Callable[[Sequence[str], int], list[str]]:
    """Replies through `hf/FOLDER`, every request by itself, as a run has them."""
    from assay.local import Locals
    from assay.schema import Request, Sampling, user

    options = (("dtype", "float32"), ("batch_size", batch))

    def ask(texts: Sequence[str], tokens: int) -> list[str]:
        async def all_at_once() -> list[str]:
            model = Locals(options).model(f"hf/{folder}")
            await model(Request(user("warm up"), Sampling(0.0, 1)))
            started.append(now())
            replies = await asyncio.gather(*(model(Request(user(text), Sampling(0.0, tokens))) for text in texts))
            return [reply.text for reply in replies]

        return asyncio.run(all_at_once())

    return ask


def by_lm_eval(folder: Path, batch: int) -> Callable[[Sequence[str], int], list[str]]:
    """Replies through lm-eval's `HFLM.generate_until`, with the same template."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    model = HFLM(pretrained=str(folder), batch_size=batch, device="cpu", dtype="float32")
    model.tokenizer.padding_side = "left"

    def ask(texts: Sequence[str], tokens: int) -> list[str]:
        def instance(text: str, limit: int) -> Instance:
            prompt = model.apply_chat_template([{"role": "user", "content": text}])
            given = {"until": [], "max_gen_toks": limit, "do_sample": False}
            return Instance("generate_until", {}, (prompt, given), 0)

        model.generate_until([instance("warm up", 1)], disable_tqdm=True)
        started.append(now())
        found = model.generate_until([instance(text, tokens) for text in texts], disable_tqdm=True)
        return [text.strip() for text in found]

    return ask


started: list[tuple[float, float]] = []
"""When the last round began to ask, its loading and warming up behind it."""


def now() -> tuple[float, float]:
    """Seconds by the wall, and of this process's CPU time: what others do on the machine moves the first."""
    return time.perf_counter(), time.process_time()


def main(words: Sequence[str] | None = None) -> None:
    """Both in turn, the best round of each."""
    given = arguments(words)
    if given.model is None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # lm-eval looks even a folder up on the hub, and waits for it
    with tempfile.TemporaryDirectory() as made:
        folder = given.model or Path(made) / "model"
        if given.model is None:
            make_model(folder)
        texts = prompts(given.rows)
        sides = {"assay hf/…": by_assay(folder, given.batch), "lm-eval hf": by_lm_eval(folder, given.batch)}
        took: dict[str, list[tuple[float, ...]]] = {name: [] for name in sides}
        said: dict[str, list[str]] = {}
        for _ in range(given.rounds):
            for name, ask in sides.items():
                said[name] = ask(texts, given.tokens)
                took[name].append(tuple(end - start for start, end in zip(started[-1], now(), strict=True)))
    best = {name: [min(column) for column in zip(*rounds, strict=True)] for name, rounds in took.items()}
    for name, (wall, cpu) in best.items():
        print(f"{name:12} {wall:7.2f} s, {cpu:7.2f} s of CPU   {len(texts) / wall:7.1f} rows/s")
    ours, theirs = best.values()
    ratios = [other / one for one, other in zip(ours, theirs, strict=True)]
    same = sum(one == other for one, other in zip(*said.values(), strict=True))
    print(
        f"assay is {ratios[0]:.2f} times as fast, {ratios[1]:.2f} by CPU time (best of {given.rounds} rounds each); "
        f"{same} of {len(texts)} replies are the same, letter for letter"
    )


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--model", type=Path)
    asked.add_argument("--rows", type=int, default=192)
    asked.add_argument("--tokens", type=int, default=32)
    asked.add_argument("--batch", type=int, default=32)
    asked.add_argument("--rounds", type=int, default=3)
    return asked.parse_args(words)


if __name__ == "__main__":
    main()
