import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.serving.messages import FramingError, receive, send


@given(st.lists(st.tuples(st.dictionaries(st.text(), st.integers() | st.text()), st.binary()), max_size=4))
def test_messages_arrive_as_they_were_sent_and_in_order(messages):
    stream = io.BytesIO()
    for header, body in messages:
        send(stream, header, body)
    stream.seek(0)
    for message in messages:
        assert receive(stream) == message
    assert receive(stream) is None


@pytest.mark.parametrize("cut", [1, 11, 13, 20, 30])
def test_a_message_that_ends_early_is_an_error(cut):
    stream = io.BytesIO()
    send(stream, {"models": []}, b"0123456789")
    with pytest.raises(FramingError, match="ends"):
        receive(io.BytesIO(stream.getvalue()[:cut]))


def test_what_is_no_message_is_not_read_into_memory():
    with pytest.raises(FramingError, match="lengths"):
        receive(io.BytesIO(b"\xff" * 100))


@pytest.mark.parametrize("head", [b"[1]", b"{", b"\xff\xfe"])
def test_a_header_that_is_no_json_object_is_an_error(head):
    with pytest.raises(FramingError, match="JSON"):
        receive(io.BytesIO(len(head).to_bytes(4, "big") + (0).to_bytes(8, "big") + head))
