from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.words import Vocabulary, starts_of, words_of


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(words_of(text)) == text


@given(st.text(alphabet="a b\nc.\u2028é"))
def test_a_newline_is_always_a_token_of_its_own(text: str) -> None:
    assert all(token == "\n" or "\n" not in token for token in words_of(text))


@given(st.lists(st.text(min_size=1)), st.lists(st.text(min_size=1)))
def test_codes_are_equal_where_tokens_are(left: list[str], right: list[str]) -> None:
    vocabulary = Vocabulary()
    code, other = vocabulary.code(left), vocabulary.code(right)
    assert len(code) == len(left)
    assert [a == b for a in code for b in other] == [a == b for a in left for b in right]


def test_many_words_have_codes_that_can_be_encoded() -> None:
    code = Vocabulary().code(str(number) for number in range(70_000))
    assert len(set(code)) == 70_000
    code.encode("utf-8")


def test_starts_count_code_points() -> None:
    assert starts_of(["a", "😀", " b"]) == [0, 1, 2, 4]
