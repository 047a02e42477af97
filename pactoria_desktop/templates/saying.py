"""What the schema refuses, in words that name the field."""

from pydantic import ValidationError


def first_fault(error: ValidationError) -> str:
    """The first fault of a value that the schema refused: the field's place and what is wrong with it."""
    found = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in found["loc"])
    words = found["msg"].removeprefix("Value error, ")
    words = words[0].lower() + words[1:] if words[:1].isupper() and not words.startswith("Input") else words
    return f"{place}: {words}" if place else words
