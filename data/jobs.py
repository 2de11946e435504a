"""Work that outlives a page: one worker, one job at a time, in the order they came. Pages only look at a job."""
from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from data.finding import Finding, Level, Refused
from data.loads import Progress

log = logging.getLogger("headway")


@dataclass
class Job:
    """What a worker was asked to do, how far it is in words, and how it ended."""
    name: str
    work: Callable[[Progress], Any]
    words: str = "Waiting for its turn"
    result: Any = None
    findings: tuple[Finding, ...] = ()
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def done(self) -> bool:
        return self.ended.is_set()


class Worker:
    """A thread that does jobs one after the other; a job that fails is told as a finding and the next one starts."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job] = queue.Queue()
        threading.Thread(target=self._run, name="worker", daemon=True).start()

    def do(self, name: str, work: Callable[[Progress], Any]) -> Job:
        job = Job(name, work)
        self._jobs.put(job)
        return job

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job.result = job.work(lambda words, job=job: setattr(job, "words", words))
            except Refused as refused:
                job.findings = refused.findings
            except Exception:     # the worker must outlive any job; the log has the details, the page a plain sentence
                log.exception("job failed: %s", job.name)
                job.findings = (Finding(Level.STOP, "something went wrong that we did not foresee, and nothing was stored",
                                        "Try once more; if it happens again, send the log in the home folder to your data office.",
                                        file=job.name),)
            finally:
                job.ended.set()
