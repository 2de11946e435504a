"""What run.py decides: whether this Python will do, what an installer's words mean, which port, who runs already."""
from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import run

CHECKOUT = Path(run.__file__).parent


@pytest.fixture
def app_elsewhere():
    """The port of something on this computer that answers the health question as Streamlit does."""
    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/_stcore/health" else 404)
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


class TestAnyComputer:
    def test_an_old_python_can_read_run_py(self):
        tree = ast.parse(Path(run.__file__).read_text(), feature_version=(3, 6))
        names = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
        imported = {name.split(".")[0] for name in names}
        assert imported <= sys.stdlib_module_names - {"__future__", "dataclasses", "tomllib"}, "newer than Python 3.6"
        assert not imported & {"fcntl", "termios", "pwd", "resource", "msvcrt", "winreg"}, "not on every system"

    def test_an_old_python_is_told_which_one_is_needed(self):
        with pytest.raises(run.CannotStart, match=r"3\.11 or newer, not 3\.9; .* python3\.11 run\.py"):
            run.check_python((3, 9, 18, "final", 0))

    @pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
    def test_a_new_python_is_welcome(self, version):
        run.check_python(version)

    @pytest.mark.parametrize("sentence", run.SENTENCES.values(), ids=run.SENTENCES)
    def test_every_refusal_is_one_sentence_with_a_remedy(self, sentence):
        what, remedy = sentence.split("; ")
        assert "\n" not in sentence and ". " not in what and ". " not in remedy

    @pytest.mark.skipif(os.name != "posix", reason="Rights of this kind are POSIX.")
    def test_only_its_owner_can_look_inside_even_if_others_could_before(self, tmp_path, monkeypatch):
        (tmp_path / "home").mkdir(mode=0o755)
        monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
        assert run.home_folder().stat().st_mode & 0o777 == 0o700


class TestWhatInstallersSay:
    """Their own words, from pip and uv themselves."""

    def installer(self, name: str, *arguments: str) -> str:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not in this environment; `python3 run.py test` puts it there.")
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
        done = subprocess.run([sys.executable, "-m", name, *(["pip"] if name == "uv" else []), "install",
                               *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**plain, "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1", "UV_NO_CONFIG": "1",
                                   "UV_HTTP_RETRIES": "0"})
        assert done.returncode, done.stdout
        return done.stdout

    @pytest.mark.parametrize("name", ["pip", "uv"])
    def test_an_index_nobody_answers_at_is_no_index(self, name, tmp_path):
        nowhere = f"http://127.0.0.1:{run.free_port(0)}/simple"
        said = self.installer(name, "--no-cache-dir", "--index-url", nowhere, "--target", str(tmp_path), "six")
        assert run.why(said) == "no_index"

    @pytest.mark.parametrize("name", ["pip", "uv"])
    def test_a_package_that_is_not_the_locked_one_is_a_wrong_hash(self, name, tmp_path):
        wheel = tmp_path / "tiny-1-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as parts:
            parts.writestr("tiny.py", "")
            parts.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
            parts.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            parts.writestr("tiny-1.dist-info/RECORD", "")
        lock = tmp_path / "tiny.lock"
        lock.write_text(f"tiny @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n")
        said = self.installer(name, "--no-index", "--require-hashes", "--target", str(tmp_path / "to"), "-r", str(lock))
        assert run.why(said) == "wrong_hash"


class TestPort:
    def test_the_usual_one_where_it_is_free_and_another_where_it_is_taken(self, app_elsewhere):
        free = run.free_port(0)
        assert run.free_port(free) == free
        assert run.free_port(app_elsewhere) not in (0, app_elsewhere)

    @pytest.mark.skipif(os.name != "posix", reason="Only POSIX lets a test forbid itself to open sockets.")
    def test_none_at_all_is_told(self):
        closed = "import run, resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3)); run.free_port()"
        done = subprocess.run([sys.executable, "-c", closed], cwd=CHECKOUT, text=True, capture_output=True)
        assert "No port on 127.0.0.1" in done.stderr


class TestSecondStart:
    @pytest.mark.skipif(os.name != "posix", reason="Elsewhere only the answer counts.")
    def test_another_program_that_answers_at_a_dead_apps_port_is_not_ours(self, tmp_path, app_elsewhere):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        run.remember(tmp_path, ended.pid, app_elsewhere)
        assert run.running(tmp_path) is None

    def test_a_number_that_now_belongs_to_another_program_is_not_ours(self, tmp_path):
        run.remember(tmp_path, os.getpid(), run.free_port(0))
        long_ago = time.time() - run.SECONDS_TO_START - 1
        os.utime(tmp_path / "running.json", (long_ago, long_ago))
        assert run.running(tmp_path) is None

    def test_waits_for_one_that_is_just_starting(self, tmp_path, app_elsewhere):
        run.remember(tmp_path, os.getpid())
        threading.Timer(0.5, run.remember, (tmp_path, os.getpid(), app_elsewhere)).start()
        assert run.running(tmp_path) == app_elsewhere

    @pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": null, "port": 1}', '{"port": 8501}'])
    def test_a_note_that_cannot_be_read_is_no_app(self, tmp_path, note):
        (tmp_path / "running.json").write_text(note)
        assert run.running(tmp_path) is None


class TestShippedFiles:
    def test_the_tests_lock_holds_the_apps_so_one_environment_serves_both(self):
        app, tests = ({line for line in lock.read_text().splitlines() if "==" in line or "--hash" in line}
                      for lock in (run.APP_LOCK, run.TEST_LOCK))
        assert app and app <= tests

    @pytest.mark.parametrize("lock", [run.APP_LOCK, run.TEST_LOCK], ids=lambda lock: lock.name)
    def test_a_lock_names_hashes_and_no_address(self, lock):
        packages = lock.read_text().split("\n    # via")
        assert "://" not in lock.read_text()
        assert all("--hash=sha256:" in package for package in packages[:-1])

    @pytest.mark.parametrize("word", ["--no-browser", "HEADWAY_HOME", "HEADWAY_CHROMIUM", "headway-install.log",
                                      "requirements-dev.lock", "running.json", "python3-venv", "uv pip compile"])
    def test_the_guide_explains(self, word):
        assert word in (CHECKOUT / "docs" / "running.md").read_text()
