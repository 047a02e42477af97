"""The help pages in the program: a list of pages and a reader; nothing is fetched from anywhere."""

import re

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QWidget

from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.layouts import column, rule
from pactoria_desktop.ui.widgets.rows import Row, RowList

FOLDER, FIRST = "help", "index.md"
PAGE = re.compile(r"^[a-z0-9-]+\.md$")


class Reader(QTextBrowser):
    """Shows Markdown; loads nothing by itself."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing: pages are handed over, and pictures from elsewhere are not fetched."""
        return None


class HelpPages(QDialog):
    """A window with the help. ``page`` is the file name of the page shown."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.page = ""
        self.setWindowTitle("Help")
        self.setAccessibleName("Help")
        self.resize(look.pixels(980), look.pixels(680))
        self.list = RowList(look, "Pages of the help", height=32)
        self.reader = Reader()
        self.reader.setAccessibleName("Help page")
        self.reader.setOpenLinks(False)
        self.reader.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.reader.document().setDocumentMargin(28)
        self.reader.anchorClicked.connect(self._follow)
        self.list.set_rows([Row(name, _title(_text(name))) for name in page_names()])
        self.list.clicked.connect(lambda index: self.show_page(self.list.current_key()))
        self.list.opened.connect(self.show_page)
        self.list.moved.connect(self.show_page)
        side = column(self.list, margins=(0, 12, 0, 12))
        side.setFixedWidth(look.pixels(270))
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(side)
        across.addWidget(rule(vertical=True))
        across.addWidget(self.reader, 1)
        look.changed.connect(self._dress)

    def show_page(self, name: str) -> None:
        """Show a page by its file name; an unknown one is passed over."""
        if name == self.page or name not in page_names():
            return
        self.page = name
        self._dress()
        self.list.blockSignals(True)
        self.list.set_current(name)
        self.list.blockSignals(False)

    def _dress(self) -> None:
        if not self.page:
            return
        look, document = self._look, self.reader.document()
        document.setDefaultFont(look.font(14))
        document.setMarkdown(_text(self.page), QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        self._space(document)
        self.reader.moveCursor(self.reader.textCursor().MoveOperation.Start)

    def _space(self, document: QTextDocument) -> None:
        """Air between paragraphs and lines, which Markdown has none of; headings in the interface's sizes."""
        cursor, pixels = QTextCursor(document), self._look.pixels
        block = document.begin()
        while block.isValid():
            cursor.setPosition(block.position())
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            form = block.blockFormat()
            level = form.headingLevel()
            form.setTopMargin(pixels(14) if level > 1 else 0)
            form.setBottomMargin(pixels(4) if block.textList() is not None else pixels(11))
            form.setLineHeight(122, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(form)
            if level:
                style = QTextCharFormat()
                style.setFont(self._look.font(20 if level == 1 else 15, 600))
                cursor.mergeCharFormat(style)
            block = block.next()

    def _follow(self, link: QUrl) -> None:
        self.show_page(link.toString().partition("#")[0].removeprefix("./"))


def page_names() -> tuple[str, ...]:
    """The pages in the order in which the first one names them, others after them."""
    there = {each.name for each in resource(FOLDER).iterdir() if PAGE.match(each.name)}
    named = [name for name in re.findall(r"\]\(([a-z0-9-]+\.md)\)", _text(FIRST)) if name in there]
    return tuple(dict.fromkeys([FIRST, *named, *sorted(there)]))


def _text(name: str) -> str:
    return resource(FOLDER, name).read_text(encoding="utf-8")


def _title(markdown: str) -> str:
    return markdown.lstrip("# ").splitlines()[0] if markdown.strip() else ""
