"""From raw records to rows: what most tasks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from assay.schema import Raw, Row, user

Gold = str | float | tuple[str, ...] | None


def no_gold(raw: Raw) -> Gold:
    """For tasks that count a behaviour: nothing is right or wrong."""
    return None


def no_options(raw: Raw) -> tuple[str, ...]:
    """For tasks that offer nothing to choose from."""
    return ()


def each(
    *,
    group: str | Callable[[Raw], str] = "",
    cluster: str | Callable[[Raw], str] = "",
    gold: Callable[[Raw], Gold] = no_gold,
    options: Callable[[Raw], tuple[str, ...]] = no_options,
) -> Callable[[Iterable[Raw]], Iterator[Row]]:
    """One row a record: its prompt, asked alone. `group` and `cluster` are field names or functions of the record."""

    def named(raw: Raw, by: str | Callable[[Raw], str]) -> str:
        if callable(by):
            return by(raw)
        return str(raw.get(by, "")) if by else ""

    def rows(raws: Iterable[Raw]) -> Iterator[Row]:
        for raw in raws:
            yield Row(
                id=str(raw["id"]),
                chats=(user(raw["prompt"]),),
                gold=gold(raw),
                options=options(raw),
                group=named(raw, group),
                cluster=named(raw, cluster) or str(raw["id"]),
                lang=str(raw.get("lang", "en")),
                fields=raw,
            )

    return rows
