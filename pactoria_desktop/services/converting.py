"""A contract from one format to another, by the endings of the names."""

from collections.abc import Callable

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.services.files import contract_of, text_of
from pactoria_desktop.services.sources import READABLE, Source, SourceError

Printer = Callable[[ContractText, str], bytes]


def convert(source: Source, ending: str, target: str, printer: Printer | None) -> bytes:
    """The bytes of ``target`` made from a source. ``printer`` makes the PDF of a contract text.

    Raises SourceError for an ending that cannot be written, DocumentError for a source that cannot be read.
    """
    if ending not in READABLE:
        raise SourceError(f"{target} cannot be written; the name must end in {', '.join(READABLE)}.")
    if ending == source.ending and ending != ".pdf":
        return _read(source).data
    if ending == ".txt":
        return text_of(source).encode("utf-8", "surrogatepass")
    if ending == ".docx":
        return _word(source)
    if ending == ".md":
        return _markdown(source).encode("utf-8", "surrogatepass")
    if ending == ".json":
        from pactoria_desktop.contract.canonical import canonical_bytes, to_json

        return canonical_bytes(to_json(_contract(source)))
    if printer is None:
        raise SourceError(f"{target} cannot be written here; there is nothing that prints.")
    return printer(_contract(source), source.title)


def _read(source: Source) -> Source:
    """The source itself once it is known to be what its name says. Raises SourceError or DocumentError."""
    if source.ending in (".txt", ".md"):
        source.text()
    else:
        contract_of(source)
    return source


def _contract(source: Source) -> ContractText:
    if source.ending == ".md":
        from pactoria_desktop.documents.package import Package
        from pactoria_desktop.documents.reader import read

        return read(Package(_word(source), source.name))
    return contract_of(source)


def _markdown(source: Source) -> str:
    from pactoria_desktop.documents.markdown import to_markdown

    if source.ending in (".txt", ".pdf"):
        return text_of(source)
    text = _contract(source)
    return to_markdown(text, accepted(text))


def _word(source: Source) -> bytes:
    from pactoria_desktop.documents.markdown import word_from_markdown, word_from_text

    if source.ending == ".md":
        return word_from_markdown(source.text())
    if source.ending == ".json":
        return word_from_text(accepted(contract_of(source)).text)
    return word_from_text(text_of(source))
