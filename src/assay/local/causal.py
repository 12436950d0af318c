"""Weights that answer, in a model's shape: requests one by one, replies from batches of like length."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assay.errors import EndpointError, Stopped, UsageError
from assay.local.drawing import Draw, Drawing, Ending, draw_of, first_answer
from assay.local.gathering import Gathering
from assay.local.options import Options
from assay.local.templates import PLAIN_STOP, Rendering, refusals, rendering
from assay.local.weights import Weights, context_of, loaded, tokenizer_of
from assay.schema import Reply, Request, Usage

REPLY_TOKENS = 1024
"""Where neither the task nor --max-reply-tokens says; a reply that is cut ends with `length`."""

THINKS, THOUGHT = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request, ready for the weights."""

    ids: list[int]
    draw: Draw
    thinks: bool
    """The template has begun the model's thoughts."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Weights and what goes with them."""

    model: Any
    tokenizer: Any
    chats: Rendering
    context: int
    ends: frozenset[int]
    """Tokens that end a reply."""


class LocalModel:
    """A causal language model of Hugging Face in this process.

    Args:
        name: as typed.
        weights: which ones.
        options: how they are loaded and batched.
    """

    def __init__(self, name: str, weights: Weights, options: Options) -> None:
        self.name = name
        self.weights, self.options = weights, options
        self._template = _read_template(options.chat_template)
        self._loaded: Loaded | None = None
        self._gathering: Gathering[Prompt, Reply] = Gathering(self._replies, options.batch_size, options.batch_tokens)
        self._opening: Gathering[None, Loaded] = Gathering(lambda asked: [self._load()] * len(asked), 1 << 30, 1 << 30)
        self._ending: Ending | None = None

    @property
    def plain(self) -> bool:
        """Whether chats are asked as a plain dialogue: the model brings no template, and none was given."""
        return not (self._template or self.weights.has_template)

    @property
    def endpoint(self) -> str:
        """Which weights answer, and whatever else changes replies."""
        said = [f"hf@{self.weights.mark}", self.options.of_replies]
        if self._template:
            said.append(f"template:{self.options.chat_template}")
        return " ".join(filter(None, [*said, "plain dialogue" if self.plain else ""]))

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever waits should know."""
        if not self.plain:
            return ()
        return (
            f"! {self.name} has no chat template: it is asked in a plain dialogue (User: … Assistant: …), as base "
            "models are. A template of its own: --model-option chat_template=FILE.jinja",
        )

    async def __call__(self, request: Request) -> Reply:
        """The reply; `failed` where the prompt is longer than the model reads, or its template refuses the chat.

        Raises:
            UsageError: the weights cannot be loaded, or a field of the request is unknown.
            Stopped: the run was told to end while this waited.
        """
        there = self._loaded or await self._opening(None, 0)
        prompt = self._prompt(there, request)
        if isinstance(prompt, Reply):
            return prompt
        return await self._gathering(prompt, len(prompt.ids) + prompt.draw.limit)

    def halt(self) -> None:
        """Take nothing more; the batch in work ends as it would have."""
        self._gathering.halt()
        self._opening.halt()

    def close(self) -> None:
        """End; a batch that is still in work is called off."""
        if self._ending is not None:
            self._ending.called_off = True
        self._gathering.close()
        self._opening.close()

    # ---- asking ----------------------------------------------------------------------------------

    def _load(self) -> Loaded:
        if self._loaded is None:
            # Tokenizers warn of it once for each process that forks; and tokens are made in one thread here.
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            tokenizer = tokenizer_of(self.weights, self.options)
            model = loaded("AutoModelForCausalLM", self.weights, self.options)
            ends = _ends(model, tokenizer)
            _reset(model, ends, tokenizer)
            chats = rendering(tokenizer, self._template, self.weights.has_template)
            self._loaded = Loaded(model, tokenizer, chats, context_of(model, tokenizer), ends)
        return self._loaded

    def _prompt(self, there: Loaded, request: Request) -> Prompt | Reply:
        """The request as tokens; a reply instead, where it cannot be asked."""
        extra = dict(request.sampling.extra)
        template, given = str(extra.get("chat_template") or ""), extra.get("chat_template_kwargs")
        try:
            text = there.chats.text(request.chat, template, given if isinstance(given, Mapping) else None)
        except refusals() as error:
            return Reply("", "failed", error=f"the chat template refuses this chat: {error}")
        # A template writes its own marks; a plain dialogue has none, and base models want theirs.
        plain = there.chats.plain and not template
        ids = there.tokenizer(text, add_special_tokens=plain)["input_ids"]
        room = there.context - len(ids)
        if room < 1:
            said = f"a prompt of {len(ids):,} tokens; the model reads {there.context:,}. Nothing was cut"
            return Reply("", "failed", error=said)
        limit = min(room, request.sampling.max_tokens or REPLY_TOKENS)
        draw = draw_of(request, self.name, limit)
        if plain:
            draw = replace(draw, stop=(*draw.stop, *PLAIN_STOP))
        return Prompt(ids, draw, text.rstrip().endswith(THINKS))

    # ---- answering, in a thread of its own -------------------------------------------------------

    def _replies(self, batch: list[Prompt]) -> list[Reply]:
        """One reply a prompt. What does not fit into the context together is parted.

        A batch that does not fit into memory is halved, and so are those after it.
        """
        import torch

        if len(batch) > 1 and _width(batch) > self._load().context:
            half = len(batch) // 2
            return [*self._replies(batch[:half]), *self._replies(batch[half:])]
        try:
            return self._batch(batch)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                said = f"not enough memory for {len(batch[0].ids):,} tokens and a reply"
                return [Reply("", "failed", error=f"{said}: {str(error).split('.')[0]}")]
        except RuntimeError as error:
            raise EndpointError(f"{self.name} stopped with {type(error).__name__}: {str(error)[:300]}") from error
        torch.cuda.empty_cache()
        half = (len(batch) + 1) // 2
        self._gathering.at_most(half)
        return [*self._replies(batch[:half]), *self._replies(batch[half:])]

    def _batch(self, batch: list[Prompt]) -> list[Reply]:
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

        there = self._load()
        tokenizer, width = there.tokenizer, max(len(one.ids) for one in batch)
        draws = [one.draw for one in batch]
        pad = tokenizer.pad_token_id
        device = there.model.device
        ids = torch.tensor([[pad] * (width - len(one.ids)) + one.ids for one in batch], device=device)
        seen = torch.tensor([[0] * (width - len(one.ids)) + [1] * len(one.ids) for one in batch], device=device)
        drawing, ending = Drawing(draws), Ending(draws, width, tokenizer)
        self._ending = ending
        config = GenerationConfig(
            do_sample=False,
            num_beams=1,
            max_new_tokens=max(draw.limit for draw in draws),
            eos_token_id=sorted(there.ends) or None,
            pad_token_id=pad,
        )
        # The processor draws, so that `generate` only ever takes the likeliest. Without it, where nothing is to be
        # drawn and nothing told, the step is shorter.
        draws_needed = drawing.sampled or any(draw.logprobs for draw in draws)
        with torch.inference_mode():
            out = there.model.generate(
                input_ids=ids,
                attention_mask=seen,
                generation_config=config,
                logits_processor=LogitsProcessorList([drawing] if draws_needed else []),
                stopping_criteria=StoppingCriteriaList([ending]),
            )
        if ending.called_off:
            raise Stopped
        told = {one for ids_of, _ in drawing.seen for row in ids_of for one in row}
        texts = {one: tokenizer.decode([one]) for one in told}
        rows = out[:, width:].tolist()
        return [
            _reply(there, prompt, row, first_answer(drawing.seen, place, prompt.draw, texts))
            for place, (prompt, row) in enumerate(zip(batch, rows, strict=True))
        ]


def _width(batch: Sequence[Prompt]) -> int:
    """Places that a batch takes: its longest prompt, and the longest reply that any of them may have."""
    return max(len(one.ids) for one in batch) + max(one.draw.limit for one in batch)


def _reply(there: Loaded, prompt: Prompt, row: Sequence[int], logprobs: tuple[tuple[str, float], ...]) -> Reply:
    """The tokens of a row as a reply: up to its limit, its end or its stop."""
    tokens = list(row[: prompt.draw.limit])
    end = next((place for place, token in enumerate(tokens) if token in there.ends), None)
    spent = len(tokens) if end is None else end + 1
    text: str = there.tokenizer.decode(tokens[:end], skip_special_tokens=True)
    stops = [at for stop in prompt.draw.stop if (at := text.find(stop)) >= 0]
    if stops:
        text = text[: min(stops)]
    reasoning, answer = thoughts(text, prompt.thinks)
    return Reply(
        answer.strip(),
        "stop" if stops or end is not None else "length",
        usage=Usage(len(prompt.ids), spent),
        logprobs=() if reasoning else logprobs,
        reasoning=reasoning,
    )


def thoughts(text: str, begun: bool) -> tuple[str, str]:
    """What the model thought, and what it answered. Thoughts that were cut before an answer came have none."""
    if not begun and not text.lstrip().startswith(THINKS):
        return "", text
    thought, closed, answer = text.partition(THOUGHT)
    thought = thought.lstrip().removeprefix(THINKS).strip()
    return thought, answer if closed else ""


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """All tokens that end a reply: what the weights' generation config names, and the tokenizer's own."""
    said = getattr(model.generation_config, "eos_token_id", None)
    ends = {said} if isinstance(said, int) else set(said or ())
    if tokenizer.eos_token_id is not None:
        ends.add(tokenizer.eos_token_id)
    return frozenset(ends)


def _reset(model: Any, ends: frozenset[int], tokenizer: Any) -> None:
    """Drop what the weights recommend (top_p, a repetition penalty, …): sampling is the task's, the same for all."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig(eos_token_id=sorted(ends) or None, pad_token_id=tokenizer.pad_token_id)


def _read_template(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except OSError as error:
        raise UsageError(f"--model-option chat_template={path}: {error.strerror}") from error
