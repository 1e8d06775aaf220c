"""Which message each event has."""

from wire.base import Message
from wire.signaling.cameras import ChooseCamera
from wire.signaling.chat import Chat
from wire.signaling.connection import Answer, Candidate, Offer, Renegotiate
from wire.signaling.joining import FreshIceServers, Join, Joined
from wire.signaling.leaving import Leave, ParticipantLeft, RoomClosed
from wire.signaling.participant import Media, Participant
from wire.signaling.recording import MayRecord
from wire.signaling.waiting import Admit, Deny, WaitingRoom

CLIENT_EVENTS: dict[str, type[Message]] = {
    "join": Join,
    "offer": Offer,
    "answer": Answer,
    "candidate": Candidate,
    "renegotiate": Renegotiate,
    "chat": Chat,
    "media": Media,
    "choose_camera": ChooseCamera,
    "leave": Leave,
    "admit": Admit,
    "deny": Deny,
}
SERVER_EVENTS: dict[str, type[Message]] = {
    "admitted": Joined,
    "participant_joined": Participant,
    "participant_changed": Participant,
    "participant_left": ParticipantLeft,
    "offer": Offer,
    "answer": Answer,
    "candidate": Candidate,
    "renegotiate": Renegotiate,
    "chat": Chat,
    "choose_camera": ChooseCamera,
    "waiting_room": WaitingRoom,
    "may_record": MayRecord,
    "ice_servers": FreshIceServers,
    "room_closed": RoomClosed,
}
