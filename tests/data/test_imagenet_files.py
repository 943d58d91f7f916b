import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data import imagenet_files
from data.imagenet_files import RemoteFile, fetch, import_folder, listed_files

CONTENT = bytes(range(256)) * 40
REAL = Path(__file__).parents[3] / "shared" / "imagenet"


class Server(BaseHTTPRequestHandler):
    """Answers by path: /good, /wrong, /flaky (500, then good), /cut (half, then resumable)."""

    seen: dict[str, int] = {}  # noqa: RUF012

    def do_GET(self):
        count = self.seen[self.path] = self.seen.get(self.path, 0) + 1
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if self.path == "/missing" or (self.path == "/flaky" and count == 1):
            self.send_error(404 if self.path == "/missing" else 500)
            return
        body = CONTENT[start:] if self.path != "/wrong" else CONTENT[::-1]
        self.send_response(206 if start else 200)
        if self.path == "/cut" and count == 1:
            body = body[: len(body) // 2]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setattr(imagenet_files.time, "sleep", lambda seconds: None)
    Server.seen = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def remote(address, name):
    return RemoteFile(f"a/{name}.jpg", f"{address}/{name}", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.mark.parametrize("name", ["good", "flaky", "cut"])
def test_a_file_arrives_whole_after_retry_and_resume(address, tmp_path, name):
    outcome = fetch(tmp_path, files=(remote(address, name),))
    assert (outcome.added, outcome.missing) == (1, ())
    assert (tmp_path / "a" / f"{name}.jpg").read_bytes() == CONTENT
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(("name", "reason"), [("missing", "404"), ("wrong", "not those")])
def test_what_cannot_be_had_is_listed_with_its_reason(address, tmp_path, name, reason):
    outcome = fetch(tmp_path, files=(remote(address, name), remote(address, "good")))
    assert outcome.added == 1
    assert reason in outcome.missing[0][1]
    assert not (tmp_path / "a" / f"{name}.jpg").exists()


def test_what_is_there_is_kept_and_what_is_wrong_is_replaced(address, tmp_path):
    files = (remote(address, "good"),)
    fetch(tmp_path, files=files)
    assert fetch(tmp_path, files=files).present == 1
    assert Server.seen["/good"] == 1
    (tmp_path / "a" / "good.jpg").write_bytes(b"changed")
    assert fetch(tmp_path, files=files).added == 1


def test_files_are_imported_by_their_bytes_wherever_they_lie(tmp_path):
    source = tmp_path / "source" / "deep" / "any_name.bin"
    source.parent.mkdir(parents=True)
    source.write_bytes(CONTENT)
    outcome = import_folder(
        tmp_path / "source", tmp_path / "out", files=(remote("http://x", "good"), RemoteFile("a/b", "", 3, "0"))
    )
    assert outcome.added == 1
    assert outcome.missing == (("a/b", "not in the folder"),)
    assert (tmp_path / "out" / "a" / "good.jpg").read_bytes() == CONTENT


@pytest.mark.skipif(not REAL.is_dir(), reason="the real photographs are not beside this checkout")
def test_the_real_photographs_are_imported(tmp_path):
    outcome = import_folder(REAL, tmp_path)
    assert (outcome.added, outcome.missing) == (102, ())


def test_the_facts_list_102_photographs_with_addresses():
    files = listed_files()
    assert len({file.path for file in files}) == 102
    assert all(file.url.startswith("https://") and file.url.endswith(file.path.split("/")[1]) for file in files)


def test_a_server_that_cannot_be_reached_is_not_tried_again_for_every_file(monkeypatch, tmp_path):
    tried = []

    def refuse(request, timeout):
        tried.append(request.full_url)
        raise OSError("Network is unreachable")

    monkeypatch.setattr(imagenet_files.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(imagenet_files.urllib.request, "urlopen", refuse)
    outcome = fetch(tmp_path, files=(remote("http://x", "one"), remote("http://x", "two")))
    assert [path for path, _ in outcome.missing] == ["a/one.jpg", "a/two.jpg"]
    assert tried == ["http://x/one"] * imagenet_files.ATTEMPTS
