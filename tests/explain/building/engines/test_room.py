"""Room for pixels: whatever threads ask for, no more than fits is held at once, and all of them get it."""

import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from explain.building.engines.room import PixelRoom


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(0, 150), min_size=1, max_size=30))
def test_no_more_than_fits_is_held_at_once_and_everyone_gets_room(sizes):
    room, lock, held, most = PixelRoom(100), threading.Lock(), [], []

    def hold(size):
        with room.held(size):
            with lock:
                held.append(min(size, 100))
                most.append(sum(held))
            with lock:
                held.remove(min(size, 100))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold, sizes))
    assert max(most) <= 100
    assert len(most) == len(sizes)
