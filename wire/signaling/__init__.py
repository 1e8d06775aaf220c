"""What is said over Socket.IO. Every client event is acknowledged: with its answer, or with a `Refusal`.

Client to server: `join`, `offer`, `answer`, `candidate`, `renegotiate`, `chat`, `media`, `choose_camera`,
`leave`, `admit`, `deny`.
Server to client: `admitted`, `participant_joined`, `participant_left`, `participant_changed`, `offer`, `answer`,
`candidate`, `renegotiate`, `chat`, `choose_camera`, `waiting_room`, `may_record`, `ice_servers`, `room_closed`.
"""

from wire.signaling.cameras import Camera, Cameras, ChooseCamera, Choosers
from wire.signaling.chat import Chat
from wire.signaling.connection import Answer, Candidate, Directed, Offer, Renegotiate, Source, Track
from wire.signaling.events import CLIENT_EVENTS, SERVER_EVENTS
from wire.signaling.joining import FreshIceServers, IceServer, Join, Joined, Resume
from wire.signaling.leaving import CloseReason, Leave, LeaveReason, ParticipantLeft, RoomClosed
from wire.signaling.participant import Held, Media, Participant, ParticipantKind
from wire.signaling.recording import MayRecord
from wire.signaling.refusal import ErrorCode, Refusal
from wire.signaling.waiting import Admit, Deny, Waiting, WaitingRoom

__all__ = [
    "CLIENT_EVENTS",
    "SERVER_EVENTS",
    "Admit",
    "Answer",
    "Camera",
    "Cameras",
    "Candidate",
    "Chat",
    "ChooseCamera",
    "Choosers",
    "CloseReason",
    "Deny",
    "Directed",
    "ErrorCode",
    "FreshIceServers",
    "Held",
    "IceServer",
    "Join",
    "Joined",
    "Leave",
    "LeaveReason",
    "MayRecord",
    "Media",
    "Offer",
    "Participant",
    "ParticipantKind",
    "ParticipantLeft",
    "Refusal",
    "Renegotiate",
    "Resume",
    "RoomClosed",
    "Source",
    "Track",
    "Waiting",
    "WaitingRoom",
]
