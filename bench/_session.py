"""A person's session with the app, spoken over its websocket as the browser speaks it, without a browser."""

import asyncio
import time
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

TOKEN = "_streamlit_xsrf"
AGAIN = 0.5  # seconds
KEPT_FOR = 2  # runs: Streamlit's global.maxCachedMessageAge
FINISHED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


@dataclass
class Session:
    """What the app has sent so far: its widgets by label, the fragment of each, and everything that looks wrong.

    A slider's label ends in SLIDER, for the input beside it has the same. `staged` is when the stage of the screen
    came, the first component that is not every page's, since it was last set to 0.
    """

    SLIDER: ClassVar[str] = " (slider)"
    FRAME: ClassVar[set[str]] = {
        f"cnnviz_{name}" for name in ("library", "library_link", "navigation", "room", "room_desk", "theme")
    }
    url: str
    place: str
    query: str
    socket: ClientConnection = field(init=False)
    cookies: dict[str, str] = field(default_factory=dict)
    number: str = ""
    page: str = ""
    widgets: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    # Fragments that the browser runs again by itself, and every how many seconds.
    repeated: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    received: int = 0
    staged: float = 0.0
    # As the browser keeps them: what came whole is not sent again for the next two runs.
    known: dict[str, ForwardMsg] = field(default_factory=dict)
    ages: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def open(cls, url: str, page: str, query: str) -> Self:
        """Connect, and run the page once."""
        session = cls(url, page, query)
        await session.connect()
        return session

    async def connect(self) -> None:
        """Connect, anew where the connection was lost, and run the page once with the query as it is now."""
        # First a question by HTTP, as a browser asks it: where there are several processes a cookie names one.
        self.cookies |= await asyncio.to_thread(cookies, self.url, self.cookies)
        # A browser also tells the session that it had, which is of use to a server that still knows it.
        protocols = ["streamlit", self.cookies.get(TOKEN, "none"), *filter(None, [self.number])]
        self.socket = await connect(
            f"ws{self.url[4:]}/_stcore/stream",
            subprotocols=[Subprotocol(each) for each in protocols],
            additional_headers=_sent(self.cookies),
            max_size=None,
            # A server that is busy for long is waited for, as a browser does.
            ping_timeout=None,
        )
        self.known, self.ages, self.widgets, self.fragments, self.repeated, self.staged = {}, {}, {}, {}, {}, 0.0
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = self.place, self.query
        await self.socket.send(message.SerializeToString())
        await self.finish()

    async def reconnect(self) -> None:
        """Connect anew after the connection was lost, and try again until it is there, as a browser does."""
        while True:
            try:
                return await self.connect()
            except (OSError, WebSocketException):
                await asyncio.sleep(AGAIN)

    async def finish(self) -> None:
        """Take in what the app sends until its run is over."""
        while True:
            data = await asyncio.wait_for(self.socket.recv(), 120)
            self.received += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                self.ages[message.ref_hash] = 0
                # What the browser has already counts as it would if it came whole.
                message = self.known.get(message.ref_hash, message)
                kind = message.WhichOneof("type")
            if message.metadata.cacheable:
                self.known[message.hash], self.ages[message.hash] = message, 0
            if kind == "new_session":
                self.number = message.new_session.initialize.session_id
                # As the browser does: a run of the whole page begins without any.
                if not message.metadata.run.fragment_ids:
                    self.repeated = {}
            elif kind == "auto_rerun":
                self.repeated[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self.repeated.pop(fragment, None)
            elif kind == "navigation":
                self.page = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta":
                self.take(message.delta)
            elif kind == "script_finished":
                if message.script_finished in FINISHED:
                    self.ages = {number: age + 1 for number, age in self.ages.items() if age < KEPT_FOR}
                    self.known = {number: self.known[number] for number in self.ages}
                    return
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self.errors.append("the script did not compile")

    def take(self, delta: Any) -> None:
        """Note a widget, or an error, of one element."""
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        content = getattr(delta.new_element, kind)
        if not self.staged and kind == "bidi_component" and content.component_name not in self.FRAME:
            self.staged = time.perf_counter()
        if kind == "exception":
            self.errors.append(f"{content.type}: {content.message}")
        elif kind == "alert" and content.format == Alert.ERROR:
            self.errors.append(content.body)
        elif getattr(content, "id", "") and getattr(content, "label", ""):
            label = content.label + (self.SLIDER if kind == "slider" else "")
            self.widgets[label] = content
            self.fragments[label] = delta.fragment_id

    async def set(self, label: str, **value: Any) -> None:
        """Give a widget a value, as one field of WidgetState, and wait for the run that follows."""
        message = BackMsg()
        message.rerun_script.widget_states.widgets.add(id=self.widgets[label].id, **value)
        await self._run(message, self.fragments[label])

    async def open_page(self, place: str, query: str) -> None:
        """Go to another screen by its address, as the browser's back and forward do, and wait for its run."""
        self.place, self.query = place, query
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = place, query
        message.rerun_script.cached_message_hashes.extend(self.known)
        await self.socket.send(message.SerializeToString())
        await self.finish()

    async def run_again(self, fragment: str) -> None:
        """Have one of `repeated` run, as the browser does by itself, and wait for what it sends."""
        message = BackMsg()
        message.rerun_script.is_auto_rerun = True
        await self._run(message, fragment)

    async def _run(self, message: BackMsg, fragment: str) -> None:
        message.rerun_script.fragment_id = fragment
        message.rerun_script.page_script_hash, message.rerun_script.query_string = self.page, self.query
        message.rerun_script.cached_message_hashes.extend(self.known)
        await self.socket.send(message.SerializeToString())
        await self.finish()

    async def upload(self, label: str, name: str, data: bytes) -> None:
        """Upload a file to a file uploader and wait for the run that follows."""
        number, place = str(uuid.uuid4()), f"/_stcore/upload_file/{self.number}"
        await asyncio.to_thread(put, self.url, f"{place}/{number}", name, data, self.cookies)
        file = {"name": name, "size": len(data), "file_id": number}
        urls = {"file_id": number, "upload_url": f"{place}/{number}", "delete_url": f"{place}/{number}"}
        await self.set(label, file_uploader_state_value={"uploaded_file_info": [{**file, "file_urls": urls}]})


def cookies(url: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the cookies that a server gives to who has those that are known."""
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_stcore/health", headers=_sent(known))) as answer:
        return dict(cookie.split(";")[0].split("=", 1) for cookie in answer.headers.get_all("set-cookie") or [])


def put(url: str, path: str, name: str, data: bytes, known: Mapping[str, str]) -> None:
    """Send a file to a path as a form, with the token that the server gives out against forgery."""
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
    body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + data + f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "X-Xsrftoken": known.get(TOKEN, "")}
    request = urllib.request.Request(f"{url}{path}", body, headers | _sent(known), method="PUT")
    with urllib.request.urlopen(request):
        pass


def _sent(known: Mapping[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={text}" for name, text in known.items())} if known else {}
