import os
import re
from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz.distance import Indel

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.pdf import extract, read_text
from pactoria_desktop.documents.reader import read

DATA = Path(os.environ.get("PACTORIA_CORPUS", Path(__file__).parents[4] / "shared" / "data"))
needs_files = pytest.mark.skipif(not (DATA / "pdf").exists(), reason="the PDF corpus is missing (../shared/data/pdf)")


def made(*pages: list[tuple[float, float, str]], size: int = 11) -> bytes:
    """A PDF with these words at these places (points from the lower left corner of a letter page)."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"]
    kids = []
    for page in pages:
        text = "".join(
            "1 0 0 1 {} {} Tm ({}) Tj ".format(x, y, re.sub(r"([()\\])", r"\\\1", words)) for x, y, words in page
        )
        stream = f"BT /F {size} Tf {text}ET"
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {len(objects)} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        out
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
            f"startxref\n{len(out)}\n%%EOF"
        ).encode()
    )


def lines(*texts: str, x: float = 72, top: float = 700, step: float = 13) -> list[tuple[float, float, str]]:
    return [(x, top - number * step, text) for number, text in enumerate(texts)]


LONG = "The parties to this agreement have agreed upon the terms that"


def test_lines_of_a_paragraph_are_joined_and_divided_words_made_whole() -> None:
    text = extract(
        made(
            lines(
                LONG, "follow, and each of them con-", "firms it. It is non-", "compete, as the word non-compete says."
            )
        ),
        "a",
    )
    assert text == f"{LONG} follow, and each of them confirms it. It is non-compete, as the word non-compete says.\n"


def test_bold_type_that_is_drawn_twice_is_read_once() -> None:
    words = lines("The Supplier will sell all cables", "to the Buyer at the agreed rates")
    again = [(x - 0.3, y, text) for x, y, text in words]
    assert read_text(made([*words, *again]), "bold.pdf") == read_text(made(words), "plain.pdf")


def test_gaps_and_numbers_begin_paragraphs() -> None:
    page = lines(LONG, "end here.", "1.1 First thing is", "(a) second thing") + lines("After a gap.", top=600)
    assert extract(made(page), "a").split("\n")[:-1] == [
        f"{LONG} end here.",
        "1.1 First thing is",
        "(a) second thing",
        "After a gap.",
    ]


def test_running_heads_feet_and_page_numbers_go() -> None:
    pages = [
        [(72, 760, "Confidential draft"), *lines(f"Words of page {word} stand here."), (300, 30, f"Page {number} of 3")]
        for number, word in enumerate(("one", "two", "three"), 1)
    ]
    assert extract(made(*pages), "a").split("\n")[:-1] == [
        f"Words of page {word} stand here." for word in ("one", "two", "three")
    ]


def test_a_paragraph_goes_on_over_a_page() -> None:
    assert extract(made(lines(LONG), lines("follow on the next page.")), "a") == f"{LONG} follow on the next page.\n"


def test_columns_are_read_one_after_the_other() -> None:
    left = lines(*[f"left words number {n:02d} are full" for n in range(12)], x=50)
    right = lines(*[f"right words number {n:02d} are so" for n in range(12)], x=330)
    words = extract(made(left + right), "a").split()
    assert words.index("right") > max(place for place, word in enumerate(words) if word == "left")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"not a pdf", "is not a PDF"),
        (b"", "is not a PDF"),
        (b"%PDF-1.7\n" + bytes(3000), "damaged"),
        (made(lines("words"))[:200], "damaged|scan"),
        (made([]), "scan without text"),
    ],
)
def test_what_holds_no_text_is_refused_in_one_sentence(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        extract(data, "offer.pdf")
    assert str(caught.value).startswith("offer.pdf ")


def test_reading_happens_in_a_child_with_the_same_result() -> None:
    data = made(lines("One “quoted” line of words.".replace("“", '"').replace("”", '"')))
    assert read_text(data, "a.pdf") == extract(data, "a.pdf")
    with pytest.raises(DocumentError, match="is not a PDF"):
        read_text(b"x", "a.pdf")


@needs_files
def test_a_scan_is_refused() -> None:
    with pytest.raises(DocumentError, match="scan without text"):
        extract((DATA / "pdf" / "common-paper-letter-of-intent-scanned.pdf").read_bytes(), "scan.pdf")


@needs_files
@pytest.mark.parametrize(
    ("pdf", "word", "least"),
    [
        ("common-paper-letter-of-intent", "common-paper/letter-of-intent", 0.95),
        ("openagreements-restrictive-covenant-texas", "openagreements/restrictive-covenant-texas", 0.97),
        ("bonterms-professional-services-agreement", "bonterms/professional-services-agreement", 0.95),
        pytest.param(
            "common-paper-cloud-service-agreement",
            "common-paper/cloud-service-agreement",
            0.92,
            marks=pytest.mark.long,
        ),
        pytest.param(
            "common-paper-professional-services-agreement",
            "common-paper/professional-services-agreement",
            0.91,
            marks=pytest.mark.long,
        ),
    ],
)
def test_the_words_and_their_order_are_those_of_the_word_file(pdf: str, word: str, least: float) -> None:
    found = extract((DATA / "pdf" / f"{pdf}.pdf").read_bytes(), pdf).split()
    view = accepted(read(Package((DATA / "word" / "contracts" / f"{word}.docx").read_bytes(), word)))
    wanted = [
        token for one in view.paragraphs if one.part == "main" for token in view.line(one).replace("\ufffc", "").split()
    ]
    assert Indel.normalized_similarity(found, wanted) >= least


@needs_files
def test_running_heads_of_a_real_contract_appear_once_at_most() -> None:
    text = extract((DATA / "pdf" / "openagreements-restrictive-covenant-texas.pdf").read_bytes(), "texas")
    assert Counter(text.split("\n"))["STANDARD TERMS"] <= 1
    assert "Free to use under CC BY 4.0" not in text
