"""Plain data from YAML or JSON that a stranger may have written, bounded in size, depth and number.

YAML gives words, not types, so that a title "No" stays one and no number is too long to be made. Aliases are refused,
because their copies grow without bound, and so is a key that stands twice, because one of its values would be lost.
"""

import json
from collections.abc import Iterable

import yaml

MOST_BYTES = 4 * 1024 * 1024
_DEEPEST = 12
_MOST_EVENTS = 400_000
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class PlainDataError(ValueError):
    """What is wrong with a file as YAML or JSON, as the end of a sentence that begins with its name."""


def plain_data(data: bytes, *, is_json: bool) -> object:
    """Mappings, lists and strings (with ``is_json`` also numbers, booleans and None). Raises PlainDataError."""
    if len(data) > MOST_BYTES:
        raise PlainDataError(f"is larger than {MOST_BYTES // (1024 * 1024)} MB")
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlainDataError("is not in UTF-8") from error
    return _json(words) if is_json else _yaml(words)


def _json(words: str) -> object:
    try:
        return json.loads(words, object_pairs_hook=_mapping)
    except RecursionError as error:
        raise PlainDataError("is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise PlainDataError(f"is not well-formed JSON in line {error.lineno}") from error
    except PlainDataError:
        raise
    except ValueError as error:
        raise PlainDataError("holds a number that is too long") from error


def _mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
    _once(key for key, _ in pairs)
    return dict(pairs)


def _once(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise PlainDataError(f"has the field {key[:60]!r} twice in one place")
        seen.add(key)


def _yaml(words: str) -> object:
    try:
        depth = 0
        for number, event in enumerate(yaml.parse(words, Loader=_LOADER)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise PlainDataError(f"uses an alias{_line(event.start_mark)}, which is not allowed")
            if depth > _DEEPEST or number > _MOST_EVENTS:
                raise PlainDataError("is nested too deeply, or holds too much")
        # The nodes are read here and not by the loader, which would let a doubled key pass.
        return _value(yaml.compose(words, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise PlainDataError(f"is not well-formed YAML{_line(getattr(error, 'problem_mark', None))}") from error


def _line(mark: object) -> str:
    line = getattr(mark, "line", None)
    return f" in line {line + 1}" if isinstance(line, int) else ""


def _value(node: yaml.Node | None) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_value(one) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        if not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            raise PlainDataError(f"has a field without a plain name{_line(node.start_mark)}")
        _once(key.value for key, _ in node.value)
        return {key.value: _value(value) for key, value in node.value}
    return node.value if isinstance(node, yaml.ScalarNode) else None
