"""What stands in the contract for a field: dates, money, numbers and parties as a lawyer writes them.

Whatever is rendered of a single value is read back by ``values`` to the same value; whole parties are not.
"""

from datetime import date
from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    PARTY_PARTS,
    ChoiceVariable,
    ListVariable,
    Money,
    MoneyVariable,
    NumberVariable,
    Party,
    PartyVariable,
    Period,
    PeriodVariable,
    Single,
    TemplateDefinition,
)
from pactoria_desktop.templates.dates import date_written
from pactoria_desktop.templates.faults import UnknownPathError, shown
from pactoria_desktop.templates.money import money_written
from pactoria_desktop.templates.numerals import number_written, period_written
from pactoria_desktop.templates.value_set import Item, SingleValue, Value, Values

_PERSONS = frozenset(("individual", "natural person", "sole trader"))
_CONSONANT_SOUNDS = ("eu", "uni", "use", "usu", "uti", "one", "ubi")
_VOWEL_SOUNDS = ("unin", "unim", "hono", "heir", "hour")
_VOWEL_LETTERS = "AEFHILMNORSX"


def rendered(path: str, values: Values, definition: TemplateDefinition, item: int | None = None) -> str:
    """The words for a field, empty where nothing is given or asked for.

    ``path`` is a variable (``fee``), a part of a party (``client.name``), or one of a list's item:
    ``deliverables.title`` with ``item`` counting from 1, or with the number in it (``deliverables.2.title``). ``item``
    says nothing of a path outside lists. Raises UnknownPathError for a path that the definition, or an item that the
    values, do not have.
    """
    names = path.split(".")
    known = {variable.id: variable for variable in definition.variables}
    variable = known.get(names[0])
    if variable is None:
        raise _unknown(path)
    if not isinstance(variable, ListVariable):
        return _field(variable, values.fields.get(variable.id), names[1:], path, definition.language)
    if len(names) > 1 and names[1].isascii() and names[1].isdigit():
        item = int(names.pop(1)[:6])
    chosen = _item(values.fields.get(variable.id), item, path)
    one = next((one for one in variable.of if len(names) > 1 and one.id == names[1]), None)
    if one is None:
        raise _unknown(path)
    return _field(one, chosen.get(one.id), names[2:], path, definition.language)


def value_rendered(variable: Single, value: SingleValue | None, language: str) -> str:
    """The words for a value of a variable, empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal) and isinstance(variable, NumberVariable):
        return number_written(value, variable.written, variable.unit, language)
    if isinstance(value, Money) and isinstance(variable, MoneyVariable):
        return money_written(value, variable.written, language)
    if isinstance(value, Period) and isinstance(variable, PeriodVariable):
        return period_written(value, variable.written, language)
    if isinstance(value, date):
        return date_written(value, language)
    if isinstance(value, Party):
        return party_rendered(value)
    if isinstance(variable, ChoiceVariable):
        return next((choice.text or choice.label for choice in variable.choices if choice.id == value), str(value))
    return str(value)


def entered(variable: Single, value: SingleValue, language: str) -> str:
    """The value as an entry field shows it: in figures, and a choice by its label; of a party, its name."""
    if isinstance(value, Party):
        return value.name
    if isinstance(variable, ChoiceVariable):
        return next((choice.label for choice in variable.choices if choice.id == value), str(value))
    if isinstance(value, Money):
        several = isinstance(variable, MoneyVariable) and len(variable.currencies) > 1
        return money_written(value, "code" if several else "symbol", language)
    if isinstance(value, Period):
        return period_written(value, "figures", language)
    if isinstance(value, Decimal):
        return number_written(value, "figures", "", language)
    return value_rendered(variable, value, language)


def party_rendered(party: Party) -> str:
    """A party as the head of a contract names it, from the parts that are there: "Acme Limited, a company incorporated
    in England and Wales with number 123, of 1 High Street, Leeds"; a person is resident, not incorporated."""
    words = [party.name]
    person = party.kind.lower() in _PERSONS
    about: list[str] = []
    if party.kind:
        about.append(_with_article(party.kind))
    if party.place:
        about.append(f"{'resident' if person else 'incorporated'} in {party.place}")
    if party.number:
        about.append(f"with number {party.number}")
    if about:
        words.append(" ".join(about))
    if party.address:
        words.append(f"of {party.address}")
    return ", ".join(words)


def _field(variable: Single, value: Value | None, rest: list[str], path: str, language: str) -> str:
    if isinstance(value, tuple) or len(rest) > 1:
        raise _unknown(path)
    if not rest:
        return value_rendered(variable, value, language)
    if not isinstance(variable, PartyVariable) or rest[0] not in PARTY_PARTS:
        raise _unknown(path)
    return str(getattr(value, rest[0])) if isinstance(value, Party) else ""


def _item(items: Value | None, item: int | None, path: str) -> Item:
    if item is None:
        raise UnknownPathError(f"The field {shown(path)} is of a list: say of which item.")
    if not isinstance(items, tuple) or not 1 <= item <= len(items):
        raise UnknownPathError(f"The list of the field {shown(path)} has no item {item}.")
    return items[item - 1]


def _with_article(kind: str) -> str:
    first = kind.split()[0] if kind.split() else kind
    if first.lower() in ("a", "an", "the"):
        return kind
    lower = first.lower()
    if first.isupper() and len(first) > 1:
        vowel = first[0] in _VOWEL_LETTERS
    elif lower.startswith(_VOWEL_SOUNDS):
        vowel = True
    else:
        vowel = lower[0] in "aeiou" and not lower.startswith(_CONSONANT_SOUNDS)
    return f"{'an' if vowel else 'a'} {kind}"


def _unknown(path: str) -> UnknownPathError:
    return UnknownPathError(f"The template has no field {shown(path)}.")
