import json
import random

import pytest

from pactoria_desktop.contract.canonical import CanonicalError, canonical_bytes, content_hash, from_json, to_json
from pactoria_desktop.contract.text import (
    ContractText,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphLook,
    ParagraphProperties,
    Span,
    Style,
    TextSection,
)
from tests.unit.contract.test_accepted import random_text

MATERIAL = Material(
    paragraphs={
        "h": ParagraphProperties(style="H1", numbering="1", level=0),
        "n": ParagraphProperties(numbering="1", level=1),
        "o": ParagraphProperties(look=ParagraphLook(outline_level=2)),
    },
    styles={"H1": Style("H1", "heading 1", 1, "1", 0)},
    numberings={"1": Numbering("1", "0", (NumberingLevel(text="%1."), NumberingLevel(text="%1.%2")))},
)


def test_json_gives_the_same_text_back() -> None:
    for seed in range(30):
        made = random_text(random.Random(seed))
        made = ContractText(made.sections, made.revisions, made.comments, MATERIAL)
        assert from_json(json.loads(canonical_bytes(to_json(made)))) == made


def test_content_hash_counts_words_and_marks_but_not_where_they_came_from() -> None:
    def one(word: str, **marks: object) -> ContractText:
        return ContractText(
            (TextSection("s", (Paragraph((Span(word),), {k.replace("_", ":"): v for k, v in marks.items()}),)),)  # type: ignore[misc]
        )

    assert content_hash(one("a")) == content_hash(one("a", p_src="1:word/document.xml:2"))
    assert len({content_hash(one("a")), content_hash(one("b")), content_hash(one("a", p_style="H"))}) == 3


def test_foreign_or_damaged_json_is_refused() -> None:
    good = to_json(ContractText((TextSection("s", (Paragraph(),)),)))
    damaged: list[object] = [
        None,
        [],
        {},
        {**good, "version": 99},
        {**good, "sections": 5},
        {**good, "sections": [{"id": 1}]},
        {**good, "material": {}},
        {**good, "revisions": {"a": {"id": 5, "word": []}}},
    ]
    for value in damaged:
        with pytest.raises(CanonicalError):
            from_json(value)
