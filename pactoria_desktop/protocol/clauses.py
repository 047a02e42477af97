"""Clauses of the library: wording to insert, in variants, with what it needs of the contract it goes into."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pactoria_desktop.protocol.base import Message, Name
from pactoria_desktop.protocol.templates import Language, Risk, Tag

ClauseId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
Standing = Literal["preferred", "fallback"]


class ClauseParagraph(Message):
    """One paragraph. ``level`` 0 is the clause itself (its heading, or its first words), 1 a sub-clause, 2 an item.

    ``text`` is plain words; two stars on either side make bold, as a defined term where it is defined. Roles of the
    parties stand as the clause calls them (``Supplier``); they are adapted to the contract where it is inserted.
    """

    level: int = Field(default=1, ge=0, le=4)
    heading: bool = False
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


class ClauseVariant(Message):
    """One wording. ``note`` says to the lawyer when to use it, and is never inserted."""

    id: ClauseId
    title: Name
    standing: Standing
    note: Annotated[str, StringConstraints(max_length=1_000)] = ""
    risk: Risk = "low"
    paragraphs: tuple[ClauseParagraph, ...] = Field(min_length=1, max_length=100)


class Clause(Message):
    """A clause with its variants, the preferred one first."""

    id: ClauseId
    title: Name
    category: Tag
    jurisdiction: Annotated[str, StringConstraints(max_length=100)] = ""
    language: Language = "en-GB"
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    notice: Annotated[str, StringConstraints(max_length=500)] = ""
    variants: tuple[ClauseVariant, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _variants_are_told_apart(self) -> Self:
        names = [variant.id for variant in self.variants]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the variant {name!r} is there twice")
        if not any(variant.standing == "preferred" for variant in self.variants):
            raise ValueError("no variant is the preferred one")
        return self
