"""One look dresses the application; a switch reaches icons, fonts and page at once."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFontInfo, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import AUTHOR_LINES, SEVERITY_NAMES, author_pen, author_token, draw_severity


def colours_of(image: QImage) -> set[str]:
    """Every opaque colour that stands in the picture."""
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


def test_a_theme_switch_recolours_the_icons_that_are_already_out(look: Look) -> None:
    icon = look.icon("library")
    light = colours_of(icon.pixmap(QSize(40, 40)).toImage())
    assert light == {look.theme.colours["text2"]}
    on = colours_of(icon.pixmap(QSize(40, 40), QIcon.Mode.Normal, QIcon.State.On).toImage())
    assert on == {look.theme.colours["accent"]}
    look.set_theme("dark")
    assert colours_of(icon.pixmap(QSize(40, 40)).toImage()) == {look.theme.colours["text2"]} != light


def test_a_switch_says_so_once_and_dresses_the_application(look: Look, qtbot: QtBot, qapp: QApplication) -> None:
    heard: list[str] = []
    look.changed.connect(lambda: heard.append(look.theme.name))
    look.set_theme("dark")
    look.set_theme("dark")
    assert heard == ["dark"]
    assert qapp.palette().window().color() == QColor(look.theme.colours["panel"])
    assert look.theme.colours["panel"] in qapp.styleSheet()
    assert "@" not in qapp.styleSheet()


def test_the_page_stays_white_in_dark_only_when_asked(look: Look) -> None:
    look.set_theme("dark")
    assert look.page_theme.name == "dark"
    look.set_white_page(True)
    assert look.page_theme.name == "light"
    look.set_theme("contrast")
    assert look.page_theme.name == "contrast"


def test_sizes_follow_the_systems_text_size(look: Look) -> None:
    before = look.font(13).pixelSize()
    look.set_text_scale(1.5)
    assert before == 13
    assert look.font(13).pixelSize() == 20
    look.set_text_scale(9.0)
    assert look.text_scale == 2.0


def test_weights_are_real_and_figures_have_one_width(look: Look) -> None:
    regular, heavy = (
        look.text_width("Limitation of liability", 15, 400),
        look.text_width("Limitation of liability", 15, 600),
    )
    assert heavy > regular
    assert look.text_width("1111", 13, tabular=True) == look.text_width("8888", 13, tabular=True)
    assert QFontInfo(look.font(13)).family() in look.families.interface
    assert QFontInfo(look.serif(15)).family() in look.families.serif


def test_authors_differ_in_line_as_well_as_colour(look: Look) -> None:
    pens = [author_pen(look.theme, number) for number in range(1, 6)]
    assert len({pen.color().name() for pen in pens}) == 5
    assert len({tuple(pen.dashPattern()) for pen in pens}) == len(AUTHOR_LINES) == 5
    assert author_token(6) == author_token(1)


def test_severities_differ_in_shape(look: Look) -> None:
    shapes = set()
    for severity in SEVERITY_NAMES:
        image = QImage(24, 24, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        draw_severity(painter, look.theme, severity, QRectF(0, 0, 24, 24))
        painter.end()
        shapes.add(tuple(image.pixelColor(x, y).alpha() > 120 for x in range(24) for y in range(24)))
    assert len(shapes) == 5
