"""The image's steps, one after the other in a folder of its own, where there is no engine that would take them.

Paths of the image lie below a temporary folder, libraries are those that are installed here, and the store is of a few
images. What runs otherwise is what the Dockerfile says: the files that it is sent, every RUN, the environment, the
command and the health check.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from tests.protocol import Visitor

ROOT = Path(__file__).parents[2]
HOME = str(Path("/home", "explain"))  # of the image's user, whom the Dockerfile makes
FOLDERS = ("/venv", "/source", "/stores", HOME)
PATIENCE = 120
NAME = "explain.example.org"


def instructions():
    """Give the Dockerfile's instructions by stage: (word, rest)."""
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stages = []
    for word, _, rest in (line.partition(" ") for line in lines):
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest.strip()))
    return stages


def sent():
    """Give the files that reach the build: what .dockerignore lets through."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    kept, left_out = [line[1:] for line in lines if line.startswith("!")], {"__pycache__"}
    assert set(lines) == {"**", *(f"!{name}" for name in kept), *(f"**/{name}" for name in left_out)}
    for name in kept:
        found = [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*")
        yield from (each for each in found if each.is_file() and not left_out & set(each.parts))


class Image:
    """A folder that is what the image would be, and its environment."""

    def __init__(self, root, dataset):
        self.root, self.dataset = root, dataset
        self.environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(root / "root")}
        (root / "root").mkdir()
        self.folder = ""

    def at(self, text):
        """Put the image's paths below the folder."""
        return re.sub("|".join(FOLDERS), lambda path: f"{self.root}{path[0]}", text)

    def set(self, rest):
        for name, value in re.findall(r'(\w+)=("[^"]*"|\S*)', rest):
            known = value.strip('"').replace("$PATH", self.environment["PATH"])
            self.environment[name] = self.at(known) if name != "PATH" else re.sub(r"^/venv", self.at("/venv"), known)

    def run(self, rest):
        command = self.at(rest).replace("--dataset demo", f"--dataset {self.dataset}")
        command = command.replace("pip install", "pip install --no-index")  # what it would fetch is here
        command = command.replace("--no-deps .", "--no-deps --no-build-isolation .")
        done = subprocess.run(["sh", "-c", command], cwd=self.folder or self.root, env=self.environment,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def copy(self, rest):
        names, there = rest.split()[:-1], self.folder
        for file in sent():
            name = file.relative_to(ROOT).as_posix()
            if "." in names or name in names:
                (Path(there) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, Path(there) / name)


@pytest.fixture(scope="module")
def image(few_images, tmp_path_factory):
    """Take the steps of both stages."""
    made = Image(tmp_path_factory.mktemp("image"), few_images)
    first, last = instructions()
    for word, rest in first:
        if word == "ENV":
            made.set(rest)
        elif word == "WORKDIR":
            made.folder = made.at(rest)
            Path(made.folder).mkdir(parents=True)
        elif word == "COPY":
            made.copy(rest)
        elif word == "RUN":
            made.run(rest)
            if "venv" in rest and "pip" not in rest:
                (site,) = Path(made.at("/venv")).glob("lib/python*/site-packages")
                (site / "installed_here.pth").write_text(sysconfig.get_path("purelib"))
    assert len(list(Path(made.at("/stores")).glob("*/manifest.json"))) == 1
    home = Path(made.at(HOME))
    home.mkdir(parents=True)
    made.environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "HOSTS": ""}
    for word, rest in last:
        if word == "COPY":  # --from=installed: each to the path that it had
            assert re.fullmatch(r"--from=installed (--chown=\w+ )?(/\w+) \2", rest)
        elif word == "ENV":
            made.set(rest)
        elif word == "WORKDIR":
            made.folder = made.at(rest)
    shutil.rmtree(made.at("/source"))  # which the second stage has not
    return made


def command_of(word):
    (rest,) = [rest for each, rest in instructions()[-1] if each == word]
    return json.loads(rest[rest.index("[") :])


@pytest.mark.slow
def test_what_the_image_runs_serves_its_store_under_the_names_that_it_was_given(image):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (exposed,) = [rest for word, rest in instructions()[-1] if word == "EXPOSE"]
    serve, ask = ([part.replace(exposed, str(port)) for part in command_of(word)] for word in ("CMD", "HEALTHCHECK"))
    environment = image.environment | {"HOSTS": NAME}
    assert "PYTHONPATH" not in environment
    server = subprocess.Popen(serve, cwd=image.folder, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)  # fmt: skip
    try:
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(ask, env=environment, capture_output=True, check=False).returncode:
            assert server.poll() is None, server.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.3)
        for host, status in ((NAME, 200), (f"localhost:{port}", 200), ("elsewhere.example", 403)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", "/gallery", headers={"Host": host})
            assert connection.getresponse().status == status, host
            connection.close()
        with Visitor(f"http://127.0.0.1:{port}") as visitor:
            visitor.open("compare")
            assert "elephant" in visitor.texts()
    finally:
        server.terminate()
        server.wait(30)
    assert os.listdir(image.folder) == []  # and it left nothing in its user's folder
