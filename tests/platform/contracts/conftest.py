"""Teams on a fresh database."""

from tests.platform.records.conftest import team

__all__ = ["team"]
