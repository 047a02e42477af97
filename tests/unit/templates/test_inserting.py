"""Clauses inserted into contracts: numbering goes on, it is one tracked insertion, and nothing else is touched."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.text import (
    ContractText,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphProperties,
    Span,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.verify import verify_redline
from pactoria_desktop.documents.writer import write
from pactoria_desktop.protocol.clauses import ClauseParagraph, ClauseVariant
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.templates.adapting import AdaptedClause, PlaceError, adapt, read_contract
from pactoria_desktop.templates.inserting import InsertError, insert_clause
from tests.conftest import CORPUS
from tests.samples import NAMES, sample_package, sample_text
from tests.unit.templates.desk import (
    CLAUSES,
    SYNONYMS,
    VARIANTS,
    adapted,
    clause_named,
    inserted,
    new_replica,
    new_rows,
)
from tests.unit.templates.small_contract import LEVELS, MATERIAL, contract, line, small_contract

CONTRACTS = sorted((CORPUS / "word" / "contracts").rglob("*.docx"))
needs_corpus = pytest.mark.skipif(not CONTRACTS, reason="the corpus ../shared/data/word/contracts is missing")


def check(text: ContractText, clause: AdaptedClause, package: Package | None = None) -> ContractText:
    """Insert a clause and hold it to all its promises; gives the text with it."""
    before = accepted(text)
    replica = new_replica(text)
    insert_clause(replica, clause)
    new = replica.text()
    view = accepted(new)
    at = before.paragraph_by_id(clause.after).end + 1
    words = "".join(line.text + "\n" for line in clause.paragraphs)
    assert view.text == before.text[:at] + words + before.text[at:]
    assert rejected(new).text == rejected(text).text
    closed = closes(text, clause)
    for section, old in zip(new.sections, text.sections, strict=True):
        kinds = {kind_of(key) for paragraph in paragraphs_of(section) for key in new_marks(paragraph.marks, text)}
        assert kinds <= ({"ins", "pfmt"} if closed else {"ins"}), "only an insertion is tracked"
        assert section.id == old.id
    rows, _, first = new_rows(new, clause)
    told = [row.label for row in rows[first : first + len(clause.paragraphs)]]
    assert told == [one.label for one in clause.paragraphs], "the numbers are those that were promised"
    if package is not None:
        written = write(package, text, new)
        assert verify_redline(package, written, accepted=view, author="Ines Falk").problems == ()
        assert labels(read(Package(written, "written.docx"))) == labels(new)
    replica.reject(Selection(ids=frozenset(replica.revisions) - frozenset(text.revisions)))
    assert replica.text().sections == text.sections, "rejecting leaves the original"
    replica.undo()
    assert replica.text().sections == new.sections
    replica.undo()
    assert replica.text().sections == text.sections
    assert not replica.can_undo, "one step of undo"
    replica.close()
    return new


def new_marks(marks: object, text: ContractText) -> list[str]:
    return [key for key in marks if ":" in key and key.split(":", 1)[1].startswith("7.")]  # type: ignore[attr-defined]


def closes(text: ContractText, clause: AdaptedClause) -> bool:
    """Whether no paragraph of the same flow follows the place."""
    view = accepted(text)
    place = view.paragraph_by_id(clause.after)
    return "p:fix" in place.marks or place.in_table or place is view.paragraphs[-1]


def labels(text: ContractText) -> list[tuple[str, str]]:
    return [(row.label, row.text) for row in outline(text)]


def shown(text: ContractText, clause: AdaptedClause, more: int = 1) -> list[str]:
    """The inserted rows with their numbers, and the rows after them."""
    rows, _, first = new_rows(text, clause)
    return [f"{row.label} {row.text}".strip()[:34] for row in rows[first : first + len(clause.paragraphs) + more]]


def adapted_to(text: ContractText, after: str, id: str, variant: int = 0) -> AdaptedClause:
    chosen, title = clause_named(id, variant)
    return adapt(chosen, title, read_contract(text, SYNONYMS), after)


def test_behind_a_clause_a_new_one_has_the_next_number_and_the_others_move() -> None:
    text = sample_text("services-agreement.docx")
    clause = adapted_to(text, "p57", "excluded-losses", 1)
    new = check(text, clause, sample_package("services-agreement.docx"))
    assert shown(new, clause, 2) == [
        "12 Excluded losses", "12.1 Subject to what the law does n"[:34], "(a) loss of profit, other than the",
        "(b) loss of anticipated savings;", "(c) loss of goodwill; or", "(d) any indirect or consequential ",
        "12.2 This clause does not prevent ", "13 Termination", "13.1 Either party may end this Agr",
    ]  # fmt: skip
    rows, _, first = new_rows(new, clause)
    assert [row.style for row in rows[first : first + 3]] == ["heading 1", "Clause level 2", "Clause level 3"]
    assert ("Fees", "Charges") in {(one.term, one.by) for one in clause.replaced}


def test_references_to_clauses_that_move_are_pointed_out() -> None:
    text = sample_text("services-agreement.docx")
    clause = adapted_to(text, "p34", "vat")
    view = accepted(text)
    assert {(one.words, one.becomes, one.field) for one in clause.moved} >= {("clause 7", "8", True)}
    assert all(view.text[one.start : one.end] == one.words for one in clause.moved)
    assert any("fields follow" in remark for remark in clause.remarks)
    assert adapted_to(text, "p75", "vat").moved == ()
    typed = contract([
        line("Contract"),
        line("Delivery", "heading"),
        line("Subject to clause 2.1, it is so; see Section 2.1 of the Companies Act.", "level2"),
        line("Payment", "heading"),
        line("The buyer pays; clause 1 stands, and clause 2.1(a) too.", "level2"),
        line("Signed."),
    ])  # fmt: skip
    found = adapted_to(typed, "p3", "waiver")
    assert [(one.words, one.becomes, one.field) for one in found.moved] == [
        ("clause 2.1", "3.1", False), ("clause 2.1(a)", "3.1", False),
    ]  # fmt: skip
    assert any(remark.startswith("2 typed references") for remark in found.remarks)


def test_inside_a_clause_there_is_no_heading_and_the_count_goes_on() -> None:
    text = sample_text("services-agreement.docx")
    clause = adapted_to(text, "p53", "expenses")
    new = check(text, clause, sample_package("services-agreement.docx"))
    assert [row[:4] for row in shown(new, clause)] == ["11.3", "11.4", "11.5"]
    assert not any(paragraph.heading for paragraph in clause.paragraphs)


def test_between_items_of_a_list_the_clause_becomes_items() -> None:
    text = sample_text("services-agreement.docx")
    clause = adapted_to(text, "p55", "vat")
    assert shown(check(text, clause), clause)[0].startswith("(b) The Charges")


def test_behind_the_last_clause_signatures_are_left_where_they_are() -> None:
    text = sample_text("mutual-nda.docx")
    clause = adapted_to(text, "p39", "waiver")
    new = check(text, clause, sample_package("mutual-nda.docx"))
    assert shown(new, clause)[0] == "10 Waiver"
    assert shown(new, clause)[-1].startswith("Signed for Halden")


def test_before_the_first_clause_the_new_one_is_the_first() -> None:
    text = sample_text("mutual-nda.docx")
    clause = adapted_to(text, "p5", "waiver")
    assert (
        shown(check(text, clause), clause, 2)
        == ["1 Waiver", "1.1 A party gives up a right under"[:34], "2 Purpose", "2.1 The parties wish to discuss a "][
            :4
        ]
    )


@pytest.mark.parametrize("after", ["p77", "p99", "p100", "p101"])
def test_where_nothing_is_counted_or_nothing_follows_nothing_is_lost(after: str) -> None:
    text = sample_text("services-agreement.docx")
    clause = adapted_to(text, after, "excluded-losses")
    new = check(text, clause, sample_package("services-agreement.docx"))
    rows, _, first = new_rows(new, clause)
    assert {row.label for row in rows[first : first + len(clause.paragraphs)]} == {""}
    assert [stretch.text for line in clause.paragraphs for stretch in line.words if stretch.text.startswith("(")] == [
        "(a)\t", "(b)\t", "(c)\t", "(d)\t",
    ]  # fmt: skip
    assert any("no numbers" in remark for remark in clause.remarks)


def test_bold_stands_where_the_clause_has_it() -> None:
    text = small_contract(["Agreement", "Effective Date"])
    clause = adapted_to(text, "p9", "term-and-renewal")
    new = inserted(text, clause)
    bold = [
        span.text
        for section in new.sections
        for one in paragraphs_of(section)
        for span in one.spans
        if "bold" in span.marks
    ]
    assert bold == ["“Term”"]


def test_without_suggesting_nothing_is_tracked() -> None:
    text = sample_text("mutual-nda.docx")
    clause = adapted_to(text, "p14", "assignment")
    new = inserted(text, clause, suggesting=False)
    assert new.revisions == text.revisions
    assert labels(new) == labels(inserted(text, clause))


def test_headings_take_the_capitals_of_the_contract() -> None:
    for titles, expected in (
        (("BEGINNING AND END", "LANGUAGE"), "EXCLUDED LOSSES"),
        (("Beginning and End", "Words of Art"), "Excluded Losses"),
        (("Beginning and end", "Words"), "Excluded losses"),
    ):
        lines = [row for title in titles for row in (line(title, "heading"), line("It is so.", "level2"))]
        text = contract([line("Contract"), *lines, line("Signed.")])
        assert adapted_to(text, "p3", "excluded-losses").paragraphs[0].text == expected


def test_a_contract_without_headings_gets_none() -> None:
    sentences = ["The seller must deliver in time.", "The buyer must pay on delivery.", "English law applies to it."]
    text = contract([line("Contract"), *(line(one, "heading") for one in sentences), line("Signed.")])
    clause = adapted_to(text, "p3", "excluded-losses", 1)
    assert shown(check(text, clause), clause, 1) == [
        "3. Subject to what the law does no", "3.1 loss of profit, other than the", "3.2 loss of anticipated savings;",
        "3.3 loss of goodwill; or", "3.4 any indirect or consequential ", "4. This clause does not prevent th",
        "5. English law applies to it.",
    ]  # fmt: skip


def test_a_heading_that_runs_in_does_so_in_the_new_clause() -> None:
    rows = []
    for title in ("Delivery", "Payment", "Law"):
        row = line(f" What must be must be for {title}.", "heading")
        head = line(f"{title}.").spans[0]
        rows.append(type(row)((type(head)(head.text, {**head.marks, "bold": True}), *row.spans), row.marks))
    text = contract([line("Contract"), *rows, line("Signed.")])
    clause = adapted_to(text, "p3", "vat")
    assert [(one.text, one.look.get("bold")) for one in clause.paragraphs[0].words][:3] == [
        ("Value added tax", True), (".", True), (" ", None),
    ]  # fmt: skip
    assert len(clause.paragraphs) == 1
    longer = adapted_to(text, "p3", "expenses")
    assert [(one.depth, one.text[:9]) for one in longer.paragraphs] == [
        (0, "Expenses."),
        (1, "The Fees "),
        (1, "The Suppl"),
    ]


def test_typed_numbers_are_typed_on() -> None:
    rows = [
        "1.\tDelivery", "1.1\tThe seller delivers.", "2.\tPayment", "2.1\tThe buyer pays.", "2.2\tNo set-off.",
        "3.\tLaw", "3.1\tEnglish law.",
    ]  # fmt: skip
    text = contract([line("Contract"), *map(line, rows), line("Signed.")])
    clause = adapted_to(text, "p6", "excluded-losses", 1)
    check(text, clause)
    assert [one.text[:12] for one in clause.paragraphs] == [
        "3.\tExcluded ", "3.1\tSubject ", "(a)\tloss of ", "(b)\tloss of ", "(c)\tloss of ", "(d)\tany indi",
        "3.2\tThis cla",
    ]  # fmt: skip
    assert any("by hand" in remark for remark in clause.remarks)
    inside = adapted_to(text, "p5", "expenses")
    assert [one.text[:7] for one in inside.paragraphs] == ["2.2\tThe", "2.3\tThe"]


def test_a_level_that_the_contract_does_not_use_yet_comes_from_its_numbering() -> None:
    text = contract([
        line("Contract"), line("Delivery", "heading"), line("The seller delivers.", "level2"),
        line("Payment", "heading"), line("The buyer pays.", "level2"), line("Signed."),
    ])  # fmt: skip
    clause = adapted_to(text, "p3", "excluded-losses", 1)
    assert [row[:4] for row in shown(check(text, clause), clause, 0)] == [
        "2. E",
        "2.1 ",
        "(a) ",
        "(b) ",
        "(c) ",
        "(d) ",
        "2.2 ",
    ]


def test_clauses_without_numbers_under_their_headings_stay_without() -> None:
    rows = [
        line(words, kind)
        for title in ("Delivery", "Payment", "Law")
        for words, kind in ((title, "heading"), (f"So it is with {title.lower()}.", "body"))
    ]
    text = contract([line("Contract"), *rows, line("Signed.")])
    clause = adapted_to(text, "p5", "assignment")
    assert [row[:12] for row in shown(check(text, clause), clause)] == [
        "3. Assignmen"[:12],
        "Neither part",
        "The Customer",
        "4. Law",
    ]


def test_headings_below_the_clause_level_are_no_model_for_sentences() -> None:
    sub = [("Delivery", "heading"), ("Time", "level2"), ("In time it must be.", "body"), ("Place", "level2")]
    rows = [line(*one) for one in (*sub, ("At the works.", "body")) * 3]
    text = contract([line("Contract"), *rows, line("Signed.")])
    clause = adapted_to(text, "p6", "excluded-losses", 1)
    assert [row[:12] for row in shown(check(text, clause), clause)] == [
        "2. Excluded ", "Subject to w", "(a)\tloss of ", "(b)\tloss of ", "(c)\tloss of ", "(d)\tany indi",
        "This clause ", "3. Delivery",
    ]  # fmt: skip


def test_the_nearest_paragraphs_are_the_model() -> None:
    other = ParagraphProperties(style="Body", numbering="5", level=1, xml="<w:pPr><w:jc/></w:pPr>")
    material = replace(MATERIAL, paragraphs={**MATERIAL.paragraphs, "level2b": other})
    kinds = ("level2", "level2b", "level2")
    rows = [row for kind in kinds for row in (line("Delivery", "heading"), line("It is so.", kind))]
    text = contract([line("Contract"), *rows, line("Signed.")], material)
    for after, kind in (("p3", "level2"), ("p5", "level2b"), ("p7", "level2"), ("p1", "level2")):
        assert [one.marks["p:props"] for one in adapted_to(text, after, "waiver").paragraphs] == ["heading", kind]


def test_an_item_of_a_list_that_counts_by_itself_is_no_item_of_the_old_list() -> None:
    item = ParagraphProperties(style="Body", numbering="6", level=0, xml="<w:pPr><w:numPr/></w:pPr>")
    letters = Numbering("6", "3", (NumberingLevel("lowerLetter", "(%1)"),))
    two = Numbering("5", "2", LEVELS[:2])
    material = replace(MATERIAL, paragraphs={**MATERIAL.paragraphs, "item": item}, numberings={"5": two, "6": letters})
    rows = [
        line("Delivery", "heading"), line("It ends when:", "level2"), line("both agree; or", "item"),
        line("one says so.", "item"), line("Law", "heading"), line("English law.", "level2"),
    ]  # fmt: skip
    text = contract([line("Contract"), *rows, line("Signed.")], material)
    clause = adapted_to(text, "p5", "excluded-losses", 1)
    assert [row[:8] for row in shown(check(text, clause), clause)] == [
        "2. Exclu", "2.1 Subj", "(a)\tloss", "(b)\tloss", "(c)\tloss", "(d)\tany ", "2.2 This", "3. Law",
    ]  # fmt: skip


def test_inside_a_field_nothing_is_inserted() -> None:
    first, second = (Paragraph((Span(words, {"fld:1": True}),), {"p:props": "body", "fld:1": True}) for words in "ab")
    text = contract([line("Contract"), first, second, line("Signed.")])
    replica = new_replica(text)
    with pytest.raises(InsertError, match="may be typed"):
        insert_clause(replica, adapted_to(text, "p2", "waiver"))
    assert replica.text() == text
    replica.close()


def test_a_table_of_contents_is_no_scheme_of_numbers() -> None:
    rows = [line(f"{number}. Delivery\t{number}") for number in range(1, 9)]
    rows += [line(words, kind) for _ in range(3) for words, kind in (("Delivery", "heading"), ("In time.", "level2"))]
    text = contract([line("Contract"), *rows, line("Signed.")])
    clause = adapted_to(text, "p11", "waiver")
    assert [row[:8] for row in shown(check(text, clause), clause)] == ["2. Waive", "2.1 A pa", "3. Deliv"]


def test_between_words_without_numbers_of_one_clause_there_is_no_heading() -> None:
    rows = [
        row for title in ("Delivery", "Law") for row in (line(title, "heading"), line("It is so."), line("So it is."))
    ]
    text = contract([line("Contract"), *rows, line("Signed.")])
    inside, behind = adapted_to(text, "p3", "waiver"), adapted_to(text, "p4", "waiver")
    assert [(one.heading, one.label) for one in inside.paragraphs] == [(False, "")]
    assert [(one.heading, one.label) for one in behind.paragraphs] == [(True, "2."), (False, "")]


def test_letters_are_typed_where_the_numbering_goes_no_deeper_and_nothing_else_is_there() -> None:
    material = replace(MATERIAL, numberings={"5": Numbering("5", "2", LEVELS[:2])})
    rows = [line(*one) for _ in "ab" for one in (("Delivery", "heading"), ("It is so.", "level2"))]
    text = contract([line("Contract"), *rows, line("Signed")], material)
    clause = adapted_to(text, "p3", "excluded-losses", 1)
    told = shown(check(text, clause), clause)
    assert [row[:8] for row in told] == [
        "2. Exclu", "2.1 Subj", "(a)\tloss", "(b)\tloss", "(c)\tloss", "(d)\tany ", "2.2 This", "3. Deliv",
    ]  # fmt: skip


def test_each_list_begins_with_its_first_letter() -> None:
    lines = [ClauseParagraph(level=level, text=f"Words {level}.") for level in (1, 2, 2, 1, 2)]
    variant = ClauseVariant(id="two-lists", title="Two lists", standing="preferred", paragraphs=tuple(lines))
    flat = adapt(variant, "Lists", read_contract(contract([line("A letter."), line("Signed.")]), SYNONYMS), "p1")
    assert [one.text[:3] for one in flat.paragraphs] == ["Wor", "(a)", "(b)", "Wor", "(a)"]


def test_a_place_that_is_not_there_is_refused() -> None:
    text = sample_text("mutual-nda.docx")
    for after in ("p9999", 10**9):
        with pytest.raises(PlaceError, match="not in this contract"):
            adapt(*clause_named("vat"), read_contract(text, SYNONYMS), after)
    assert adapt(*clause_named("vat"), read_contract(text, SYNONYMS), 0).after == "p1"


def test_a_text_that_has_changed_meanwhile_is_left_alone() -> None:
    text = sample_text("mutual-nda.docx")
    clause = adapted_to(text, "p14", "vat")
    replica = new_replica(text)
    place = accepted(text).place(accepted(text).paragraph_by_id("p14").end, after=False)
    offset = sum(len(one) for one, _ in replica.spans(place.slot))
    replica.insert(Place(place.slot, offset - 2), " and more")
    replica.insert(Place(place.slot, 0), "Above\n")
    other = replica.text()
    with pytest.raises(InsertError, match="has changed"):
        insert_clause(replica, clause)
    with pytest.raises(InsertError, match="may be typed"):
        insert_clause(replica, replace(clause, slot="nowhere"))
    assert replica.text() == other
    replica.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_goes_into_the_samples(name: str) -> None:
    text = sample_text(name)
    view = accepted(text)
    chance = random.Random(name)
    places = [one.id for one in view.paragraphs if one.part == "main" and not one.in_table]
    for number, clause in enumerate(CLAUSES):
        variant = chance.choice(clause.variants)
        result = adapted(text, chance.choice(places), clause, variant)
        if number % 9 == 0:
            check(text, result, sample_package(name))
        else:
            rows, _, first = new_rows(inserted(text, result), result)
            assert [row.text for row in rows[first : first + len(result.paragraphs)]] == [
                one.text for one in result.paragraphs
            ]
            others = [row.text for row in (*rows[:first], *rows[first + len(result.paragraphs) :])]
            assert others == [view.line(one) for one in view.paragraphs]
            assert numbers_go_on(rows[first : first + len(result.paragraphs)], result)


def numbers_go_on(rows: tuple[object, ...], clause: AdaptedClause) -> bool:
    """Whether the rows of a clause are counted one by one: no label twice at one depth below one parent."""
    seen: list[tuple[int | None, str]] = []
    for row, paragraph in zip(rows, clause.paragraphs, strict=True):
        label = row.label  # type: ignore[attr-defined]
        if paragraph.depth is not None and label:
            seen = [one for one in seen if one[0] is not None and one[0] <= paragraph.depth]
            if (paragraph.depth, label) in seen:
                return False
            seen.append((paragraph.depth, label))
    return True


def check_corpus(path: Path, count: int) -> None:
    try:
        package = Package(path.read_bytes(), path.name)
        text = read(package)
    except DocumentError as refusal:
        pytest.skip(f"the reader refuses {path.name}: {refusal}")
    chance = random.Random(path.name)
    view = accepted(text)
    places = [one.id for one in view.paragraphs if one.part == "main"]
    done = 0
    for _ in range(count):
        clause, variant = chance.choice(VARIANTS)
        result = adapted(text, chance.choice(places), clause, variant)
        try:
            new = check(text, result, package)
        except InsertError:
            continue
        rows, _, first = new_rows(new, result)
        assert numbers_go_on(rows[first : first + len(result.paragraphs)], result)
        done += 1
    assert done > count // 2


@needs_corpus
@pytest.mark.parametrize("path", random.Random(4).sample(CONTRACTS, min(4, len(CONTRACTS))), ids=lambda path: path.name)
def test_clauses_go_into_contracts_of_others(path: Path) -> None:
    check_corpus(path, 2)


@needs_corpus
@pytest.mark.long
@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_clauses_go_into_every_contract_of_others(path: Path) -> None:
    check_corpus(path, 12)
