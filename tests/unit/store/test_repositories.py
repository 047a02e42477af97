"""What is put into the library comes out as it was, in the order asked for, and searches find it."""

import hashlib
import os
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pactoria_desktop.contract.history import Version
from pactoria_desktop.runtime.clock import ManualClock, to_milliseconds
from pactoria_desktop.runtime.work import Task
from pactoria_desktop.store.chunks import CHUNK_BYTES, chunks_of
from pactoria_desktop.store.contracts import Contracts, Folders, sort_key
from pactoria_desktop.store.errors import LibraryDamagedError, NotInLibraryError, SearchCancelled
from pactoria_desktop.store.findings import Findings, RunRecord, VerdictRecord
from pactoria_desktop.store.integrity import damages, page_damages, rebuild_search
from pactoria_desktop.store.journal import JournalWriter
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.listing import Filter, Listing, Order
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.search import MARK_BEGIN, MARK_END, Search, quick_expression, ranked_expression, searching
from pactoria_desktop.store.sessions import Facts, NamedSearch, Peer, Peers, SavedSearches, Sessions
from pactoria_desktop.store.texts import Texts, Update
from pactoria_desktop.store.threads import Threads
from pactoria_desktop.store.versions import Versions


def test_folders_tags_and_the_trash(library: Library):
    with library.writing() as session:
        folders, contracts = Folders(session), Contracts(session)
        folders.add("f", "Clients")
        folders.add("g", "Ändringar", parent="f")
        folders.add("h", "Zeta", parent="g")
        contracts.add("a", "A", at=1, folder="g")
        contracts.add("b", "B", at=2, folder="h")
        contracts.set_tags("a", ["urgent", "  two   words ", "urgent", " "], at=3)
        contracts.set_tags("b", ["urgent"], at=3)
        assert [(one.id, one.contracts) for one in folders.all()] == [("g", 1), ("f", 0), ("h", 1)]
        assert folders.within("f") == {"f", "g", "h"}
        with pytest.raises(ValueError, match="itself"):
            folders.move("f", "h")
        assert contracts.tags() == (("two words", 1), ("urgent", 2))
        assert contracts.get("a").tags == ("two words", "urgent")
        listing = Listing(session)
        assert len(listing.rows(Filter(folder="f"))) == 2
        folders.remove("g")
        assert contracts.get("a").folder == "f"
        assert [one.parent for one in folders.all() if one.id == "h"] == ["f"]
        contracts.trash("a", at=4)
        assert contracts.tags() == (("urgent", 1),)
        assert [one.id for one in listing.window(listing.rows())] == ["b"]
        assert [one.id for one in listing.window(listing.rows(Filter(trashed=True)))] == ["a"]
        contracts.put_back("a")
        with pytest.raises(NotInLibraryError):
            contracts.remove("a")
        contracts.trash("a", at=5)
        contracts.remove("a")
        assert contracts.find("a") is None
        assert contracts.tags() == (("urgent", 1),)
        assert contracts.statuses() == (("draft", 1),)
    with library.writing() as session:
        assert damages(session) == ()


def test_a_window_of_any_length_is_read(library: Library):
    with library.writing() as session:
        for number in range(5):
            Contracts(session).add(str(number), "A", at=1)
        rows = list(Listing(session).rows())
        assert len(Listing(session).window(rows * 60_000)) == 300_000


def test_what_is_not_there_is_refused(library: Library):
    with library.writing() as session:
        contracts, packages, texts = Contracts(session), Packages(session), Texts(session)
        for call in (
            lambda: contracts.get("x"),
            lambda: contracts.rename("x", at=1, title="T"),
            lambda: contracts.set_search_text("x", "", ""),
            lambda: packages.read("00"),
            lambda: texts.open("x"),
            lambda: texts.last_export("x"),
            lambda: Versions(session).get("x"),
            lambda: Folders(session).rename("x", "y"),
            lambda: Threads(session).resolve("x", at=None),
            lambda: Threads(session).edit("x", "y", at=1),
        ):
            with pytest.raises(NotInLibraryError):
                call()


def test_lists_are_sorted_like_people_sort_and_windows_keep_their_order(library: Library):
    titles = ["zeta", "Émile", "alpha", "Emil", "Beta", "Ärende", "emile 2"]
    with library.writing() as session:
        for number, title in enumerate(titles):
            Contracts(session).add(str(number), title, at=number, status="signed" if number % 2 else "draft")
        listing = Listing(session)
        for order, key in (
            (Order.TITLE, lambda one: (sort_key(one.title), one.row)),
            (Order.CREATED, lambda one: one.row),
        ):
            for descending in (False, True):
                found = listing.window(listing.rows(order=order, descending=descending))
                assert list(found) == sorted(found, key=key, reverse=descending)
                assert len(found) == len(titles)
        signed = listing.window(listing.rows(Filter(statuses=("signed",), words="em")))
        assert {one.title for one in signed} == {"Émile", "Emil"}
        rows = listing.rows()
        Contracts(session).trash("0", at=9)
        Contracts(session).remove("0")
        assert len(listing.window(rows)) == len(titles) - 1
    assert sort_key("  É Straße ") == "e strasse"


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_long_contents_come_back_whole(library: Library, size: int):
    content = random.Random(size).randbytes(size)
    assert b"".join(piece for _, piece in chunks_of(content)) == content
    with library.writing() as session:
        Contracts(session).add("a", "A", at=1)
        packages, texts = Packages(session), Texts(session)
        sha256 = packages.add(content, "a.docx", at=1)
        assert packages.add(content, "again.docx", at=2) == sha256 == hashlib.sha256(content).hexdigest()
        assert packages.read(sha256) == content
        number = texts.save_snapshot("a", content, content, "00", upto=0, at=1)
        assert texts.snapshot(number) == texts.export(number) == content


def test_the_same_package_names_its_contract(library: Library):
    with library.writing() as session:
        contracts, packages = Contracts(session), Packages(session)
        first, second = packages.add(b"1", "1.docx", at=1), packages.add(b"2", "2.docx", at=1)
        contracts.add("a", "A", at=1, package_sha256=first)
        assert [packages.attach("a", one, at=2) for one in (first, second, first)] == [1, 2, 1]
        assert packages.of("a") == (first, second)
        assert [one.id for one in contracts.with_package(second)] == ["a"]
        assert contracts.with_package("0" * 64) == ()
        contracts.add("ab", "B", at=1)
        assert [one.id for one in contracts.with_beginning("ab")] == ["ab"]
        assert len(contracts.with_beginning("a")) == 2
        assert contracts.with_beginning("%") == ()


def test_damaged_contents_are_refused_and_an_older_snapshot_stands_in(library: Library):
    with library.writing() as session:
        Contracts(session).add("a", "A", at=1)
        texts, packages = Texts(session), Packages(session)
        sha256 = packages.add(b"package", "p.docx", at=1)
        texts.append([Update("a", b"one", 1)])
        texts.save_snapshot("a", b"first", b"{}", "01", upto=texts.last_update("a"), at=1)
        texts.append([Update("a", b"two", 2), Update("a", b"three", 3)])
        second = texts.save_snapshot("a", b"second", b"{}", "02", upto=texts.last_update("a"), at=2)
        texts.append([Update("a", b"four", 4)])
        stored = texts.open("a")
        assert (stored.snapshot, stored.updates, stored.damage) == (b"second", (b"four",), None)
        session.execute(
            text("UPDATE snapshot_chunk SET content = X'00' WHERE number = :n AND part = 'replica'"), {"n": second}
        )
        stored = texts.open("a")
        assert (stored.snapshot, stored.updates) == (b"first", (b"two", b"three", b"four"))
        assert stored.damage is not None
        session.execute(text("UPDATE package_chunk SET content = X'00'"))
        with pytest.raises(LibraryDamagedError):
            packages.read(sha256)
        session.execute(text("UPDATE journal SET content = X'00' WHERE number = 3"))
        with pytest.raises(LibraryDamagedError):
            texts.open("a")
        assert {damage.subject for damage in damages(session)} == {"package", "text"}


def version(number: int, frontier: str) -> Version:
    return Version("a", 0, f"v{number}", "n", "2026-01-01T00:00:00+00:00", "u", frontier, "0" * 64, "0" * 64)


def test_compaction_never_drops_a_frontier_that_a_version_names(library: Library):
    source = random.Random(3)
    for _ in range(20):
        with library.writing() as session:
            session.execute(text("DELETE FROM contract"))
            Contracts(session).add("a", "A", at=1)
            texts, versions = Texts(session), Versions(session)
            # A model of a replica: a snapshot shows the frontiers from its floor on; the journal adds one each.
            now, named = 0, set()
            for _ in range(source.randrange(4, 25)):
                step = source.random()
                if step < 0.5 or now == 0:
                    now += 1
                    texts.append([Update("a", str(now).encode(), now)])
                if step > 0.7:
                    floor = source.randrange(0, now + 1)
                    texts.save_snapshot(
                        "a", f"{floor} {now}".encode(), b"{}", str(now), upto=texts.last_update("a"), at=1
                    )
                if 0.5 < step < 0.6:
                    named.add(now)
                    versions.add(version(source.getrandbits(60), str(now)))
            if session.execute(text("SELECT count(*) FROM snapshot")).scalar() == 0:
                texts.save_snapshot("a", f"0 {now}".encode(), b"{}", str(now), upto=texts.last_update("a"), at=1)

            def shows(snapshot: bytes, frontiers: object) -> list[str]:
                floor, top = map(int, snapshot.split())
                return [one for one in frontiers if floor <= int(one) <= top]  # type: ignore[attr-defined]

            def reachable() -> set[int]:
                found: set[int] = set()
                for number, upto in session.execute(text("SELECT number, upto FROM snapshot")).all():
                    floor, top = map(int, texts.snapshot(number).split())  # noqa: B023
                    found |= set(range(floor, top + 1))
                    rows = session.execute(
                        text("SELECT content FROM journal WHERE number > :u ORDER BY number"), {"u": upto}
                    )
                    for content in rows.scalars():
                        if int(content) == top + 1:
                            top += 1
                            found.add(top)
                return found

            before, opened = reachable(), texts.open("a")
            texts.compact("a", shows)
            assert before & named <= reachable()
            assert texts.open("a") == opened
            assert session.execute(text("SELECT count(*) FROM snapshot")).scalar() >= 1


def test_a_long_journal_asks_for_a_snapshot_and_then_goes(library: Library):
    with library.writing() as session:
        Contracts(session).add("a", "A", at=1)
        texts = Texts(session)
        texts.save_snapshot("a", b"s0", b"{}", "00", upto=0, at=1)
        assert not texts.wants_snapshot("a")
        texts.append(Update("a", b"x", 1) for _ in range(200))
        assert texts.wants_snapshot("a")
        for number in range(3):
            texts.save_snapshot("a", b"s%d" % number, b"{}", "00", upto=texts.last_update("a"), at=1)
        assert not texts.wants_snapshot("a")
        assert texts.compact("a", lambda snapshot, frontiers: ()) == 2
        assert session.execute(text("SELECT count(*) FROM journal")).scalar() == 0
        assert texts.last_update("a") == 200
        texts.append([Update("a", b"later", 1)])
        assert texts.open("a").updates == (b"later",)


def test_compaction_keeps_what_a_younger_snapshot_of_an_older_moment_needs(library: Library):
    with library.writing() as session:
        Contracts(session).add("a", "A", at=1)
        texts = Texts(session)
        texts.append(Update("a", b"%d" % number, 1) for number in range(6))
        for upto in (0, 5, 2):
            texts.save_snapshot("a", b"s%d" % upto, b"{}", "00", upto=upto, at=1)
        texts.compact("a", lambda snapshot, frontiers: ())
        assert texts.open("a").snapshot == b"s2"
        assert texts.open("a").updates == (b"2", b"3", b"4", b"5")


def test_updates_wait_at_most_the_interval_and_go_as_one_group():
    now, groups = [0.0], []
    writer = JournalWriter(groups.append, lambda: now[0], interval=1.0)
    assert not writer.due()
    assert writer.flush() == 0
    for number in range(3):
        writer.add(Update("a", bytes([number]), number))
        now[0] += 0.4
    assert writer.due()
    assert writer.flush() == 3
    assert not writer.due()
    assert [len(group) for group in groups] == [3]
    writer.add(Update("a", b"x", 1))
    assert not writer.due()


def test_a_failed_flush_loses_nothing_and_keeps_the_order():
    now, kept, fails = [0.0], [], [True]

    def write(group: object) -> None:
        writer.add(Update("a", b"meanwhile", 0))
        if fails[0]:
            raise OSError("full")
        kept.extend(group)  # type: ignore[call-overload]

    writer = JournalWriter(write, lambda: now[0])
    writer.add(Update("a", b"1", 0))
    with pytest.raises(OSError, match="full"):
        writer.flush()
    assert writer.pending == 2
    assert not writer.due()
    now[0] = 1.0
    assert writer.due()
    fails[0] = False
    assert writer.flush() == 2
    assert [update.content for update in kept] == [b"1", b"meanwhile"]
    assert writer.pending == 1
    now[0] = 2.0
    assert writer.due()


def test_keys_from_one_lane_and_flushes_from_another_lose_and_double_nothing():
    kept: list[Update] = []
    writer = JournalWriter(kept.extend, lambda: 0.0)
    stop = threading.Event()

    def flushing() -> None:
        while not stop.is_set():
            writer.flush()

    threads = [threading.Thread(target=flushing) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(3000):
        writer.add(Update("a", str(number).encode(), number))
    stop.set()
    for thread in threads:
        thread.join()
    writer.flush()
    assert [update.at for update in kept] == list(range(3000))


def test_a_history_is_sealed_and_a_changed_row_is_found(library: Library):
    with library.writing() as session:
        Contracts(session).add("a", "A", at=1)
        versions = Versions(session)
        made = [versions.add(version(number, f"{number:02x}")) for number in range(4)]
        assert versions.of("a") == tuple(made)
        assert versions.get("v2") == made[2]
        assert versions.last("a") == made[3]
        assert versions.problems("a") == ()
        session.execute(text("UPDATE version SET name = 'other' WHERE number = 2"))
        assert [problem.number for problem in versions.problems("a")] == [2]
        assert [damage.subject for damage in damages(session)] == ["history"]


def test_threads_findings_verdicts_and_sessions(library: Library):
    with library.writing() as session:
        Contracts(session).add("a", "A", at=1)
        threads = Threads(session)
        threads.start("t", "a", {"quote": "words 😀"}, visibility="internal", at=1)
        threads.say("t", "c1", "user", "first", at=1)
        threads.say("t", "c2", "user", "second", at=2)
        threads.edit("c2", "changed", at=3)
        threads.resolve("t", at=4)
        (thread,) = threads.of("a")
        assert [one.text for one in thread.comments] == ["first", "changed"]
        assert (thread.anchor, thread.visibility, thread.resolved_at) == ({"quote": "words 😀"}, "internal", 4)

        findings = Findings(session)
        for number in (1, 2):
            run = RunRecord(f"r{number}", "a", "0" * 64, "nda", "1", "m1", "", number)
            findings.record(run, [{"id": "x", "severity": "high", "message": "M"}] * number)
        assert findings.last_run("a") == run
        assert len(findings.of("r2")) == 2
        for words in ("accepted", "rejected"):
            findings.decide(VerdictRecord("a", "x", words, "because", "", "user", 1))
        assert findings.verdicts("a")["x"].verdict == "rejected"

        sessions, searches, facts = Sessions(session), SavedSearches(session), Facts(session)
        assert sessions.get("window") is None
        for value in ({"tabs": ["a"]}, [1, None, "é"]):
            sessions.put("window", value, at=1)
            assert sessions.get("window") == value
        sessions.remove("window")
        assert sessions.get("window") is None
        searches.put(NamedSearch("s", "Mine", {"words": "x"}, 1))
        searches.put(NamedSearch("s", "Ours", {"words": "y"}, 1))
        assert [one.name for one in searches.all()] == ["Ours"]
        searches.remove("s")
        assert searches.all() == ()
        facts.put("device", "1")
        facts.put("device", "2")
        assert (facts.get("device"), facts.get("none")) == ("2", None)
        Peers(session).add(Peer("18446744073709551615", "a", "d", "u", 1))
        assert Peers(session).of("a")[0].peer == "18446744073709551615"

    with library.writing() as session:
        Contracts(session).trash("a", at=1)
        Contracts(session).remove("a")
        for table in ("thread", "thread_comment", "finding", "finding_run", "verdict", "peer", "search_text"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_search_finds_beginnings_and_ranks_texts_with_excerpts(library: Library):
    bodies = {
        "a": ("Master services agreement", "Häagen GmbH", "The Supplier shall indemnify the Customer against claims."),
        "b": ("Lease", "Acme", "No indemnity is given. Indemnify appears twice: indemnify."),
        "c": ("Indemnify everybody", "Zürich AG", "Nothing else."),
        "d": ("Trashed indemnify", "Acme", "indemnify"),
    }
    with library.writing() as session:
        contracts = Contracts(session)
        for identity, (title, party, body) in bodies.items():
            contracts.add(identity, title, counterparty=party, at=1)
            contracts.set_search_text(identity, body, "0" * 64)
        contracts.trash("d", at=2)
        search = Search(session)

        def quick(words: str) -> list[str]:
            return [one.id for one in search.quick(words)]

        assert quick("mas serv") == ["a"]
        assert quick("haag") == ["a"]
        assert quick("ZUR") == ["c"]
        assert quick("acme") == ["b"]
        assert quick("nothing") == []
        assert quick(' ") OR * ') == []
        hits = search.ranked("indemnify")
        assert next(hit.contract.id for hit in hits) == "c"
        assert {hit.contract.id for hit in hits} == {"a", "b", "c"}
        assert f"{MARK_BEGIN}indemnify{MARK_END} the Customer" in next(
            hit.excerpt for hit in hits if hit.contract.id == "a"
        )
        assert [hit.contract.id for hit in search.ranked('"indemnify the customer"')] == ["a"]
        assert [hit.contract.id for hit in search.ranked("indemnify -customer -everybody")] == ["b"]
        assert [hit.contract.id for hit in search.ranked("services indem")] == ["a"]
        contracts.rename("a", title="Renamed", at=3)
        assert quick("mas") == []
        assert quick("renam") == ["a"]
        contracts.set_search_text("a", "Other words.", "1" * 64)
        assert contracts.search_text_sha256("a") == "1" * 64
        assert [hit.contract.id for hit in search.ranked("customer")] == []
        contracts.remove("d")
        assert damages(session) == ()
        session.execute(text("DELETE FROM text_index_data WHERE id > 10"))
        session.execute(text("INSERT INTO quick_index(rowid, title, counterparty) VALUES (99, 'ghost', '')"))
        assert {damage.subject for damage in damages(session)} >= {"search"}
        rebuild_search(session)
        assert damages(session) == ()
        assert page_damages(session) == ()


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_query_or_none(typed: str):
    for expression in (quick_expression(typed), ranked_expression(typed)):
        assert expression is None or expression.count('"') % 2 == 0


def test_no_typed_words_break_the_search(library: Library):
    source = random.Random(11)
    letters = [
        *list("ab\"'*()-:^+{}[]\\/ \t§é😀שא\u2028́_.,;"),
        "NEAR(",
        " OR ",
        " NOT ",
        " AND ",
        "title:",
        "ﬁ",
        "Ⅷ",
        "²",
    ]
    with library.reading() as session:
        search = Search(session)
        for _ in range(400):
            typed = "".join(source.choices(letters, k=source.randrange(1, 14)))
            search.quick(typed)
            search.ranked(typed)


def test_a_search_nobody_waits_for_stops(library: Library):
    with library.writing() as session:
        for number in range(300):
            Contracts(session).add(str(number), f"word{number} " * 3, at=1)
    task = Task(lambda progress: None)
    with library.reading() as session:
        search = searching(session, task.when_cancelled)
        assert search.quick("word1")
        task.cancel()
        with pytest.raises(SearchCancelled):
            search.quick("word")
        with pytest.raises(SearchCancelled):
            search.ranked("word")
    with library.reading() as session:
        running = Search(session)
        slow = (
            "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 1000000000) "
            "SELECT max(n) FROM count"
        )
        timer = threading.Timer(0.05, running.cancel)
        timer.start()
        with pytest.raises(SearchCancelled):
            running._run(slow, ())
    with library.reading() as session:
        assert Search(session).quick("word1")


def test_the_log_goes_into_the_file_while_readers_go_on(library: Library, clock: ManualClock):
    clock.advance(1)
    with library.writing() as session:
        Contracts(session).add("a", "A", at=library.now())
    log = library.home.library.with_name("library.db-wal")
    assert os.path.getsize(log) > 0
    library.shrink_log()
    assert not log.exists() or os.path.getsize(log) == 0
    with library.reading() as session:
        assert Contracts(session).get("a").created_at == to_milliseconds(clock.now())
    with library.writing() as session:
        assert damages(session, progress=lambda fraction, name: None) == ()
