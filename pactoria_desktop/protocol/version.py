"""The version of the wire. A platform serves this one and the one before."""

PROTOCOL = 1
HEADER = "Pactoria-Protocol"
SERVED = (1,)
"""Versions that this platform answers: N and N - 1, once there was an earlier one."""


def refusal(said: str | None) -> str | None:
    """Why a client that names this version is not served; None where it is, or where it names none."""
    if said is None:
        return None
    if not said.isascii() or not said.isdigit() or len(said) > 6:
        return "The protocol's version is a whole number."
    version = int(said)
    if version in SERVED:
        return None
    if version > PROTOCOL:
        return (
            f"This platform speaks protocol {PROTOCOL} and the program speaks {version}; nothing was changed; "
            "ask whoever runs the platform to upgrade it."
        )
    return (
        f"This platform speaks protocol {SERVED[0]} and later and the program speaks {version}; nothing was changed; "
        "install the newer program."
    )
