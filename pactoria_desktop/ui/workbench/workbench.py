"""The workbench: the window and its rooms, put together on one library."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.runtime.memory import give_back, look_through, set_aside
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.ui.shell.commands import CommandRegistry
from pactoria_desktop.ui.shell.garbage import GarbageSearch
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.shell.window import MainWindow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.workbench.account import AccountFace
from pactoria_desktop.ui.workbench.account_commands import account_commands
from pactoria_desktop.ui.workbench.apart import Apart
from pactoria_desktop.ui.workbench.bench_commands import bench_commands
from pactoria_desktop.ui.workbench.comparing import Comparing
from pactoria_desktop.ui.workbench.contract_commands import contract_commands
from pactoria_desktop.ui.workbench.deeds import Deeds
from pactoria_desktop.ui.workbench.exchange import Exchange
from pactoria_desktop.ui.workbench.finding import add_palette_sources
from pactoria_desktop.ui.workbench.live import Live
from pactoria_desktop.ui.workbench.opening import Opening
from pactoria_desktop.ui.workbench.particulars import ParticularsDeeds
from pactoria_desktop.ui.workbench.preferences import Preferences
from pactoria_desktop.ui.workbench.questions import Questions, WindowQuestions
from pactoria_desktop.ui.workbench.roles import Roles
from pactoria_desktop.ui.workbench.shelves import Shelves
from pactoria_desktop.ui.workbench.together_port import TogetherPort
from pactoria_desktop.ui.workbench.version_commands import version_commands

if TYPE_CHECKING:
    from pactoria_desktop.services.choosing import ChoosingReviewer
    from pactoria_desktop.ui.compare.screen import CompareScreen
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.panels import Panels
    from pactoria_desktop.ui.workbench.versions import Versions

WARMING_PAUSE = 600  # milliseconds
REST = 1_500  # milliseconds without background work, after which its memory goes back


class Workbench(QObject):
    """Everything of one window. ``questions`` asks the person; tests put their own answers there.

    ``tabs`` are the open contracts by id, ``comparisons`` the comparisons by the key of their tab.
    """

    def __init__(
        self, service: LibraryService, look: Look, tasks: BackgroundTasks, settings: SettingsFile,
        make_reviewer: "Callable[[], ChoosingReviewer] | None" = None, together: TogetherPort | None = None,
    ) -> None:  # fmt: skip
        """``make_reviewer`` gives each contract a reviewer of its own; ``together`` is the way to a platform."""
        super().__init__()
        self.service, self.look, self.tasks, self.settings = service, look, tasks, settings
        self.make_reviewer = make_reviewer or self._reviewer
        self.garbage = GarbageSearch(self)
        self.tabs: dict[str, ContractTab] = {}
        self.comparisons: dict[str, CompareScreen] = {}
        self.registry = CommandRegistry(look)
        self.window = MainWindow(look, self.registry, tasks)
        self.questions: Questions = WindowQuestions(look, self.window)
        self._together = together
        self.live = Live(self)
        self.apart = Apart(self)
        self.preferences = Preferences(self)
        self.deeds = Deeds(self)
        self.shelves = Shelves(self)
        self.roles = Roles(self)
        self.account = AccountFace(self)
        self.particulars = ParticularsDeeds(self)
        self._panels: Panels | None = None
        self._warmed = False
        self._closed = False
        self.opening = Opening(self)
        self.exchange = Exchange(self)
        self.comparing = Comparing(self)
        self.registry.add(
            *bench_commands(self), *contract_commands(self), *version_commands(self), *account_commands(self)
        )
        self.search = add_palette_sources(self)
        self.window.close_asked.connect(self.opening.close_contract)
        self.window.files_dropped.connect(self.exchange.import_files)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._give_back)
        tasks.jobs_changed.connect(self._rest.start)
        self.window.when_painted(self._begin)

    def agreements_changed(self) -> None:
        """Show approvals, activity and versions of the contract in front as they are now."""
        if self._panels is not None:
            self._panels.agreements.show()
            self._panels.versions.show()

    def versions_changed(self, contract: str, choose: str = "") -> None:
        """A version of a contract was added; the one with the id ``choose`` becomes the current one in the list."""
        if self._panels is not None:
            self._panels.versions.changed(contract, choose)

    @property
    def versions(self) -> "Versions | None":
        """The panel of versions, None before the first contract was opened."""
        return self._panels.versions if self._panels is not None else None

    def _begin(self) -> None:
        """What the first frame does not wait for: the library's lists, then what opening a contract needs."""
        self.shelves.refresh()
        self.live.start()
        QTimer.singleShot(WARMING_PAUSE, self, self._warm_for_opening)

    def _give_back(self) -> None:
        """What background work took and left goes back to the system, once nothing runs; what stays is set aside."""
        if any(job.lane is not Lane.NETWORK for job in self.tasks.jobs()):
            return
        if self._closed:
            self._closed = False
            look_through()
        set_aside()
        give_back()

    @property
    def together(self) -> TogetherPort:
        """The device together with its platform, which the first frame does not wait for."""
        if self._together is None:
            from pactoria_desktop.services.together import Together

            self._together = Together(self.service)
        return self._together

    @together.setter
    def together(self, together: TogetherPort) -> None:
        self._together = together
        self.live.start()

    def closed(self) -> None:
        """A contract or comparison was closed: what it held is looked for at the next rest."""
        self._closed = True
        self._rest.start()

    @property
    def panels(self) -> "Panels":
        """The panels beside the text, made with the first contract."""
        if self._panels is None:
            from pactoria_desktop.ui.workbench.panels import Panels

            self._panels = Panels(self)
        return self._panels

    @property
    def panels_away(self) -> bool:
        """Whether the panels are hidden for a comparison."""
        return self._panels is not None and self._panels.away

    def _warm_for_opening(self) -> None:
        """Read what opening a contract needs: the text's part in the background, the page's here, after it."""

        def read(task: Task) -> None:
            import pactoria_desktop.services.opened
            import pactoria_desktop.services.overview  # noqa: F401

        def read_page(nothing: None) -> None:
            import pactoria_desktop.ui.workbench.contract_tab
            import pactoria_desktop.ui.workbench.panels  # noqa: F401

        self.tasks.start(
            self, Lane.COMPUTE, "Getting ready", read, on_result=read_page, on_error=self.window.show_error
        )  # fmt: skip

    def warm_for_review(self) -> None:
        """Read what is wanted of an open contract sooner or later, in the background: review, joining, summary."""
        if self._warmed:
            return
        self._warmed = True

        def read(task: Task) -> None:
            import pactoria_desktop.services.choosing
            import pactoria_desktop.services.joining
            import pactoria_desktop.services.summary  # noqa: F401

        self.tasks.start(self, Lane.COMPUTE, "Getting ready", read, on_error=self.window.show_error)

    def _reviewer(self) -> "ChoosingReviewer":
        from pactoria_desktop.services.choosing import reviewer_for

        return reviewer_for(self.settings.value.default_playbook, self.service.clock)

    def current(self) -> "ContractTab | None":
        """The contract in front, None where there is none."""
        document = self.window.documents.current()
        if document is None or self.window.place() != "contracts":
            return None
        return self.tabs.get(document.key)

    def comparison(self) -> "CompareScreen | None":
        """The comparison in front, None where there is none."""
        document = self.window.documents.current()
        if document is None or self.window.place() != "contracts":
            return None
        return self.comparisons.get(document.key)

    def say(
        self, key: str, severity: str, sentence: str, action: str = "", run: Callable[[], None] | None = None
    ) -> None:
        """Say a sentence across the tab with this key, or across the window where the tab is gone."""
        document = self.window.documents.document(key)
        banner = document.banner if document is not None else self.window.banner
        banner.show_sentence(severity, sentence, action, run)
