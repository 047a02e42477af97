"""The printing port of the command line: the same pages as the window's, drawn off screen."""

import os

from pactoria_desktop.contract.text import ContractText


def pdf_of(text: ContractText, title: str) -> bytes:
    """A contract as PDF. Qt is loaded here, when something is printed."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pactoria_desktop.ui.printing import pdf_of as print_pages

    return print_pages(text, title)
