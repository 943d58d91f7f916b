"""The dashboard's server, asked over plain HTTP: who may ask, what stands at the head of answers, what it holds."""

import os
import time
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from dashboard.doorkeeper import HEADERS, why_not
from tests.protocol import Visitor
from tests.serving import serving

pytestmark = pytest.mark.slow
MEGABYTE = 2**20
PATIENCE = 60


@pytest.fixture(scope="module")
def served(built):
    """Serve the few images with sessions that end a second after their visitors left; give address and process."""
    with serving(built[0], "--server.disconnectedSessionTTL=1") as (address, server):
        yield address, server


@pytest.fixture
def visitor(served):
    with Visitor(served[0]) as visitor:
        visitor.open("upload")
        yield visitor


def eventually(look):
    deadline = time.monotonic() + PATIENCE
    while not look() and time.monotonic() < deadline:
        time.sleep(0.2)
    return look()


def test_it_listens_on_this_machine_alone(served):
    address, server = served
    port = int(address.rpartition(":")[2])
    listening = [each.laddr for each in psutil.Process(server.pid).net_connections() if each.status == "LISTEN"]
    assert [(each.ip, each.port) for each in listening] == [("127.0.0.1", port)]


def test_it_does_not_look_up_where_it_is_and_says_one_address(built, tmp_path):
    for options in ((), ("--server.address=0.0.0.0",)):
        said = tmp_path / "said"
        with said.open("w") as log, serving(built[0], *options, log=log):
            pass
        addresses = [line for line in said.read_text().splitlines() if "http" in line]
        assert len(addresses) == 1
        assert "localhost" in addresses[0]


@pytest.mark.parametrize("path", ["/", "/gallery", "/_stcore/health", "/media/nothing.png", "/static/js/nothing.js"])
def test_every_answer_has_the_headers(visitor, path):
    answer = visitor.ask("GET", path)
    assert {name: answer.getheader(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/_stcore/stream"])
@pytest.mark.parametrize(
    ("headers", "word"),
    [({"Host": "rebound.example"}, "allowedHosts"), ({"Host": ""}, "allowedHosts"),
     ({"Origin": "http://elsewhere.example"}, "corsAllowedOrigins"), ({"Origin": "null"}, "corsAllowedOrigins")],
)  # fmt: skip
def test_other_names_and_other_servers_pages_are_refused_with_what_to_do(visitor, path, headers, word):
    answer = visitor.ask("GET", path, **headers)
    assert answer.status == 403
    assert word in answer.body.decode()
    assert answer.getheader("X-Frame-Options") == "DENY"


def test_the_socket_of_the_pages_is_refused_alike(served):
    with pytest.raises(InvalidStatus, match="403"), Visitor(served[0], Origin="http://elsewhere.example"):
        pass


def test_own_names_and_own_pages_may_ask():
    for host in ("localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501"):
        assert why_not(host, None) == ""
        assert why_not(host, f"http://{host}") == ""


def open_files(server):
    return {
        os.readlink(link) for link in Path(f"/proc/{server.pid}/fd").iterdir() if link.exists() or link.is_symlink()
    }


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_photograph_on_its_way_is_in_no_file(served, visitor):
    before, during = open_files(served[1]), []

    def halfway():
        time.sleep(1)  # what was sent has arrived
        during.extend(open_files(served[1]) - before)

    assert visitor.send(bytes(19 * MEGABYTE), halfway=halfway) == 204
    assert [name for name in during if not name.startswith("socket:")] == []
    assert visitor.remove(0) == 204


def test_one_visitor_holds_two_photographs_and_no_more(visitor):
    photograph = bytes(19 * MEGABYTE)
    assert [visitor.send(photograph, number) for number in range(3)] == [204, 204, 507]
    assert visitor.remove(0) == 204
    assert [visitor.send(photograph, number) for number in (3, 4)] == [204, 507]


def test_all_visitors_together_are_bounded_and_what_they_held_is_free_when_they_have_left(served):
    photograph, accepted = bytes(19 * MEGABYTE), []
    visitors = [Visitor(served[0]) for _ in range(12)]
    try:
        for visitor in visitors:
            visitor.open("about")
            accepted += [visitor.send(photograph, number) for number in range(2)]
        assert set(accepted) == {204, 507}
        assert 300 < 19 * accepted.count(204) < 420
    finally:
        for visitor in visitors:
            visitor.__exit__()
    with Visitor(served[0]) as next_one:
        next_one.open("about")
        assert eventually(lambda: next_one.send(photograph) == 204 and next_one.remove(0) == 204)
        assert eventually(lambda: held(next_one) == 0)


def held(visitor):
    """Give how many bytes of files the server says that it holds."""
    lines = visitor.ask("GET", "/_stcore/metrics").body.decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if 'cache_type="UploadedFileManager"' in line)


@pytest.mark.parametrize("length", ["", "many", "9" * 5000])
def test_a_file_of_unsaid_length_is_refused(visitor, length):
    assert visitor.send(b"x", length=length) in (400, 411)


def test_a_file_for_nobodys_session_is_refused(visitor):
    visitor.session = "somebody-elses"
    assert visitor.send(b"x") == 400


def test_the_tools_of_streamlits_agents_are_off(visitor):
    answer = visitor.ask("POST", "/_stcore/agent/interact", b"{}", **{"Content-Type": "application/json"})
    assert answer.status >= 400


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="how files are watched is seen in /proc")
def test_nobody_watches_the_servers_files(visitor, served):
    visitor.open("about")  # its first run made every session look through all modules
    handles = [os.readlink(handle) for handle in Path(f"/proc/{served[1].pid}/fd").iterdir() if handle.is_symlink()]
    assert handles
    assert not [name for name in handles if "inotify" in name]
