"""Local classifiers, guards and embedders as judges: tiny ones with random weights, made on the spot, on the CPU.

`make test-neighbours` runs this in an environment that has torch and transformers; elsewhere it is skipped.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import orjson
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `make test-neighbours` makes an environment")
transformers = pytest.importorskip("transformers", reason="transformers is not installed: `make test-neighbours`")

from tokenizers.processors import TemplateProcessing  # noqa: E402

from assay.instruments import Sentences  # noqa: E402
from assay.local import LocalClassifier, Locals  # noqa: E402
from assay.local.windows import windows  # noqa: E402
from assay.schema import Message, Request  # noqa: E402
from assay.store import RunFolder  # noqa: E402
from commands import assay, read, refused, run_folder, run_folders  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "align"))

from tiny_model import main as make_tiny_model  # noqa: E402
from tiny_model import tokenizer as tiny_tokenizer  # noqa: E402

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.filterwarnings("ignore::FutureWarning")]

PLACES = 96


def made(folder: Path, labels: tuple[str, ...] = ("LABEL_0", "LABEL_1"), problem: str | None = None) -> Path:
    """A tiny BERT with weights so large that texts differ; a mark before each text and one after it."""
    transformers.set_seed(3)
    tokens = tiny_tokenizer()
    begin, end = tokens.bos_token_id, tokens.eos_token_id
    tokens.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    config = transformers.BertConfig(
        vocab_size=len(tokens), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=PLACES, pad_token_id=0, num_labels=len(labels),
        id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)},
        problem_type=problem, initializer_range=0.7,
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    tokens.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("models") / "classifier")


def described(path: Path, folder: Path, more: str) -> Path:
    path.write_text(f'model = "hf/{folder}"\n{more}', encoding="utf-8")
    return path


def classified(folder: Path, texts: list[str], window: int = 0) -> list[list[dict[str, float]]]:
    async def go() -> list[list[dict[str, float]]]:
        local = Locals()
        try:
            chat = tuple(Message("user", one) for one in texts)
            reply = await local.classifier(f"hf/{folder}", window)(Request(chat))
        finally:
            await local.close()
        found: list[list[dict[str, float]]] = orjson.loads(reply.text)
        return found

    return asyncio.run(go())


def by_hand(folder: Path, ids: list[int]) -> list[float]:
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    marked = torch.tensor([[tokens.bos_token_id, *ids, tokens.eos_token_id]])
    with torch.no_grad():
        shares: list[float] = model(marked).logits[0].softmax(-1).tolist()
    return shares


# ---- classifiers ---------------------------------------------------------------------------------


def test_a_short_text_is_classified_as_transformers_does(classifier: Path) -> None:
    tokens = transformers.AutoTokenizer.from_pretrained(classifier)
    texts = ["I cannot help with that.", "Sure!", "word " * 12]
    found = classified(classifier, texts)
    for text, (window,) in zip(texts, found, strict=True):
        wanted = by_hand(classifier, tokens(text, add_special_tokens=False)["input_ids"])
        assert list(window.values()) == pytest.approx(wanted, abs=1e-4)
    assert len({round(window["LABEL_1"], 3) for (window,) in found}) == 3


def test_of_a_long_text_every_token_is_read(classifier: Path) -> None:
    tokens = transformers.AutoTokenizer.from_pretrained(classifier)
    text = " ".join(f"word{number}" for number in range(60))
    ids = tokens(text, add_special_tokens=False)["input_ids"]
    (found,) = classified(classifier, [text])
    cut = windows(ids, PLACES - 2)
    assert len(ids) > 3 * PLACES and len(found) == len(cut) > 3
    for window, piece in zip(found, cut, strict=True):
        assert list(window.values()) == pytest.approx(by_hand(classifier, list(piece)), abs=1e-4)


def test_smaller_windows_may_be_asked_for(classifier: Path) -> None:
    (found,) = classified(classifier, ["a" * 50], window=12)
    assert len(found) == len(windows(range(50), 10))


def test_labels_that_do_not_exclude_each_other_have_probabilities_of_their_own(tmp_path: Path) -> None:
    folder = made(tmp_path, ("toxic", "insult", "threat"), "multi_label_classification")
    ((shares,),) = classified(folder, ["You fool!"])
    assert set(shares) == {"toxic", "insult", "threat"}
    assert abs(sum(shares.values()) - 1) > 0.01


def test_models_that_count_positions_from_behind_the_padding_read_two_tokens_fewer(tmp_path: Path) -> None:
    """A text as long as one window, and one that is longer: neither runs out of positions."""
    tokens = tiny_tokenizer()
    config = transformers.RobertaConfig(
        vocab_size=len(tokens), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=34, pad_token_id=0, num_labels=2,
    )  # fmt: skip
    transformers.RobertaForSequenceClassification(config).save_pretrained(tmp_path)
    tokens.save_pretrained(tmp_path)
    whole, longer = classified(tmp_path, ["a" * 32, "a" * 33])
    assert (len(whole), len(longer)) == (1, 2)


# ---- as judges -----------------------------------------------------------------------------------

UPSTREAM = """deciding = "LABEL_1"
[upstream]
field = "eval_res"
tasks = ["safety/misuse"]
"""
REFUSAL = """[judges.by_refusal]
LABEL_0 = "refused"
LABEL_1 = "complied"
"""


def test_the_published_number_comes_from_what_the_classifier_says_of_each_reply(
    classifier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = described(tmp_path / "own.toml", classifier, UPSTREAM)
    words = ["run", "baseline/chance", "--tasks", "safety/misuse", "--limit", 20, "--out", tmp_path / "runs"]
    plain, done = assay(*words), assay(*words, "--classifier", own)
    assert plain.exit_code == 0 and done.exit_code == 0, done.output
    folders = sorted(run_folders(tmp_path / "runs"), key=lambda one: "classifiers" in read(one / "run.json")["judges"])
    without, with_it = (read(folder / "result.json")["tasks"]["safety/misuse"]["measures"]["rta"] for folder in folders)
    assert without["upstream"]["value"] is None
    assert with_it["corrected"] == without["corrected"], "corrected scoring never takes that classifier over"
    replies = [record.replies[0] for _, _, record in RunFolder(folders[1]).records(["safety/misuse"])]
    labels = [reply.recorded["eval_res"] for reply in replies]
    for reply, (window, *more) in zip(replies, classified(classifier, [one.text for one in replies]), strict=True):
        assert more or reply.recorded["eval_res"] == max(window, key=lambda label: window[label])
    assert with_it["upstream"]["value"] == pytest.approx(labels.count("LABEL_0") / len(labels))

    monkeypatch.setattr(LocalClassifier, "_shares", None)
    assert assay(*words, "--classifier", own).exit_code == 0, "what was classified is in the journal"


def test_recorded_replies_are_classified_again_and_go_into_the_published_report(
    classifier: Path, tmp_path: Path
) -> None:
    words = ["run", "baseline/refuser", "--tasks", "safety/misuse", "--limit", 6, "--out", tmp_path / "runs"]
    assert assay(*words).exit_code == 0
    own = described(tmp_path / "own.toml", classifier, UPSTREAM)
    words = ["score", run_folder(tmp_path / "runs"), "--classifier", own, "--out", tmp_path / "again"]
    done = assay(*words, "--upstream-report", tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    rta = read(tmp_path / "again" / "result.json")["tasks"]["safety/misuse"]["measures"]["rta"]
    assert rta["upstream"]["value"] in (0.0, 1.0), "six times the same words"
    assert str(rta["upstream"]["value"]) in (tmp_path / "report.json").read_text(encoding="utf-8")


def test_a_refusal_classifier_decides_in_place_of_the_rules(classifier: Path, tmp_path: Path) -> None:
    own = described(tmp_path / "own.toml", classifier, REFUSAL)
    tasks = "safety/misuse,fairness/preference"
    make_tiny_model(tmp_path / "tiny")
    done = assay("run", f"hf/{tmp_path / 'tiny'}", "--tasks", tasks, "--limit", 12, "--max-reply-tokens", 12,
                 "--seed", 1, "--classifier", own, "--out", tmp_path / "runs")  # fmt: skip
    assert done.exit_code == 0, done.output
    folder = run_folder(tmp_path / "runs")
    records = [record for _, _, record in RunFolder(folder).records(["safety/misuse"])]
    records = [record for record in records if record.replies[0].text.strip()]
    assert len(records) > 8 and all(record.verdicts[0].judge == "classifier own" for record in records)
    labels: set[str | None] = set()
    for record in records:
        ((window, *_),) = classified(classifier, [record.replies[0].text])
        labels.add(record.verdicts[0].label)
        wanted = "refused" if window["LABEL_0"] > window["LABEL_1"] else "complied"
        assert record.verdicts[0].label == wanted and record.verdicts[0].why.startswith("LABEL_")
    assert labels == {"refused", "complied"}
    rta = read(folder / "result.json")["tasks"]["safety/misuse"]["measures"]["rta"]
    assert "judge_corrected" not in rta, "the card of the rules says nothing of this classifier"
    judges = {record.verdicts[0].judge for _, _, record in RunFolder(folder).records(["fairness/preference"])}
    assert judges <= {"bare choice", "classifier own"}


def test_toxicity_is_scored_here(tmp_path: Path) -> None:
    folder = made(tmp_path / "model", ("toxic", "insult"), "multi_label_classification")
    own = described(tmp_path / "own.toml", folder, 'deciding = "toxic"\nscores = {toxic = 1.0}\n')
    done = assay("run", "baseline/complier", "--tasks", "safety/toxicity", "--limit", 4, "--toxicity", own,
                 "--out", tmp_path / "runs")  # fmt: skip
    assert done.exit_code == 0, done.output
    run = run_folder(tmp_path / "runs")
    ((_, _, record), *_) = RunFolder(run).records(["safety/toxicity"])
    ((window, *more),) = classified(folder, [record.replies[0].text])
    assert more or record.verdicts[0].value == pytest.approx(window["toxic"])
    measures = read(run / "result.json")["tasks"]["safety/toxicity"]["measures"]
    assert measures["avg_toxicity"]["corrected"]["value"] > 0


def test_a_guard_runs_on_local_weights_through_its_own_template(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "tiny")
    own = tmp_path / "own.toml"
    own.write_text(
        f"""model = "hf/{tmp_path / "tiny"}"
[judges.by_refusal]
no = "complied"
[guard]
ask = "{{prompt}} {{reply}}"
chat_template = "{{{{ messages[0]['content'] }}}}?"
max_tokens = 4
[guard.patterns]
no = "(?s)."
"""
    )
    done = assay("run", "baseline/refuser", "--tasks", "safety/violence", "--limit", 3, "--classifier", own,
                 "--out", tmp_path / "runs")  # fmt: skip
    assert done.exit_code == 0, done.output
    records = [record for _, _, record in RunFolder(run_folder(tmp_path / "runs")).records(["safety/violence"])]
    assert {record.verdicts[0].label for record in records} == {"complied"}


def test_a_toxicity_classifier_without_scores_is_refused(classifier: Path, tmp_path: Path) -> None:
    own = described(tmp_path / "own.toml", classifier, UPSTREAM)
    refused(assay("run", "baseline/yes", "--toxicity", own, "--out", tmp_path), 2, "has no scores")


@pytest.mark.parametrize(
    ("option", "more"),
    [
        ("--classifier", REFUSAL.replace("LABEL_0", "LABEL_O")),
        ("--classifier", f'deciding = "LABEL_O"\n{REFUSAL}'),
        ("--classifier", UPSTREAM.replace("tasks", "labels = {LABEL_O = 'LABEL_0'}\ntasks")),
        ("--toxicity", "scores = {LABEL_O = 1.0}\n"),
    ],
)
def test_a_label_that_the_weights_do_not_have_ends_the_run_before_a_number(
    option: str, more: str, classifier: Path, tmp_path: Path
) -> None:
    own = described(tmp_path / "own.toml", classifier, more)
    words = ["run", "baseline/complier", "--tasks", "safety/misuse,safety/toxicity", "--limit", 3, option, own]
    for _ in range(2):  # what the weights said is stored by then
        refused(assay(*words, "--out", tmp_path / "runs"), 2, "own names LABEL_O", "knows LABEL_0, LABEL_1 alone")
    assert not (run_folder(tmp_path / "runs") / "result.json").exists()


def test_weights_that_classify_nothing_are_no_classifier(tmp_path: Path) -> None:
    """A language model has no head that classifies; transformers would draw one by chance, another each time."""
    make_tiny_model(tmp_path / "tiny")
    own = described(tmp_path / "own.toml", tmp_path / "tiny", "scores = {LABEL_1 = 1.0}\n")
    words = ["run", "baseline/complier", "--tasks", "safety/toxicity", "--limit", 2, "--toxicity", own]
    refused(assay(*words, "--out", tmp_path / "runs"), 2, "is no text classifier", "score.weight")
    assert not (run_folder(tmp_path / "runs") / "result.json").exists()


def test_sentences_are_embedded_here_by_weights_that_say_how(classifier: Path, tmp_path: Path) -> None:
    sentences = pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    words = ["run", "baseline/yes", "--tasks", "safety/misuse", "--embedder", f"hf/{classifier}", "--out", tmp_path]
    refused(assay(*words), 2, "is no sentence embedder", "modules.json")
    refused(assay(*words[:-3], f"hf/{tmp_path / 'none'}", *words[-2:]), 2, "none", "no sentence embedder")
    sentences.SentenceTransformer(str(classifier)).save(str(tmp_path / "embedder"))
    embedder = Sentences(str(tmp_path / "embedder"))
    one, same, other = asyncio.run(embedder(["A cat.", "A cat.", "A long way to the sea."])) or ()
    assert len(one) == 32 and one == pytest.approx(same, abs=1e-5) and one != pytest.approx(other, abs=1e-2)
