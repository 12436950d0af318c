"""What both sides of the cache see of a run's spending."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assay.errors import Stopped
from assay.models import cached
from assay.models.metered import capped, metered, remembered
from assay.schema import Model, Reply, Request, Usage, user
from assay.store import Journal


@dataclass
class Book:
    """A budget and its one account, that only writes down what it is told."""

    open: bool = True
    paid: list[str] = field(default_factory=list)
    counted: list[tuple[str, bool]] = field(default_factory=list)

    def account(self, model: Model) -> Book:
        return self

    def check(self) -> None:
        if not self.open:
            raise Stopped

    def pay(self, request: Request, reply: Reply) -> None:
        self.paid.append(reply.text)

    def count(self, request: Request, reply: Reply, paid: bool, elsewhere: Collection[str]) -> None:
        self.counted.append((reply.text, paid))


@dataclass
class Echo:
    """A model that says its prompt again, a moment later."""

    name: str = "test/echo"
    endpoint: str = "nowhere"
    asked: int = 0

    async def __call__(self, request: Request) -> Reply:
        self.asked += 1
        await asyncio.sleep(0)
        return Reply(request.chat[-1].content, usage=Usage(2, 1))


def test_both_have_a_models_shape() -> None:
    for outer in (metered(Echo(), Book()), capped(Echo(), Book())):
        assert (outer.name, outer.endpoint) == ("test/echo", "nowhere")
        assert asyncio.run(outer(Request(user("a")))) == Reply("a", usage=Usage(2, 1))


def test_what_was_asked_for_is_paid_and_what_was_stored_is_not(tmp_path: Path) -> None:
    book = Book()

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            model = metered(cached(capped(Echo(), book), journal), book)
            for text in "abab":
                await model(Request(user(text)))

    asyncio.run(go())
    assert book.paid == ["a", "b"]
    assert book.counted == [("a", True), ("b", True), ("a", False), ("b", False)]


def test_each_of_many_at_once_has_its_own_ticket(tmp_path: Path) -> None:
    book, echo = Book(), Echo()

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            model = metered(cached(capped(echo, book), journal), book)
            await model(Request(user("old")))
            await asyncio.gather(*(model(Request(user(text))) for text in ("new", "old", "same", "same", "newer")))

    asyncio.run(go())
    assert sorted(book.paid) == ["new", "newer", "old", "same"]
    paid = [text for text, paid in book.counted if paid]
    assert sorted(paid) == sorted(book.paid)
    assert len(book.counted) == 6 and echo.asked == 4


def test_a_reply_is_paid_before_it_is_committed(tmp_path: Path) -> None:
    book, seen = Book(), []

    class Slow(Journal):
        async def put(self, key: bytes, model: Model, request: Request, reply: Reply) -> None:
            seen.append(list(book.paid))
            await super().put(key, model, request, reply)

    async def go() -> None:
        with Slow(tmp_path / "j.sqlite") as journal:
            await metered(cached(capped(Echo(), book), journal), book)(Request(user("a")))

    asyncio.run(go())
    assert seen == [["a"]]


def test_a_ticket_crosses_into_a_task_of_its_own() -> None:
    book = Book()

    @dataclass
    class Apart:
        model: Model
        name: str = "test/apart"
        endpoint: str = "nowhere"

        async def __call__(self, request: Request) -> Reply:
            return await asyncio.create_task(self.model(request))  # type: ignore[arg-type]

    asyncio.run(metered(Apart(capped(Echo(), book)), book)(Request(user("a"))))
    assert book.counted == [("a", True)]


def test_nothing_is_asked_once_the_budget_is_spent_and_what_is_stored_still_counts(tmp_path: Path) -> None:
    book, echo = Book(), Echo()

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            model = metered(cached(capped(echo, book), journal), book)
            await model(Request(user("a")))
            book.open = False
            await model(Request(user("a")))
            with pytest.raises(Stopped):
                await model(Request(user("b")))

    asyncio.run(go())
    assert echo.asked == 1
    assert book.counted == [("a", True), ("a", False)]


def test_what_is_remembered_is_what_is_stored_and_nothing_is_asked(tmp_path: Path) -> None:
    book, echo = Book(), Echo()

    async def go() -> None:
        with Journal(tmp_path / "j.sqlite") as journal:
            await cached(echo, journal)(Request(user("a")))
            model = metered(remembered(echo, journal), book)
            assert (model.name, model.endpoint) == ("test/echo", "nowhere")
            assert (await model(Request(user("a")))).text == "a"
            with pytest.raises(Stopped):
                await model(Request(user("b")))

    asyncio.run(go())
    assert echo.asked == 1
    assert book.counted == [("a", False)]
