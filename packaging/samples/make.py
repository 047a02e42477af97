"""Makes the sample contracts in resources/samples from the plain sources beside this file: ``python make.py``.

Each source gives two Word files: the contract as we sent it, and as the other side returned it, with their tracked
changes and comments and, where the source says so, edits that they did not mark. A line of a source is a paragraph:

``=`` title, ``!`` subtitle, ``.`` plain, ``1 2 3`` clause levels, ``d`` definition, ``S`` schedule heading, ``T`` table
row, ``x`` a level 3 paragraph that the other side struck whole, ``{A:...}`` round a line: a paragraph they added,
``#`` a comment. Inside: ``**bold**``, ``{ref:name}`` a cross-reference, ``{bookmark:name}``, ``{+A:...+}`` and
``{-A:...-}`` tracked by A or B, ``{~ours|theirs~}`` an edit that was not marked, ``{#1:...#}`` words with comment 1.
"""

import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "resources" / "samples"
MOMENT = (2026, 11, 17, 9, 0, 0)
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = {"=": "Title", "!": "Subtitle", ".": "BodyText", "1": "Heading1", "2": "Clause2", "3": "Clause3", "d": "Definition",
          "S": "ScheduleHeading"}  # fmt: skip
TOKEN = re.compile(
    r"\*\*|\{ref:(\w+)\}|\{bookmark:(\w+)\}|\{([+-])([AB]):|([+-])\}|\{~([^|]*)\|([^~]*)~\}|\{#(\d):|#\}"
)
AUTHORS = {
    "services_agreement": {"A": ("Dele Okafor", "2026-11-17T16:20:00Z"), "B": ("Priya Nair", "2026-11-17T17:02:00Z")},
    "mutual_nda": {"A": ("Jonas Weidner", "2026-10-02T09:14:00Z"), "B": ("Jonas Weidner", "2026-10-02T09:14:00Z")},
}


class Writer:
    """Writes one Word file of a source, as sent or as received."""

    def __init__(self, source: str, lines: list[str], received: bool) -> None:
        """Read labels and comments of the source first, because references point forward too."""
        self.authors = AUTHORS[source]
        self.received = received
        self.comments = [line for line in lines if re.match(r"#\d", line)] if received else []
        self.lines = [line for line in lines if not re.match(r"#\d", line)]
        self.next_id = 100
        self.labels = self.number_clauses()
        self.bookmarks = {name: str(position) for position, name in enumerate(sorted(self.labels), 1)}

    def number_clauses(self) -> dict[str, str]:
        """Bookmark to clause number in the text as sent."""
        first = second = 0
        labels = {}
        for line in self.lines:
            if line.startswith("1 "):
                first, second = first + 1, 0
            elif line.startswith("2 "):
                second += 1
            for name in re.findall(r"\{bookmark:(\w+)\}", line):
                labels[name] = str(first) if line.startswith("1 ") else f"{first}.{second}"
        return labels

    def revision(self, kind: str, author: str) -> str:
        """The attributes of a new tracked change."""
        self.next_id += 1
        name, date = self.authors[author]
        return f'<w:{kind} w:id="{self.next_id}" w:author="{name}" w:date="{date}"'

    def run(self, text: str, bold: bool, struck: bool) -> str:
        """One run of words."""
        if not text:
            return ""
        properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
        name = "delText" if struck else "t"
        return f'<w:r>{properties}<w:{name} xml:space="preserve">{escape(text)}</w:{name}></w:r>'

    def reference(self, name: str) -> str:
        """A cross-reference field to a numbered paragraph with its result."""
        field = f" REF _Ref_{name} \\r \\h "
        return (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            f'<w:r><w:instrText xml:space="preserve">{field}</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            f"<w:r><w:t>{self.labels[name]}</w:t></w:r>"
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    def content(self, text: str, whole: str = "") -> tuple[str, str]:
        """The runs of a paragraph and the bookmark that goes round them; ``whole`` is the author of an added one."""
        out: list[str] = []
        bookmark = ""
        bold = False
        author, sign = whole, "+" if whole else ""
        position = 0

        def words(piece: str) -> None:
            if (sign == "+" and not self.received) or not piece:
                return
            if sign and self.received:
                kind = "ins" if sign == "+" else "del"
                out.append(f"{self.revision(kind, author)}>{self.run(piece, bold, sign == '-')}</w:{kind}>")
            else:
                out.append(self.run(piece, bold, False))

        comment = ""
        for match in TOKEN.finditer(text):
            words(text[position : match.start()])
            position = match.end()
            reference, name, opened, who, closed, ours, theirs, started = match.groups()
            token = match.group()
            if token == "**":
                bold = not bold
            elif reference:
                out.append(self.reference(reference))
            elif name:
                bookmark = name
            elif opened:
                author, sign = who, opened
            elif closed:
                author, sign = whole, "+" if whole else ""
            elif ours is not None:
                words(theirs if self.received else ours)
            elif started and self.received:
                comment = started
                out.append(f'<w:commentRangeStart w:id="{started}"/>')
            elif token == "#}" and self.received:
                out.append(f'<w:commentRangeEnd w:id="{comment}"/><w:r><w:commentReference w:id="{comment}"/></w:r>')
        words(text[position:])
        return "".join(out), bookmark

    def paragraph(self, style: str, text: str, whole: str = "", struck: bool = False) -> str:
        """One paragraph; ``whole`` its author when the other side added it, ``struck`` when they struck it whole."""
        if whole and not self.received:
            return ""
        mark = ""
        if whole:
            mark = f"<w:rPr>{self.revision('ins', whole)}/></w:rPr>"
        if struck and self.received:
            text = f"{{-A:{text}-}}"
            mark = f"<w:rPr>{self.revision('del', 'A')}/></w:rPr>"
        runs, bookmark = self.content(text.rstrip(), whole)
        if not runs and not self.received and style != "BodyText":
            return ""
        if bookmark:
            number = self.bookmarks[bookmark]
            runs = f'<w:bookmarkStart w:id="{number}" w:name="_Ref_{bookmark}"/>{runs}<w:bookmarkEnd w:id="{number}"/>'
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{mark}</w:pPr>{runs}</w:p>'

    def table(self, rows: list[str]) -> str:
        """A table of equal columns with a head row."""
        cells = [row[2:].split("|") for row in rows]
        width = 9000 // len(cells[0])
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for _ in cells[0])
        out = [
            f'<w:tbl><w:tblPr><w:tblStyle w:val="Charges"/><w:tblW w:w="9000" w:type="dxa"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        ]
        for index, row in enumerate(cells):
            out.append("<w:tr>" + ("<w:trPr><w:tblHeader/></w:trPr>" if index == 0 else ""))
            for cell in row:
                runs, _ = self.content(f"**{cell}**" if index == 0 else cell)
                out.append(
                    f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="TableText"/></w:pPr>{runs}</w:p></w:tc>'
                )
            out.append("</w:tr>")
        return "".join(out) + "</w:tbl>"

    def body(self) -> str:
        """All paragraphs and tables, then the page set-up."""
        out, rows = [], []
        for line in [*self.lines, ""]:
            if line.startswith("T "):
                rows.append(line)
                continue
            if rows:
                out.append(self.table(rows))
                rows = []
            added = re.fullmatch(r"\{([AB]):(.*)\}", line)
            if added:
                out.append(self.paragraph(STYLES[added[2][0]], added[2][2:], whole=added[1]))
            elif line.startswith("x "):
                out.append(self.paragraph(STYLES["3"], line[2:], struck=True))
            elif line:
                out.append(self.paragraph(STYLES[line[0]], line[2:]))
        section = (
            '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
            '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" '
            'w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
        )
        return "".join(out) + section

    def comments_part(self) -> str:
        """The comments of the other side."""
        out = []
        for line in self.comments:
            head, text = line.split("|", 1)
            number, _, date, author = head[1:].split(" ", 3)
            initials = "".join(word[0] for word in author.split())
            out.append(
                f'<w:comment w:id="{number}" w:author="{author}" w:date="{date}" w:initials="{initials}">'
                f'<w:p><w:pPr><w:pStyle w:val="CommentText"/></w:pPr>{self.run(text, False, False)}</w:p></w:comment>'
            )
        return f'{HEADER}<w:comments xmlns:w="{NAMESPACE}">{"".join(out)}</w:comments>'

    def parts(self, title: str) -> dict[str, str]:
        """Every member of the package in order."""
        head = f'<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{self.run(title, False, False)}</w:p>'
        foot = (
            '<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:t xml:space="preserve">Page </w:t></w:r>'
            '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
        )
        root = f'xmlns:w="{NAMESPACE}" xmlns:r="{OFFICE}"'
        kinds = {
            "styles": "styles",
            "numbering": "numbering",
            "header1": "header",
            "footer1": "footer",
            "settings": "settings",
        }
        if self.comments:
            kinds["comments"] = "comments"
        overrides = "".join(
            f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{kind}+xml"/>' for name, kind in kinds.items()
        )
        order = ["styles", "numbering", "header1", "footer1", "settings", "comments"]
        links = "".join(
            f'<Relationship Id="rId{order.index(name) + 1}" Type="{OFFICE}/{kind}" Target="{name}.xml"/>'
            for name, kind in kinds.items()
        )
        parts = {
            "[Content_Types].xml": f'{HEADER}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{TYPES}.document.main+xml"/>{overrides}</Types>',
            "_rels/.rels": f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"{HEADER}<w:document {root}><w:body>{self.body()}</w:body></w:document>",
            "word/_rels/document.xml.rels": f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
            "word/styles.xml": (HERE / "styles.xml").read_text(encoding="utf-8"),
            "word/numbering.xml": (HERE / "numbering.xml").read_text(encoding="utf-8"),
            "word/header1.xml": f"{HEADER}<w:hdr {root}>{head}</w:hdr>",
            "word/footer1.xml": f"{HEADER}<w:ftr {root}>{foot}</w:ftr>",
            "word/settings.xml": f'{HEADER}<w:settings {root}><w:defaultTabStop w:val="720"/></w:settings>',
        }
        if self.comments:
            parts["word/comments.xml"] = self.comments_part()
        return parts


def curled(text: str) -> str:
    """Quote marks as a typesetter has them, and no space in front of a bookmark."""
    text = re.sub(r'"(?=\*\*\w|\w)', "\u201c", text).replace('"', "\u201d").replace("'", "\u2019")
    return re.sub(r"\s+(\{bookmark:)", r"\1", text)


def make(source: str, name: str, received: bool) -> None:
    """Write one Word file."""
    lines = curled((HERE / f"{source}.txt").read_text(encoding="utf-8")).splitlines()
    writer = Writer(source, lines, received)
    title = lines[0][2:]
    with zipfile.ZipFile(TARGET / name, "w", zipfile.ZIP_DEFLATED) as package:
        for member, text in writer.parts(title).items():
            package.writestr(zipfile.ZipInfo(member, MOMENT), text.encode("utf-8"), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    make("services_agreement", "services-agreement.docx", received=False)
    make("services_agreement", "services-agreement-from-corvane.docx", received=True)
    make("mutual_nda", "mutual-nda.docx", received=False)
    make("mutual_nda", "mutual-nda-from-tessel.docx", received=True)
