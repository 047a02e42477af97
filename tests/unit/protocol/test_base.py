"""The ids of messages are the ids of contracts: both rules say the same."""

import pytest
from pydantic import TypeAdapter, ValidationError

from pactoria_desktop.contract.identity import identity_from, is_identity
from pactoria_desktop.protocol.base import Identity

GOOD = identity_from(1_700_000_000_000, 2**73 + 5)


@pytest.mark.parametrize(
    "said",
    [
        GOOD,
        GOOD.upper(),
        GOOD + "\n",
        "\n" + GOOD,
        GOOD[:-1],
        GOOD + "0",
        GOOD.replace("-", ""),
        GOOD[:14] + "4" + GOOD[15:],
        GOOD[:19] + "c" + GOOD[20:],
        "٣" + GOOD[1:],
        "",
    ],
)
def test_the_validator_and_the_rule_agree(said: str) -> None:
    try:
        taken = TypeAdapter(Identity).validate_python(said) == said
    except ValidationError:
        taken = False
    assert taken == is_identity(said)
    assert is_identity(GOOD)
