"""Teams on a fresh database."""

from tests.platform.collaboration.conftest import team

__all__ = ["team"]
