"""Clauses as files: the library's own, and those that an organization writes or passes on, as YAML or JSON.

A file is a list of clauses (``protocol.clauses.Clause``). Whatever is wrong with one is said with the file, the clause
and the field.
"""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.resources.abc import Traversable
from typing import Literal

import yaml
from pydantic import ValidationError

from pactoria_desktop.protocol.clauses import Clause
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.templates.emphasis import EmphasisError, pieces_of
from pactoria_desktop.templates.plain_yaml import PlainDataError, plain_data

Form = Literal["yaml", "json"]
TERMS = "terms.yaml"
"""The file among the library's own that holds groups of terms and no clauses."""

MOST_CLAUSES = 5_000
MOST_FAULTS = 50
_WIDTH = 118


class ClauseFileError(PactoriaError):
    """A file of clauses cannot be used, and nothing of it was taken. ``faults`` are all of them; the first is said."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Keep the faults, of which there is at least one."""
        super().__init__(faults[0])
        self.faults = tuple(faults)


def read_clauses(data: bytes, name: str) -> tuple[Clause, ...]:
    """The clauses of a file; ``name`` ends in ``.json`` for JSON and is YAML otherwise. Raises ClauseFileError."""
    try:
        listed = plain_data(data, is_json=name.casefold().endswith(".json"))
    except PlainDataError as error:
        raise ClauseFileError([f"{name} {error}; nothing of it was taken."]) from error
    if not isinstance(listed, list) or not listed:
        raise ClauseFileError([f"{name} is not a list of clauses; nothing of it was taken."])
    if len(listed) > MOST_CLAUSES:
        raise ClauseFileError([f"{name} holds more than {MOST_CLAUSES} clauses; divide it into several files."])
    clauses: list[Clause] = []
    faults: list[str] = []
    known: dict[str, int] = {}
    for number, raw in enumerate(listed, 1):
        named = _named(raw, number)
        try:
            clause = Clause.model_validate(raw)
        except ValidationError as error:
            faults += [f"{name}, {named}: {fault}" for fault in _field_faults(raw, error)]
        else:
            faults += [f"{name}, {named}: {fault}" for fault in _form_faults(clause)]
            if known.setdefault(clause.id, number) != number:
                faults.append(f"{name}, {named}: id: clause {known[clause.id]} has it already.")
            clauses.append(clause)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise ClauseFileError(faults[:MOST_FAULTS])
    return tuple(clauses)


def write_clauses(clauses: Iterable[Clause], form: Form = "yaml") -> bytes:
    """A file that ``read_clauses`` gives the same clauses for. Fields that hold their default are left out."""
    listed = [clause.model_dump(mode="json", exclude_defaults=True) for clause in clauses]
    for clause in listed:
        for variant in clause["variants"]:
            for paragraph in variant["paragraphs"]:
                paragraph.setdefault("level", 1)
    if form == "json":
        return (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode()
    words = yaml.dump(listed, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return str(words).encode()


def own_clauses() -> tuple[Clause, ...]:
    """The clauses that come with the program, by category and in the order of their files."""
    files = sorted(
        (one for one in resource("clauses").iterdir() if one.name.endswith(".yaml") and one.name != TERMS),
        key=lambda one: one.name,
    )
    return clauses_in(files)


def clauses_in(files: Iterable[Traversable]) -> tuple[Clause, ...]:
    """The clauses of several files, where no id may stand in two of them. Raises ClauseFileError."""
    found: list[Clause] = []
    owners: dict[str, str] = {}
    for file in files:
        for clause in read_clauses(file.read_bytes(), file.name):
            owner = owners.setdefault(clause.id, file.name)
            if owner != file.name:
                raise ClauseFileError([f"{file.name}, clause {clause.id}: id: {owner} has it already."])
            found.append(clause)
    return tuple(found)


class _Dumper(yaml.SafeDumper):
    """Lists under a key are set in, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never without indentation."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        """Nothing is written as an alias, which reading would refuse."""
        return True


def _named(raw: object, number: int) -> str:
    id = raw.get("id") if isinstance(raw, dict) else None
    return f"clause {id[:100]}" if isinstance(id, str) and id else f"clause {number}"


def _field_faults(raw: object, error: ValidationError) -> list[str]:
    """What is wrong with fields. A list that is empty because what stands in it is wrong says nothing itself."""
    found = error.errors(include_url=False)
    inner = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    return [_fault(raw, one["loc"], one["msg"]) for one in found if one["loc"] not in inner or len(found) == 1]


def _fault(raw: object, place: Sequence[str | int], message: str) -> str:
    """A field by the names of what it stands in, and what is wrong with it."""
    parts: list[str] = []
    at = raw
    for step in place:
        if isinstance(step, int):
            at = at[step] if isinstance(at, list) and step < len(at) else None
            id = at.get("id") if isinstance(at, dict) else None
            parts.append(id[:100] if isinstance(id, str) and id else str(step + 1))
        else:
            at = at.get(step) if isinstance(at, dict) else None
            parts.append(step)
    said = message.removeprefix("Value error, ").rstrip(".")
    return f"{' / '.join(parts) or 'the whole clause'}: {said[:1].lower()}{said[1:]}."


def _form_faults(clause: Clause) -> list[str]:
    """What is wrong with a clause beyond the types of its fields."""
    faults = []
    if clause.variants[0].standing != "preferred":
        faults.append("variants: the preferred one must be the first.")
    for variant in clause.variants:
        fault = partial("variants / {} / paragraphs / {}: {}.".format, variant.id)
        deepest = -1
        for number, paragraph in enumerate(variant.paragraphs, 1):
            if paragraph.level > deepest + 1 and number > 1:
                faults.append(fault(number, "its level is more than one deeper than the paragraph before"))
            deepest = paragraph.level
            if not paragraph.text.strip():
                faults.append(fault(number, "it has no words"))
            elif "\n" in paragraph.text:
                faults.append(fault(number, "it holds a line break; give each paragraph an entry of its own"))
            else:
                try:
                    pieces_of(paragraph.text)
                except EmphasisError as error:
                    faults.append(fault(number, str(error)))
    return faults
