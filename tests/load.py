"""``python -m tests.load``: thirty visitors at once; what was seen goes into docs/reliability.md."""

from __future__ import annotations

import argparse
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from dashboard.boundary import BROKEN
from tests.protocol import Visitor
from tests.serving import ROOT, serving

DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- load -->\n", "<!-- end of load -->\n"
LABELS = ("African_elephant", "American_black_bear")
IMAGES = [f"{kind}_{number:03d}" for kind in ("elephant", "bear") for number in range(45)]
WARM = 15
"""Seconds for which one visitor walks before anything is measured."""
WAITS = {"page": 2.0, "K": 1.0}
"""Seconds within which 95 of 100 steps of a kind should be done."""


@dataclass
class Seen:
    """What all visitors saw together.

    Attributes
    ----------
    seconds : dict of str to list of float
        From asking to the end of the page's script, by the kind of step.
    errors, strange : list of str
        Steps that failed, and pages that showed what another visitor had asked for.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in WAITS})
    errors: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def walk(address, number, until, pause, seen):
    """Walk one visitor's rounds: gallery, filter, one image, K, statistics; what it asked for, it must see."""
    chance = random.Random(number)
    try:
        with Visitor(address) as visitor:
            while time.monotonic() < until:
                image, label = IMAGES[chance.randrange(len(IMAGES))], LABELS[number % 2]
                steps = [
                    ("page", visitor.open, ("gallery",), {}, "bear_000"),
                    ("page", visitor.open, ("gallery",), {"text": image}, image),
                    ("page", visitor.open, ("gallery",), {"label": label, "sort": "confidence"}, label.split("_")[0]),
                    ("page", visitor.open, ("compare",), {"image": image}, image),
                    *(  # the map has moved in the browser by then; this is what the server has to do of it
                        ("K", visitor.open, ("compare",), {"image": image, "k": round(0.5 + 0.1 * number, 1)}, image)
                        for number in chance.sample(range(40), 3)
                    ),
                    ("page", visitor.open, ("statistics",), {"label": label}, "95 %"),
                    ("page", visitor.open, ("statistics",), {"section": "agreement"}, "95 %"),
                ]
                for kind, step, asked, says, shows in steps:
                    started = time.monotonic()
                    step(*asked, **says)
                    seen.seconds[kind].append(time.monotonic() - started)
                    judge(visitor, image, shows, f"{number}: {asked} {says}", seen)
                    time.sleep(pause * (0.5 + chance.random()))
                    if time.monotonic() > until:
                        break
    except Exception as error:  # whatever it is, this visitor's walk is over
        seen.errors.append(f"{number}: {type(error).__name__}: {error}")


def judge(visitor, image, shows, step, seen):
    """Look whether a page failed, or shows another visitor's image."""
    text = visitor.texts()
    if BROKEN in text or any(each.HasField("exception") for each in visitor.elements):
        seen.errors.append(step)
    if shows not in text.replace("\\", "").replace("\u2060", ""):
        seen.strange.append(step)
    others = [other for other in IMAGES if other != image and f"{other} ·" in text]
    seen.strange.extend(f"{step} shows {other}" for other in others)


def memory(server):
    """Give the resident bytes of the server, without the process of the networks."""
    return psutil.Process(server.pid).memory_info().rss


def load(cache, visitors, seconds, pause, after):
    """Serve, warm up with one visitor, let all walk, and wait; give what was seen and the memory in between."""
    seen, highest = Seen(), 0
    with serving(cache) as (address, server):
        walk(address, 0, time.monotonic() + WARM, 0.0, Seen())
        time.sleep(after)
        before = memory(server)
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=walk, args=(address, number, until, pause, seen)) for number in range(visitors)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            highest = max(highest, memory(server))
            time.sleep(1)
        time.sleep(after)
        return seen, (before, highest, memory(server))


def figures(seen, memory, arguments):
    """Write what was seen as a table."""
    rows = [
        f"| p95 of {'a page switch' if kind == 'page' else 'K'} | {np.percentile(took, 95):.2f} s of {len(took)}, "
        f"median {np.median(took):.2f} s | below {WAITS[kind]:.0f} s |"
        for kind, took in seen.seconds.items()
        if took
    ]
    before, highest, after = (each / 2**20 for each in memory)
    return "\n".join(
        [
            f"{arguments.visitors} visitors for {arguments.seconds} seconds, who look at a page for "
            f"{arguments.pause:g} seconds on average; {os.cpu_count()} processors ({platform.machine()}), shared with "
            f"the visitors' own process; {arguments.busy:.1f} processes wanted to run on them before.",
            "", "| What | Seen | Asked |", "| --- | --- | --- |", f"| Errors | {len(seen.errors)} | 0 |",
            f"| Pages with another visitor's things | {len(seen.strange)} | 0 |", *rows,
            f"| Memory before, at most, {arguments.after} s after | {before:.0f}, {highest:.0f}, {after:.0f} MB "
            f"({after / before - 1:+.0%}) | within 10 % |",
        ]
    )  # fmt: skip


def main():
    """Measure, print, and replace what stands between the two marks of the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds that a visitor looks at a page, on average")
    parser.add_argument("--after", type=int, default=60, help="seconds after which memory is looked at again")
    parser.add_argument("--cache", help="a cache that holds the demo store; else it is built")
    parser.add_argument("--dry", action="store_true", help="leave the document as it is")
    arguments = parser.parse_args()
    arguments.busy = os.getloadavg()[0]
    sys.setswitchinterval(0.0005)  # visitors are machines of their own: none waits while another reads its page
    with tempfile.TemporaryDirectory() as made:
        if not arguments.cache:
            subprocess.run([sys.executable, "-m", "explain", "build", "--cache", made], cwd=ROOT, check=True)
        cache = Path(arguments.cache or made)
        seen, held = load(cache, arguments.visitors, arguments.seconds, arguments.pause, arguments.after)
    said = figures(seen, held, arguments)
    print(said, *seen.errors[:10], *seen.strange[:10], sep="\n")
    if not arguments.dry:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{said}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
