"""Judges beside labels, and `assay judges check`."""

from __future__ import annotations

import ast
import gzip
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from assay.data.cards import FIGURES, HOME, cards
from assay.errors import DataError, UsageError
from assay.judges.probing import PROBES
from assay.schema import Judge, Record, Reply, Verdict
from assay.tasks import all_tasks
from assay.validity import CHECKABLE, Checkable, check, checkable
from commands import assay, refused
from shared_data import needs_shared, shared_path

Json = dict[str, Any]
REFUSAL = "I'm sorry, but I can't help with that."
HELP = "Sure. First, take the lid off. Second, stir it until it is smooth. Third, let it cool."
FILES = {"refusal": "refusal", "match": "correct", "stance": "stance", "leak": "leak"}


def written(path: Path, *rows: Json) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def row(response: str, label: object, model: str = "m", lang: str = "en", **more: Any) -> Json:
    return {"prompt": "How?", "response": response, "label": label, "model": model, "lang": lang, **more}


# ---- figures -------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_table(tmp_path: Path) -> None:
    rows = [row(REFUSAL, 1, prompt=f"a{n}") for n in range(6)] + [row(HELP, 1, prompt=f"b{n}") for n in range(2)]
    rows += [row(HELP, 0, "other", "zh", prompt=f"c{n}") for n in range(9)] + [row(REFUSAL, 0, "other", "zh")]
    found = check(CHECKABLE["refusal"], written(tmp_path / "labels.jsonl", *rows))
    assert found["n"] == 18
    assert found["accuracy"] == pytest.approx(15 / 18, abs=1e-4)
    assert found["sensitivity"] == pytest.approx(6 / 8, abs=1e-4)
    assert found["specificity"] == pytest.approx(9 / 10, abs=1e-4)
    assert found["f1"] == pytest.approx(12 / 15, abs=1e-4)
    by_chance = (8 * 7 + 10 * 11) / 18**2
    assert found["kappa"] == pytest.approx((15 / 18 - by_chance) / (1 - by_chance), abs=1e-4)
    assert all(found["intervals"][name][0] < found[name] < found["intervals"][name][1] for name in FIGURES)
    assert {name: one["n"] for name, one in found["by_model"].items()} == {"m": 8, "other": 10}
    assert (found["by_lang"]["zh"]["specificity"], found["by_lang"]["zh"]["sensitivity"]) == (0.9, None)
    assert found["errors"] == {"found": 6.0, "positives": 8.0, "cleared": 9.0, "negatives": 10.0}


def test_undecided_is_an_error_on_either_side(tmp_path: Path) -> None:
    labels = written(tmp_path / "labels.jsonl", row("", 1), row(" ", 0), row(REFUSAL, 1), row(HELP, 0))
    found = check(CHECKABLE["refusal"], labels)
    assert (found["undecided"], found["accuracy"]) == (2, 0.5)
    assert (found["sensitivity"], found["specificity"]) == (0.5, 0.5)


def test_a_rate_is_freed_of_errors_among_decided_replies_only(tmp_path: Path) -> None:
    rows = [row(REFUSAL, 1, prompt=f"{n}") for n in range(4)] + [row("", 1, prompt="x"), row(HELP, 0, prompt="y")]
    found = check(CHECKABLE["refusal"], written(tmp_path / "labels.jsonl", *rows))
    assert found["sensitivity"] == 0.8
    assert (found["errors"]["found"], found["errors"]["positives"]) == (4.0, 4.0)


def test_replies_to_one_prompt_are_worth_fewer(tmp_path: Path) -> None:
    apart = [row(REFUSAL if n % 4 else HELP, 1, prompt=f"{n}") for n in range(80)]
    alike = [row(REFUSAL if n % 4 else HELP, 1, prompt=f"{n % 4}") for n in range(80)]
    widths = []
    for rows in (apart, alike):
        found = check(CHECKABLE["refusal"], written(tmp_path / "labels.jsonl", *rows))
        low, high = found["intervals"]["sensitivity"]
        widths.append(high - low)
    assert widths[1] > 2 * widths[0]


def test_words_are_labels_too(tmp_path: Path) -> None:
    labels = ["partly-refused", "partly_refused", " Partly  Refused ", True, 1.0, "1", "complied", False, "0"]
    rows = [row(REFUSAL if n < 6 else HELP, label, prompt=str(n)) for n, label in enumerate(labels)]
    assert check(CHECKABLE["refusal"], written(tmp_path / "labels.jsonl", *rows))["accuracy"] == 1.0


def test_what_is_printed_is_rounded_once(tmp_path: Path) -> None:
    rows = [row(REFUSAL if n < 52 else HELP, 1, prompt=f"a{n}") for n in range(61)]
    rows += [row(HELP if n < 152 else REFUSAL, 0, prompt=f"b{n}") for n in range(163)]
    done = assay("judges", "check", "--judge", "refusal", "--labels", written(tmp_path / "labels.jsonl", *rows))
    (line,) = (line for line in done.stdout.splitlines() if line.split()[:1] == ["all"])
    assert f" {52 / 61:.3f} " in line and f" {152 / 163:.3f} " in line, line


def test_a_partial_refusal_counts_as_one(tmp_path: Path) -> None:
    def trip(record: Record) -> Any:
        yield from ()
        return (Verdict("x", "partly refused"),)

    partly = Checkable(**{
        name: getattr(CHECKABLE["refusal"], name) for name in Checkable.__dataclass_fields__ if name != "judge"
    }, judge=Judge("x", trip))  # fmt: skip
    labels = written(tmp_path / "labels.jsonl", row("No, but here is a part.", 1), row("No, but here is a part.", 0))
    assert (check(partly, labels)["sensitivity"], check(partly, labels)["specificity"]) == (1.0, 0.0)


def test_three_stances(tmp_path: Path) -> None:
    rows = [
        row("Yes, I agree.", "agree", prompt="1"),
        row("No, I disagree.", "disagree", prompt="2"),
        row("There are two sides to this.", "other", prompt="3"),
        row("There are two sides to this.", "disagree", prompt="4"),
        row("No, I disagree.", "other", prompt="5"),
        row("No, I disagree.", "agree", prompt="6"),
    ]
    found = check(CHECKABLE["stance"], written(tmp_path / "labels.jsonl", *rows))
    assert (found["accuracy"], found["undecided"]) == (0.5, 2)
    assert (found["sensitivity"], found["specificity"]) == (0.5, 0.5)


def test_what_a_judge_compares_with_is_on_the_line(tmp_path: Path) -> None:
    rows = [
        row("It is Paris.", 1, gold="Paris"),
        row("It is Paris.", 1, gold=["Lutetia", "Paris"]),
        row("It is Rome.", 0, gold=["Paris"]),
        row("It is Rome.", 1, set="evouna-NQ", raw="Roma/Rome"),
        row("Anything.", 1, set="halueval-general", raw="no"),
    ]
    found = check(CHECKABLE["match"], written(tmp_path / "match.jsonl", *rows))
    assert (found["n"], found["left_out"], found["accuracy"]) == (4, 1, 1.0)
    rows = [
        row("The code is 12-34.", 1, secret="1234"),
        row("I will not say.", 0, secret="1234"),
        row("It is xyzzy!", 1, set="tensor-trust-extraction", prompt="xyzzy"),
    ]
    found = check(CHECKABLE["leak"], written(tmp_path / "leak.jsonl", *rows))
    assert (found["n"], found["accuracy"], found["undecided"]) == (3, 1.0, 1)


def test_packed_or_not(tmp_path: Path) -> None:
    plain = written(tmp_path / "labels.jsonl", row(REFUSAL, 1), row(HELP, 0))
    packed = tmp_path / "other.name"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert check(CHECKABLE["refusal"], packed) == check(CHECKABLE["refusal"], plain)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"{\n", "line 1"),
        (b"[1, 2]\n", "line 1"),
        (b'{"response": "x", "label": 1}\n\n{"label": 1}\n', "line 3"),
        (b'{"response": 4, "label": 1}\n', "`response`"),
        (b'{"response": "x", "label": "perhaps"}\n', "'perhaps' is none of refused, complied"),
        (b'{"response": "x", "label": null}\n', "line 1"),
        (b'{"response": "\xff", "label": 1}\n', "line 1"),
        # mtime=0: the bytes name the case, and two workers that collect a second apart must agree on the names
        (gzip.compress(b'{"response": "x", "label": 1}\n' * 99, mtime=0)[:-12], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_bytes(content)
    with pytest.raises(DataError) as raised:
        check(CHECKABLE["refusal"], labels)
    assert str(labels) in str(raised.value)
    assert words in str(raised.value)


def test_lines_without_what_the_judge_compares_with(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="accepted answers"):
        check(CHECKABLE["match"], written(tmp_path / "labels.jsonl", row("So.", 1)))
    with pytest.raises(UsageError, match="refusal, match, stance, leak"):
        checkable("oracle")


# ---- the cards -----------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize("name", FILES)
def test_a_card_says_what_the_judge_does_today(name: str) -> None:
    card = cards()[name]
    assert not card.stale, f"{name} was changed: `make cards` measures it anew"
    found = check(CHECKABLE[name], shared_path("data", "judges", f"{FILES[name]}.jsonl.gz"))
    sets = found.pop("sets")
    assert {key: card.content[key] for key in found if key != "errors"} == {k: found[k] for k in found if k != "errors"}
    assert card.content["errors"] == pytest.approx(found["errors"])
    assert {key: one["rows"] for key, one in card.content["sets"].items()} == sets


@pytest.mark.parametrize("name", FILES)
def test_a_card_and_its_judge_are_of_one_kind(name: str) -> None:
    judge, content = CHECKABLE[name], cards()[name].content
    assert content["verdicts"] == judge.judge.name
    assert (content["finds"], content["else"]) == judge.classes[:2]
    assert tuple(content["within"]) == judge.within
    assert tuple(content["like"]) == judge.like
    assert tuple(content["source_files"]) == judge.source_files
    assert set(judge.like) <= {task.id for task in all_tasks()}


@pytest.mark.parametrize("name", FILES)
def test_the_fingerprint_takes_in_all_that_a_judge_imports(name: str) -> None:
    judge = CHECKABLE[name]
    taken = {file for pattern in judge.source_files for file in HOME.glob(pattern)}
    assert all(list(HOME.glob(pattern)) for pattern in judge.source_files)
    for file in taken:
        if file.suffix == ".py" and file.parent.name == "judges":
            assert _imported(file) <= taken


def _imported(file: Path) -> set[Path]:
    """The files below judges and parse that it imports names from."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("assay.judges", "assay.parse")):
            module = import_module(str(node.module))
            for alias in node.names:
                thing = getattr(module, alias.name)
                home = sys.modules[getattr(thing, "__module__", module.__name__)]
                found.add(Path(str((thing if hasattr(thing, "__file__") else home).__file__)))
    return found


def test_every_task_names_the_judges_that_have_cards() -> None:
    named = {judge.judge.name: judge for judge in CHECKABLE.values()}
    for task in all_tasks():
        parts = set(task.judge.name.split(" or "))
        for probe in PROBES["en"]:
            row_ = next(iter(_rows(task)), None)
            if row_ is None:
                continue
            trip = task.judge.trip(Record(row_, tuple(Reply(probe) for _ in row_.chats)))
            for verdict in _ended(trip):
                if verdict.judge in named:
                    assert parts.intersection(named[verdict.judge].within), (task.id, verdict.judge)


def _rows(task: Any) -> Any:
    from assay.cases import raws_of

    return task.rows(raws_of(task, "core", ("en",)))


def _ended(trip: Any) -> tuple[Verdict, ...]:
    try:
        next(trip)
        while True:
            trip.send(None)
    except StopIteration as done:
        return tuple(done.value)


# ---- the command ---------------------------------------------------------------------------------


def test_the_command_prints_an_object(tmp_path: Path) -> None:
    labels = written(tmp_path / "labels.jsonl", row(REFUSAL, 1), row(HELP, 0, prompt="b"))
    done = assay("judges", "check", "--judge", "refusal", "--labels", labels, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    keys = {"n", "accuracy", "sensitivity", "specificity", "f1", "kappa"}
    assert keys <= set(found)
    assert keys <= set(found["by_model"]["m"])
    assert keys <= set(found["by_lang"]["en"])
    assert (found["n"], found["accuracy"], found["kappa"]) == (2, 1.0, 1.0)


def test_the_command_prints_tables_and_cards(tmp_path: Path) -> None:
    labels = written(tmp_path / "labels.jsonl", row(REFUSAL, 1, "a [b] model"))
    done = assay("judges", "check", "--judge", "refusal", "--labels", labels)
    assert done.exit_code == 0, done.output
    assert "a [b] model" in done.stdout
    done = assay("judges", "check")
    assert done.exit_code == 0, done.output
    for word in ("refusal", "match", "stance", "leak", "CC-BY-NC-SA-4.0", "measured 20"):
        assert word in done.stdout
    assert set(json.loads(assay("judges", "check", "--json").stdout)) == set(CHECKABLE)
    one = json.loads(assay("judges", "check", "--judge", "leak", "--json").stdout)
    assert (one["judge"], one["stale"]) == ("leak", False)


def test_a_stale_card_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.data.cards.fingerprint", lambda files: "another")
    done = assay("judges", "check", "--judge", "match")
    assert "STALE" in done.stdout
    assert json.loads(assay("judges", "check", "--judge", "match", "--json").stdout)["stale"] is True


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    refused(assay("judges", "check", "--judge", "oracle"), 2, "'oracle'", "refusal, match, stance, leak")
    refused(assay("judges", "check", "--labels", tmp_path / "x"), 2, "--judge NAME")
    refused(assay("judges", "check", "--judge", "leak", "--labels", tmp_path / "x"), 1, "cannot be read")
