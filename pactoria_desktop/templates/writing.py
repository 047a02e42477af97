"""A template's source as a Word package: our own styles and numbering, content controls for whatever is filled in.

The same source gives the same bytes. The definition lies beside the text in a part of its own.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from pactoria_desktop.protocol.templates import ListVariable, PartyVariable, TemplateDefinition, Variable
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.templates.definition_part import CONTENT_MEMBER, definition_part
from pactoria_desktop.templates.source import (
    Block,
    Conditional,
    Field,
    Line,
    Node,
    Piece,
    Reference,
    Slot,
    TemplateSource,
    Words,
)
from pactoria_desktop.templates.tags import Kind, Tag

MOMENT = (2026, 11, 30, 9, 0, 0)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = {
    "title": "Title", "subtitle": "Subtitle", "plain": "BodyText", "heading": "PartHeading", "party": "Party",
    "recital": "Recital", "clause": "Heading1", "subclause": "Clause2", "item": "Clause3", "subitem": "Clause4",
    "definition": "Definition", "schedule": "ScheduleHeading", "schedule_clause": "ScheduleClause",
    "schedule_item": "ScheduleItem",
}  # fmt: skip
TEXT_WIDTH = 9026
"""Between the margins of A4, in twentieths of a point."""

SIGNATURE_WIDTHS = (4400, 226, 4400)
PART_LABELS = {
    "name": "name", "kind": "kind of body", "number": "registered number", "place": "place of incorporation",
    "address": "address", "represented_by": "who signs", "email": "e-mail address",
}  # fmt: skip


def template_package(source: TemplateSource) -> bytes:
    """The Word file of a source. Names that nothing declares are left for ``package.read_template`` to refuse."""
    writer = _Writer(source)
    members = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships([("rId1", f"{OFFICE}/officeDocument", "word/document.xml")]),
        "word/document.xml": writer.document(),
        "word/_rels/document.xml.rels": _relationships(
            [(f"rId{number}", f"{OFFICE}/{kind}", target) for number, (kind, target) in enumerate(_RELATED, 1)]
        ),
        "word/styles.xml": _look("styles.xml", source.definition),
        "word/numbering.xml": _look("numbering.xml", source.definition),
        "word/footer1.xml": writer.footer(),
        "word/settings.xml": f'{HEAD}<w:settings xmlns:w="{WORD}"><w:defaultTabStop w:val="720"/></w:settings>',
        CONTENT_MEMBER: definition_part(source.definition),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, MOMENT), text.encode(), zipfile.ZIP_DEFLATED)
    return data.getvalue()


_RELATED = (
    ("styles", "styles.xml"), ("numbering", "numbering.xml"), ("footer", "footer1.xml"), ("settings", "settings.xml"),
    ("customXml", "../customXml/item1.xml"),
)  # fmt: skip
_FOOTER = "rId3"


def _look(name: str, definition: TemplateDefinition) -> str:
    text = resource("templates", "look", name).read_text(encoding="utf-8")
    return text.replace('w:lang w:val="en-GB"', f'w:lang w:val="{definition.language}"')


def _content_types() -> str:
    kinds = {"document": "document.main", "styles": "styles", "numbering": "numbering", "footer1": "footer",
             "settings": "settings"}  # fmt: skip
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relationships(found: Iterable[tuple[str, str, str]]) -> str:
    links = "".join(f'<Relationship Id="{id}" Type="{kind}" Target="{target}"/>' for id, kind, target in found)
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


class _Writer:
    """Writes the paragraphs of one source."""

    def __init__(self, source: TemplateSource) -> None:
        self._source = source
        self._variables = {one.id: one for one in source.definition.variables}
        self._titles = {one.id: one.title for one in source.definition.conditions}
        self._titles |= {one.id: one.title for one in source.definition.slots}
        self._labels = {line.bookmark: label for line, label in _numbered(_lines(source.nodes)) if line.bookmark}
        self._kinds = {line.bookmark: line.kind for line in _lines(source.nodes) if line.bookmark}
        self._bookmarks = {name: number for number, name in enumerate(self._labels, 1)}
        self._controls = 0

    def document(self) -> str:
        """The main part."""
        section = (
            f'<w:sectPr><w:footerReference w:type="default" r:id="{_FOOTER}"/><w:pgSz w:w="11906" w:h="16838"/>'
            '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" '
            'w:gutter="0"/></w:sectPr>'
        )
        body = self._nodes(self._source.nodes)
        return f'{HEAD}<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{body}{section}</w:body></w:document>'

    def footer(self) -> str:
        """The title at the left and the page at the right."""
        title = escape(self._source.definition.title)
        return (
            f'{HEAD}<w:ftr xmlns:w="{WORD}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
            f'<w:r><w:t xml:space="preserve">{title}</w:t></w:r><w:r><w:tab/></w:r>'
            '<w:r><w:t xml:space="preserve">Page </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r>'
            "</w:fldSimple></w:p></w:ftr>"
        )

    def _nodes(self, nodes: Sequence[Node]) -> str:
        out: list[str] = []
        rows: list[str] = []
        grid = 0
        for node in nodes:
            found = _rows_in(node)
            if found:
                grid = grid or len(found[0].cells)
                rows.append(self._row_node(node, head=not rows))
                continue
            if rows:
                out.append(_table(rows, grid))
                rows, grid = [], 0
            out.append(self._node(node))
        if rows:
            out.append(_table(rows, grid))
        return "".join(out)

    def _node(self, node: Node) -> str:
        if isinstance(node, Slot):
            label = self._titles.get(node.id, node.id)
            inside = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{_run(f"[{label}]", placeholder=True)}</w:p>'
            return self._control(Tag("slot", node.id), label, inside)
        if isinstance(node, Block):
            kind: Kind = "if" if node.kind == "if" else "each"
            return self._control(Tag(kind, node.id), self._label(node), self._nodes(node.nodes))
        if node.kind == "signature":
            piece = node.pieces[0]
            assert isinstance(piece, Field)
            return self._signature(piece.path)
        runs = self._pieces(node.pieces, stripped=True)
        if node.bookmark:
            id = self._bookmarks[node.bookmark]
            runs = f'<w:bookmarkStart w:id="{id}" w:name="_Ref_{node.bookmark}"/>{runs}<w:bookmarkEnd w:id="{id}"/>'
        return _paragraph(STYLES[node.kind], runs)

    def _label(self, block: Block) -> str:
        if block.kind == "if":
            return f"If: {self._titles.get(block.id, block.id)}"
        variable = self._variables.get(block.id)
        return f"For each: {variable.item_label if isinstance(variable, ListVariable) else block.id}"

    def _row_node(self, node: Node, *, head: bool) -> str:
        if isinstance(node, Block):
            inside = "".join(self._row_node(one, head=False) for one in node.nodes)
            return self._control(Tag("if" if node.kind == "if" else "each", node.id), self._label(node), inside)
        assert isinstance(node, Line)
        cells = "".join(
            f"<w:tc>{_paragraph('TableHead' if head else 'TableText', self._pieces(cell))}</w:tc>"
            for cell in node.cells
        )
        return f"<w:tr>{'<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>' if head else ''}{cells}</w:tr>"

    def _signature(self, party: str) -> str:
        """Who signs at the left; lines for the signature and the date at the right."""
        variable = self._variables.get(party)
        signs = isinstance(variable, PartyVariable) and "represented_by" in variable.parts
        words: tuple[Piece, ...] = (
            (Words("Signed by "), Field(f"{party}.represented_by"), Words(" for and on behalf of "))
            if signs
            else (Words("Signed by or on behalf of "),)
        )
        left = _paragraph("Signature", self._pieces((*words, Field(f"{party}.name", bold=True))))
        widths = "".join(f'<w:gridCol w:w="{width}"/>' for width in SIGNATURE_WIDTHS)
        line = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="57544D"/></w:tcBorders>'

        def cell(width: int, inside: str, borders: str = "") -> str:
            return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{borders}</w:tcPr>{inside}</w:tc>'

        def row(height: int, *cells: str) -> str:
            kept = f'<w:trPr><w:cantSplit/><w:trHeight w:val="{height}"/></w:trPr>'
            return f"<w:tr>{kept}{''.join(cells)}</w:tr>"

        empty = _paragraph("Signature", "")
        one, gap, other = SIGNATURE_WIDTHS
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{widths}</w:tblGrid>"
            + row(900, cell(one, left), cell(gap, empty), cell(other, empty, line))
            + row(400, cell(one, empty), cell(gap, empty), cell(other, _paragraph("Signature", _run("Signature"))))
            + row(500, cell(one, empty), cell(gap, empty), cell(other, empty, line))
            + row(400, cell(one, empty), cell(gap, empty), cell(other, _paragraph("Signature", _run("Date"))))
            + "</w:tbl>"
            + _paragraph("BodyText", "")
        )

    def _pieces(self, pieces: Sequence[Piece], *, stripped: bool = False) -> str:
        out = []
        for number, piece in enumerate(pieces):
            if isinstance(piece, Words):
                text = piece.text.rstrip() if stripped and number == len(pieces) - 1 else piece.text
                out.append(_run(text, bold=piece.bold))
            elif isinstance(piece, Field):
                label = self._field_label(piece.path)
                shown = _run(f"[{label}]", bold=piece.bold, placeholder=True)
                out.append(self._control(Tag("field", piece.path), label, shown, text=True))
            elif isinstance(piece, Conditional):
                label = f"If: {self._titles.get(piece.id, piece.id)}"
                out.append(self._control(Tag("if", piece.id), label, self._pieces(piece.pieces)))
            else:
                out.append(self._reference(piece))
        return "".join(out)

    def _reference(self, piece: Reference) -> str:
        def mark(kind: str) -> str:
            return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

        # The whole number tells a clause anywhere; within a schedule the number alone follows the word "paragraph".
        switch = "n" if self._kinds.get(piece.bookmark) in ("schedule_clause", "schedule_item") else "w"
        instruction = f" REF _Ref_{piece.bookmark} \\{switch} \\h "
        return (
            f'{mark("begin")}<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>{mark("separate")}'
            f"{_run(self._labels.get(piece.bookmark, '?'), bold=piece.bold)}{mark('end')}"
        )

    def _control(self, tag: Tag, label: str, inside: str, *, text: bool = False) -> str:
        self._controls += 1
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val={quoteattr(label[:64])}/><w:tag w:val="{tag.value}"/>'
            f'<w:id w:val="{self._controls}"/>{"<w:text/>" if text else ""}</w:sdtPr>'
            f"<w:sdtContent>{inside}</w:sdtContent></w:sdt>"
        )

    def _field_label(self, path: str) -> str:
        return field_label(path, self._variables)


def field_label(path: str, variables: dict[str, Variable]) -> str:
    """What a field is called in the template: its variable's label, with the part of a party behind it."""
    first, _, rest = path.partition(".")
    variable = variables.get(first)
    if variable is None:
        return path
    if isinstance(variable, ListVariable) and rest:
        return field_label(rest, {one.id: one for one in variable.of})
    return f"{variable.label}: {PART_LABELS.get(rest, rest)}" if rest else variable.label


def _run(text: str, *, bold: bool = False, placeholder: bool = False) -> str:
    if not text:
        return ""
    inside = ('<w:rStyle w:val="PlaceholderText"/>' if placeholder else "") + ("<w:b/>" if bold else "")
    properties = f"<w:rPr>{inside}</w:rPr>" if inside else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _table(rows: Sequence[str], columns: int) -> str:
    grid = "".join(f'<w:gridCol w:w="{TEXT_WIDTH // columns}"/>' for _ in range(columns))
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Details"/><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>{_paragraph('BodyText', '')}"
    )


def _rows_in(node: Node) -> list[Line]:
    """The rows of a node that holds nothing else; none for any other."""
    if isinstance(node, Line):
        return [node] if node.kind == "row" else []
    if isinstance(node, Slot):
        return []
    found = [_rows_in(one) for one in node.nodes]
    return [line for lines in found for line in lines] if found and all(found) else []


def _lines(nodes: Iterable[Node]) -> Iterable[Line]:
    for node in nodes:
        if isinstance(node, Line):
            yield node
        elif isinstance(node, Block):
            yield from _lines(node.nodes)


_LEVELS = {"clause": ("main", 0), "subclause": ("main", 1), "item": ("main", 2), "subitem": ("main", 3),
           "party": ("party", 0), "recital": ("recital", 0), "schedule": ("schedule", 0),
           "schedule_clause": ("schedule", 1), "schedule_item": ("schedule", 2)}  # fmt: skip


def _numbered(lines: Iterable[Line]) -> Iterable[tuple[Line, str]]:
    """Each numbered line with its number as a reference names it, everything standing."""
    counts: dict[str, list[int]] = {}
    for line in lines:
        if line.kind not in _LEVELS:
            continue
        scheme, level = _LEVELS[line.kind]
        count = counts.setdefault(scheme, [0, 0, 0, 0])
        count[level] += 1
        count[level + 1 :] = [0] * (3 - level)
        yield line, _label(scheme, level, count)


def _label(scheme: str, level: int, count: Sequence[int]) -> str:
    if scheme == "party":
        return f"({count[0]})"
    if scheme == "recital":
        return f"({_letter(count[0]).upper()})"
    if scheme == "schedule":
        return (f"Schedule {count[0]}", f"{count[1]}", f"({_letter(count[2])})")[level]
    clause = (f"{count[0]}", f"{count[0]}.{count[1]}")
    return (*clause, f"{clause[1]}({_letter(count[2])})", f"{clause[1]}({_letter(count[2])})({_roman(count[3])})")[
        level
    ]


def _letter(number: int) -> str:
    return chr(96 + (number - 1) % 26 + 1) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    found = ""
    for value, sign in ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            found, number = found + sign, number - value
    return found
