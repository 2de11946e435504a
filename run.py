"""Start Headway, or its tests, from a checkout: `python3 run.py` or `python3 run.py test [pytest arguments]`.

Standard library only, and nothing here may be newer than Python 3.6 in its grammar or its imports:
an old Python must come far enough to read why it is refused.
"""
import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import webbrowser
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMP = VENV / "headway.stamp"              # which lock is installed, for which Python
LOG = VENV / "headway-install.log"
APP_LOCK, TEST_LOCK = HERE / "requirements.lock", HERE / "requirements-dev.lock"    # the second holds the first

OLDEST_PYTHON = (3, 11)
USUAL_PORT = 8501                           # Streamlit's own
SECONDS_TO_START = 120
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

SENTENCES = {
    "old_python": "Headway needs Python {oldest} or newer and this one is {found}; install a newer Python and start "
                  "with it, for example: python{oldest} run.py",
    "no_venv": "This Python ({python}) cannot make a virtual environment because its venv or ensurepip module is "
               "missing; on Debian or Ubuntu install the package python3-venv, elsewhere a complete Python.",
    "broken_venv": "The environment {venv} does not run ({problem}); delete that folder and start again.",
    "no_pip": "The environment {venv} has no pip, perhaps because making it was interrupted; delete that folder and "
              "start again.",
    "no_index": "No package index could be reached to install what {lock} names; connect to the internet, or give "
                "pip your proxy or mirror (pip config set global.proxy, global.index-url), and start again.",
    "wrong_hash": "A downloaded package is not the one {lock} names (its hash differs), so it was not installed; "
                  "fetch a fresh checkout, and if it happens again tell whoever keeps this project. Details: {log}",
    "disk_full": "The disk is full, so the environment {venv} could not be installed; make room and start again.",
    "not_writable": "The environment {venv} cannot be written to; give yourself the right to write there, or use a "
                    "checkout in a folder of your own.",
    "not_installed": "What {lock} names could not be installed; read the last lines of {log} and start again.",
    "no_lock": "There is no {lock}, so nothing can be installed; fetch a complete checkout.",
    "home_not_writable": "The home folder {home} cannot be made, written to and kept private ({problem}); set "
                         "HEADWAY_HOME to a folder of your own.",
    "no_port": "No port on this computer's own address 127.0.0.1 is free to listen on ({problem}); close other "
               "programs, or allow local connections in the security software.",
    "not_prepared": "The home folder {home} could not be prepared, as said above; put that right and start again.",
    "stopped_early": "The app stopped before it answered, as said above; put that right and start again.",
    "no_answer": "The app did not answer at {address} within {seconds} seconds; start again when the computer is "
                 "less busy.",
    "surprise": "Headway could not start ({problem}); check that {here} can be written to and the disk has room.",
}

# What pip, uv and venv say, in lower case, when they fail; the first reason found counts.
SIGNS = (
    ("wrong_hash", ("hash mismatch", "do not match the hashes")),
    ("no_pip", ("no module named pip",)),
    ("disk_full", ("no space left", "not enough space", "disk quota exceeded")),
    ("not_writable", ("permission denied", "read-only file system", "access is denied")),
    ("no_index", ("newconnectionerror", "connecttimeout", "timed out", "connection refused", "name resolution",
                  "dns error", "error sending request", "proxyerror", "sslerror", "getaddrinfo failed",
                  "network is unreachable")),
)


class CannotStart(Exception):
    """One of SENTENCES: why it will not start and what to do about it."""

    def __init__(self, reason, **facts):
        super().__init__(SENTENCES[reason].format(**facts))


def check_python(version):
    if tuple(version[:2]) < OLDEST_PYTHON:
        raise CannotStart("old_python", oldest="%d.%d" % OLDEST_PYTHON, found="%d.%d" % tuple(version[:2]))


def say(sentence):
    print(sentence, flush=True)             # in order with what the programs started here print


# The environment

def venv_python():
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def attempt(*command):
    """Run one command that asks nothing; returns whether it worked and what it said, kept in the log as well."""
    done = subprocess.run([str(part) for part in command], cwd=str(HERE), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    if VENV.is_dir():
        with LOG.open("a", encoding="utf-8") as log:
            log.write("$ {}\n{}\n".format(" ".join(map(str, command)), done.stdout))
    return done.returncode == 0, done.stdout


def why(said, otherwise):
    """The reason, among SENTENCES, for what a failed installer said."""
    said = said.lower()
    return next((reason for reason, signs in SIGNS if any(sign in said for sign in signs)), otherwise)


def make_venv():
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise CannotStart("no_venv", python=sys.executable)
    say("Making the environment .venv (once).")
    worked, said = attempt(sys.executable, "-m", "venv", "--clear", VENV)
    if not worked:
        raise CannotStart(why(said, "no_venv"), python=sys.executable, venv=VENV, lock=APP_LOCK.name)


def stamp_of(version, lock):
    try:
        return version + " " + hashlib.sha256(lock.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise CannotStart("no_lock", lock=lock)


def environment(*locks):
    """The environment's Python. Any of these locks will do if it is there already; otherwise the first is installed."""
    python = venv_python()
    if not python.exists():
        make_venv()
    try:
        worked, said = attempt(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    except OSError as problem:
        worked, said = False, str(problem)
    if not worked:
        raise CannotStart("broken_venv", venv=VENV, problem=(said.strip() or "no reason given").splitlines()[-1])
    good = [stamp_of(said.strip(), lock) for lock in locks]
    if not STAMP.exists() or STAMP.read_text() not in good:
        if STAMP.exists():
            STAMP.unlink()                  # an install cut short must not look finished
        install(python, locks[0])
        STAMP.write_text(good[0])
    return python


def install(python, lock):
    """Bring the environment to exactly what the lock names: with uv, or with pip where uv fails."""
    facts = dict(venv=VENV, lock=lock.name, log=LOG)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    say("Installing what {} names into .venv (only when it changes; a few minutes on a slow line).".format(lock.name))
    worked, said = attempt(*pip, "uv")
    if not worked and why(said, "") in ("no_pip", "no_index", "disk_full", "not_writable"):
        raise CannotStart(why(said, ""), **facts)
    if worked:
        worked, said = attempt(python, "-m", "uv", "pip", "sync", "--require-hashes", "--python", python, lock)
        if worked:
            return
        if why(said, "") == "wrong_hash":
            raise CannotStart("wrong_hash", **facts)
    say("uv could not do it, pip goes on; that takes longer.")      # uv does not read pip's settings
    worked, said = attempt(*pip, "--require-hashes", "-r", lock)
    if not worked:
        raise CannotStart(why(said, "not_installed"), **facts)


# The home folder and the app that may run on it already

def home_folder():
    """Where this district's data lives: made if need be, private to its owner, and proved writable."""
    home = Path(os.environ.get("HEADWAY_HOME") or HERE / "var").expanduser().absolute()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            home.chmod(0o700)
        with tempfile.TemporaryFile(dir=str(home)):
            return home
    except OSError as problem:
        raise CannotStart("home_not_writable", home=home, problem=problem.strerror or problem)


def remember(home, pid, port=None):
    """Leave word for a second start; without a port: still starting."""
    part = home / "running.json.part"
    part.write_text(json.dumps({"pid": pid, "port": port}))
    os.replace(str(part), str(home / "running.json"))


def lives(pid):
    if os.name != "posix":
        return True                         # signal 0 would end the process there; whether it answers decides
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def address_of(port):
    return "http://127.0.0.1:{}".format(port)


def answers(port):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))    # no proxy leads to this computer
    try:
        with direct.open(address_of(port) + "/_stcore/health", timeout=2) as reply:
            return reply.status == 200
    except (OSError, ValueError):
        return False


def running(home):
    """The address of the app that already runs on this home folder, or None. Waits for one that is just starting."""
    note = home / "running.json"
    while True:
        try:
            known, age = json.loads(note.read_text()), time.time() - note.stat().st_mtime
            pid, port = int(known["pid"]), known["port"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if pid <= 0 or not lives(pid):
            return None
        if port and answers(port):
            return address_of(port)
        if age > SECONDS_TO_START:
            return None                     # left behind by a crash; the number now belongs to another program
        time.sleep(0.2)


def free_port(usual=USUAL_PORT):
    for port in (usual, 0):
        with socket.socket() as listener:
            if os.name == "posix":          # elsewhere this option would share a port that is in use
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
                return listener.getsockname()[1]
            except OSError as taken:
                problem = taken
    raise CannotStart("no_port", problem=problem.strerror or problem)


# The two things to do

def start(open_browser):
    home = home_folder()
    address = running(home)
    if address:
        say("Headway is already running at {}".format(address))
        return 0
    for name in ("SIGTERM", "SIGHUP"):      # ended by a service manager or a closed window: stop the app as Ctrl-C does
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    remember(home, os.getpid())
    try:
        python = environment(APP_LOCK, TEST_LOCK)
        remember(home, os.getpid())         # again: installing can take longer than a second start waits
        settings = dict(os.environ, HEADWAY_HOME=str(home))
        if subprocess.call([str(python), "-m", "data", "prepare"], cwd=str(HERE), env=settings,
                           stdin=subprocess.DEVNULL):
            raise CannotStart("not_prepared", home=home)
        return serve(python, home, settings, open_browser)
    finally:
        (home / "running.json").unlink()


def serve(python, home, settings, open_browser):
    """Run the app until it ends or is stopped; returns its exit code."""
    port = free_port()
    app = subprocess.Popen(
        [str(python), "-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1",
         "--server.port", str(port), "--server.headless", "true"],
        cwd=str(HERE), env=settings, stdin=subprocess.DEVNULL,
        start_new_session=True)             # the terminal's Ctrl-C comes here only, and is passed on once
    try:
        remember(home, app.pid, port)
        await_answer(app, port)
        say("Headway is running at {} (Ctrl-C stops it).".format(address_of(port)))
        if open_browser:
            webbrowser.open(address_of(port))
        code = app.wait()
    except KeyboardInterrupt:
        code = stop(app)
    finally:
        if app.poll() is None:
            stop(app)
    return code if code >= 0 else 128 - code


def await_answer(app, port):
    until = time.monotonic() + SECONDS_TO_START
    while not answers(port):
        if app.poll() is not None:
            raise CannotStart("stopped_early")
        if time.monotonic() > until:
            raise CannotStart("no_answer", address=address_of(port), seconds=SECONDS_TO_START)
        time.sleep(0.1)


def stop(app):
    """Ask, insist, then force; returns the exit code."""
    if os.name == "posix":
        app.send_signal(signal.SIGINT)      # elsewhere the console has told it already
    for patience, harder in ((10, app.terminate), (5, app.kill)):
        try:
            return app.wait(patience)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            harder()
    return app.wait()


def test(arguments):
    """Run the tests on an empty home folder; returns pytest's exit code."""
    python = environment(TEST_LOCK)
    if not chromium():
        say("No Chromium found, so the browser tests skip themselves: install one (Debian: apt install chromium) or "
            "set HEADWAY_CHROMIUM to its program.")
    with tempfile.TemporaryDirectory(prefix="headway-test-") as home:
        return subprocess.call([str(python), "-m", "pytest"] + arguments, cwd=str(HERE),
                               env=dict(os.environ, HEADWAY_HOME=home))


def chromium():
    named = os.environ.get("HEADWAY_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)


def has_screen():
    return sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def main(arguments):
    try:
        check_python(sys.version_info)
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        options = argparse.ArgumentParser(prog="run.py", description="Start Headway on this computer.",
                                          epilog="run.py test [pytest arguments] runs the tests instead.")
        options.add_argument("--no-browser", action="store_true", help="only print the address")
        chosen = options.parse_args(arguments)
        return start(has_screen() and not chosen.no_browser and not os.environ.get("CI"))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except OSError as problem:
        print(CannotStart("surprise", problem=problem, here=HERE), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
