from dataclasses import replace

from pactoria_desktop.contract.text import CommentNote, ContractText, Span
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import write, written
from tests.unit.documents import oracle
from tests.unit.documents.word_files import document, story, word_files

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
BODY = (
    '<w:p><w:commentRangeStart w:id="4"/><w:r><w:t>price</w:t></w:r><w:commentRangeEnd w:id="4"/>'
    '<w:r><w:commentReference w:id="4"/></w:r><w:r><w:t> is due</w:t></w:r></w:p>'
)
COMMENTS = story(
    "comments",
    f'<w:comment w:id="4" w:author="A" w:date="2020-01-01T00:00:00Z" w:initials="A"><w:p xmlns:w14="{W14}" '
    'w14:paraId="0A0A0A0A"><w:r><w:t>Too high?</w:t></w:r></w:p></w:comment>',
)


def opened(body: str = BODY, **parts: str) -> tuple[Package, ContractText]:
    package = Package(document(body, **parts))
    return package, read(package)


def commented(text: ContractText, note: CommentNote, words: str) -> ContractText:
    """The text with a comment on some words of its first paragraph."""
    section = text.sections[0]
    one = section.paragraphs[0]
    spans = []
    for span in one.spans:
        before, found, after = span.text.partition(words)
        pieces = [(before, False), (found, True), (after, False)]
        spans += [
            Span(piece, {**span.marks, **({f"comment:{note.id}": True} if on else {})}) for piece, on in pieces if piece
        ]
    paragraph = replace(one, spans=tuple(spans))
    section = replace(section, paragraphs=(paragraph, *section.paragraphs[1:]))
    return replace(text, sections=(section, *text.sections[1:]), comments=(*text.comments, note))


def note(name: str, words: str, parent: str | None = None, resolved: bool = False) -> CommentNote:
    return CommentNote(name, parent, "New & Author", "2026-11-22T12:00:00Z", words, "NA", resolved)


def test_a_first_comment_makes_its_part_and_anchors() -> None:
    package, text = opened("<w:p><w:r><w:t>the price is due</w:t></w:r></w:p>")
    data = write(package, text, commented(text, note("c1", "Why <so>?\nReally"), "price"))
    new = Package(data)
    assert new.related("comments") == "word/comments.xml"
    assert new.content_type("word/comments.xml").endswith("wordprocessingml.comments+xml")
    assert new.related("commentsExtended") is None
    again = read(new)
    (one,) = again.comments
    assert (one.author, one.text, one.initials, one.word) == ("New & Author", "Why <so>?\nReally", "NA", True)
    quoted = "".join(
        span.text for span in again.sections[0].paragraphs[0].spans if f"comment:{one.id}" in span.marks
    ).strip("\u2060")
    assert quoted == "price"
    assert oracle.view(data, True) == oracle.view(package.data, True)


def test_a_reply_joins_the_thread_and_anchors_beside_it() -> None:
    package, text = opened(comments=COMMENTS)
    assert text.comments[0].text == "Too high?"
    data = write(package, text, replace(text, comments=(*text.comments, note("r", "No.", parent="4"))))
    again = read(Package(data))
    first, reply = again.comments
    assert (reply.parent, reply.text) == (first.id, "No.")
    assert not first.resolved
    xml = Package(data).part("word/document.xml").decode()
    assert xml.count("<w:commentRangeStart ") == xml.count("<w:commentRangeEnd ") == 2
    assert xml.count("<w:commentReference ") == 2


def test_resolving_touches_no_words() -> None:
    package, text = opened(comments=COMMENTS)
    done = replace(text, comments=(replace(text.comments[0], resolved=True),))
    data = write(package, text, done)
    new = Package(data)
    assert read(new).comments[0].resolved
    assert new.part(new.main) == package.part(package.main)
    assert new.part("word/comments.xml") == package.part("word/comments.xml")
    undone = write(new, read(new), replace(read(new), comments=text.comments))
    assert not read(Package(undone)).comments[0].resolved


def test_a_comment_without_paragraph_id_can_be_resolved() -> None:
    package, text = opened(comments=COMMENTS.replace(' w14:paraId="0A0A0A0A"', ""))
    data = write(package, text, replace(text, comments=(replace(text.comments[0], resolved=True),)))
    assert read(Package(data)).comments[0].resolved


def test_a_removed_comment_leaves_no_anchor() -> None:
    package, text = opened(comments=COMMENTS)
    data = write(package, text, replace(text, comments=()))
    new = Package(data)
    assert read(new).comments == ()
    assert b"omment" not in new.part(new.main)
    assert oracle.view(data, True) == oracle.view(package.data, True)


def test_threads_are_read() -> None:
    second = COMMENTS.replace(
        "</w:comments>",
        f'<w:comment w:id="9" w:author="B"><w:p xmlns:w14="{W14}" w14:paraId="0B0B0B0B"/></w:comment></w:comments>',
    )
    extended = (
        f'<w15:commentsEx xmlns:w15="{W15}"><w15:commentEx w15:paraId="0A0A0A0A" w15:done="1"/>'
        '<w15:commentEx w15:paraId="0B0B0B0B" w15:paraIdParent="0A0A0A0A" w15:done="0"/></w15:commentsEx>'
    )
    _, text = opened(comments=second, commentsExtended=extended)
    assert [(one.id, one.parent, one.resolved) for one in text.comments] == [("4", None, True), ("9", "4", False)]


def test_an_edit_without_comments_changes_no_comment_part() -> None:
    for path in word_files("comments"):
        if "altChunk" in path.name:
            continue
        package = Package(path.read_bytes(), path.name)
        text = read(package)
        first = next(one for one in text.sections if one.part == "main" and hasattr(one, "paragraphs"))
        paragraph = replace(first.paragraphs[0], spans=(*first.paragraphs[0].spans, Span("more", {"ins:n": {"d": 0}})))
        changed = replace(first, paragraphs=(paragraph, *first.paragraphs[1:]))
        sections = tuple(changed if one is first else one for one in text.sections)
        new = Package(write(package, text, replace(text, sections=sections)))
        assert [member for member in package.members if new.part(member) != package.part(member)] == [package.main]
        assert [one.id for one in read(new).comments] == [one.id for one in text.comments]
        assert new.part(package.main).count(b"omment") == package.part(package.main).count(b"omment")


def test_a_comment_whose_words_are_gone_is_told_not_lost_silently() -> None:
    package, text = opened("<w:p><w:r><w:t>the price is due</w:t></w:r></w:p>")
    result = written(package, text, replace(text, comments=(note("c1", "Where?"),)))
    assert result.data == package.data
    assert len(result.notices) == 1
