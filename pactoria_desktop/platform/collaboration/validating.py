"""Whether a patch is one that its kind of record may have: names, types, sizes, choices. Sentences, not exceptions,
because one operation of a push is refused without the others."""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.protocol.records import KINDS, SCHEMA_VERSION, FieldRule, Kind, Merge, Operation

LONGEST_MEMBER = 200
_LARGEST_NUMBER = 2**53 - 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DEEPEST = 20
_SAID = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_IDENTIFIED = frozenset({"contract", "party", "version", "thread", "comment", "approval"})
"""Kinds whose records have an id of their own making; verdicts and questions are named by a hash."""


def problem_of(operation: Operation) -> str | None:
    """Why an operation cannot be one of its kind; None where it can. What is required is asked for by ``missing``."""
    kind = KINDS.get(operation.kind)
    if kind is None:
        return f"This platform knows no records of the kind {operation.kind}."
    if operation.schema_version > SCHEMA_VERSION:
        return "The program that made this is newer than the platform; ask whoever runs the platform to upgrade it."
    if kind.name in _IDENTIFIED and not is_identity(operation.record):
        return f"A {kind.name} has an id of version 7."
    if operation.deletes:
        return "A deletion changes no fields." if operation.patch else None
    if not operation.patch:
        return "The change names no field."
    for name, value in operation.patch.items():
        rule = kind.fields.get(name)
        if rule is None:
            return f"A {kind.name} has no field {name}."
        if rule.merge is Merge.PLATFORM:
            return f"The field {name} is written by the platform alone."
        reason = _reason(rule, value)
        if reason is not None:
            return f"The field {name} {reason}."
    return None


def missing(kind: Kind, patch: Mapping[str, JsonValue]) -> str | None:
    """The first field that a new record must have and the patch does not give."""
    return next((name for name, rule in kind.fields.items() if rule.required and patch.get(name) is None), None)


def _reason(rule: FieldRule, value: JsonValue) -> str | None:
    if rule.merge is Merge.SET:
        return _set_reason(rule, value)
    if value is None:
        return "cannot be empty" if rule.required else None
    match rule.kind:
        case "words" | "name":
            return _words_reason(rule, value)
        case "number":
            return None if _is_number(value) else "is not a number"
        case "flag":
            return None if isinstance(value, bool) else "is not true or false"
        case "instant":
            return None if _is_instant(value) else "is not an instant with its zone"
        case "hash":
            return None if isinstance(value, str) and _SHA256.fullmatch(value) else "is not a SHA-256"
        case "identity":
            return None if isinstance(value, str) and is_identity(value) else "is not an id of version 7"
        case "choice":
            return None if value in rule.choices else "is none of " + ", ".join(rule.choices)
        case "names":
            return _names_reason(rule, value)
        case "json":
            return _json_reason(rule, value)


def _words_reason(rule: FieldRule, value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return "is not text"
    if len(value) > rule.most:
        return f"is longer than {rule.most:,} characters"
    if not _storable(value):
        return "holds characters that cannot be kept"
    if rule.kind == "name" and rule.required and not value.strip():
        return "cannot be empty"
    return None


def _set_reason(rule: FieldRule, value: JsonValue) -> str | None:
    if not isinstance(value, dict) or not value or not set(value) <= {"add", "remove"}:
        return 'is changed by {"add": [...], "remove": [...]}'
    for names in value.values():
        if reason := _names_reason(rule, names):
            return reason
    return None


def _names_reason(rule: FieldRule, value: JsonValue) -> str | None:
    if not isinstance(value, list) or len(value) > rule.most:
        return f"is not a list of at most {rule.most} names"
    for one in value:
        if not isinstance(one, str) or not one.strip() or len(one) > LONGEST_MEMBER or not _storable(one):
            return f"holds a name that is empty or longer than {LONGEST_MEMBER} characters"
    return None


def _json_reason(rule: FieldRule, value: JsonValue) -> str | None:
    if _depth(value) > _DEEPEST:
        return "is nested too deeply"
    try:
        size = len(_SAID.encode(value).encode())
    except ValueError:
        return "holds characters or numbers that cannot be kept"
    return f"is larger than {rule.most:,} bytes" if size > rule.most else None


def _depth(value: JsonValue) -> int:
    """How deep lists and objects lie in one another; at most one more than is allowed is counted."""
    level: list[JsonValue] = [value]
    depth = 0
    while level and depth <= _DEEPEST:
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [part for parts in inner for part in parts]
        depth += 1
    return depth


def _is_number(value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) <= _LARGEST_NUMBER


def _is_instant(value: JsonValue) -> bool:
    if not isinstance(value, str) or len(value) > 40:
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None
