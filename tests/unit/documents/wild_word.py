"""Random Word files with the rarer things of WordprocessingML, as plain strings: no code is shared with the engine.

A document is a list of block seeds; the same seed gives the same block, so that a changed draft is the same list with
some seeds replaced, left out, put in or exchanged. Ids are counted through each document.
"""

import random
import re
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.unit.documents.word_files import W, document

WORDS = (
    *("the", "party", "shall", "pay", "“X”", "§", "1.1", "é", "😀", "שלום", "fee,", "and", "not", "Supplier", "Term's"),
    *("Customer", ";", "notice", "within", "(30)", "days", "of", "مرحبا", "a&b", "<c>", "naïve", "Straße", "end."),
)
NAMESPACES = {
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
PEOPLE = ("Ann", "Ben & Co", "")


@dataclass
class Wild:
    """One document while it is made."""

    dice: random.Random
    tracked: float = 0.3
    number: int = 100
    notes: dict[str, list[str]] = field(default_factory=lambda: {"footnote": [], "endnote": []})
    comments: list[str] = field(default_factory=list)
    depth: int = 0
    single_cells: bool = True

    # ---- small things
    def next(self) -> int:
        self.number += 1
        return self.number

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def words(self, most: int = 5) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(self.dice.randint(1, most))) + self.dice.choice(
            ["", " "]
        )

    def who(self) -> str:
        person = self.dice.choice(PEOPLE)
        date = self.dice.choice(["2024-01-01T10:00:00Z", "2024-02-02T10:00:00Z", ""])
        return f'w:id="{self.next()}" w:author="{escape(person)}"' + (f' w:date="{date}"' if date else "")

    # ---- runs
    def properties(self) -> str:
        chosen = self.dice.sample(["<w:b/>", "<w:i/>", '<w:color w:val="FF0000"/>', '<w:sz w:val="20"/>', "<w:rtl/>"],
                                  k=self.dice.choice([0, 0, 1, 2]))  # fmt: skip
        change = ""
        if self.chance(self.tracked / 4):
            old = self.dice.choice(["<w:rPr/>", "<w:rPr><w:b/></w:rPr>"])
            change = f"<w:rPrChange {self.who()}>{old}</w:rPrChange>"
        return f"<w:rPr>{''.join(chosen)}{change}</w:rPr>" if chosen or change or self.chance(0.1) else ""

    def run(self, inside: str | None = None, struck: bool = False) -> str:
        attributes = self.dice.choice(["", "", "", ' w:rsidR="00AB12CD"'])
        return f"<w:r{attributes}>{self.properties()}{self.content(struck) if inside is None else inside}</w:r>"

    def text(self, words: str, struck: bool = False) -> str:
        name = "delText" if struck else "t"
        if self.chance(0.05) and "]]>" not in words:
            return f'<w:{name} xml:space="preserve"><![CDATA[{words}]]></w:{name}>'
        space = ' xml:space="preserve"' if words.strip() != words or self.chance(0.3) else ""
        return f"<w:{name}{space}>{escape(words)}</w:{name}>"

    def content(self, struck: bool = False) -> str:
        return "".join(self.piece(struck) for _ in range(self.dice.choice([1, 1, 1, 2, 3])))

    def piece(self, struck: bool) -> str:
        if self.chance(0.72):
            return self.text(self.words(), struck)
        odd = [
            "<w:tab/>",
            "<w:br/>",
            '<w:br w:type="page"/>',
            '<w:br w:type="textWrapping" w:clear="all"/>',
            "<w:cr/>",
            "<w:noBreakHyphen/>",
            "<w:softHyphen/>",
            '<w:sym w:font="Symbol" w:char="F0B7"/>',
            '<w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/>',
            "<w:lastRenderedPageBreak/>",
            self.text("a\ufffcb", struck),
            self.text("a\u2060b\u00adc", struck),
            self.text(" ", struck),
            "<!-- said apart -->",
            f"<w:{'delText' if struck else 't'}/>",
            f"<w:{'delText' if struck else 't'}>a&#9;b&#10;c</w:{'delText' if struck else 't'}>",
        ]
        heavy = [self.ruby, lambda: self.note("footnote"), lambda: self.note("endnote"), self.picture]
        return self.dice.choice(heavy)() if not struck and self.chance(0.3) else self.dice.choice(odd)

    def ruby(self) -> str:
        return (
            '<w:ruby><w:rubyPr><w:rubyAlign w:val="center"/></w:rubyPr><w:rt><w:r><w:t>rt</w:t></w:r></w:rt>'
            f"<w:rubyBase><w:r>{self.text(self.dice.choice(WORDS))}</w:r></w:rubyBase></w:ruby>"
        )

    def note(self, kind: str) -> str:
        if self.depth:
            return "<w:tab/>"
        self.depth += 1
        name = str(len(self.notes[kind]) + 2)
        self.notes[kind].append("")
        body = f"<w:p><w:r><w:{kind}Ref/></w:r>{self.inlines(2)}</w:p>"
        body += self.paragraph() if self.chance(0.3) else ""
        self.notes[kind][int(name) - 2] = f'<w:{kind} w:id="{name}">{body}</w:{kind}>'
        self.depth -= 1
        return f'<w:{kind}Reference w:id="{name}"/>'

    def picture(self) -> str:
        if self.depth > 1 or self.chance(0.4):
            return '<w:pict><v:shape style="width:1pt"/></w:pict>'
        self.depth += 2
        inside = self.paragraph() + (self.paragraph() if self.chance(0.3) else "")
        box = f"<w:txbxContent>{inside}</w:txbxContent>"
        self.depth -= 2
        if self.chance(0.5):
            return f"<w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict>"
        drawing = (
            "<w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp><wps:txbx>"
            f"{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
        fallback = f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>"
        choice = f'<mc:Choice Requires="wps">{drawing}</mc:Choice>'
        return f"<mc:AlternateContent>{choice}{fallback}</mc:AlternateContent>"

    # ---- beside runs
    def inlines(self, most: int = 4) -> str:
        return "".join(self.inline() for _ in range(self.dice.randint(0, most)))

    def inline(self, level: int = 0) -> str:
        if self.chance(0.45) or level > 2:
            return self.run()
        if self.chance(self.tracked):
            return self.change(level)
        number, kind = self.next(), self.dice.randrange(16)
        if kind == 0:
            return self.mathematics()
        if kind == 1:
            return self.field(level)
        if kind == 2:
            return f'<w:fldSimple w:instr=" PAGE ">{self.run()}</w:fldSimple>'
        if kind == 3:
            return self.dice.choice(["<w:r/>", "<w:r><w:rPr/></w:r>", "<?keep this?>"])
        if kind == 4:
            control = '<w:sdtPr><w:lock w:val="contentLocked"/></w:sdtPr>'
            return f"<w:sdt>{control}<w:sdtContent>{self.run()}</w:sdtContent></w:sdt>"
        inner = "".join(self.inline(level + 1) for _ in range(self.dice.randint(1, 2)))
        if kind == 5:
            return self.comment(inner)
        return self.dice.choice(
            [
                f'<w:hyperlink w:anchor="b{number}" w:history="1">{inner}</w:hyperlink>',
                f'<w:smartTag w:uri="urn:x" w:element="place">{inner}</w:smartTag>',
                f'<w:customXml w:uri="urn:x" w:element="e"><w:customXmlPr/>{inner}</w:customXml>',
                f'<w:dir w:val="rtl">{inner}</w:dir>',
                f'<w:bdo w:val="ltr">{inner}</w:bdo>',
                f'<w:sdt><w:sdtPr><w:alias w:val="N"/><w:id w:val="{number}"/></w:sdtPr>'
                f"<w:sdtContent>{inner}</w:sdtContent></w:sdt>",
                f'<w:bookmarkStart w:id="{number}" w:name="b{number}"/>{inner}<w:bookmarkEnd w:id="{number}"/>',
                f'<w:proofErr w:type="spellStart"/>{inner}<w:proofErr w:type="spellEnd"/>',
                f'<w:permStart w:id="{number}" w:edGrp="everyone"/>{inner}<w:permEnd w:id="{number}"/>',
            ]
        )

    def change(self, level: int) -> str:
        kind = self.dice.choice(["ins", "ins", "del", "del", "insdel", "insdel", "moveFrom", "moveTo", "empty"])
        if kind == "ins":
            return f"<w:ins {self.who()}>{self.inline(level + 1) if self.chance(0.3) else self.run()}</w:ins>"
        if kind == "del":
            return f"<w:del {self.who()}>{self.run(struck=True)}{self.run(struck=True)}</w:del>"
        if kind == "insdel":
            return f"<w:ins {self.who()}>{self.run()}<w:del {self.who()}>{self.run(struck=True)}</w:del></w:ins>"
        if kind == "empty":
            return f"<w:ins {self.who()}/>"
        number = self.next()
        return (
            f'<w:{kind}RangeStart w:id="{number}" w:author="Ann" w:date="2024-01-01T10:00:00Z" w:name="m{number}"/>'
            f'<w:{kind} {self.who()}>{self.run()}</w:{kind}><w:{kind}RangeEnd w:id="{number}"/>'
        )

    def field(self, level: int) -> str:
        def char(kind: str) -> str:
            return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

        inner = self.field(level + 1) if self.chance(0.2) and level < 2 else self.run()
        code = f'<w:r><w:instrText xml:space="preserve"> REF b{self.number} \\h </w:instrText></w:r>'
        return char("begin") + code + char("separate") + inner + char("end")

    def mathematics(self) -> str:
        text = self.dice.choice(["x+1", "y", "a b"])
        one = f"<m:oMath><m:r><m:t>{text}</m:t></m:r><m:sSup><m:e><m:r><m:t>z</m:t></m:r></m:e></m:sSup></m:oMath>"
        return one if self.chance(0.7) else f"<m:oMathPara>{one}</m:oMathPara>"

    def comment(self, inner: str) -> str:
        if self.depth:
            return inner
        start, end = self.comment_ends()
        return start + inner + end

    def comment_ends(self) -> tuple[str, str]:
        name = len(self.comments)
        self.comments.append(
            f'<w:comment w:id="{name}" w:author="Ann" w:date="2024-01-01T10:00:00Z" w:initials="A"><w:p><w:r><w:t>Why '
            f"{name}?</w:t></w:r></w:p></w:comment>"
        )
        end = f'<w:commentRangeEnd w:id="{name}"/><w:r><w:commentReference w:id="{name}"/></w:r>'
        return f'<w:commentRangeStart w:id="{name}"/>', end

    # ---- paragraphs
    def paragraph(self, mark: str = "", inside: str | None = None, section: str = "") -> str:
        if not mark and not self.depth and self.chance(self.tracked / 3):
            mark = f"<w:{self.dice.choice(['ins', 'del', 'moveFrom', 'moveTo'])} {self.who()}/>"
        properties = self.dice.choice(
            ["", "", '<w:jc w:val="center"/>', "<w:keepNext/>", "<w:bidi/>", '<w:ind w:left="720"/>']
        )
        numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        if self.chance(0.1):
            properties = numbered
            if self.chance(self.tracked):
                properties = numbered.replace("</w:numPr>", f"<w:ins {self.who()}/></w:numPr>")
        held = f"<w:rPr>{mark}{self.dice.choice(['', '<w:b/>'])}</w:rPr>" if mark or self.chance(0.1) else ""
        change = ""
        if self.chance(self.tracked / 5):
            change = f'<w:pPrChange {self.who()}><w:pPr><w:jc w:val="left"/></w:pPr></w:pPrChange>'
        whole = properties + held + section + change
        shown = f"<w:pPr>{whole}</w:pPr>" if whole or self.chance(0.1) else ""
        attributes = f' w14:paraId="{self.next():08X}"' if self.chance(0.2) else ""
        content = self.inlines() if inside is None else inside
        return f"<w:p{attributes}>{shown}{content}</w:p>" if shown or content else f"<w:p{attributes}/>"

    # ---- blocks
    def block(self, level: int = 0) -> str:
        if self.chance(0.55) or level > 2:
            return self.paragraph()
        number = self.next()
        makers = [
            lambda: self.table(level),
            lambda: self.table(level),
            lambda: (
                f'<w:sdt><w:sdtPr><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>'
                f"{self.some(level)}</w:sdtContent></w:sdt>"
            ),
            lambda: f'<w:customXml w:uri="urn:x" w:element="e">{self.some(level)}</w:customXml>',
            lambda: self.moved(number),
            lambda: self.commented(),
            lambda: (
                f'<w:bookmarkStart w:id="{number}" w:name="b{number}"/>{self.paragraph()}'
                f'<w:bookmarkEnd w:id="{number}"/>'
            ),
            lambda: self.paragraph(section=self.section()) + self.paragraph(),
            lambda: self.marked(),
            lambda: self.long_field(),
        ]
        return self.dice.choice(makers)()

    def some(self, level: int) -> str:
        return "".join(self.block(level + 1) for _ in range(self.dice.randint(1, 2)))

    def section(self) -> str:
        if self.depth:
            return ""
        change = f"<w:sectPrChange {self.who()}><w:sectPr/></w:sectPrChange>" if self.chance(self.tracked) else ""
        return f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>{change}</w:sectPr>'

    def marked(self) -> str:
        """Paragraphs of which somebody struck or put the ends, words and all."""
        kind = self.dice.choice(["ins", "del"])
        out = ""
        for _ in range(self.dice.randint(1, 3)):
            inside = "".join(
                f"<w:{kind} {self.who()}>{self.run(struck=kind == 'del')}</w:{kind}>"
                for _ in range(self.dice.randint(0, 2))
            )
            out += self.paragraph(f"<w:{kind} {self.who()}/>", inside)
        return out

    def moved(self, number: int) -> str:
        """A range of paragraphs that moved away or here."""
        kind = self.dice.choice(["moveFrom", "moveTo"])
        start = f'<w:{kind}RangeStart w:id="{number}" w:author="Ann" w:date="2024-01-01T10:00:00Z" w:name="m{number}"/>'
        end = f'<w:{kind}RangeEnd w:id="{number}"/>'
        out = ""
        for _ in range(self.dice.randint(1, 2)):
            inside = f"<w:{kind} {self.who()}>{self.run()}</w:{kind}>"
            out += self.paragraph(f"<w:{kind} {self.who()}/>", (start if not out else "") + inside)
        return out + (end if self.chance(0.5) else self.paragraph(inside=end + self.run()))

    def commented(self) -> str:
        if self.depth:
            return self.paragraph()
        start, end = self.comment_ends()
        first, middle = self.paragraph(inside=self.run() + start + self.run()), self.paragraph()
        return first + middle + self.paragraph(inside=self.run() + end)

    def long_field(self) -> str:
        def char(kind: str) -> str:
            return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

        start = f"{char('begin')}<w:r><w:instrText> TOC \\o </w:instrText></w:r>{char('separate')}"
        lines = [self.run() for _ in range(self.dice.randint(2, 3))]
        return "".join(
            f"<w:p>{start if not at else ''}{line}{char('end') if at + 1 == len(lines) else ''}</w:p>"
            for at, line in enumerate(lines)
        )

    def table(self, level: int) -> str:
        columns = self.dice.randint(1, 3)
        grid = "".join('<w:gridCol w:w="1000"/>' for _ in range(columns))
        if self.chance(self.tracked / 6):
            grid += f'<w:tblGridChange w:id="{self.next()}"><w:tblGrid/></w:tblGridChange>'
        change = ""
        if self.chance(self.tracked / 4):
            change = f"<w:tblPrChange {self.who()}><w:tblPr/></w:tblPrChange>"
        rows = ""
        for _ in range(self.dice.randint(1, 3)):
            row = self.row(columns, level)
            rows += f"<w:sdt><w:sdtPr/><w:sdtContent>{row}</w:sdtContent></w:sdt>" if self.chance(0.08) else row
        properties = f'<w:tblPr><w:tblW w:w="0" w:type="auto"/>{change}</w:tblPr>'
        table = f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        return table + (self.paragraph() if self.chance(0.7) else "")

    def row(self, columns: int, level: int) -> str:
        marks = ""
        if self.chance(self.tracked / 3) and (self.single_cells or not level):
            marks = f"<w:{self.dice.choice(['ins', 'del'])} {self.who()}/>"
        if self.chance(self.tracked / 6):
            marks += f"<w:trPrChange {self.who()}><w:trPr/></w:trPrChange>"
        properties = f"<w:trPr>{self.dice.choice(['', '<w:cantSplit/>'])}{marks}</w:trPr>" if marks else ""
        cells, at = "", 0
        while at < columns:
            wide = 2 if at + 1 < columns and self.chance(0.1) else 1
            cells += self.cell(wide, level)
            at += wide
        return f"<w:tr>{properties}{cells}</w:tr>"

    def cell(self, wide: int, level: int) -> str:
        inside = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
        inside += self.dice.choice(["", "", "", "", '<w:vMerge w:val="restart"/>', "<w:vMerge/>"])
        if self.chance(self.tracked / 8 if self.single_cells else 0):
            inside += self.dice.choice([f"<w:cellIns {self.who()}/>", f"<w:cellDel {self.who()}/>"])
        elif self.chance(self.tracked / 8):
            inside += f"<w:tcPrChange {self.who()}><w:tcPr/></w:tcPrChange>"
        content = "".join(self.paragraph() for _ in range(self.dice.randint(1, 2)))
        if level < 2 and self.chance(0.08):
            content = self.table(level + 2) + self.paragraph()
        if level < 2 and self.chance(0.06):
            content = f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"
        return f"<w:tc><w:tcPr>{inside}</w:tcPr>{content}</w:tc>"


def seeds(dice: random.Random) -> list[int]:
    """A document as the seeds of its blocks."""
    return [dice.randrange(1 << 30) for _ in range(dice.randint(1, 5))]


def changed(dice: random.Random, blocks: list[int]) -> list[int]:
    """A draft with blocks put in, left out, replaced and exchanged."""
    blocks = list(blocks)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(blocks))
        kind = dice.random()
        if kind < 0.3:
            blocks.insert(place, dice.randrange(1 << 30))
        elif kind < 0.5 and len(blocks) > 1:
            del blocks[place]
        elif kind < 0.8:
            blocks[place] = dice.randrange(1 << 30)
        else:
            blocks.append(blocks.pop(place))
    return blocks


def made(blocks: list[int], tracked: float = 0.3, single_cells: bool = True) -> bytes:
    """The document of these seeds. ``tracked`` is how often anything is tracked, 0 for never; ``single_cells`` tells
    whether cells, and rows of tables within cells, are tracked by themselves."""
    wild = Wild(random.Random(0), tracked, single_cells=single_cells)
    body = ""
    for seed in blocks:
        wild.dice = random.Random(seed)
        body += wild.block()
    declared = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items())
    parts = {
        f"{kind}s": f'<w:{kind}s xmlns:w="{W}"{declared}>'
        f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r>'
        f"</w:p></w:{kind}>{''.join(notes)}</w:{kind}s>"
        for kind, notes in wild.notes.items()
        if notes
    }
    if wild.comments:
        parts["comments"] = f'<w:comments xmlns:w="{W}">{"".join(wild.comments)}</w:comments>'
    made = document(body + "<w:p/><w:sectPr/>", **parts)
    return _declared(made, declared)


def _declared(data: bytes, declared: str) -> bytes:
    """The file with the namespaces declared on its main part."""
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info).decode()
            if info.filename == "word/document.xml":
                content = re.sub("<w:document ", f"<w:document{declared} ", content, count=1)
            new.writestr(info.filename, content)
    return out.getvalue()
