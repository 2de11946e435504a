"""Starting Headway on a computer nobody prepared: it starts, or one sentence says why not and what to do."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import run

CHECKOUT = Path(run.__file__).parent
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="The stand-in for the environment's Python is a POSIX script.")

# Stands in for .venv's Python: notes what it is asked, installs nothing, and is up at once as "streamlit".
STAND_IN = '''#!{python}
import http.server, os, signal, sys, time
asked = sys.argv[1:]
with open("asked.txt", "a") as notes:
    print(*asked, file=notes)
module = asked[1]
if module in os.environ.get("FAILING", "").split():
    sys.exit(os.environ.get("SAYING", "out of sorts"))
if module == "pytest":
    print("threads", os.environ["OPENBLAS_NUM_THREADS"])
    print("home", os.environ["HEADWAY_HOME"], os.listdir(os.environ["HEADWAY_HOME"]))
    sys.exit(5)
if module == "streamlit":
    signal.alarm(120)       # a test that failed leaves nothing behind for long
    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/_stcore/health" else 404)
            self.end_headers()
    try:
        http.server.HTTPServer(("127.0.0.1", int(asked[asked.index("--server.port") + 1])), Health).serve_forever()
    except KeyboardInterrupt:
        try:
            time.sleep(float(os.environ.get("SECONDS_TO_STOP", 0)))
        except KeyboardInterrupt:
            sys.exit("cut short")
        sys.exit(7)
'''


def heard() -> None:
    """As from a terminal: a test run in the background was told to ignore Ctrl-C, and its children would be deaf to it too."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


class Checkout:
    """A copy of run.py beside two small locks, on a computer without screen, CI or Headway's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        folder.mkdir()
        shutil.copy(run.__file__, folder)
        (folder / "requirements.lock").write_text("a==1\n")
        (folder / "requirements-dev.lock").write_text("a==1\nb==1\n")
        unset = ("CI", "DISPLAY", "WAYLAND_DISPLAY", "HEADWAY_CHROMIUM", "BROWSER")
        self.settings = {name: value for name, value in os.environ.items() if name not in unset}
        self.settings["HEADWAY_HOME"] = str(self.home)

    def with_environment(self) -> Checkout:
        python = self.folder / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(STAND_IN.format(python=sys.executable))
        python.chmod(0o755)
        return self

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "run.py", *arguments], cwd=self.folder, text=True, capture_output=True,
                              env={**self.settings, **settings}, timeout=60)

    def start(self, *arguments: str, **settings: str) -> tuple[subprocess.Popen[str], str]:
        """Start the app; returns once the address is printed."""
        started = subprocess.Popen([sys.executable, "run.py", *arguments], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, env={**self.settings, **settings}, start_new_session=True, preexec_fn=heard)
        for line in started.stdout:
            if "running at" in line:
                return started, next(word for word in line.split() if word.startswith("http"))
        raise AssertionError(f"no address, exit code {started.wait()}")

    def start_and_stop(self, *arguments: str, by: int = signal.SIGINT, **settings: str) -> int:
        started, _ = self.start(*arguments, **settings)
        started.send_signal(by)
        with started.stdout:
            return started.wait(60)

    def asked(self) -> list[str]:
        """What the environment's Python was asked since the last look, its own path left out."""
        notes = self.folder / "asked.txt"
        lines = notes.read_text().replace(str(self.folder) + os.sep, "").splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "checkout")


def refused(done: subprocess.CompletedProcess[str], about: str) -> bool:
    """Exit code 1 and one line on stderr, which speaks of this."""
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stdout + done.stderr
    assert about in done.stderr, done.stderr
    return True


class TestRefusals:
    def test_a_python_without_ensurepip_is_told_the_package_to_install(self, checkout):
        lame = "import sys, runpy; sys.modules['ensurepip'] = None; runpy.run_path('run.py', run_name='__main__')"
        done = subprocess.run([sys.executable, "-c", lame], cwd=checkout.folder, text=True, capture_output=True,
                              env=checkout.settings)
        assert refused(done, "python3-venv")

    def test_an_environment_without_pip_is_to_be_deleted(self, checkout):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout.folder / ".venv"], check=True)
        assert refused(checkout.run(), "has no pip; delete that folder")

    def test_a_file_where_the_environment_belongs_is_named(self, checkout):
        (checkout.folder / ".venv").write_text("")
        assert refused(checkout.run(), "Not a directory" if os.name == "posix" else ".venv")

    def test_an_unknown_word_shows_how_to_call_it(self, checkout):
        assert refused(checkout.run("tset"), "python3 run.py test")

    def test_a_home_folder_that_cannot_be_made_is_named(self, checkout):
        (checkout.folder / "file").write_text("")
        assert refused(checkout.run(HEADWAY_HOME=str(checkout.folder / "file" / "home")), "set HEADWAY_HOME")


@ON_POSIX
class TestStart:
    @pytest.fixture
    def checkout(self, checkout):
        return checkout.with_environment()

    def test_installs_once_with_hashes_then_prepares_then_serves_this_computer_only(self, checkout):
        assert checkout.start_and_stop() == 7, "the app's own exit code"
        pip, uv, prepare, serve = checkout.asked()
        assert pip.startswith("-m pip install") and pip.endswith(" uv")
        assert uv == "-m uv pip sync --require-hashes --python .venv/bin/python requirements.lock"
        assert prepare == "-m data prepare"
        assert serve.startswith("-m streamlit run app.py --server.address 127.0.0.1 --server.port ")
        assert serve.endswith("--server.headless true"), "or Streamlit asks for an e-mail address"
        checkout.start_and_stop()
        assert [line.split()[1] for line in checkout.asked()] == ["data", "streamlit"]

    @pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)
    def test_however_it_is_stopped_the_app_stops_and_no_note_is_left(self, checkout, by):
        started, address = checkout.start()
        port = int(address.rsplit(":", 1)[1])
        note = json.loads((checkout.home / "running.json").read_text())
        assert note["port"] == port and run.lives(note["pid"]) and run.answers(port)
        second = checkout.run()
        assert (second.returncode, second.stdout) == (0, f"Headway is already running at {address}\n")
        started.send_signal(by)
        with started.stdout:
            assert started.wait(60) == 7
        assert not run.lives(note["pid"]) and not list(checkout.home.iterdir())

    def test_a_terminals_ctrl_c_goes_to_everything_it_started_and_reaches_the_app_once(self, checkout):
        started, _ = checkout.start(SECONDS_TO_STOP="1")
        os.killpg(started.pid, signal.SIGINT)
        with started.stdout:
            assert started.wait(60) == 7

    def test_a_changed_lock_is_installed(self, checkout):
        checkout.start_and_stop()
        (checkout.folder / "requirements.lock").write_text("a==2\n")
        checkout.asked()
        checkout.start_and_stop()
        assert "uv" in [line.split()[1] for line in checkout.asked()]

    def test_what_the_tests_installed_serves_the_app_too(self, checkout):
        checkout.run("test")
        assert "requirements-dev.lock" in checkout.asked()[1]
        checkout.start_and_stop()
        assert [line.split()[1] for line in checkout.asked()] == ["data", "streamlit"]

    def test_pip_takes_over_where_uv_fails(self, checkout):
        checkout.start_and_stop(FAILING="uv", SAYING="error sending request")
        assert checkout.asked()[2].endswith("--require-hashes -r requirements.lock")

    @pytest.mark.parametrize(("failing", "saying", "told", "asked"), [
        ("pip", "NewConnectionError: Name resolution failed", "No package index answered", 1),
        ("uv", "error: Hash mismatch for `a==1`", "do not go on", 2),
        ("uv pip", "No space left on device", "Headway cannot work in", 1),
        ("uv pip", "no matching distribution", "could not be installed", 2),
    ])
    def test_a_failed_install_is_told_and_tried_again_next_time(self, checkout, failing, saying, told, asked):
        for _ in range(2):
            assert refused(checkout.run(FAILING=failing, SAYING=saying), told)
            assert len(checkout.asked()) == asked
        assert not list(checkout.home.iterdir())

    @pytest.mark.parametrize(("failing", "told"), [("data", "Preparing the home folder"), ("streamlit", "Streamlit")])
    def test_what_stops_before_the_app_is_up_is_named_after_its_own_words(self, checkout, failing, told):
        words, sentence = checkout.run(FAILING=failing).stderr.splitlines()
        assert words == "out of sorts" and sentence.startswith(f"{told} stopped")

    @pytest.mark.parametrize(("arguments", "settings", "opened"), [
        ([], {}, True), (["--no-browser"], {}, False), ([], {"CI": "true"}, False), ([], {"DISPLAY": ""}, False)])
    def test_a_browser_opens_where_somebody_is_looking(self, checkout, arguments, settings, opened):
        browser = checkout.folder / "browser"
        browser.write_text(f'#!/bin/sh\necho "$1" > {checkout.folder}/opened.txt\n')
        browser.chmod(0o755)
        started, address = checkout.start(*arguments, **{"DISPLAY": ":0", "BROWSER": f"{browser} %s", **settings})
        note, until = checkout.folder / "opened.txt", time.monotonic() + (20 if opened else 0.5)
        while not (note.exists() and note.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        started.send_signal(signal.SIGINT)
        with started.stdout:
            started.wait(60)
        assert (note.read_text().strip() if note.exists() else None) == (address if opened else None)

    def test_tests_get_their_arguments_and_an_empty_home_of_their_own(self, checkout):
        done = checkout.run("test", "-k", "attendance", PATH="")
        assert done.returncode == 5, "pytest's own"
        assert checkout.asked()[-1] == "-m pytest -n auto --dist loadfile --no-loadscope-reorder -k attendance"
        home = done.stdout.split("home ")[1].split()[0]
        assert done.stdout.strip().endswith("[]") and home != str(checkout.home) and not Path(home).exists()
        assert "No Chromium found" in done.stdout


@ON_POSIX
def test_ci_refuses_to_pass_without_the_real_files(tmp_path):
    (tmp_path / "checkout" / ".ci").mkdir(parents=True)
    copy = shutil.copy(CHECKOUT / ".ci" / "run", tmp_path / "checkout" / ".ci")
    done = subprocess.run(["bash", copy], text=True, capture_output=True)
    assert done.returncode == 1 and "shared" in done.stderr
