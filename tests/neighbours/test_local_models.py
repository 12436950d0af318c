"""Local weights as models: a tiny chat model with random weights, made on the spot, on the CPU.

`make test-neighbours` runs this in an environment that has torch and transformers; elsewhere it is skipped.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `make test-neighbours` makes an environment")
transformers = pytest.importorskip("transformers", reason="transformers is not installed: `make test-neighbours`")

from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError  # noqa: E402

from assay.errors import Stopped, UsageError  # noqa: E402
from assay.judges.by_confidence import by_logprobs  # noqa: E402
from assay.local import LocalModel, Locals  # noqa: E402
from assay.schema import Message, Reply, Request, Sampling, user  # noqa: E402
from commands import assay, read, refused, run_folder  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "align"))

from tiny_model import main as make_tiny_model  # noqa: E402
from tiny_model import tokenizer as tiny_tokenizer  # noqa: E402

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.filterwarnings("ignore::FutureWarning")]

NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for turn in messages %}<|user|>{{ turn['content'] }}{% endfor %}<|assistant|>"
)
GREEDY = Sampling(0.0, 12)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_tiny_model(folder)
    return folder


def made(folder: Path, template: str | None = None, seed: int = 0, places: int = 128) -> Path:
    """A tiny model of another kind (positions that are learned, and few of them), with this template or none."""
    transformers.set_seed(seed)
    tokens = tiny_tokenizer()
    tokens.chat_template = template
    ends = {"bos_token_id": tokens.bos_token_id, "eos_token_id": tokens.eos_token_id}
    config = transformers.GPT2Config(
        vocab_size=len(tokens), n_embd=16, n_layer=1, n_head=2, n_positions=places, pad_token_id=0, **ends
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    tokens.save_pretrained(folder)
    return folder


def replies(folder: Path, requests: Sequence[Request], *options: tuple[str, object]) -> list[Reply]:
    """The replies to requests that are all there at once."""

    async def go() -> list[Reply]:
        local = Locals(options)
        model = local.model(f"hf/{folder}")
        try:
            return list(await asyncio.gather(*map(model, requests)))
        finally:
            await local.close()

    return asyncio.run(go())


def one(folder: Path, request: Request, *options: tuple[str, object]) -> Reply:
    return replies(folder, [request], *options)[0]


def of_lengths(*lengths: int, sampling: Sampling = GREEDY) -> list[Request]:
    return [Request(user("word " * length), sampling) for length in lengths]


# ---- the whole line ------------------------------------------------------------------------------


def test_a_run_on_local_weights_and_the_same_command_again_asks_nothing(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["run", f"hf/{tiny}", "--tasks", "safety/misuse", "--limit", 6, "--max-reply-tokens", 8, "--max-cost", 0.01]
    words += ["--seed", 1, "--out", tmp_path]
    first = assay(*words)
    assert first.exit_code == 0, first.output
    told = read(run_folder(tmp_path) / "result.json")
    assert told["tasks"]["safety/misuse"]["measures"]["rta"]["corrected"]["total"] == 6
    assert told["run"]["endpoint"].startswith("hf@")
    spent = told["usage"]["total"]
    assert (spent["requests"], spent["completion"], spent["cost"]) == (6, 48, 0)
    monkeypatch.setattr(LocalModel, "_batch", None)
    again = assay(*words)
    assert again.exit_code == 0, again.output
    assert read(run_folder(tmp_path) / "result.json")["tasks"] == told["tasks"]


def test_a_local_model_may_not_judge_itself(tiny: Path, tmp_path: Path) -> None:
    name = f"hf/{tiny}"
    refused(assay("run", name, "--judge", name, "--tasks", "safety/misuse", "--out", tmp_path), 2, "its own replies")


def test_weights_that_do_not_write_are_no_language_model(tmp_path: Path) -> None:
    """A classifier has no head that writes; transformers would draw one by chance."""
    tokens = tiny_tokenizer()
    config = transformers.BertConfig(
        vocab_size=len(tokens), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path / "model")
    tokens.save_pretrained(tmp_path / "model")
    words = ["run", f"hf/{tmp_path / 'model'}", "--tasks", "safety/misuse", "--limit", 2, "--out", tmp_path / "runs"]
    refused(assay(*words), 2, "is no causal language model", "cls.predictions")
    assert not (run_folder(tmp_path / "runs") / "result.json").exists()


# ---- batches -------------------------------------------------------------------------------------


def test_a_reply_does_not_depend_on_its_batch(tiny: Path) -> None:
    requests = of_lengths(1, 40, 3, 17, 2, 90, 5)
    together = replies(tiny, requests, ("dtype", "float32"))
    alone = replies(tiny, requests, ("dtype", "float32"), ("batch_size", 1))
    assert [reply.text for reply in together] == [reply.text for reply in alone]
    assert [reply.usage for reply in together] == [reply.usage for reply in alone]
    assert len({reply.text for reply in together}) > 1


def test_greedy_replies_are_what_transformers_itself_generates(tiny: Path) -> None:
    tokens = transformers.AutoTokenizer.from_pretrained(tiny)
    model = transformers.AutoModelForCausalLM.from_pretrained(tiny)
    ids = tokens.apply_chat_template(
        [{"role": "user", "content": "What is it?"}], add_generation_prompt=True, return_tensors="pt", return_dict=False
    )
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False)
    wanted = tokens.decode(out[0, ids.shape[1] :], skip_special_tokens=True).strip()
    reply = one(tiny, Request(user("What is it?"), GREEDY))
    assert (reply.text, reply.usage.prompt, reply.usage.completion) == (wanted, ids.shape[1], 12)
    assert reply.finish == "length"


def test_each_row_has_its_own_limit(tiny: Path) -> None:
    requests = [Request(user("word"), Sampling(0.0, limit)) for limit in (1, 9, 4)]
    found = replies(tiny, requests)
    assert [reply.usage.completion for reply in found] == [1, 9, 4]


def test_rows_that_do_not_fit_into_the_context_together_are_parted(tmp_path: Path) -> None:
    folder = made(tmp_path, NO_SYSTEM)
    long, short = Request(user("a" * 110), Sampling(0.0, 10)), Request(user("a"), Sampling(0.0, 100))
    found = replies(folder, [long, short])
    assert [reply.finish for reply in found] == ["length", "length"]
    assert found[1].usage.completion == 100


def test_a_prompt_that_is_too_long_fails_and_is_not_cut(tmp_path: Path) -> None:
    reply = one(made(tmp_path, NO_SYSTEM), Request(user("a" * 200), GREEDY))
    assert reply.finish == "failed" and "202 tokens; the model reads 128" in reply.error


def test_a_batch_that_does_not_fit_into_memory_is_halved(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    whole = LocalModel._batch

    def scarce(self: LocalModel, batch: list[Any]) -> list[Reply]:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")
        return whole(self, batch)

    monkeypatch.setattr(LocalModel, "_batch", scarce)
    found = replies(tiny, of_lengths(1, 2, 3, 4, 5, 6))
    assert all(reply.usage.completion == 12 for reply in found)
    assert max(sizes) == 6 and sizes.count(2) >= 2


def test_one_that_does_not_fit_even_alone_fails_by_itself(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: LocalModel, batch: list[Any]) -> list[Reply]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")

    monkeypatch.setattr(LocalModel, "_batch", none)
    assert "not enough memory" in one(tiny, Request(user("x"), GREEDY)).error


# ---- sampling ------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_draw_whoever_stands_beside(tiny: Path) -> None:
    drawn = Sampling(1.0, 16, seed=7)
    requests = [Request(user("word"), drawn, draw=draw) for draw in range(3)]
    first, second, third = (reply.text for reply in replies(tiny, requests, ("dtype", "float32")))
    assert len({first, second, third}) == 3
    beside = replies(tiny, [requests[1], *of_lengths(30, 60, sampling=Sampling(0.7, 16, seed=1))], ("dtype", "float32"))
    assert beside[0].text == second
    other = one(tiny, Request(user("word"), drawn, epoch=1))
    assert other.text not in (first, second, third)


def test_draws_follow_the_models_own_probabilities(tmp_path: Path) -> None:
    """Of 600 draws of one token, each comes up as often as it is likely: chi-square by hand, far from the edge."""
    folder = made(tmp_path, NO_SYSTEM)
    top = Sampling(1.0, 1, extra=(("top_k", 3),))
    texts = [reply.text for reply in replies(folder, [Request(user("word"), top, draw=draw) for draw in range(600)])]
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    ids = tokens("<|user|>word<|assistant|>", add_special_tokens=False, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        best = model(ids).logits[0, -1].topk(3)
    shares = best.values.softmax(-1).tolist()
    wanted: dict[str, float] = {}
    for one_id, share in zip(best.indices.tolist(), shares, strict=True):
        text = tokens.decode([one_id], skip_special_tokens=True).strip()
        wanted[text] = wanted.get(text, 0.0) + share
    assert set(texts) <= set(wanted)
    assert sum((texts.count(text) - 600 * share) ** 2 / (600 * share) for text, share in wanted.items()) < 20


def test_the_likeliest_alone_is_left_of_a_small_top_p(tiny: Path) -> None:
    narrow = Sampling(1.0, 10, seed=3, extra=(("top_p", 1e-9),))
    assert one(tiny, Request(user("x"), narrow)).text == one(tiny, Request(user("x"), Sampling(0.0, 10))).text


def test_a_reply_ends_at_its_end_token_and_says_so(tmp_path: Path) -> None:
    folder = made(tmp_path, NO_SYSTEM, places=1100)
    asked = [Request(user("x"), Sampling(1.0, 1000, seed=seed)) for seed in range(6)]
    ended = [reply for reply in replies(folder, asked) if reply.finish == "stop"]
    assert ended and all(reply.usage.completion < 1000 for reply in ended)
    assert all("</s>" not in reply.text for reply in ended)


def test_a_stop_ends_a_reply_before_it(tiny: Path) -> None:
    whole = one(tiny, Request(user("word"), Sampling(0.0, 12)))
    middle = whole.text[3:5]
    reply = one(tiny, Request(user("word"), Sampling(0.0, 12, extra=(("stop", [middle]),))))
    assert reply.finish == "stop" and reply.text == whole.text[: whole.text.index(middle)].strip()
    assert reply.usage.completion < 12


def test_an_unknown_further_field_is_said(tiny: Path) -> None:
    with pytest.raises(UsageError, match=r"--extra min_p: .* knows only top_p"):
        one(tiny, Request(user("x"), Sampling(0.0, 4, extra=(("min_p", 0.1),))))


# ---- log-probabilities ---------------------------------------------------------------------------


def test_log_probabilities_are_those_of_the_forward_pass(tiny: Path) -> None:
    wanted = Sampling(0.0, 4, extra=(("logprobs", True), ("top_logprobs", 5)))
    requests = [Request(user(text), wanted) for text in ("What is it?", "And " * 20)]
    found = replies(tiny, requests, ("dtype", "float32"))
    tokens = transformers.AutoTokenizer.from_pretrained(tiny)
    model = transformers.AutoModelForCausalLM.from_pretrained(tiny)
    for request, reply in zip(requests, found, strict=True):
        text = f"<|user|>{request.chat[0].content}<|assistant|>"
        ids = tokens(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            logs = model(ids).logits[0, -1].float().log_softmax(-1)
        first = tokens.decode([int(logs.argmax())])
        if first.strip():
            assert reply.logprobs[0][0] == first
            assert reply.logprobs[0][1] == pytest.approx(float(logs.max()), abs=1e-3)
        assert 1 <= len(reply.logprobs) <= 6
    assert one(tiny, Request(user("x"), GREEDY)).logprobs == ()


def test_what_was_drawn_is_told_even_where_it_is_unlikely(tiny: Path) -> None:
    hot = Sampling(1.0, 1, seed=5, extra=(("logprobs", True), ("top_logprobs", 1)))
    drawn = replies(tiny, [Request(user("word"), hot, draw=draw) for draw in range(8)])
    told = [reply for reply in drawn if reply.text]
    assert told and all(reply.logprobs[0][0].strip() == reply.text for reply in told)
    assert any(len(reply.logprobs) == 2 for reply in told), "beside the likeliest"


def test_the_calibration_task_reads_them(tiny: Path, tmp_path: Path) -> None:
    words = ["run", f"hf/{tiny}", "--tasks", "truthfulness/miscalibration_logprobs", "--limit", 4]
    assert assay(*words, "--max-reply-tokens", 3, "--out", tmp_path).exit_code == 0
    measures = read(run_folder(tmp_path) / "result.json")["tasks"]["truthfulness/miscalibration_logprobs"]["measures"]
    assert all("needs" not in measure["corrected"] for measure in measures.values()), "they were there"
    assert by_logprobs().needs == "logprobs"


# ---- chats ---------------------------------------------------------------------------------------


def test_a_system_prompt_is_merged_where_the_template_refuses_it(tmp_path: Path) -> None:
    folder = made(tmp_path, NO_SYSTEM)
    chat = (Message("system", "Be good."), *user("Hi"))
    apart, together = replies(folder, [Request(chat, GREEDY), Request(user("Be good.\n\nHi"), GREEDY)])
    assert apart == together and apart.finish != "failed"


def test_a_base_model_is_asked_in_a_plain_dialogue_and_it_is_said(tmp_path: Path) -> None:
    folder = made(tmp_path / "base", places=1024)
    done = assay("run", f"hf/{folder}", "--tasks", "safety/violence", "--limit", 1, "--max-reply-tokens", 4,
                 "--out", tmp_path / "runs")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "has no chat template" in done.stderr
    assert read(run_folder(tmp_path / "runs") / "run.json")["endpoint"].endswith("plain dialogue")


def test_a_template_of_ones_own_and_one_for_a_single_request(tmp_path: Path) -> None:
    folder = made(tmp_path / "base")
    mine = tmp_path / "mine.jinja"
    mine.write_text("{{ messages[0]['content'] }}!")
    for_all = one(folder, Request(user("word"), GREEDY), ("chat_template", str(mine)))
    for_one = one(folder, Request(user("word"), Sampling(0.0, 12, extra=(("chat_template", mine.read_text()),))))
    assert for_all.text == for_one.text and for_all.usage.prompt == for_one.usage.prompt == len("word!")
    assert Locals([("chat_template", str(mine))]).model(f"hf/{folder}").notes == ()


def test_a_chat_that_the_template_refuses_fails_alone(tmp_path: Path) -> None:
    refuses = "{% if 'bad' in turn['content'] %}{{ raise_exception('no') }}{% endif %}<|user|>"
    picky = NO_SYSTEM.replace("<|user|>", refuses)
    bad, good = replies(made(tmp_path, picky), [Request(user("bad"), GREEDY), Request(user("fine"), GREEDY)])
    assert bad.finish == "failed" and "refuses this chat: no" in bad.error
    assert good.finish == "length"


def test_thoughts_go_to_the_reasoning(tmp_path: Path) -> None:
    folder = made(tmp_path, NO_SYSTEM + "<think>\n")
    reply = one(folder, Request(user("x"), GREEDY))
    assert reply.text == "" and reply.reasoning and reply.finish == "length"


# ---- which weights -------------------------------------------------------------------------------


def test_weights_trained_again_are_asked_again(tmp_path: Path) -> None:
    folder = made(tmp_path, NO_SYSTEM)
    before = Locals().model(f"hf/{folder}").endpoint
    made(folder, NO_SYSTEM, seed=1)
    assert Locals().model(f"hf/{folder}").endpoint != before
    halves = Locals([("dtype", "bfloat16")]).model(f"hf/{folder}")
    assert halves.endpoint.endswith("dtype:bfloat16")


@pytest.mark.parametrize("options", [(("dtype", "bfloat16"),), (("device", "cpu"),), (("attention", "eager"),)])
def test_options_load(tiny: Path, options: tuple[tuple[str, object], ...]) -> None:
    assert one(tiny, Request(user("x"), GREEDY), *options).usage.completion == 12


def test_a_device_map_spreads_the_weights(tiny: Path) -> None:
    pytest.importorskip("accelerate", reason="device maps need accelerate")
    assert one(tiny, Request(user("x"), GREEDY), ("device_map", {"": "cpu"})).usage.completion == 12


def test_what_cannot_be_loaded_ends_the_run_with_the_reason(tiny: Path, tmp_path: Path) -> None:
    broken = made(tmp_path, NO_SYSTEM)
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(UsageError, match="cannot be loaded"):
        one(broken, Request(user("x"), GREEDY))


def test_what_was_closed_is_opened_anew(tiny: Path) -> None:
    local = Locals()

    async def go() -> str:
        reply = await local.model(f"hf/{tiny}")(Request(user("x"), GREEDY))
        await local.close()
        return reply.text

    assert asyncio.run(go()) == asyncio.run(go())


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot of `org/name` as the hub's cache has it; nothing is fetched."""
    snapshot = tmp_path / "models--org--name" / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}", encoding="utf-8")

    def fetched(name: str, file: str, revision: str | None = None) -> str:
        if name != "org/name":
            raise LocalEntryNotFoundError("no connection")
        if not (snapshot / file).exists():
            raise EntryNotFoundError("404")
        return str(snapshot / file)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fetched)
    return snapshot


def test_weights_of_the_hub_are_known_by_their_commit(hub: Path) -> None:
    model = Locals().model("hf/org/name")
    assert model.endpoint == "hf@0123abcd plain dialogue"
    assert model.weights.revision == {"revision": "0123abcd"}
    (hub / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    assert Locals().model("hf/org/name").endpoint == "hf@0123abcd"
    (hub / "config.json").unlink()
    with pytest.raises(UsageError, match=r"has no config\.json on the hub"):
        Locals().model("hf/org/name")


def test_what_the_hub_does_not_give_is_said_with_what_to_check(hub: Path) -> None:
    with pytest.raises(UsageError, match=r"no connection\)\. Check the name; gated models want HF_TOKEN"):
        Locals().model("hf/org/other")


def test_a_run_that_is_told_to_end_asks_nothing_more(tiny: Path) -> None:
    async def go(act: Callable[[Locals], None]) -> Reply:
        local = Locals()
        model = local.model(f"hf/{tiny}")
        act(local)
        try:
            return await model(Request(user("x"), GREEDY))
        finally:
            await local.close()

    with pytest.raises(Stopped):
        asyncio.run(go(lambda local: local.halt()))
