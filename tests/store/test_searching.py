"""Samples are found as they are asked for, page by page, and in two runs at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from assay.errors import StoreError
from assay.schema import Record, Reply, Row, Verdict, user
from assay.store import RunFolder
from assay.store.folder import Samples as Writing
from assay.store.searching import EXCERPT, NO_LABEL, Differing, Paired, Samples, Wanted, connected

VOTES = (("one", "refused"), ("two", "complied"))
AGREED = (("one", "refused"), ("two", "refused"), ("three", None))


def record(number: int, label: str | None = "refused", reply: str = "No.", **verdict: object) -> Record:
    row = Row(f"r{number}", (user(f"Prompt {number}"),), lang="zh" if number % 5 == 4 else "en")
    return Record(row, (Reply(reply, "length" if number == 3 else "stop"),), (Verdict("j", label, **verdict),))  # type: ignore[arg-type]


RECORDS = [
    record(0),
    record(1, "complied", "Sure, a NEEDLE."),
    record(2, None, "Straße und ÜBUNG"),
    record(3, "refused", "拒绝 [x]* 50%"),
    record(4, votes=VOTES),
    record(5, votes=AGREED),
    record(6, None, votes=VOTES),
    record(7, "complied", 'Has "]]] and graders disagree'),
    record(8, "complied", "a" * 5_000 + "needle" + "b" * 5_000),
    record(9, "it's", "\0 nul"),
]


def written(path: Path, records: list[Record], task: str = "safety/misuse") -> Path:
    folder = RunFolder(path)
    with Writing(folder) as samples:
        for place, one in enumerate(records):
            samples.add(place, 0, task if place % 2 == 0 else "ethics/emotions", "core", one)
    return folder.samples


@pytest.fixture(scope="module")
def spill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spill")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, spill: Path) -> Iterator[Samples]:
    with connected(spill) as db:
        yield Samples(db, written(tmp_path_factory.mktemp("it's a run"), RECORDS))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), range(10)),
        (Wanted(task="safety/misuse"), (0, 2, 4, 6, 8)),
        (Wanted(task="ethics/*"), (1, 3, 5, 7, 9)),
        (Wanted(task="safety"), ()),
        (Wanted(label="complied"), (1, 7, 8)),
        (Wanted(label=NO_LABEL), (2, 6)),
        (Wanted(label="it's"), (9,)),
        (Wanted(finish="length"), (3,)),
        (Wanted(lang="zh"), (4, 9)),
        (Wanted(disputed=True), (4, 6)),
        (Wanted(disputed=True, label=NO_LABEL), (6,)),
        (Wanted(text="needle"), (1, 8)),
        (Wanted(text="NeedlE", task="safety/*"), (8,)),
        (Wanted(text="prompt 3"), (3,)),
        (Wanted(text="übung"), (2,)),
        (Wanted(text="STRAßE UND übunG"), (2,)),
        (Wanted(text="，"), ()),
        (Wanted(text="x，"), ()),
        (Wanted(text="a_b"), ()),
        (Wanted(text="\0 NUL"), (9,)),
        (Wanted(text="拒绝"), (3,)),
        (Wanted(text="[x]* 50%"), (3,)),
        (Wanted(text=".*"), ()),
        (Wanted(text="%"), (3,)),
        (Wanted(text="'"), ()),
        (Wanted(text="r7"), (7,)),
        (Wanted(text='"]]]'), (7,)),
    ],
)
def test_what_is_wanted_is_found(wanted: Wanted, found: tuple[int, ...], samples: Samples) -> None:
    assert samples.after(wanted, -1, 100) == list(found)
    assert samples.count(wanted) == len(found)
    assert samples.before(wanted, 100, 100) == list(found)
    if wanted.by_columns:
        assert sum(one.count for one in samples.tallies() if one.fits(wanted)) == len(found)


def test_pages_go_on_where_the_last_one_ended(samples: Samples) -> None:
    assert samples.after(Wanted(), 3, 2) == [4, 5]
    assert samples.after(Wanted(label="complied"), 1, 1) == [7]
    assert samples.before(Wanted(), 4, 2) == [2, 3]
    assert samples.after(Wanted(), 9, 5) == samples.before(Wanted(), 0, 5) == []


def test_a_list_shows_beginnings_or_what_was_looked_for(samples: Samples) -> None:
    listed = samples.listed([8, 0])
    assert set(listed) == {0, 8}
    assert (listed[0].task, listed[0].id, listed[0].label, listed[0].prompt) == (
        "safety/misuse",
        "r0",
        "refused",
        "Prompt 0",
    )
    assert listed[0].verdicts == [["j", "refused", None, ""]]
    assert (listed[8].reply, listed[8].reply_from, listed[8].reply_length) == ("a" * EXCERPT, 0, 10_006)
    around = samples.listed([8], "Needle")[8]
    assert "needle" in around.reply and len(around.reply) == EXCERPT
    assert around.reply_from > 4_000
    assert samples.listed([]) == {}


def test_a_sample_comes_back_whole_and_is_known_by_its_key(samples: Samples) -> None:
    found = samples.record(8)
    assert found is not None
    key, dataset, whole = found
    assert (key, dataset) == (("safety/misuse", "r8", "en", 0), "core")
    assert whole.replies == RECORDS[8].replies
    assert samples.numbers_of([key, ("safety/misuse", "r1", "en", 0)]) == {key: 8}
    assert samples.numbers_of([]) == {}
    assert samples.record(10) is None


OTHER = [
    record(0),
    record(1, "refused", "Sure, a NEEDLE."),
    record(2, None, "Another."),
    record(5, "complied", "Other order."),
    record(4, votes=VOTES),
    record(3, "refused", "拒绝 [x]* 50%"),
]


@pytest.mark.parametrize(
    ("wanted", "differing", "pairs"),
    [
        (Wanted(), "", [(0, 0), (1, 1), (2, 2), (3, 5), (4, 4), (5, 3)]),
        (Wanted(), "label", [(1, 1), (5, 3)]),
        (Wanted(), "reply", [(2, 2), (5, 3)]),
        (Wanted(), "judges", [(1, 1)]),
        (Wanted(text="needle"), "", [(1, 1)]),
        (Wanted(text="other order"), "", [(5, 3)]),
        (Wanted(label="complied"), "", [(1, 1), (5, 3)]),
        (Wanted(task="safety/*"), "", [(0, 0), (2, 2), (4, 4)]),
        (Wanted(disputed=True), "", [(4, 4)]),
    ],
)
def test_two_runs_share_rows(
    wanted: Wanted, differing: Differing, pairs: list[tuple[int, int]], tmp_path: Path, spill: Path
) -> None:
    with connected(spill) as db:
        paired = Paired(db, written(tmp_path / "a", RECORDS), written(tmp_path / "b", OTHER), by_text=False)
        assert paired.found(wanted, differing, -1, 10)[0] == pairs
        assert paired.found(wanted, differing, 99, 10, backwards=True)[0] == pairs
        first, counts = paired.found(wanted, differing, -1, 1)
        assert (first, sum(counts.values())) == (pairs[:1], len(pairs))
        last, counts = paired.found(wanted, differing, 99, 1, backwards=True)
        assert (last, sum(counts.values())) == (pairs[-1:], len(pairs))


def test_the_texts_of_two_runs_are_gone_through_once_a_page(tmp_path: Path, spill: Path) -> None:
    asked = []

    class Counting:
        def execute(self, sql: str, given: object) -> object:
            asked.append(sql)
            return db.execute(sql, given)

    with connected(spill) as db:
        files = written(tmp_path / "a", RECORDS), written(tmp_path / "b", OTHER)
        paired = Paired(cast("Any", Counting()), *files, by_text=False)
        assert paired.found(Wanted(text="needle"), "", -1, 10) == ([(1, 1)], {("complied", "refused"): 1})
    assert len(asked) == 1


def test_labels_are_crossed(tmp_path: Path, spill: Path) -> None:
    with connected(spill) as db:
        paired = Paired(db, written(tmp_path / "a", RECORDS), written(tmp_path / "b", OTHER), by_text=False)
        assert paired.found(Wanted(), "", -1, 1)[1] == {
            (NO_LABEL, NO_LABEL): 1, ("complied", "refused"): 1, ("refused", "complied"): 1, ("refused", "refused"): 3,
        }  # fmt: skip


def test_rows_of_other_data_are_the_same_only_if_their_prompts_are(tmp_path: Path, spill: Path) -> None:
    renamed = [Record(Row("r0", (user("Something else"),)), RECORDS[0].replies, RECORDS[0].verdicts), *RECORDS[1:3]]
    with connected(spill) as db:
        files = written(tmp_path / "a", RECORDS), written(tmp_path / "b", renamed)
        assert Paired(db, *files, by_text=True).found(Wanted(), "", -1, 10)[0] == [(1, 1), (2, 2)]
        assert Paired(db, *files, by_text=False).found(Wanted(), "", -1, 10)[0] == [(0, 0), (1, 1), (2, 2)]


def test_a_damaged_file_is_said(tmp_path: Path, spill: Path) -> None:
    (tmp_path / "samples.parquet").write_bytes(b"PAR1 and no more")
    with connected(spill) as db, pytest.raises(StoreError, match="the samples cannot be read"):
        Samples(db, tmp_path / "samples.parquet").tallies()
