from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.errors import UsageError
from assay.local import Locals
from assay.local.options import Options
from assay.local.weights import check_whole, fingerprint, found, is_folder, needs_extra


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(bytes(1000))
    return tmp_path


@pytest.mark.parametrize(
    ("model", "folder"),
    [("./x", True), ("../x", True), ("/x", True), ("~/x", True), ("org/name", False), ("gpt2", False)],
)
def test_a_path_says_that_it_is_one(model: str, folder: bool) -> None:
    assert is_folder(model) is folder


def test_weights_that_were_trained_again_in_the_same_place_are_others(folder: Path) -> None:
    before = found(str(folder), Options())
    (folder / "notes.md").write_text("no part of the model")
    assert found(str(folder), Options()) == before
    (folder / "model.safetensors").write_bytes(bytes(999) + b"\1")
    assert fingerprint(folder) != before.mark


def test_of_long_files_samples_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.local.weights.SMALL", 100)
    monkeypatch.setattr("assay.local.weights.SAMPLES", 3)
    monkeypatch.setattr("assay.local.weights.SAMPLE", 10)
    marks = {fingerprint(folder)}
    for at in (5, 499, 995):
        weights = bytearray(1000)
        weights[at] = 1
        (folder / "model.safetensors").write_bytes(weights)
        marks.add(fingerprint(folder))
    assert len(marks) == 4


def test_whether_there_is_a_chat_template_is_seen_without_loading(folder: Path) -> None:
    assert not found(str(folder), Options()).has_template
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    assert found(str(folder), Options()).has_template
    (folder / "tokenizer_config.json").write_text("[]")
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert found(str(folder), Options()).has_template


def test_a_folder_without_weights_is_said_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json"):
        found(str(tmp_path / "none"), Options())


def test_without_torch_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.local.weights.find_spec", lambda module: None)
    with pytest.raises(UsageError, match=r"needs torch and transformers: pip install 'llm-assay\[local\]'"):
        needs_extra("hf/x")
    with pytest.raises(UsageError, match="llm-assay"):
        Locals().model(f"hf/{folder}")


def test_weights_that_would_be_drawn_by_chance_are_named() -> None:
    """What transformers tells of a loading; a buffer that is missing is computed."""
    trained = ["body.weight", "head.dense.weight", "head.dense.bias", "head.norm.weight", "score.weight"]
    check_whole("./x", "AutoModelForCausalLM", {"missing_keys": ["body.inv_freq"], "mismatched_keys": []}, trained)
    with pytest.raises(UsageError, match=r"hf/\./x is no text classifier: it has no weights for score\.weight, and"):
        check_whole("./x", "AutoModelForSequenceClassification", {"missing_keys": {"score.weight"}}, trained)
    with pytest.raises(UsageError, match=r"no causal language model: .* head\.dense\.bias, .* and 1 more"):
        check_whole("./x", "AutoModelForCausalLM", {"missing_keys": trained[1:]}, trained)
    with pytest.raises(UsageError, match=r"score\.weight"):
        shapes = ("score.weight", (2, 4), (3, 4))
        check_whole("./x", "AutoModelForSequenceClassification", {"mismatched_keys": [shapes]}, trained)
