"""A visitor without a browser: what Streamlit's client says to its server, and what it hears."""

from __future__ import annotations

import http.client
from contextlib import AbstractContextManager, ExitStack
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

PATIENCE = 120  # seconds for one answer
BOUNDARY = "of-the-parts"


class Visitor(AbstractContextManager):
    """One tab: a session of the server, from its opening to its end.

    Attributes
    ----------
    session : str
        The server's name for it.
    elements : list of Element
        What the last run of the page sent, in its order.
    """

    def __init__(self, address, **headers):
        self.address = urlsplit(address)
        self._request = http.client.HTTPConnection(self.address.netloc, timeout=PATIENCE)
        cookie = self.ask("GET", "/_stcore/health").getheader("set-cookie", "").partition(";")[0]
        self._cookie, self._token = cookie, cookie.partition("=")[2]
        self._open = ExitStack()
        socket = connect(
            f"ws://{self.address.netloc}/_stcore/stream", subprotocols=["streamlit", self._token], max_size=None,
            additional_headers={"Cookie": cookie, **headers}, open_timeout=PATIENCE,
        )  # fmt: skip
        self._socket = self._open.enter_context(socket)
        self.session, self._page, self.elements, self._states = "", "", [], {}

    def __exit__(self, *exception):
        self._open.close()
        self._request.close()

    def ask(self, method, path, body=None, **headers):
        """Ask for something by HTTP; give the answer, whose body is read."""
        self._request.close()  # the server lets go of a line that was idle for some seconds
        self._request.request(method, path, body, headers)
        answer = self._request.getresponse()
        answer.body = answer.read()
        return answer

    def open(self, page, /, **says):
        """Go to a page with what a link says; wait until its script has run."""
        self._page, self._states = page, {}
        self._run(page, urlencode(says))

    def set(self, label, *values):
        """Move a slider by its label; the page runs again."""
        (slider,) = [each.slider for each in self.elements if each.HasField("slider") and each.slider.label == label]
        self._states[slider.id] = values
        self._run(self._page, self._query)

    def send(self, content, number=0, *, halfway=None, length=None):
        """Send a file as the upload widget does; give the status."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photograph.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        self._request.close()
        self._request.putrequest("PUT", self.place(number))
        for name, value in self._own_headers().items():
            self._request.putheader(name, value)
        self._request.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        self._request.putheader("Content-Length", str(len(body) if length is None else length))
        self._request.endheaders()
        half = len(body) // 2
        try:
            self._request.send(body[:half])
            if halfway:
                halfway()
            self._request.send(body[half:])
        except ConnectionError:  # refused before it was sent
            pass
        try:
            answer = self._request.getresponse()
            answer.read()
            return answer.status
        finally:
            self._request.close()

    def place(self, number):
        """Give where a file of this visitor lies."""
        return f"/_stcore/upload_file/{self.session}/{number}"

    def remove(self, number):
        """Take a file back as the upload widget does."""
        return self.ask("DELETE", self.place(number), **self._own_headers()).status

    def texts(self):
        """Give every text of the page, as the server sent it."""
        return " ".join(str(each) for each in self.elements)

    def _own_headers(self):
        return {"Cookie": self._cookie, "X-Xsrftoken": self._token}

    def _run(self, page, query):
        asked = BackMsg()
        asked.rerun_script.query_string = self._query = query
        asked.rerun_script.page_name = page
        for name, values in self._states.items():
            state = WidgetState(id=name)
            state.double_array_value.data.extend(values)
            asked.rerun_script.widget_states.widgets.append(state)
        self._socket.send(asked.SerializeToString())
        self.elements, began = [], False
        while True:
            said = ForwardMsg.FromString(self._socket.recv(timeout=PATIENCE))
            kind = said.WhichOneof("type")
            if kind == "new_session":
                began = True
                self.elements = []
                self.session = said.new_session.initialize.session_id or self.session
            elif kind == "page_info_changed":
                self._query = said.page_info_changed.query_string
            elif kind == "delta" and said.delta.HasField("new_element"):
                self.elements.append(said.delta.new_element)
            elif kind == "script_finished" and began and said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return
