"""The search index in SQL: two FTS5 tables over ordinary ones, kept in step by triggers in the same transaction.

``quick_index`` holds titles and counterparties with short prefixes (found while typing); ``text_index`` holds the
whole text for ranked search. Both keep no copy of their words: they read them from the table that they index.
The statements of a released form never change: a later form has statements of its own.
"""

TABLES = ("quick_index", "text_index")

_TOKENS = "unicode61 remove_diacritics 2"

CREATE = (
    "CREATE VIRTUAL TABLE quick_index USING fts5(title, counterparty, content='contract', content_rowid='row', "
    f"prefix='1 2 3', tokenize='{_TOKENS}')",
    "CREATE VIRTUAL TABLE text_index USING fts5(title, counterparty, text, content='search_text', "
    f"content_rowid='row', tokenize='{_TOKENS}')",
    "INSERT INTO text_index(text_index, rank) VALUES ('rank', 'bm25(8.0, 6.0, 1.0)')",
    "CREATE TRIGGER contract_added AFTER INSERT ON contract BEGIN "
    "INSERT INTO quick_index(rowid, title, counterparty) VALUES (new.row, new.title, new.counterparty); "
    "INSERT INTO search_text(row, title, counterparty, text, text_sha256) "
    "VALUES (new.row, new.title, new.counterparty, '', ''); END",
    "CREATE TRIGGER contract_renamed AFTER UPDATE OF title, counterparty ON contract "
    "WHEN old.title <> new.title OR old.counterparty <> new.counterparty BEGIN "
    "INSERT INTO quick_index(quick_index, rowid, title, counterparty) "
    "VALUES ('delete', old.row, old.title, old.counterparty); "
    "INSERT INTO quick_index(rowid, title, counterparty) VALUES (new.row, new.title, new.counterparty); "
    "UPDATE search_text SET title = new.title, counterparty = new.counterparty WHERE row = new.row; END",
    "CREATE TRIGGER contract_removed AFTER DELETE ON contract BEGIN "
    "INSERT INTO quick_index(quick_index, rowid, title, counterparty) "
    "VALUES ('delete', old.row, old.title, old.counterparty); END",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN "
    "INSERT INTO text_index(rowid, title, counterparty, text) "
    "VALUES (new.row, new.title, new.counterparty, new.text); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE OF title, counterparty, text ON search_text BEGIN "
    "INSERT INTO text_index(text_index, rowid, title, counterparty, text) "
    "VALUES ('delete', old.row, old.title, old.counterparty, old.text); "
    "INSERT INTO text_index(rowid, title, counterparty, text) "
    "VALUES (new.row, new.title, new.counterparty, new.text); END",
    "CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN "
    "INSERT INTO text_index(text_index, rowid, title, counterparty, text) "
    "VALUES ('delete', old.row, old.title, old.counterparty, old.text); END",
)


def is_index_table(name: str) -> bool:
    """Whether a table belongs to the search index and not to the schema."""
    return any(name == table or name.startswith(table + "_") for table in TABLES)
