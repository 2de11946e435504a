"""Start Headway, `python3 run.py [--no-browser]`, or its tests, `python3 run.py test [pytest arguments]`."""
# Standard library only, and no grammar or import newer than Python 3.6: an old Python must be able to say no.
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMP = VENV / "headway.stamp"              # which lock is installed, for which Python
LOG = VENV / "headway-install.log"
APP_LOCK, TEST_LOCK = HERE / "requirements.lock", HERE / "requirements-dev.lock"    # the second holds the first
OLDEST_PYTHON = (3, 11)
ADDRESS = "http://127.0.0.1:{}"
SECONDS_TO_START = 120                      # how long a second start waits for a first that does not answer yet
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ON_ALL_CORES = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")    # a file stays in one process, and so does what its tests share

SENTENCES = {
    "old_python": "Headway needs Python {oldest} or newer, not {found}; install that and run python{oldest} run.py",
    "no_venv": "{python} lacks venv or ensurepip; install python3-venv or a complete Python and start again.",
    "no_pip": "The environment {venv} has no pip; delete that folder and start again.",
    "no_index": "No package index answered for {lock}; go online or tell pip your proxy or mirror, and start again.",
    "wrong_hash": "A download is not the package {lock} names (see {log}); do not go on, tell who keeps this project.",
    "not_installed": "What {lock} names could not be installed; put right what {log} says last and start again.",
    "no_home": "The home folder {home} cannot be written or kept private ({problem}); set HEADWAY_HOME to another.",
    "no_port": "No port on 127.0.0.1 can be opened; allow it in the security software and start again.",
    "stopped": "{what} stopped before the app was up, as said above; put that right and start again.",
    "unusable": "Headway cannot work in {here} ({problem}); put that right and start again.",
}

SIGNS = {       # of each reason in what pip, uv and venv say; the first found counts
    "wrong_hash": "hash mismatch|do not match the hashes",
    "no_pip": "no module named pip",
    "unusable": "no space left|not enough space|quota exceeded|permission denied|read-only file|access is denied",
    "no_index": "connection|timed out|name resolution|getaddrinfo|dns error|error sending|proxyerror|sslerror|unreach",
}


class CannotStart(Exception):
    """One of SENTENCES: why it will not start and what to do about it."""
    def __init__(self, reason, **facts):
        usual = dict(here=HERE, venv=VENV, log=LOG, python=sys.executable, problem="no room, or no right to write")
        super().__init__(SENTENCES[reason].format(**dict(usual, **facts)))


def check_python(version):
    if tuple(version[:2]) < OLDEST_PYTHON:
        raise CannotStart("old_python", oldest="%d.%d" % OLDEST_PYTHON, found="%d.%d" % tuple(version[:2]))


def attempt(*command):
    """Run a command that must ask nothing: whether it worked, and what it said (kept in the log as well)."""
    done = subprocess.run(command, cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    if VENV.is_dir():
        with LOG.open("a", encoding="utf-8") as log:
            log.write("$ {}\n{}\n".format(" ".join(map(str, command)), done.stdout))
    return done.returncode == 0, done.stdout


def why(said, otherwise=""):
    """The reason, among SENTENCES, in what a failed installer said."""
    return next((reason for reason, signs in SIGNS.items() if re.search(signs, said, re.IGNORECASE)), otherwise)


def environment(*locks):
    """The environment's Python. Any of these locks will do if it is installed; otherwise the first will be."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
            raise CannotStart("no_venv")
        worked, said = attempt(sys.executable, "-m", "venv", "--clear", VENV)
        if not worked:
            raise CannotStart("unusable", problem=" ".join(said.split()))
    good = ["{} {}".format(python.resolve(), hashlib.sha256(lock.read_bytes()).hexdigest()) for lock in locks]
    if not STAMP.exists() or STAMP.read_text() not in good:
        STAMP.unlink(missing_ok=True)       # an install cut short must not look finished
        install(python, locks[0])
        STAMP.write_text(good[0])
    return python


def install(python, lock):
    """Bring the environment to what the lock names, every package checked by its hash: uv, or pip where uv fails."""
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    print("Installing what {} names into .venv (only when it changes; minutes on a slow line).".format(lock.name))
    worked, said = attempt(*pip, "uv")
    if not worked and why(said):
        raise CannotStart(why(said), lock=lock.name)    # pip would meet the same again
    if worked:
        worked, said = attempt(python, "-m", "uv", "pip", "sync", "--require-hashes", "--python", python, lock)
    if not worked and why(said) != "wrong_hash":
        print("uv could not do it, pip goes on; that takes longer.")      # uv does not read pip's settings
        worked, said = attempt(*pip, "--require-hashes", "-r", lock)
    if not worked:
        raise CannotStart(why(said, "not_installed"), lock=lock.name)


def home_folder():
    """Where this district's data lives: made if need be, private to its owner, and proved writable."""
    home = Path(os.environ.get("HEADWAY_HOME") or HERE / "var").expanduser().absolute()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError as problem:
        raise CannotStart("no_home", home=home, problem=problem.strerror) from problem


def remember(home, pid, port=None):
    """Leave word for a second start; without a port: still starting."""
    part = home / "running.json.part"
    part.write_text(json.dumps({"pid": pid, "port": port}))
    part.replace(home / "running.json")


def running(home):
    """The port of the app that already runs on this home folder, or None. Waits for one that is just starting."""
    note = home / "running.json"
    while True:
        try:
            known, age = json.loads(note.read_text()), time.time() - note.stat().st_mtime
            pid, port = int(known["pid"]), known["port"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if lives(pid) and port and answers(port):
            return port
        if not lives(pid) or age > SECONDS_TO_START:    # left by a crash; its number may be another program's now
            return None
        time.sleep(0.2)


def lives(pid):
    try:
        return os.name != "posix" or os.kill(pid, 0) is None    # elsewhere signal 0 would end the process
    except OSError:
        return False


def answers(port):
    """Whether an app is up on this port; asked without urllib, which would ask a proxy."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(b"GET /_stcore/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b" 200 " in line.recv(64)
    except OSError:
        return False


def free_port(usual=8501):                  # Streamlit's own
    for port in (usual, 0):                 # 0: any
        with suppress(OSError), socket.socket() as listener:
            if os.name == "posix":          # elsewhere this option would share a port that is in use
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return listener.getsockname()[1]
    raise CannotStart("no_port")


def start(open_browser):
    """Start the app unless it runs already; returns the exit code."""
    home = home_folder()
    port = running(home)
    if port:
        print("Headway is already running at", ADDRESS.format(port))
        return 0
    remember(home, os.getpid())
    try:
        python = environment(APP_LOCK, TEST_LOCK)
        remember(home, os.getpid())         # anew: installing may have taken longer than a second start waits
        settings = dict(os.environ, HEADWAY_HOME=str(home))
        if subprocess.call([python, "-m", "data", "prepare"], cwd=HERE, env=settings, stdin=subprocess.DEVNULL):
            raise CannotStart("stopped", what="Preparing the home folder")
        return serve(python, home, settings, open_browser)
    finally:
        (home / "running.json").unlink(missing_ok=True)


def serve(python, home, settings, open_browser):
    """Run the app until it ends or is stopped; returns its exit code."""
    port = free_port()
    app = subprocess.Popen(                 # in its own session: Ctrl-C comes here alone and is passed on once
        [python, "-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1", "--server.port", str(port),
         "--server.headless", "true"], cwd=HERE, env=settings, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        remember(home, app.pid, port)
        while not answers(port):
            if app.poll() is not None:
                raise CannotStart("stopped", what="Streamlit")
            time.sleep(0.1)
        print("Headway is running at", ADDRESS.format(port), "(Ctrl-C stops it)")
        if open_browser:
            webbrowser.open(ADDRESS.format(port))
        app.wait()
    except KeyboardInterrupt:
        if os.name == "posix":
            app.send_signal(signal.SIGINT)  # elsewhere the console has told it already
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            app.wait(10)
    finally:
        app.kill()                          # nothing where it has ended
    return app.wait() if app.wait() >= 0 else 128 - app.wait()


def test(arguments):
    python = environment(TEST_LOCK)
    if not any(map(shutil.which, [os.environ.get("HEADWAY_CHROMIUM") or "chromium", *BROWSERS])):
        print("No Chromium found, so the browser tests skip themselves: install one (Debian: apt install chromium) "
              "or set HEADWAY_CHROMIUM to its program.")
    with tempfile.TemporaryDirectory(prefix="headway-test-") as home:
        return subprocess.call([python, "-m", "pytest", *ON_ALL_CORES, *arguments], cwd=HERE, env=dict(os.environ, HEADWAY_HOME=home))


def main(arguments):
    try:
        check_python(sys.version_info)
        sys.stdout.reconfigure(line_buffering=True)     # in order with what the programs started here print
        for name in ("SIGTERM", "SIGHUP"):  # a service manager, a closed window: they stop everything as Ctrl-C does
            if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
                signal.signal(getattr(signal, name), signal.default_int_handler)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")      # matrices here are small: several threads would wait for each other at full speed
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        if arguments not in ([], ["--no-browser"]):
            sys.exit(__doc__)
        screen = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        return start(open_browser=bool(screen) and "CI" not in os.environ and not arguments)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
    except OSError as problem:
        print(CannotStart("unusable", problem=problem), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
