"""What one running app holds: the district, its worker, the views of its people, and an ear for commands."""
from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date, datetime

from data.access import Scope
from data.commands import answer_waiting
from data.home import Home
from data.jobs import Job, Worker
from indicators.district import District
from indicators.drop_folder import DropFolder
from indicators.view import View, with_decisions_since

VIEWS_KEPT = 8
MADE_UP, EDITED = "the made-up district", "definitions that were edited"        # what may have to be done before the first page
LOOK_EVERY = 3               # seconds between looks into the home folder's inbox/; a file must lie still from one to the next
LISTEN_EVERY = 0.3           # seconds between looks into the home folder's commands/

Run = Callable[[District, str, Sequence[str], str], tuple[int, str]]


class House:
    """One for each process and home folder. Views are kept by district, scope, data version and day, and by nothing else."""

    def __init__(self, home: Home, run: Run | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.district = District.open(home)
        self.worker = Worker()
        self.inbox = DropFolder(home.inbox)
        self.preparing: Job | None = None
        self._views: OrderedDict[tuple, View] = OrderedDict()
        self._building = threading.Lock()
        self._closed = threading.Event()
        if run:
            threading.Thread(target=self._listen, args=(run,), name="commands", daemon=True).start()
        if clock:
            threading.Thread(target=self._watch, args=(clock,), name="inbox", daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self.district.close()

    def as_of(self, today: date) -> date:
        """The made-up district stands still; a real one is seen as of today."""
        return self.district.made_up_as_of or today

    def view(self, scope: Scope, as_of: date) -> View:
        """The view of this scope, built once for each data version and day; never one of a district that was removed."""
        key = (self.district.life, scope.fingerprint, self.district.store.version, as_of)
        with self._building:
            if key not in self._views:
                self._views[key] = self._with_decisions(key) or self.district.view(scope, as_of)
                while len(self._views) > VIEWS_KEPT:
                    self._views.popitem(last=False)
            self._views.move_to_end(key)
            return self._views[key]

    def _with_decisions(self, key: tuple) -> View | None:
        """A decision changes nothing but itself: the newest view of the same scope and day serves on."""
        life, scope, _, day = key
        alike = [known for known in self._views if (known[0], known[1], known[3]) == (life, scope, day)]
        newest = max(alike, key=lambda known: known[2], default=None)
        view = with_decisions_since(self._views[newest], self.district.store) if newest else None
        if view:
            del self._views[newest]             # one of each scope is enough
        return view

    def prepare(self, at: datetime) -> Job | None:
        """Have the made-up district built when the home is empty, and numbers made of edited definitions; the job while it is under way."""
        if self.preparing is None and not self.district.begun:
            self.preparing = self.worker.do(MADE_UP, lambda say: self.district.begin_made_up(at=at, progress=say))
        elif self.preparing is None and self.district.outdated:
            self.preparing = self.worker.do(EDITED, lambda say: self.district.renew(at=at))
        return None if self.preparing is None or self.preparing.done else self.preparing

    def _listen(self, run: Run) -> None:
        while not self._closed.is_set():
            answer_waiting(self.district.home, self._do(run))
            time.sleep(LISTEN_EVERY)

    def _watch(self, clock: Callable[[], datetime]) -> None:
        """Look at the inbox now and then, as a job of the worker, so that it never meets another load."""
        while not self._closed.wait(LOOK_EVERY):
            if self.district.begun:
                self.worker.do("the inbox", lambda say: self.inbox.look(self.district, clock())).ended.wait()

    def _do(self, run: Run) -> Callable[[str, Sequence[str], str], tuple[int, str]]:
        """Run a command as a job of the worker, so that it never meets a load."""
        def do(module: str, arguments: Sequence[str], folder: str) -> tuple[int, str]:
            job = self.worker.do(" ".join(arguments), lambda say: run(self.district, module, arguments, folder))
            job.ended.wait()
            return job.result or (1, "\n".join(map(str, job.findings)))
        return do
