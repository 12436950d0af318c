"""One model's missing replies, through batches, into the journal: submit, wait, store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from time import monotonic, time

from assay.cases import Cases
from assay.ending import Ending
from assay.errors import EndpointError, Stopped
from assay.forecast import duration
from assay.models import cached, limited, pace_of, retrying
from assay.models.batch import MEGABYTE, REQUESTS, Batch, Batches, Gone, answer_of, line_of
from assay.models.chat import ChatCompletions
from assay.models.endpoint import Transient
from assay.run import Progress
from assay.schema import Reply, Request
from assay.store import Journal
from assay.store.batches import Pending, Writing, cleaned, lines_of, pending

FIRST_POLL_S, LONGEST_POLL_S = 5.0, 60.0
"""How long to wait between two looks at the batches: half as long again each time, up to the longest."""

SILENCE_S = 3600.0
"""A service that cannot be reached for so long ends the waiting. Its batches go on."""

TOLD_EVERY_S = 600.0
"""So often it is said how far they are, though nothing has changed."""

LIVE = 3
"""Requests that may go live to find out what this model refuses, before all the others go by batch."""

AT_ONCE = 1_000
"""Replies that are stored together."""

LOCK = blake2b(b"batches", digest_size=16).digest()
"""The lease of whoever submits and collects batches."""

NOTHING = Request(())
"""The journal keeps keys and replies, no requests."""


@dataclass(slots=True)
class Step:
    """One model's missing replies, through batches, into the journal."""

    model: ChatCompletions
    todo: Cases
    journal: Journal
    folder: Path
    progress: Progress
    ending: Ending
    check: Callable[[], None]
    """Raises where what is new could not be paid for."""
    waiting: list[Pending] = field(default_factory=list, init=False)
    _batches: Batches = field(init=False)
    _problems: list[str] = field(default_factory=list, init=False)
    _told: str = field(default="", init=False)
    _told_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._batches = Batches(self.model.at)

    async def go(self) -> None:
        """Submit what is missing, wait for it, store it. One process does; another waits until that one is done."""
        if not self.journal.lease(LOCK):
            self.progress.say("another process is at the batches of this folder; waiting for it")
            while not self.journal.lease(LOCK):
                await self.journal.lull()
        try:
            cleaned(self.folder)
            await self._found()
            await self._submitted()
            await self._waited()
        finally:
            self.journal.release(LOCK)
        if self._problems:
            raise EndpointError(
                f"{'; '.join(self._problems)}. Every reply that came is kept. Without --batch the rest is asked live; "
                "to submit it in a new batch run the same command"
            )

    def tell_what_goes_on(self) -> None:
        """To whoever stops the waiting."""
        submitted = [one for one in self.waiting if one.batch]
        if submitted:
            count = sum(one.requests for one in submitted)
            self.progress.say(
                f"{_several(len(submitted))} of {count:,} requests go on at {self.model.endpoint}; the same command "
                "waits for them"
            )

    # ---- submitting ------------------------------------------------------------------------------

    async def _found(self) -> None:
        """What an earlier process submitted; of one that was uploaded, the service knows whether it was."""
        for one in pending(self.folder, self.model.name, self.model.endpoint):
            if not one.batch and one.file:
                one.batch = await self._batches.made_of(one.file)
            if one.batch:
                one.write()
                self.waiting.append(one)
            else:
                one.forget()

    async def _submitted(self) -> None:
        seen = {key for one in self.waiting for key in one.asked()}
        if next(self._missing(set(seen)), None) is None:
            return
        self.check()
        await self._tried_live(seen)
        new = await self._collected(seen)
        try:
            for one in new:
                await self._submit(one)
        finally:
            for one in new:
                if not one.file:  # nobody knows of it
                    one.forget()

    def _missing(self, seen: set[bytes]) -> Iterator[tuple[bytes, Request]]:
        """Requests that are neither stored nor seen, each once."""
        for case in self.todo:
            for request in case.requests:
                key = self.journal.key(self.model, request)
                if key not in seen and self.journal.get(key) is None:
                    seen.add(key)
                    yield key, request

    async def _tried_live(self, seen: set[bytes]) -> None:
        """One request goes live: a day is long to find out that the key is wrong, or a field not taken.

        Raises:
            EndpointError: none of the first few is answered.
        """
        pace = pace_of(self.model)
        live = cached(retrying(limited(self.model, pace), pace), self.journal)
        why = ""
        for _, request in list(islice(self._missing(set(seen)), LIVE)):
            reply = await live(request)
            if reply.finish != "failed":
                return
            why = reply.error
        raise EndpointError(
            f"{self.model.name} answers none of the first requests, and so no batch was submitted ({why}). Mend that, "
            "or run it without --batch"
        )

    async def _collected(self, seen: set[bytes]) -> Sequence[Pending]:
        """Batches of all that is missing, written and not submitted."""
        most_bytes = self.model.at.provider.batch * MEGABYTE
        writing = Writing(self.folder, self.model.name, self.model.endpoint, REQUESTS, most_bytes)
        try:
            for count, (key, request) in enumerate(self._missing(seen), 1):
                writing.add(key, line_of(self.model, key, request))
                if not count % AT_ONCE:
                    await asyncio.sleep(0)  # Ctrl-C is heard here
                    self._go_on()
            writing.close()
        finally:
            writing.drop()
        return writing.done

    def _go_on(self) -> None:
        if self.ending.reason is not None:
            raise Stopped

    async def _submit(self, one: Pending) -> None:
        """Each step is noted before the next."""
        self._go_on()
        one.file = await self._batches.upload(one.content, one.size)
        one.since = time()
        one.write()
        one.batch = await self._batches.create(one.file)
        one.write()
        self.waiting.append(one)
        self.progress.say(f"batch {one.batch}: {one.requests:,} requests submitted to {self.model.endpoint}")

    # ---- waiting ---------------------------------------------------------------------------------

    async def _waited(self) -> None:
        wait, heard = FIRST_POLL_S, monotonic()
        while self.waiting:
            looked: dict[str, Batch] = {}
            silence = ""
            for one in list(self.waiting):
                try:
                    found = await self._looked_at(one)
                except Transient as failure:
                    silence = failure.reason
                    continue
                heard = monotonic()
                looked[one.batch] = found
                if found.ended:
                    await self._taken(one, found)
                    self.waiting.remove(one)
                    wait = FIRST_POLL_S
            if self.waiting and silence and monotonic() - heard > SILENCE_S:
                raise EndpointError(
                    f"{self.model.endpoint} was not to be reached for {duration(SILENCE_S)} ({silence}). The batches "
                    "go on there: later, run the same command"
                )
            if self.waiting:
                self._tell(looked)
                await self.model.at.pace.sleep(wait)
                wait = min(wait * 1.5, LONGEST_POLL_S)

    async def _looked_at(self, one: Pending) -> Batch:
        try:
            return await self._batches.look(one.batch)
        except Gone as error:
            raise self._gone(one, f"batch {one.batch}", error) from None

    def _gone(self, one: Pending, what: str, error: Gone) -> EndpointError:
        return EndpointError(
            f"{self.model.endpoint} does not know {what} any more ({error}). Remove {one.note} to have its requests "
            "submitted anew, and run the same command"
        )

    def _tell(self, looked: dict[str, Batch]) -> None:
        """How far the batches are, where that has changed or was not said for long."""
        total = sum(one.requests for one in self.waiting)
        done = sum(looked[one.batch].answered for one in self.waiting if one.batch in looked)
        failed = sum(looked[one.batch].failed for one in self.waiting if one.batch in looked)
        statuses = ", ".join(sorted({found.status for found in looked.values() if not found.ended})) or "not reached"
        lost = f", {failed:,} failed" if failed else ""
        said = f"{done:,} of {total:,} requests answered by batch{lost} ({statuses})"
        if said != self._told or monotonic() - self._told_at > TOLD_EVERY_S:
            self._told, self._told_at = said, monotonic()
            since = min(one.since for one in self.waiting)
            self.progress.say(f"{said}, waiting for {duration(max(0.0, time() - since))}; a batch may take a day")

    # ---- storing ---------------------------------------------------------------------------------

    async def _taken(self, one: Pending, found: Batch) -> None:
        """Store the replies of a batch that has ended, and say what there is none of."""
        missing = {key.hex() for key in one.asked()}
        requests = len(missing)
        why = found.reason
        for file in (found.output, found.errors):
            if file:
                why = await self._stored(one, file, missing) or why
        answered, said = requests - len(missing), f" ({why})" if why else ""
        if found.status == "failed":
            self._problems.append(f"batch {one.batch} was not taken{said}")
        elif found.status != "completed" or (missing and not answered):
            ended = "has ended" if found.status == "completed" else found.status.replace("cancelled", "was cancelled")
            self._problems.append(f"batch {one.batch} {ended} with {answered:,} of {requests:,} answered{said}")
        elif missing:
            self.progress.say(
                f"batch {one.batch}: {answered:,} of {requests:,} requests answered; the other {len(missing):,} are "
                f"asked live{said}"
            )
        else:
            self.progress.say(f"batch {one.batch}: all {requests:,} requests answered")
        one.forget()

    async def _stored(self, one: Pending, file: str, missing: set[str]) -> str:
        """Put the replies of a file into the journal and take them from what is missing; why one failed, if any did."""
        why = ""
        with one.incoming() as incoming:
            try:
                await self._batches.content(file, incoming)
            except Gone as error:
                raise self._gone(one, f"the answers of batch {one.batch}", error) from None
            lines = lines_of(incoming)
            while some := list(islice(lines, AT_ONCE)):
                replies: dict[str, Reply] = {}
                for key, reply in map(partial(answer_of, self.model), some):
                    if reply.finish == "failed":
                        why = why or reply.error
                    elif key in missing:  # each once, and nothing that was not asked for
                        replies.setdefault(key, reply)
                await self._put(replies.items())
                missing.difference_update(replies)
        return why

    async def _put(self, replies: Iterable[tuple[str, Reply]]) -> None:
        """What was asked live meanwhile stays as it is."""
        new = [(bytes.fromhex(key), reply) for key, reply in replies]
        await asyncio.gather(
            *(self.journal.put(key, self.model, NOTHING, reply) for key, reply in new if self.journal.get(key) is None)
        )


def _several(count: int) -> str:
    return "1 batch" if count == 1 else f"{count:,} batches"
