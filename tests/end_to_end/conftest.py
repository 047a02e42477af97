"""The same look and clean end of windows as in the tests of the interface."""

from tests.ui.conftest import _delete_what_was_closed, _shared_look, look

__all__ = ["_delete_what_was_closed", "_shared_look", "look"]
