"""What a template's source must become with given values, line by line; shares no code with the engine."""

import re

from tests.unit.templates.worded_values import Given

TOKEN = re.compile(r"\{\{([a-z0-9_.]+)\}\}")
INSIDE = re.compile(r"\{if (\w+)\}((?:(?!\{if ).)*?)\{/if\}")
LEVELS = {"1": 0, "2": 1, "3": 2, "4": 3}


def expanded(source: str, conditions: dict[str, bool], values: Given) -> list[str]:
    """The words of each paragraph that is not empty, cells one by one."""
    body = source.split("\n---\n", 1)[1]
    kept = _standing(body.split("\n"), conditions, values, {})
    numbers = _numbers(kept)
    found: list[str] = []
    for kind, words, item in kept:
        if kind == "G":
            found += _signature(words, values)
            continue
        for cell in f"{words} ".split(" | ") if kind == "T" else [words]:
            line = _filled(cell, conditions, values, item, numbers)
            if line.strip():
                found.append(line.strip())
    return found


def _standing(
    lines: list[str], conditions: dict[str, bool], values: Given, item: dict[str, int]
) -> list[tuple[str, str, dict[str, int]]]:
    found = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        at += 1
        if not line or line.startswith(("#", "[slot ")):
            continue
        if (block := re.fullmatch(r"\[(if|each) (\w+)\]", line)) is not None:
            end = _end(lines, at)
            inside = lines[at:end]
            at = end + 1
            if block[1] == "if":
                found += _standing(inside, conditions, values, item) if conditions[block[2]] else []
            else:
                for number in range(1, values.counts.get(block[2], 0) + 1):
                    found += _standing(inside, conditions, values, {**item, block[2]: number})
            continue
        found.append((line[0], line[2:].strip(), item))
    return found


def _end(lines: list[str], at: int) -> int:
    depth = 1
    while depth:
        line = lines[at].strip()
        depth += bool(re.fullmatch(r"\[(if|each) \w+\]", line)) - bool(re.fullmatch(r"\[/(if|each)\]", line))
        at += 1
    return at - 1


def _filled(
    words: str, conditions: dict[str, bool], values: Given, item: dict[str, int], numbers: dict[str, str]
) -> str:
    while (found := INSIDE.search(words)) is not None:
        words = words[: found.start()] + (found[2] if conditions[found[1]] else "") + words[found.end() :]
    words = re.sub(r"\s*\{bookmark:\w+\}", "", words).replace("**", "")
    words = _curled(words)
    words = re.sub(r"\{ref:(\w+)\}", lambda one: numbers[one[1]], words)

    def value(one: re.Match[str]) -> str:
        first, _, rest = one[1].partition(".")
        path = f"{first}.{item[first]}.{rest}" if first in item else one[1]
        return values.words.get(path, "")

    return TOKEN.sub(value, words)


def _curled(words: str) -> str:
    words = re.sub(r'(^|[ (\u2014\u2013])"', "\\1\u201c", words)
    return words.replace('"', "\u201d").replace("'", "\u2019")


def _signature(party: str, values: Given) -> list[str]:
    name, who = values.words.get(f"{party}.name", ""), values.words.get(f"{party}.represented_by")
    signed = f"Signed by {who} for and on behalf of {name}" if who else f"Signed by or on behalf of {name}"
    return [signed, "Signature", "Date"]


def _numbers(kept: list[tuple[str, str, dict[str, int]]]) -> dict[str, str]:
    count, schedule = [0, 0, 0, 0], [0, 0, 0]
    found: dict[str, str] = {}
    for kind, words, _ in kept:
        label = ""
        if kind in LEVELS:
            level = LEVELS[kind]
            count[level] += 1
            count[level + 1 :] = [0] * (3 - level)
            label = f"{count[0]}" + (f".{count[1]}" if level else "") + (f"({chr(96 + count[2])})" if level > 1 else "")
        elif kind in "Sst":
            level = "Sst".index(kind)
            schedule[level] += 1
            schedule[level + 1 :] = [0] * (2 - level)
            label = (f"Schedule {schedule[0]}", f"{schedule[1]}", f"({chr(96 + schedule[2])})")[level]
        if (mark := re.search(r"\{bookmark:(\w+)\}", words)) is not None and mark[1] not in found:
            found[mark[1]] = label
    return found
