"""What stands around the dashboard on a host: image, proxy, a mode for looking alone; started where Docker runs."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

import explain
from tests.protocol import Visitor
from tests.serving import serving

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))


def test_the_image_has_a_pinned_base_no_root_and_a_health_check():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base) for base in bases)
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last


def test_only_the_proxy_is_open_and_it_asks_for_a_password():
    dashboard, proxy = COMPOSE["services"]["dashboard"], COMPOSE["services"]["proxy"]
    assert "ports" not in dashboard
    assert dashboard["read_only"] is True
    assert {port.partition(":")[0] for port in proxy["ports"]} == {"80", "443"}
    assert re.fullmatch(r"caddy:\d+\.\d+\.\d+-alpine", proxy["image"])
    caddy = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    assert "basic_auth {" in caddy  # before the proxy, without a matcher: on every path
    port = re.search(r"EXPOSE (\d+)", DOCKERFILE)[1]
    assert f"reverse_proxy dashboard:{port}" in caddy


def test_everything_that_the_image_copies_is_sent_to_its_build():
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert {"requirements.txt", "pyproject.toml", "README.md", "LICENSE", "explain", "data", "dashboard"} <= sent
    assert all((ROOT / name).exists() for name in sent)


def test_the_citation_names_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == explain.__version__
    assert {"cff-version", "message", "title", "authors"} <= set(cited)


def test_hosts_find_the_settings_at_the_top_too():
    assert (ROOT / ".streamlit" / "config.toml").read_bytes() == (
        ROOT / "dashboard/.streamlit/config.toml"
    ).read_bytes()


def test_where_uploads_are_off_the_page_says_so_and_offers_none(opened, built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_UPLOADS", "off")
    app = opened(built[0], "upload")
    assert any("takes no photographs" in each.value for each in app.info)
    assert not app.get("file_uploader")


@pytest.mark.slow
def test_where_uploads_are_off_the_server_refuses_what_comes_past_the_page(built, monkeypatch):
    monkeypatch.setenv("EXPLAIN_UPLOADS", "off")
    with serving(built[0]) as (address, _), Visitor(address) as visitor:
        visitor.open("upload")
        assert visitor.send(b"x") == 403


@pytest.fixture(scope="module")
def image():
    """Build the image, where Docker runs."""
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("no Docker engine runs here")
    built = ["docker", "build", "--quiet", "--file", "deploy/Dockerfile", "."]
    return subprocess.run(built, cwd=ROOT, check=True, capture_output=True, text=True, timeout=3000).stdout.strip()


@pytest.mark.slow
def test_the_image_serves_its_store_without_rights_on_a_file_system_that_it_cannot_change(image):
    of_its_user = re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
    run = ["docker", "run", "--detach", "--rm", "--read-only", "--tmpfs", "/var/tmp", "--tmpfs", of_its_user]
    run += ["--cap-drop", "ALL", "--publish", "127.0.0.1::8501", image]
    container = subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()
    try:
        port = subprocess.run(["docker", "port", container, "8501"], check=True, capture_output=True, text=True).stdout
        address = f"http://{port.split()[0]}"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                time.sleep(0.5)
        with Visitor(address) as visitor:
            visitor.open("gallery")
            assert visitor.elements
        inspected = subprocess.run(["docker", "inspect", container], check=True, capture_output=True, text=True).stdout
        assert json.loads(inspected)[0]["Config"]["User"] == "explain"
    finally:
        subprocess.run(["docker", "kill", container], capture_output=True)
