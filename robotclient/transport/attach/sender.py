"""aiortc's senders, for packets that were coded elsewhere."""

from aiortc import RTCRtpSender

from robotclient.tracks import PacketTrack


class Sender(RTCRtpSender):
    """aiortc's sender for packets that were coded elsewhere."""

    def _send_keyframe(self) -> None:
        if isinstance(self.track, PacketTrack):
            self.track.request_keyframe()
        else:
            super()._send_keyframe()
