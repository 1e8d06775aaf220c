"""Socket.IO to the server: one attendance's link to its room, kept up by a retry loop of our own.

python-socketio's own reconnection is off: its loop can die for ever (fault N7), and `connect` can hang (N6).
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import socketio
from pydantic import ValidationError

from robotclient import retryafter
from robotclient.backoff import Backoff
from robotclient.news import InRoom, LinkDown, News, NotAdmitted, Received
from robotclient.tasks import Tasks
from wire import VERSION
from wire.base import Message
from wire.signaling import SERVER_EVENTS, ErrorCode, Join, Joined, Leave, Media, Refusal, Resume

log = logging.getLogger(__name__)

DEADLINE = 10.0
"""For connecting, and for each acknowledgement, in seconds."""
TCP_DEADLINE = 3.0
"""Lost SYNs are repeated after 1, 2, 4 s; beginning anew is quicker where the way was away for a while."""
FAREWELL = 2.0
LONGEST_PAUSE = 3.0


class SignalingError(Exception):
    """The link is down or the server did not answer in time."""

    def __init__(self, text: str, retry_after: float = 0.0) -> None:
        """`retry_after` in seconds, where the server, or a proxy before it, named a time."""
        super().__init__(text)
        self.retry_after = retry_after


class RefusedError(Exception):
    """The server refused a message."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.error}: {refusal.message}")
        self.refusal = refusal


class Signaling:
    """The link to one room. `run` keeps it up until cancelled; `tell` gets the news in order."""

    def __init__(
        self, url: str, token: str, room: str, tell: Callable[[News], None], ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._url = url
        self._token = token
        self._room = room
        self._tell = tell
        self._ssl = ssl_context
        self._resume: Resume | None = None
        self._client: socketio.AsyncClient | None = None
        self._lost = asyncio.Event()
        """Set once the client's link is gone."""
        self._early: list[Received] | None = None
        self._backoff = Backoff(LONGEST_PAUSE)
        self._closing = Tasks(lambda error: log.error("a link did not close", exc_info=error))
        self.media = Media()
        """What the robot sends; said again at every join."""

    async def run(self) -> None:
        """Connect, join, wait for the end of the link, and again, with full jitter between tries."""
        try:
            while True:
                await self._backoff.pause(await self._attend())
        finally:
            await self._closing.wait()

    def reconnect(self) -> None:
        """The network has changed: the link may be dead without knowing it, so take another one now."""
        self._lost.set()
        self._backoff.hasten()

    async def _attend(self) -> float:
        """One link from beginning to end; returns how many seconds the server wants to be left alone."""
        wait = 0.0
        try:
            await self._enter()
            self._backoff.succeeded()
            await self._lost.wait()
            log.warning("signaling link: lost")
            self._tell(LinkDown())
        except RefusedError as error:
            self._take_refusal(error.refusal)
            wait = min(error.refusal.retry_after or 0.0, retryafter.LONGEST)
        except SignalingError as error:
            log.warning("signaling link: %s", error)
            wait = error.retry_after
        finally:
            client, self._client = self._client, None
            if client is not None:
                self._closing.spawn(_disconnect(client), "disconnect")
        self._backoff.failed()
        return wait

    async def send(self, event: str, message: Message) -> None:
        """Send one message and wait for its acknowledgement. Raises `SignalingError`, `RefusedError`."""
        _raise_if_refused(await self._call(event, message))

    async def say_media(self) -> None:
        """Tell what the robot sends now; a link that is down says it at its next join."""
        try:
            await self.send("media", self.media)
        except (SignalingError, RefusedError) as error:
            log.info("what is sent was not told: %s", error)

    async def leave(self, farewell: Leave) -> None:
        """Say that the robot goes; after `FAREWELL` seconds without an answer the grace time says it for us."""
        try:
            async with asyncio.timeout(FAREWELL):
                await self.send("leave", farewell)
        except (SignalingError, RefusedError, TimeoutError) as error:
            log.info("leaving without a farewell: %s", error)

    async def _enter(self) -> None:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._ssl or True),
            timeout=aiohttp.ClientTimeout(total=DEADLINE, sock_connect=TCP_DEADLINE),
        )
        client = socketio.AsyncClient(reconnection=False, logger=False, handle_sigint=False, http_session=session)
        self._client = client
        lost = self._lost = asyncio.Event()
        self._early = []
        client.on("disconnect", lambda *_: lost.set())
        client.on("*", self._receive)
        refusals: list[object] = []
        client.on("connect_error", refusals.append)
        try:
            async with asyncio.timeout(DEADLINE):  # python-socketio's own time limit does not cover all of it
                await client.connect(self._url, auth={"token": self._token}, transports=["websocket"], retry=False)
        except (socketio.exceptions.ConnectionError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            if (refusal := _refusal(refusals)) is not None:
                raise RefusedError(refusal) from error
            raise SignalingError(f"cannot connect: {error or type(error).__name__}", _retry_after(error)) from error
        join = Join(version=VERSION, room=self._room, media=self.media, resume=self._resume)
        answer = await self._call("join", join)
        _raise_if_refused(answer)
        try:
            joined = Joined.model_validate(answer)
        except ValidationError as error:
            raise SignalingError(f"the server's answer to join is not usable: {error.error_count()} errors") from error
        self._resume = Resume(participant=joined.participant, secret=joined.secret)
        log.info("signaling link: in the room%s", ", as before" if joined.resumed else "")
        self._tell(InRoom(joined))
        for received in self._early:
            self._tell(received)
        self._early = None

    async def _call(self, event: str, message: Message) -> object:
        client = self._client
        if client is None or not client.connected:
            raise SignalingError("the link is down")
        data = message.model_dump(mode="json", by_alias=True, exclude_none=True)
        answer = asyncio.ensure_future(client.call(event, data, timeout=DEADLINE))
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait((answer, lost), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise SignalingError(f"no answer to {event}: the link was lost")
            return answer.result()
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, TimeoutError) as error:
            raise SignalingError(f"no answer to {event}: {error or type(error).__name__}") from error
        finally:
            answer.cancel()
            lost.cancel()

    async def _receive(self, event: str, data: object) -> None:
        model = SERVER_EVENTS.get(event)
        if model is None:
            return  # a newer server may say more than this robot knows
        try:
            received = Received(model.model_validate(data))
        except ValidationError as error:
            log.warning("a %s message is not usable: %d errors", event, error.error_count())
            return
        if self._early is None:
            self._tell(received)
        else:  # it overtook the answer to join, which wakes another task
            self._early.append(received)

    def _take_refusal(self, refusal: Refusal) -> None:
        log.warning("not admitted: %s", refusal.error)
        if refusal.error is ErrorCode.UNKNOWN_PARTICIPANT:
            self._resume = None  # the grace time is over: come as a new participant
        self._tell(NotAdmitted(refusal))


async def _disconnect(client: socketio.AsyncClient) -> None:
    try:
        async with asyncio.timeout(FAREWELL):
            await client.disconnect()
    except (socketio.exceptions.SocketIOError, aiohttp.ClientError, TimeoutError) as error:
        log.info("disconnecting: %s", error)
    finally:
        if client.eio.http is not None and not client.eio.http.closed:
            await client.eio.http.close()


def _raise_if_refused(answer: object) -> None:
    if isinstance(answer, dict) and "error" in answer:
        try:
            refusal = Refusal.model_validate(answer)
        except ValidationError as error:  # of a newer server
            raise SignalingError("refused in words that this robot does not know") from error
        raise RefusedError(refusal)


def _refusal(connect_errors: list[object]) -> Refusal | None:
    """The server's refusal of a connection, where it came with one (`{message, data}` of Socket.IO's CONNECT_ERROR)."""
    try:
        return Refusal.model_validate(connect_errors[-1]["data"])  # type: ignore[index]
    except (LookupError, TypeError, ValidationError):
        return None


def _retry_after(error: BaseException) -> float:
    """What a refused WebSocket handshake said in its header; python-socketio keeps that error as a context only."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, aiohttp.WSServerHandshakeError) and cause.headers is not None:
            return retryafter.seconds(cause.headers.get("Retry-After"), datetime.now(UTC))
        cause = cause.__cause__ or cause.__context__
    return 0.0
