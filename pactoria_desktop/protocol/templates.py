"""Templates: typed variables, conditions, repeats and clause slots, as desktop, platform and Word package share them.

A template is a Word package. Its places are content controls whose tag says what they are (``templates/tags``); its
definition (``TemplateDefinition``) lies in a part of the package. What is derived from a package on saving is
``TemplateContent``. Money is in minor units of its currency, dates are civil dates, numbers are decimal strings.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from pactoria_desktop.protocol.base import Message, Name, Sha256, Words

FORMAT = 1
MOST_VARIABLES = 200
MOST_CHOICES = 100
MOST_ITEMS = 100
MOST_BLOCKS = 5_000
DEEPEST_CONDITION = 4

FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""The name of a variable, a condition or a slot."""

FieldPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){0,2}$")]
"""What a place in the text shows: a variable, a part of a party (``client.name``), a variable of a list's item
(``deliverables.title``) or a part of a party there."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""

MinorUnits = Annotated[int, Field(ge=-(10**15), le=10**15)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
Language = Annotated[str, StringConstraints(pattern=r"^en-(GB|US)$")]
"""The language that values are written in: English, with the dates and words of the United Kingdom or the United
States."""

Unit = Literal["days", "business_days", "weeks", "months", "years"]
Tier = Literal["free", "starter", "professional", "enterprise"]
Risk = Literal["low", "medium", "high"]
PARTY_PARTS = ("name", "kind", "number", "place", "address", "represented_by", "email")
"""The parts of a party: its name; what it is ("company", "partnership", "individual", ...); its registered number;
where it is incorporated; its address; who signs for it; where notices reach it."""


class Money(Message):
    """An amount in minor units of a currency: 12,500.00 pounds are 1,250,000 of GBP."""

    amount_minor: MinorUnits
    currency: Currency


class Period(Message):
    """A length of time: a whole number of one unit."""

    count: int = Field(ge=0, le=100_000)
    unit: Unit


class Party(Message):
    """Who a contract is made with. Parts that are not known are empty."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
    kind: Annotated[str, StringConstraints(max_length=100)] = ""
    number: Annotated[str, StringConstraints(max_length=60)] = ""
    place: Annotated[str, StringConstraints(max_length=100)] = ""
    address: Annotated[str, StringConstraints(max_length=500)] = ""
    represented_by: Annotated[str, StringConstraints(max_length=200)] = ""
    email: Annotated[str, StringConstraints(max_length=254)] = ""


class Comparison(Message):
    """One test of a condition. ``value`` is not used by ``given`` and ``missing``; ``one_of`` takes a list.

    ``at_least`` and ``at_most`` compare numbers, money of one currency, dates and periods of one unit.
    """

    variable: FieldId
    test: Literal["is", "is_not", "one_of", "at_least", "at_most", "given", "missing"]
    value: bool | int | str | tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _has_its_value(self) -> Self:
        if self.test in ("given", "missing"):
            if self.value is not None:
                raise ValueError(f"the test {self.test} takes no value")
        elif self.test == "one_of":
            if not isinstance(self.value, tuple) or not self.value:
                raise ValueError("the test one_of takes a list of values")
        elif self.value is None or isinstance(self.value, tuple):
            raise ValueError(f"the test {self.test} takes one value")
        return self


class AllOf(Message):
    """Holds when all hold."""

    all: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


class AnyOf(Message):
    """Holds when one holds."""

    any: Annotated[tuple["Condition", ...], Field(min_length=1, max_length=20)]


Condition = Comparison | AllOf | AnyOf


class _Variable(Message):
    """What every variable has. ``when``: it is asked for, and may be required, only where this holds. ``group`` is the
    heading it stands under in the form."""

    id: FieldId
    label: Name
    help: Annotated[str, StringConstraints(max_length=1_000)] = ""
    group: Annotated[str, StringConstraints(max_length=100)] = ""
    required: bool = True
    when: Condition | None = None


class TextVariable(_Variable):
    """One line of words."""

    kind: Literal["text"] = "text"
    shortest: int = Field(default=0, ge=0, le=2_000)
    longest: int = Field(default=500, ge=1, le=2_000)
    default: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class LongTextVariable(_Variable):
    """Several lines of words; a line's end becomes a line break in the text."""

    kind: Literal["long_text"] = "long_text"
    longest: int = Field(default=5_000, ge=1, le=10_000)
    default: Words | None = None


class NumberVariable(_Variable):
    """A number. ``places`` are those after the point that may be given; ``written``: 30, or thirty (30)."""

    kind: Literal["number"] = "number"
    least: Decimal | None = None
    most: Decimal | None = None
    places: int = Field(default=0, ge=0, le=6)
    written: Literal["figures", "words_and_figures"] = "figures"
    unit: Annotated[str, StringConstraints(max_length=20)] = ""
    """What stands right behind the figures, such as ``%``."""
    default: Decimal | None = None


class MoneyVariable(_Variable):
    """An amount of money. ``currencies`` are those to choose from, the first is offered."""

    kind: Literal["money"] = "money"
    currencies: tuple[Currency, ...] = Field(default=("GBP",), min_length=1, max_length=40)
    least_minor: MinorUnits | None = None
    most_minor: MinorUnits | None = None
    written: Literal["symbol", "code"] = "symbol"
    default: Money | None = None


class DateVariable(_Variable):
    """A civil date. ``after`` and ``not_before`` name another date that it must follow."""

    kind: Literal["date"] = "date"
    earliest: date | None = None
    latest: date | None = None
    after: FieldId | None = None
    not_before: FieldId | None = None
    default: date | None = None


class PeriodVariable(_Variable):
    """A length of time. ``least`` and ``most`` count whatever unit is chosen."""

    kind: Literal["period"] = "period"
    units: tuple[Unit, ...] = Field(default=("days", "weeks", "months", "years"), min_length=1)
    least: int = Field(default=1, ge=0)
    most: int = Field(default=10_000, ge=0)
    written: Literal["figures", "words_and_figures"] = "figures"
    default: Period | None = None


class Choice(Message):
    """One of the words to choose from. ``text`` is what stands in the contract, the label where it is empty."""

    id: FieldId
    label: Name
    text: Annotated[str, StringConstraints(max_length=2_000)] = ""


class ChoiceVariable(_Variable):
    """One of several wordings."""

    kind: Literal["choice"] = "choice"
    choices: tuple[Choice, ...] = Field(min_length=2, max_length=MOST_CHOICES)
    default: FieldId | None = None


class PartyVariable(_Variable):
    """A party. ``parts`` are those asked for beside the name; ``called`` is the term it has in the contract."""

    kind: Literal["party"] = "party"
    parts: tuple[Literal["kind", "number", "place", "address", "represented_by", "email"], ...] = ("address",)
    called: Annotated[str, StringConstraints(max_length=60)] = ""
    default: Party | None = None


class YesNoVariable(_Variable):
    """Yes or no; what it switches is said by conditions."""

    kind: Literal["yes_no"] = "yes_no"
    default: bool | None = None


Single = Annotated[
    TextVariable
    | LongTextVariable
    | NumberVariable
    | MoneyVariable
    | DateVariable
    | PeriodVariable
    | ChoiceVariable
    | PartyVariable
    | YesNoVariable,
    Field(discriminator="kind"),
]


class ListVariable(_Variable):
    """Several items with variables of their own; what stands in its place is repeated for each."""

    kind: Literal["list"] = "list"
    item_label: Name
    of: tuple[Single, ...] = Field(min_length=1, max_length=20)
    least: int = Field(default=1, ge=0, le=MOST_ITEMS)
    most: int = Field(default=20, ge=1, le=MOST_ITEMS)


Variable = Annotated[
    TextVariable
    | LongTextVariable
    | NumberVariable
    | MoneyVariable
    | DateVariable
    | PeriodVariable
    | ChoiceVariable
    | PartyVariable
    | YesNoVariable
    | ListVariable,
    Field(discriminator="kind"),
]


class ConditionalClause(Message):
    """Words that stand only where ``when`` holds. ``explanation`` says so to the one who fills the template."""

    id: FieldId
    title: Name
    explanation: Annotated[str, StringConstraints(max_length=500)] = ""
    when: Condition


class ClauseSlot(Message):
    """A place for a clause of the library. ``default`` is the id of the clause that is offered first."""

    id: FieldId
    title: Name
    category: Tag
    help: Annotated[str, StringConstraints(max_length=500)] = ""
    required: bool = False
    when: Condition | None = None
    default: Annotated[str, StringConstraints(max_length=100)] = ""


class TemplateDefinition(Message):
    """What a template's package says of itself. Every name is declared once and every condition names what is there."""

    format: Literal[1] = 1
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
    title: Name
    summary: Annotated[str, StringConstraints(max_length=1_000)] = ""
    category: Tag
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    jurisdiction: Annotated[str, StringConstraints(max_length=100)] = ""
    language: Language = "en-GB"
    author: Annotated[str, StringConstraints(max_length=200)] = ""
    notice: Annotated[str, StringConstraints(max_length=500)] = ""
    """What whoever uses it must know, such as that it is no legal advice."""
    variables: tuple[Variable, ...] = Field(default=(), max_length=MOST_VARIABLES)
    conditions: tuple[ConditionalClause, ...] = Field(default=(), max_length=MOST_VARIABLES)
    slots: tuple[ClauseSlot, ...] = Field(default=(), max_length=50)

    @field_validator("variables")
    @classmethod
    def _named_once(cls, variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
        _once([variable.id for variable in variables], "variable")
        for variable in variables:
            if isinstance(variable, ListVariable):
                _once([one.id for one in variable.of], f"variable of {variable.id}")
            elif isinstance(variable, ChoiceVariable):
                _choices(variable)
        return variables

    @model_validator(mode="after")
    def _conditions_name_variables(self) -> Self:
        _once([one.id for one in self.conditions], "condition")
        _once([one.id for one in self.slots], "slot")
        known = {variable.id: variable for variable in self.variables}
        for variable in self.variables:
            check_condition(variable.when, known, f"variables.{variable.id}.when", variable.id)
            if isinstance(variable, ListVariable):
                of = {**known, **{one.id: one for one in variable.of}}
                for one in variable.of:
                    check_condition(one.when, of, f"variables.{variable.id}.of.{one.id}.when", one.id)
            if isinstance(variable, DateVariable):
                for name in ("after", "not_before"):
                    other = getattr(variable, name)
                    if other is not None and not isinstance(known.get(other), DateVariable):
                        raise ValueError(f"variables.{variable.id}.{name} names {other!r}, which is no date")
        for condition in self.conditions:
            check_condition(condition.when, known, f"conditions.{condition.id}.when")
        for slot in self.slots:
            check_condition(slot.when, known, f"slots.{slot.id}.when")
        return self


class Place(Message):
    """A stretch of a block. ``path`` is what it shows; ``item`` says that it is a list's."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    path: FieldPath


class Block(Message):
    """A paragraph of the template as search and forms need it: its words with the placeholders, where its fields are
    (code points of ``text``), and the conditions, lists and slots that it stands in, outermost first."""

    text: Annotated[str, StringConstraints(max_length=100_000)]
    level: int = Field(default=0, ge=0, le=9)
    fields: tuple[Place, ...] = ()
    within: tuple[str, ...] = ()


class TemplateContent(Message):
    """``content_json``: what is derived from a package when it is saved."""

    package_sha256: Sha256
    definition: TemplateDefinition
    blocks: tuple[Block, ...] = Field(max_length=MOST_BLOCKS)


def check_condition(
    condition: Condition | None, known: dict[str, Variable], place: str, own: str = "", depth: int = 0
) -> None:
    """Raise ValueError, naming ``place``, where a condition asks for what is not declared or cannot be compared."""
    if condition is None:
        return
    if depth >= DEEPEST_CONDITION:
        raise ValueError(f"{place} is nested more than {DEEPEST_CONDITION} deep")
    if isinstance(condition, AllOf | AnyOf):
        for one in condition.all if isinstance(condition, AllOf) else condition.any:
            check_condition(one, known, place, own, depth + 1)
        return
    variable = known.get(condition.variable)
    if variable is None:
        raise ValueError(f"{place} names {condition.variable!r}, which is no variable")
    if condition.variable == own:
        raise ValueError(f"{place} asks for its own variable")
    if condition.test in ("given", "missing"):
        return
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if isinstance(variable, YesNoVariable):
        fits = condition.test in ("is", "is_not") and isinstance(condition.value, bool)
    elif isinstance(variable, ChoiceVariable):
        names = {choice.id for choice in variable.choices}
        fits = condition.test in ("is", "is_not", "one_of") and all(value in names for value in values)
    elif condition.test in ("at_least", "at_most"):
        fits = isinstance(variable, NumberVariable | MoneyVariable | DateVariable | PeriodVariable | ListVariable)
        fits = fits and not isinstance(condition.value, bool)
    else:
        fits = isinstance(variable, TextVariable | NumberVariable | DateVariable)
    if not fits:
        raise ValueError(f"{place} cannot ask whether {condition.variable} ({variable.kind}) {condition.test} that")


def _once(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the {what} {name!r} is declared twice")


def _choices(variable: ChoiceVariable) -> None:
    names = [choice.id for choice in variable.choices]
    _once(names, f"choice of {variable.id}")
    if variable.default is not None and variable.default not in names:
        raise ValueError(f"variables.{variable.id}.default is no choice of it")
