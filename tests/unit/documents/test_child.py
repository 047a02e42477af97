import time

import pytest

from pactoria_desktop.documents.child import ChildLimits, run
from pactoria_desktop.documents.errors import DocumentError

JOBS = "tests.unit.documents.child_jobs"


def test_bytes_go_in_and_come_back() -> None:
    payload = bytes(range(256)) * 4000
    assert run(f"{JOBS}:doubled", payload, "a.docx") == payload * 2
    assert run(f"{JOBS}:talkative", b"", "a.docx") == b"answer"


def test_a_refusal_comes_through_with_its_sentence() -> None:
    with pytest.raises(DocumentError, match=r"^a\.docx is refused for the test\.$"):
        run(f"{JOBS}:refused", b"", "a.docx")


@pytest.mark.parametrize("function", ["crashed", "hungry", "failing"])
def test_a_crash_a_limit_or_an_error_is_one_sentence(function: str) -> None:
    with pytest.raises(DocumentError, match="within safe limits") as caught:
        run(f"{JOBS}:{function}", b"", "a.docx")
    assert "private" not in str(caught.value)


def test_a_child_that_does_not_end_is_ended() -> None:
    before = time.monotonic()
    with pytest.raises(DocumentError, match="too long"):
        run(f"{JOBS}:endless", b"", "a.docx", ChildLimits(seconds=1))
    assert time.monotonic() - before < 5


def test_a_child_writes_no_file(tmp_path: object) -> None:
    with pytest.raises(DocumentError):
        run(f"{JOBS}:writing", f"{tmp_path}/out".encode(), "a.docx")
