"""The editor on a long contract: opening, keys, searching, finding the next change, accepting all.

Run by ``pytest tests/bench/test_editor.py --benchmark-enable -s`` on 300 pages with 2,000 tracked changes and 500
findings; without that option the same runs on 10 pages and nothing is measured. Budgets: BUDGETS.md, "Desktop". They
are held against the process's own work, because the machine does other things; the clock's figures stand beside.

Opening is begun by the pieces round the caret; on a quiet machine they are painted after 50 ms and all of it is there
after 160 ms more, with no turn over 35 ms (331 and 61 ms where the caret stands on the last page). What the window adds
to that is measured in test_start.py.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.memory import look_through, set_aside
from pactoria_desktop.ui.editor.contract_view import ContractView
from pactoria_desktop.ui.editor.painting import RemoteCaret
from pactoria_desktop.ui.theme.look import Look
from tests.bench.contracts import AUTHORS, contract
from tests.bench.keys import figures

Write = Callable[..., None]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> bool:
    """Whether figures are wanted."""
    return bool(request.config.getoption("--benchmark-enable"))


@pytest.fixture
def opened(qapp, measured):
    """A shown contract and what opening it took, in milliseconds: to its first sight by the clock and of own work, of
    own work until all of it was there, and in the longest turn meanwhile."""
    pages = 300 if measured else 10
    text = contract(pages, changes=pages * 7, comments=pages // 3, tables=pages // 30)
    made = Replica.create(text, identity=Identity("x"), clock=SystemClock())
    snapshot = made.snapshot()
    made.close()
    look = Look()
    look.apply(qapp)
    start, work = time.perf_counter(), time.process_time()
    replica = Replica.open(snapshot, identity=Identity(AUTHORS[0], "me"), clock=SystemClock())
    view = ContractView(replica, look, AUTHORS[0], session={})
    view.resize(900, 860)
    view.show()
    view.editor.show_caret(200)
    qapp.processEvents()
    view.grab()
    taken = [(time.perf_counter() - start) * 1000, (time.process_time() - work) * 1000, 0.0, 0.0]
    view.complete()
    while not view.view.whole:
        turn = time.process_time()
        qapp.processEvents()
        taken[3] = max(taken[3], (time.process_time() - turn) * 1000)
    taken[2] = (time.process_time() - work) * 1000
    set_aside()  # as the workbench does at its first rest
    yield view, replica, taken
    look_through()
    view.close_text()
    view.deleteLater()
    replica.close()


def test_keys_are_painted_in_time(qapp, measured, figure: Write):
    rows = figures(300, 200, 500, 2000, 0) if measured else figures(4, 10, 5, 20, 1)
    for row in rows:
        clock = f"{row.p50} / {row.p95} / {row.p99}"
        work = f"{row.work_p50} / {row.work_p95} / {row.work_p99}"
        figure(f"key to paint, {row.place}, {row.mode}, ms p50 / p95 / p99", f"{clock}, own work {work}", row.budget)
    assert {row.place for row in rows} == {"start", "middle", "end"}


def test_a_stored_contract_opens_in_time(opened, figure: Write):
    _, _, (clock, work, whole, longest) = opened
    figure("open 300 pages, 2,000 changes, caret ready, ms", f"{clock:.0f}, own work {work:.0f}", "350")
    figure("all 300 pages there, ms of own work", round(whole), "")
    figure("longest turn until then, ms of own work", round(longest, 1), "100")


def test_searching_never_stops_the_page(opened, qapp, figure: Write):
    view, _, _ = opened
    view.find_bar.look_for("liable")
    longest = 0.0
    while view.find_bar.searching:
        work = time.process_time()
        qapp.processEvents()
        longest = max(longest, (time.process_time() - work) * 1000)
    assert view.find_bar.count > 5
    figure("longest stall while searching 300 pages, ms of own work", round(longest, 1), "100")


def test_remote_carets_cost_no_layout(opened, qapp, figure: Write):
    view, _, _ = opened
    editor = view.editor
    editor.show_position(view.view.positions.total // 2)
    qapp.processEvents()
    sight = [paragraph for paragraph in editor.scene(0, editor.viewport().height()) if paragraph.block.length() > 1]
    places = [
        Place(each.slot, each.offset + step * (each.block.length() - 1) // 20) for step in range(20) for each in sight
    ]
    carets = [RemoteCaret(AUTHORS[at % len(AUTHORS)], at % 5 + 1, place) for at, place in enumerate(places[:20])]

    def painted() -> float:
        taken = []
        for _ in range(40):
            work = time.process_time()
            editor.viewport().grab()
            taken.append((time.process_time() - work) * 1000)
        return sorted(taken)[len(taken) // 2]

    before = painted()
    view.show_remote_carets(carets)
    with_carets = painted()
    moved = time.process_time()
    for step in range(40):
        view.show_remote_carets(
            [replace(each, place=places[(at + step) % len(places)]) for at, each in enumerate(carets)]
        )
    moving = (time.process_time() - moved) * 1000 / 40
    figure("20 remote carets in sight add to a paint of the page, ms of own work", round(with_carets - before, 2), "1")
    figure("20 remote carets move, ms of own work", round(moving, 2), "")
    assert len(editor.remote) == 20


@pytest.mark.parametrize(
    ("name", "deed"),
    [
        ("go to the next change", lambda view, replica: view.commands.next_change()),
        ("accept all changes", lambda view, replica: replica.accept(Selection())),
        ("switch the theme", lambda view, replica: view.editor.set_paper(view.editor.paper)),
    ],
)
def test_large_deeds(opened, qapp, figure: Write, name: str, deed: Callable[[ContractView, Replica], object]):
    view, replica, _ = opened
    start, work = time.perf_counter(), time.process_time()
    deed(view, replica)
    qapp.processEvents()
    clock, own = (time.perf_counter() - start) * 1000, (time.process_time() - work) * 1000
    figure(f"{name}, 300 pages, 2,000 changes, ms", f"{clock:.0f}, own work {own:.0f}", "")
    assert len(view.view.positions)


@pytest.mark.parametrize("suggesting", [False, True])
@pytest.mark.parametrize("name", ["accept all", "embolden all", "delete all"])
def test_large_deeds_and_their_undo_never_stop_the_page(opened, qapp, figure: Write, name: str, suggesting: bool):
    view, replica, _ = opened
    before = replica.text().sections
    replica.suggesting = suggesting
    view.editor.selectAll()
    commands = view.commands
    deed = {"accept all": commands.accept_all, "embolden all": commands.bold, "delete all": commands.delete_selection}
    for doing, act in ((name, deed[name]), (f"undo of {name}", commands.undo), (f"redo of {name}", commands.redo)):
        longest = whole = 0.0
        begun = False
        while not begun or view.editor.turns.busy or view.view.behind:
            work = time.process_time()
            (qapp.processEvents if begun else act)()
            taken = (time.process_time() - work) * 1000
            longest, whole, begun = max(longest, taken), whole + taken, True
        assert (replica.text().sections == before) == doing.startswith("undo")
        mode = "suggesting" if suggesting else "direct"
        figure(
            f"longest stall: {doing}, {mode}, 300 pages, ms of own work (all)", f"{longest:.0f} ({whole:.0f})", "100"
        )
