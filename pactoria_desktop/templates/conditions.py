"""Whether a condition of a template holds, and what it says in words."""

from decimal import Decimal

from pactoria_desktop.protocol.templates import (
    AllOf,
    AnyOf,
    ChoiceVariable,
    Comparison,
    Condition,
    Money,
    Period,
    TemplateDefinition,
    Variable,
)
from pactoria_desktop.templates.values import Value, Values, comparable


def holds(condition: Condition, values: Values) -> bool:
    """Whether it holds. What is not given is nothing: it is not any value, and not less nor more than one."""
    if isinstance(condition, AllOf):
        return all(holds(one, values) for one in condition.all)
    if isinstance(condition, AnyOf):
        return any(holds(one, values) for one in condition.any)
    value = values.get(condition.variable)
    if condition.test == "given":
        return value is not None
    if condition.test == "missing":
        return value is None
    if condition.test == "is_not":
        return not _is(value, condition.value)
    if condition.test == "one_of":
        assert isinstance(condition.value, tuple)
        return any(_is(value, one) for one in condition.value)
    if condition.test == "is":
        return _is(value, condition.value)
    return _ordered(value, condition)


def _is(value: Value | None, wanted: object) -> bool:
    if value is None or isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return comparable(value) == _as(value, wanted)


def _ordered(value: Value | None, condition: Comparison) -> bool:
    if value is None:
        return False
    mine, bound = comparable(value), _as(value, condition.value)
    if mine is None or bound is None or type(mine) is not type(bound):
        return False
    return bool(mine >= bound if condition.test == "at_least" else mine <= bound)  # type: ignore[operator]


def _as(value: Value, wanted: object) -> object:
    """What a condition names, as the value is compared."""
    if isinstance(value, tuple | Money | Period | Decimal):
        try:
            return Decimal(str(wanted))
        except ArithmeticError:
            return None
    return str(wanted)


def explain(condition: Condition, definition: TemplateDefinition) -> str:
    """The condition in words: ``“Personal data” is yes, and “Term” is at least 12``."""
    variables = {one.id: one for one in definition.variables}
    return _words(condition, variables)


_TESTS = {"is": "is", "is_not": "is not", "at_least": "is at least", "at_most": "is at most", "one_of": "is one of",
          "given": "is given", "missing": "is not given"}  # fmt: skip


def _words(condition: Condition, variables: dict[str, Variable]) -> str:
    if isinstance(condition, AllOf):
        return ", and ".join(_words(one, variables) for one in condition.all)
    if isinstance(condition, AnyOf):
        return ", or ".join(_words(one, variables) for one in condition.any)
    variable = variables.get(condition.variable)
    name = f"“{variable.label}”" if variable is not None else condition.variable
    test = _TESTS[condition.test]
    if condition.value is None:
        return f"{name} {test}"
    shown = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return f"{name} {test} {' or '.join(_shown(one, variable) for one in shown)}"


def _shown(value: object, variable: Variable | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(variable, ChoiceVariable):
        return next((f"“{one.label}”" for one in variable.choices if one.id == value), str(value))
    return str(value)
