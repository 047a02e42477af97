"""Word lists that come with the program, for telling a defined term from a name (``resources/words``)."""

from functools import cache

from pactoria_desktop.runtime.resources import resource


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of a list whose words lie between white space; lines that start with ``#`` are comments."""
    return frozenset(word for line in _lines(name) for word in line.split())


@cache
def phrase_list(name: str) -> frozenset[str]:
    """The phrases of a list that has one on each line; lines that start with ``#`` are comments."""
    return frozenset(_lines(name))


def _lines(name: str) -> list[str]:
    lines = resource("words", f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
