"""Terms that contracts use for the same thing, as data: the library's groups, or an organization's."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pactoria_desktop.contract.terms import forms, tidy
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.templates.clause_files import TERMS
from pactoria_desktop.templates.plain_yaml import PlainDataError, plain_data

_Words = Annotated[str, StringConstraints(min_length=2, max_length=80, pattern=r"^[A-Z]")]


class TermsFileError(PactoriaError):
    """A file of synonyms cannot be used; the message names the field."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TermEntry(_Strict):
    one: _Words
    many: _Words | Annotated[str, StringConstraints(pattern="^same$")] = ""


class _GroupEntry(_Strict):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,60}$")]
    role: bool = False
    terms: Annotated[tuple[_Words | _TermEntry, ...], Field(min_length=1, max_length=100)]


class _File(_Strict):
    groups: Annotated[tuple[_GroupEntry, ...], Field(max_length=500)]
    names: Annotated[tuple[_Words, ...], Field(max_length=5_000)] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term in the singular and in the plural; both alike where it has no plural of its own."""

    one: str
    many: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """Singular and plural, each once."""
        return (self.one,) if self.one == self.many else (self.one, self.many)


@dataclass(frozen=True, slots=True)
class Group:
    """Terms for the same thing. ``role``: they name a party."""

    id: str
    role: bool
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Synonyms:
    """All groups, and names that are written with capitals without being terms."""

    groups: tuple[Group, ...]
    names: tuple[str, ...] = ()

    @cached_property
    def by_spelling(self) -> dict[str, tuple[Group, Term]]:
        """The group and the term of each spelling; the first group has one that stands in two."""
        found: dict[str, tuple[Group, Term]] = {}
        for group in self.groups:
            for term in group.terms:
                for spelling in term.spellings:
                    found.setdefault(spelling, (group, term))
        return found

    @cached_property
    def roles(self) -> tuple[Group, ...]:
        """The groups that name a party."""
        return tuple(group for group in self.groups if group.role)


def read_synonyms(data: bytes, name: str) -> Synonyms:
    """The groups of a file in YAML. Raises TermsFileError."""
    try:
        found = _File.model_validate(plain_data(data, is_json=False))
    except PlainDataError as error:
        raise TermsFileError(f"{name} {error}; its terms are not used.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the whole file"
        raise TermsFileError(f"{name}: {place}: {first['msg']}; its terms are not used.") from error
    groups = []
    for group in found.groups:
        terms = tuple(
            _term(entry, "") if isinstance(entry, str) else _term(entry.one, entry.many) for entry in group.terms
        )
        groups.append(Group(group.id, group.role, terms))
    return Synonyms(tuple(groups), found.names)


def own_synonyms() -> Synonyms:
    """The groups that come with the program."""
    return read_synonyms(resource("clauses", TERMS).read_bytes(), TERMS)


def is_defined(term: Term, defined: Iterable[str]) -> bool:
    """Whether a term, in the singular or the plural, is among defined ones (as ``contract.terms.tidy`` gives them)."""
    known = frozenset(defined)
    return any(form in known for spelling in term.spellings for form in (spelling, *forms(spelling)))


def _term(one: str, many: str) -> Term:
    one = tidy(one)
    if many == "same":
        return Term(one, one)
    return Term(one, tidy(many) if many else f"{one}s")
