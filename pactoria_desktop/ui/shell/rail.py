"""The rail: the places of the program, icon and word, at the left edge."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look

WIDTH = 64


class PlaceButton(QToolButton):
    """One place."""

    def __init__(self, look: Look, key: str, title: str, icon: str) -> None:
        super().__init__()
        self._look, self.key = look, key
        self.setObjectName("rail")
        self.setIcon(look.icon(icon))
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self.setFont(self._look.font(11, 500))
        self.setIconSize(QSize(self._look.pixels(20), self._look.pixels(20)))
        width = max(self._look.pixels(55), int(self._look.text_width(self.text(), 11, 500)) + 6)
        self.setFixedSize(width, self._look.pixels(54))


class Rail(QWidget):
    """Places from top to bottom; ``chosen`` gives the key of the place a person went to. Arrow keys walk."""

    chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("places")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Places")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, PlaceButton] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 4, 4, 4)
        self._layout.setSpacing(4)
        self._layout.addStretch(1)
        self._orders: list[int] = []

    def add_place(self, key: str, title: str, icon: str, *, order: int = 50, at_bottom: bool = False) -> None:
        """Show one more place, above the gap after those of a lower or equal ``order``, or below the gap."""
        button = PlaceButton(self._look, key, title, icon)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(button)
        self._buttons[key] = button
        if at_bottom:
            self._layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        else:
            place = sum(1 for other in self._orders if other <= order)
            self._orders.append(order)
            self._layout.insertWidget(place, button, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_current(self, key: str) -> None:
        """Mark a place as the one shown."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def set_usable(self, key: str, usable: bool, why_not: str = "") -> None:
        """Let a place be gone to, or not, and say why not."""
        self._buttons[key].setEnabled(usable)
        self._buttons[key].setToolTip("" if usable else why_not)

    def set_shown(self, key: str, shown: bool) -> None:
        """Show the way to a place, or put it away; the place stays."""
        self._buttons[key].setVisible(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go to the place above or below."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        places = sorted(self._buttons.values(), key=lambda button: button.y())
        usable = [button for button in places if button.isEnabled() and not button.isHidden()]
        focused = [place for place, button in enumerate(usable) if button.hasFocus()]
        if step is None or not focused:
            super().keyPressEvent(event)
            return
        usable[(focused[0] + step) % len(usable)].setFocus(Qt.FocusReason.TabFocusReason)
