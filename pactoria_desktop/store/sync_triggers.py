"""Triggers that mark what changed of a contract that belongs to an organization, in the same transaction.

Whatever writes to these tables, today or later, is heard of: nobody must remember to say so. ``services.recording``
turns the marks into operations of the outbox before the transaction ends.

The statements of a released form never change: a later form has statements of its own.
"""

_WATCHED = {
    # table: (kind, record of a row, contract of a row, columns whose change counts)
    "contract": ("contract", "{row}.id", "{row}.id", "title, counterparty, status, package_sha256"),
    "contract_tag": ("tags", "{row}.contract_row", "", ""),
    "party": ("party", "{row}.id", "{row}.contract", "name, part, position"),
    "version": ("version", "{row}.id", "{row}.contract", ""),
    "thread": ("thread", "{row}.id", "{row}.contract", "resolved_at"),
    "thread_comment": ("comment", "{row}.id", "", "text, edited_at"),
    "approval": ("approval", "{row}.id", "{row}.contract", ""),
    "verdict": ("verdict", "{row}.finding", "{row}.contract", "verdict, reason, assignee, decided_at"),
}


def _mark(name: str, event: str, table: str, row: str) -> str:
    # No table but its own and the two of sync is named: a later form that makes a table anew must not meet a trigger
    # that looks for it. What a tag or a comment belongs to is found when the mark is read.
    kind, record, contract, _ = _WATCHED[table]
    record, contract = record.format(row=row), contract.format(row=row)
    home = f"contract = {contract} AND state = 'member'" if contract else "state = 'member'"
    contract = contract or "''"
    return (
        f"CREATE TRIGGER sync_{name} AFTER {event} ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM contract_home WHERE {home}) BEGIN "
        f"INSERT OR IGNORE INTO record_change(kind, record, contract) VALUES ('{kind}', {record}, {contract}); END"
    )


def _create() -> tuple[str, ...]:
    statements = []
    for table, (_, _, _, columns) in _WATCHED.items():
        statements.append(_mark(f"{table}_added", "INSERT", table, "new"))
        if columns:
            statements.append(_mark(f"{table}_changed", f"UPDATE OF {columns}", table, "new"))
        if table in ("contract_tag", "party", "thread", "thread_comment"):
            statements.append(_mark(f"{table}_removed", "DELETE", table, "old"))
    return tuple(statements)


CREATE = _create()
