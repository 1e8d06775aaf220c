"""Socket.IO's server: how it is set up, how a message goes out and how a connection closes."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import socketio
from engineio.async_socket import AsyncSocket
from starlette.types import ASGIApp

from server import messages
from server.frames import MAX_BYTES, FrameGate, StrictPacket
from wire.base import Message

PATH: Final = "/socket.io/"

FLUSH_SECONDS: Final = 5.0
"""So long a connection that is being closed has to take what was sent to it before."""

MAX_BACKLOG: Final = 500
"""Messages that wait for one slow reader; past it his connection closes, and he comes back to a fresh roster."""

log = logging.getLogger(__name__)


class Sockets:
    """The connections of this process, by the ids that Socket.IO gives them."""

    def __init__(self, public_url: str) -> None:
        library_log = logging.getLogger("server.socketio")
        library_log.setLevel(logging.ERROR)  # below that it writes down every message, names and all
        self._public_host = urlsplit(public_url).netloc
        self._closing: dict[str, asyncio.Task[None]] = {}
        self.server: Any = socketio.AsyncServer(
            async_mode="asgi",
            async_handlers=False,  # one event of a connection after the other, so that their order is kept
            serializer=StrictPacket,
            cors_allowed_origins=self._is_own_page,
            ping_interval=5,
            ping_timeout=5,
            max_http_buffer_size=MAX_BYTES,
            http_compression=False,  # secrets and what others write must not be compressed together
            logger=library_log,
            engineio_logger=library_log,
        )

    def asgi(self, app: ASGIApp) -> ASGIApp:
        """`app` with Socket.IO at `/socket.io`; lifespan events go to `app`."""
        return FrameGate(socketio.ASGIApp(self.server, other_asgi_app=app, socketio_path=PATH), PATH)

    async def send(self, sids: Iterable[str], event: str, message: Message) -> None:
        """Queue a message for some connections; a connection that does not read any more is closed."""
        payload = messages.write(message)
        for sid in sids:
            socket = self._transport(sid)
            if socket is not None and socket.queue.qsize() > MAX_BACKLOG:
                log.warning("connection %s closed: it does not read", sid)
                self.close(sid)
            else:
                await self.server.emit(event, payload, to=sid)

    def close(self, sid: str) -> None:
        """Close a connection in the background, after what was sent to it before has gone out."""
        socket = self._transport(sid)
        if sid not in self._closing and socket is not None:
            task = asyncio.create_task(self._flush_and_close(sid, socket), name="close connection")
            self._closing[sid] = task
            task.add_done_callback(lambda _: self._closing.pop(sid, None))

    async def stop(self) -> None:
        """Stop what runs in the background; the connections are the web server's to close."""
        tasks = list(self._closing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.server.shutdown()

    async def _flush_and_close(self, sid: str, socket: AsyncSocket) -> None:
        await self.server.disconnect(sid)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.server.eio.disconnect(socket.sid)
        # The socket's writer ends here and closes the WebSocket, whether its client answered the goodbye or not.
        socket.queue.put_nowait(None)

    def _transport(self, sid: str) -> AsyncSocket | None:
        """Engine.IO's socket under a connection, or None where it is gone."""
        return self.server.eio.sockets.get(self.server.manager.eio_sid_from_sid(sid, "/"))

    def _is_own_page(self, origin: str, environ: dict[str, Any]) -> bool:
        """Whether a page at this origin may connect: one of this host, by its public name or as it was asked for."""
        return urlsplit(origin).netloc in {self._public_host, environ.get("HTTP_HOST")}
