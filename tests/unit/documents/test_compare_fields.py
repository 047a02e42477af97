"""Fields that only the new file has: fields in the redline where they are whole there, else words with a remark."""

import random
import re

import pytest

from pactoria_desktop.documents.compare import CompareResult, compare
from pactoria_desktop.documents.compare_fields import WORDS_ONLY
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.verify import verify_redline
from tests.unit.documents.redline_oracle import faults, seen
from tests.unit.documents.test_compare import body_of, run, text_of

MARKED = f'<w:bookmarkStart w:id="5" w:name="term"/>{run("Term")}<w:bookmarkEnd w:id="5"/>'


def char(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(code: str, result: str) -> str:
    words = char("separate") + result if result else ""
    return f'{char("begin")}<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{words}{char("end")}'


def simple(code: str, result: str) -> str:
    return f'<w:fldSimple w:instr="{code}">{result}</w:fldSimple>'


def compared(old: str, new: str) -> tuple[CompareResult, str]:
    one, other = text_of(old), text_of(new)
    result = compare(Package(one), Package(other), "Ann", "2026-11-22T12:00:00Z")
    assert seen(result.data, accept=True) == seen(other, accept=True)
    assert seen(result.data, accept=False) == seen(one, accept=False)
    assert faults(result.data) == []
    assert verify_redline(Package(one), result.data, accepted=Package(other)).problems == ()
    return result, body_of(result.data)


def p(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def kinds(body: str) -> list[str]:
    """The field characters and codes of a body, each with whether it stands in an insertion."""
    found = []
    for piece in re.finditer(r'fldCharType="(\w+)"|<w:instrText[^>]*>([^<]*)<', body):
        inside = body.rfind("<w:ins ", 0, piece.start()) > body.rfind("</w:ins>", 0, piece.start())
        found.append(("+" if inside else "") + (piece[1] or piece[2].strip()))
    return found


WHOLE = ["+begin", "+REF term \\h", "+separate", "+end"]


@pytest.mark.parametrize("make", [field, simple])
def test_a_field_that_is_put_whole_comes_as_a_field(make) -> None:
    due, last = run("The fee is due. "), p(run("Last."))
    reference = make(" REF term \\h ", run("Term"))
    old = p(MARKED) + p(due) + last
    for new in (
        p(due) + p(run("See "), reference, run(".")),
        p(due, run("See "), reference),
        p(run("The "), reference, run(" fee is due. ")),
    ):
        result, body = compared(old, p(MARKED) + new + last)
        assert kinds(body) == WHOLE
        assert WORDS_ONLY not in result.remarks


def test_fields_in_a_new_table_and_within_each_other_come_as_fields() -> None:
    inner = field(" REF term ", run("Term"))
    outer = field(' IF "a" = "b" ', run("when ") + inner + run(" ends"))
    table = f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc>{p(outer)}</w:tc></w:tr></w:tbl>"
    result, body = compared(p(MARKED) + p(run("Last.")), p(MARKED) + table + p(run("Last.")))
    assert kinds(body).count("+begin") == kinds(body).count("+separate") == kinds(body).count("+end") == 2
    assert WORDS_ONLY not in result.remarks


@pytest.mark.parametrize(
    "new",
    [
        p(run("See "), field(" REF elsewhere ", run("Term")), run(".")),
        p(run("The fee "), field(" REF term ", run("is due")), run(".")),
        p(run("The fee "), field(" REF term ", run("is very due")), run(".")),
        p(run("See"), char("begin"), "<w:r><w:instrText>TOC</w:instrText></w:r>", char("separate"), run("One"))
        + p(run("Two"), char("end")),
        p(run("The fee is due."), field(' XE "fee" ', "")),
    ],
)
def test_a_field_that_cannot_come_whole_is_told(new: str) -> None:
    old = p(MARKED) + p(run("The fee is due.")) + p(run("Last."))
    result, body = compared(old, p(MARKED) + new + p(run("Last.")))
    assert kinds(body) == []
    assert WORDS_ONLY in result.remarks


def test_a_field_that_both_have_is_neither_put_nor_told() -> None:
    same = p(MARKED) + p(run("See "), field(" REF term ", run("Term")), run(" soon."))
    result, body = compared(same, same.replace("soon", "later"))
    assert kinds(body) == ["begin", "REF term", "separate", "end"]
    assert WORDS_ONLY not in result.remarks


@pytest.mark.parametrize("seed", range(20))
def test_random_lines_with_fields_compare_exactly(seed: int) -> None:
    dice = random.Random(seed)

    def line() -> str:
        pieces = []
        for _ in range(dice.randint(0, 5)):
            words = run(" ".join(dice.choices(["fee", "term", "shall", "1.1", "Term"], k=dice.randint(1, 3))) + " ")
            make = dice.choice([field, simple, lambda _, result: result, lambda _, result: result])
            if make is field and dice.random() < 0.3:
                words += field(" PAGE ", run("7"))
            pieces.append(make(dice.choice([" REF term ", " PAGE ", " REF gone "]), words))
        return p(*pieces)

    lines = [line() for _ in range(4)]
    changed = [line() if dice.random() < 0.5 else each for each in lines]
    dice.shuffle(changed)
    _, body = compared(p(MARKED) + "".join(lines) + p(run("x")), p(MARKED) + "".join(changed) + p(run("x")))
    counts = [body.count(f'fldCharType="{kind}"') for kind in ("begin", "separate", "end")]
    assert counts[0] == counts[1] == counts[2]
