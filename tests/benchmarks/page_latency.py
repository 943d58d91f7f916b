"""What a page costs the server, page by page, on stores of any size: a first visitor's run and a later one's."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE = 300
LATER = 2
"""Runs after the first."""
SECTIONS = ("distributions", "differences", "agreement", "averages", "answers", "faithfulness", "map")


def visits(image: str, label: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Name what is visited: page and link, by a name for the table."""
    return {
        "Overview": ("overview", {}),
        "Gallery": ("gallery", {}),
        "Gallery: a filter": ("gallery", {"label": label}),
        "Gallery: another order": ("gallery", {"sort": "confidence"}),
        "Gallery: next page": ("gallery", {"page": "2"}),
        "Gallery: like one image": ("gallery", {"like": image}),
        "Compare": ("compare", {"image": image}),
        "Why": ("why", {"image": image}),
        "Strategies": ("strategies", {}),
        "Strategies: clusters": ("strategies", {"look": "clusters"}),
        "Strategies: channels": ("strategies", {"look": "channels"}),
        **{f"Statistics: {name}": ("statistics", {"section": name}) for name in SECTIONS},
        "Findings": ("findings", {}),
        "Findings: predicted class": ("findings", {"of": "predicted"}),
        "Your claim": ("claim", {}),
        "Guess": ("guess", {}),
        "A cheat": ("cheat", {}),
        "Try your own": ("upload", {}),
        "About": ("about", {}),
    }


def measure(only: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """Visit every page of the only store with empty caches, then again; seconds, and of the processor, and memory."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from explain.store import default_cache, newest_stores

    (store,) = newest_stores(default_cache())
    images = store.table("images")
    place = len(images) // 2
    found: dict[str, dict[str, Any]] = {}
    warm = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=PATIENCE)
    warm.switch_page("views/about.py").run()  # imports
    for name, (stem, link) in visits(str(images["image"].iloc[place]), str(images["label"].iloc[place])).items():
        if only and not name.startswith(only):
            continue
        st.cache_data.clear()
        st.cache_resource.clear()
        seconds, work, trouble = [], [], ""
        for _ in range(1 + LATER):
            app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=PATIENCE)
            app.switch_page(f"views/{stem}.py")
            for key, value in link.items():
                app.query_params[key] = value
            started, worked = time.perf_counter(), time.process_time()
            try:
                app.run()
                trouble = " ".join(
                    [*(str(each.value) for each in app.error), *(each.message for each in app.exception)]
                )
            except RuntimeError as error:  # the harness waited long enough
                trouble = str(error)[:100]
            seconds.append(time.perf_counter() - started)
            work.append(time.process_time() - worked)
            if seconds[-1] > PATIENCE / 2:
                break
        rss = psutil.Process().memory_info().rss / 2**20
        later = sorted(work[1:])[len(work[1:]) // 2] if work[1:] else None
        found[name] = {"first": seconds[0], "first_work": work[0], "later": sorted(seconds[1:])[len(seconds[1:]) // 2]
                       if seconds[1:] else None, "later_work": later, "MiB": rss, "trouble": trouble}  # fmt: skip
        print(f"{name:28} first {seconds[0]:7.2f} (cpu {work[0]:7.2f})  later {found[name]['later'] or -1:6.2f} (cpu "
              f"{later or -1:6.2f})  {rss:6.0f} MiB {trouble[:80]}", file=sys.stderr, flush=True)  # fmt: skip
    return found


def main() -> None:
    """Measure the store of a cache; print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache")
    parser.add_argument("--only", nargs="*", default=(), help="beginnings of visits' names")
    asked = parser.parse_args()
    os.environ["EXPLAIN_CACHE"] = asked.cache
    print(json.dumps(measure(tuple(asked.only))))


if __name__ == "__main__":
    main()
