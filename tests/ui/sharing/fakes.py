"""Contracts shared in memory, and the values of the pictures."""

from collections.abc import Sequence
from dataclasses import replace

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.ui.sharing.values import (
    ActivityLine,
    Approval,
    Conflict,
    Home,
    Piece,
    Question,
    Reach,
    Sharing,
    Side,
    TextHashes,
    Upload,
)
from tests.ui.account.fakes import DAY, MINUTE, ago

SERVER = "pactoria.northgate.example"
HOMES = (Home("o1", "Northgate Legal", 6), Home("o2", "Ines Falk", 1))
REACH = (
    Reach("p1", "Ines Falk", Role.OWNER, number=1, me=True),
    Reach("p2", "Tomas Reyes", Role.ADMIN, number=3),
    Reach("p3", "Ada Lindqvist", Role.EDITOR, Role.EDITOR, 4),
    Reach("p4", "Samir Nath", Role.EDITOR, None, 5),
    Reach("p5", "Petra Holm", Role.REVIEWER, Role.VIEWER, 2),
    Reach("p6", "Oskar Wynn", Role.VIEWER, None, 1),
)
ALONE = Sharing("Services agreement", server=SERVER, homes=HOMES, upload=Upload(3, 4, 1, 1_240_000))
INSIDE = Sharing("Services agreement", "Northgate Legal", SERVER, reach=REACH, may_share=True)
NOW_TEXT, SAME_WORDS, OLD_TEXT = TextHashes("a" * 64, "b" * 64), TextHashes("a" * 64, "c" * 64), TextHashes("d", "e")
APPROVALS = (
    Approval("1", "Petra Holm", 2, "approved", ago(9 * DAY), OLD_TEXT, "Liability is as agreed by telephone."),
    Approval("2", "Ada Lindqvist", 4, "approved", ago(10 * MINUTE), NOW_TEXT),
    Approval("3", "Samir Nath", 5, "rejected", ago(DAY), SAME_WORDS, "Clause 11.2 falls below our floor."),
)
ACTIVITY = (
    ActivityLine("1", "Ada Lindqvist", 4, "approved the text", ago(10 * MINUTE)),
    ActivityLine("2", "Ines Falk", 1, "changed the status to In review", ago(40 * MINUTE)),
    ActivityLine("3", "Tomas Reyes", 3, "saved version 3, Draft 4", ago(DAY)),
)
CONFLICTS = (
    Conflict("k1", "Services agreement", "Status", "In review", "Tomas Reyes", ago(62 * MINUTE), "Approved",
             "Ada Lindqvist", ago(90 * MINUTE), "c1"),
    Conflict("k2", "Services agreement", "Counterparty", "Corvane Freight Ltd", "Ines Falk", ago(DAY),
             "Corvane Freight Limited, Dublin", "Ada Lindqvist", ago(DAY + 3 * MINUTE)),
    Conflict("k3", "Brightwater lease", "Reason of a verdict", "", "Samir Nath", ago(2 * DAY),
             "The cap is what both sides agreed in October.", "Petra Holm", ago(2 * DAY)),
)  # fmt: skip
START = "The Supplier corrects any defect that the Customer reports within "
QUESTION = Question(
    "q1", "9.2", "Ada",
    Side("Before", "Draft 3, 2 November", (Piece(f"{START}twelve months of delivery, at no charge."),)),
    Side(
        "Yours", "Ines, today 9:12",
        (Piece(START), Piece("twelve months", struck=1), Piece("eighteen months", 1), Piece(" of delivery, at no "
         "charge.")),
        (Piece(START), Piece("eighteen months", 1), Piece(" of delivery, "), Piece("at its own cost", 4), Piece(".")),
    ),
    Side(
        "Ada’s", "Ada, today 9:40",
        (Piece(START), Piece("twelve months", struck=4), Piece("nine months", 4), Piece(" of delivery, "),
         Piece("at no charge", struck=4), Piece("at its own cost", 4), Piece(".")),
        (Piece(START), Piece("nine months", 4), Piece(" of delivery, "), Piece("at its own cost", 4), Piece(".")),
    ),
    11, "Ada’s “at its own cost” does not clash with your change, so it is in.",
)  # fmt: skip


class Shared:
    """A port that writes down what it was asked; ``error`` is raised once by the next deed."""

    def __init__(self, sharing: Sharing) -> None:
        self.now = sharing
        self.did: list[tuple[object, ...]] = []
        self.error: Exception | None = None

    def _do(self, *what: object) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.did.append(what)

    def sharing(self, contract: str) -> Sharing:
        return self.now

    def put_in(self, contract: str, organization: str) -> None:
        self._do("put", contract, organization)
        self.now = replace(INSIDE, organization=next(one.name for one in HOMES if one.key == organization))

    def restrict(self, contract: str, restricted: bool) -> None:
        self._do("restrict", restricted)
        self.now = replace(self.now, restricted=restricted)

    def give(self, contract: str, person: str, role: Role | None) -> None:
        self._do("give", person, role)
        people: Sequence[Reach] = self.now.reach
        self.now = replace(
            self.now, reach=tuple(replace(one, given=role) if one.person == person else one for one in people)
        )
