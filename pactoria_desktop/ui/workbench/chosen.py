"""What is done with the contracts that are chosen in the library: folder, tags, particulars, trash."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.ui.library.screen import LibraryScreen
from pactoria_desktop.ui.shell.commands import Command

if TYPE_CHECKING:
    from pactoria_desktop.services.shelf import ContractRecord, FolderRecord, Shelf
    from pactoria_desktop.ui.workbench.workbench import Workbench

STATUSES = {
    "draft": "Draft", "in_review": "In review", "approved": "Approved", "rejected": "Rejected", "signed": "Signed",
}  # fmt: skip
NO_FOLDER, NEW_FOLDER = "", "+"
NOTHING_CHOSEN = "no contract is chosen in the library"


def folder_paths(folders: "tuple[FolderRecord, ...]") -> list[tuple[str, str]]:
    """Each folder's id with its way from the top, in order of the way: “Halden Marine › Renewals”."""
    by_id = {each.id: each for each in folders}

    def path(folder: "FolderRecord") -> tuple[str, ...]:
        names, at = [folder.name], folder.parent
        while at is not None and at in by_id:
            names.append(by_id[at].name)
            at = by_id[at].parent
        return tuple(reversed(names))

    ways = sorted((tuple(name.casefold() for name in path(each)), path(each), each.id) for each in folders)
    return [(id, " › ".join(names)) for _, names, id in ways]


class ChosenContracts:
    """The commands on the library's selection. What they write goes to the writing lane."""

    def __init__(
        self, bench: "Workbench", shelf: "Callable[[], Shelf]", library: LibraryScreen, refresh: Callable[[], None]
    ) -> None:
        self._bench, self._of, self._library, self._refresh = bench, shelf, library, refresh

    @property
    def _shelf(self) -> "Shelf":
        return self._of()

    def commands(self) -> tuple[Command, ...]:
        """For the registry."""

        def some() -> bool:
            return bool(self._keys())

        def one() -> bool:
            return len(self._keys()) == 1

        why = NOTHING_CHOSEN
        return (
            Command("library.open", "Open", "File", self._open, (), "open", some, group=20, why_not=why),
            Command("library.folder", "Put into a folder…", "File", self._put_into_folder, (), "folder", some, group=25,
                    why_not=why),
            Command("library.tags", "Tags…", "File", self._change_tags, (), "tag", some, group=25, why_not=why),
            Command("library.details", "Particulars…", "File", self._change_details, (), "info", one, group=25,
                    why_not="not exactly one contract is chosen in the library",
                    words="counterparty status party title rename"),
            Command("library.trash", "Move to the trash", "File", self._trash, (), "delete", some, group=26,
                    why_not=why),
            Command("library.put_back", "Take out of the trash", "File", self._put_back, (), "undo",
                    lambda: some() and self._library.query.trashed, group=26, why_not="the trash is not shown"),
            Command("library.new_folder", "New folder…", "File", self._new_folder, (), "folder", group=25),
        )  # fmt: skip

    def fill_menu(self, menu: QMenu) -> None:
        """The menu of a row of the list."""
        for name in ("open", "folder", "tags", "details", "trash", "put_back"):
            menu.addAction(self._bench.registry.action(f"library.{name}"))

    def _keys(self) -> tuple[str, ...]:
        return self._library.selected_keys() if self._bench.window.place() == "library" else ()

    def _records(self) -> "tuple[ContractRecord, ...]":
        return self._shelf.records(self._keys())

    def _write(self, label: str, work: Callable[[], object]) -> None:
        self._bench.tasks.start(
            self._library, Lane.WRITE, label, lambda task: work(), on_result=lambda nothing: self._refresh(),
            on_error=self._bench.window.show_error,
        )  # fmt: skip

    def _open(self) -> None:
        for key in self._keys()[:10]:
            self._bench.opening.open_contract(key)

    def _new_folder(self) -> None:
        name = self._bench.questions.words("New folder", "", "Make folder")
        if name:
            self._write("Making a folder", lambda: self._shelf.make_folder(name))

    def _put_into_folder(self) -> None:
        keys, questions, shelf = self._keys(), self._bench.questions, self._shelf
        places = [(NO_FOLDER, "No folder"), *folder_paths(shelf.folders()), (NEW_FOLDER, "A new folder…")]
        now = {each.folder or NO_FOLDER for each in self._records()}
        current = now.pop() if len(now) == 1 else NEW_FOLDER if len(places) == 2 else places[1][0]
        chosen = questions.choice("Put into a folder", "", "Put there", places, current)
        if chosen is None:
            return
        if chosen != NEW_FOLDER:
            self._write("Moving contracts", lambda: shelf.move(keys, chosen or None))
            return
        name = questions.words("New folder", "The chosen contracts are put into it.", "Make folder")
        if name:
            self._write("Moving contracts", lambda: shelf.move(keys, shelf.make_folder(name)))

    def _change_tags(self) -> None:
        keys, records, shelf = self._keys(), self._records(), self._shelf
        borne = [set(each.tags) for each in records]
        names = [name for name, _ in shelf.tags()]
        names += sorted(set().union(*borne) - set(names))
        bearing = {name: sum(name in tags for tags in borne) for name in names}
        states = [(name, None if 0 < count < len(borne) else count > 0) for name, count in bearing.items()]
        answer = self._bench.questions.ticks("Tags", "Keep", states, "New tags, separated by commas")
        if answer is None:
            return
        ticked, words = answer
        wanted = {name for name, on in ticked.items() if on} | {each.strip() for each in words.split(",")} - {""}
        unwanted = {name for name, on in ticked.items() if on is False} - wanted
        self._write("Changing tags", lambda: shelf.change_tags(keys, wanted, unwanted))

    def _change_details(self) -> None:
        (record,) = self._records()
        answer = self._bench.questions.details(
            "Particulars", "Save", (("Title", record.title), ("Counterparty", record.counterparty)),
            ("Status", {record.status: record.status} | STATUSES, record.status),
        )  # fmt: skip
        if answer is None:
            return
        (title, counterparty), status = answer
        self._bench.deeds.describe(record.id, title=title, counterparty=counterparty, status=status)

    def _trash(self) -> None:
        keys = self._keys()
        self._write("Moving to the trash", lambda: self._shelf.trash(keys))

    def _put_back(self) -> None:
        keys = self._keys()
        self._write("Taking out of the trash", lambda: self._shelf.put_back(keys))
