"""Inserting a clause as the program does it, for tests."""

from datetime import UTC, datetime

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.outline import OutlineRow, outline
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.protocol.clauses import Clause, ClauseVariant
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.templates.adapting import AdaptedClause, adapt, read_contract
from pactoria_desktop.templates.clause_files import own_clauses
from pactoria_desktop.templates.inserting import insert_clause
from pactoria_desktop.templates.synonyms import own_synonyms

CLAUSES = own_clauses()
SYNONYMS = own_synonyms()
VARIANTS = [(clause, variant) for clause in CLAUSES for variant in clause.variants]


class Midnight:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 12, 1, tzinfo=UTC)


def clause_named(id: str, variant: int = 0) -> tuple[ClauseVariant, str]:
    """A variant of the library and its clause's title."""
    clause = next(one for one in CLAUSES if one.id == id)
    return clause.variants[variant], clause.title


def new_replica(text: ContractText, *, suggesting: bool = True) -> Replica:
    """A living text of a contract."""
    replica = Replica.create(text, identity=Identity("Ines Falk", "me"), clock=Midnight(), peer=7)
    replica.suggesting = suggesting
    return replica


def adapted(text: ContractText, after: str, clause: Clause, variant: ClauseVariant) -> AdaptedClause:
    """A variant adapted to a place."""
    return adapt(variant, clause.title, read_contract(text, SYNONYMS), after)


def inserted(text: ContractText, clause: AdaptedClause, *, suggesting: bool = True) -> ContractText:
    """The text with the clause."""
    replica = new_replica(text, suggesting=suggesting)
    try:
        insert_clause(replica, clause)
        return replica.text()
    finally:
        replica.close()


def new_rows(text: ContractText, clause: AdaptedClause) -> tuple[tuple[OutlineRow, ...], AcceptedText, int]:
    """The outline of a text with an inserted clause, its accepted view, and the number of the clause's first row."""
    view = accepted(text)
    rows = outline(text, view)
    return rows, view, next(number for number, row in enumerate(rows) if row.id == clause.after) + 1
