/* Generated from wire/ by scripts/generate_types.py; do not edit. */

/**
 * Why a robot sends nothing yet, or nothing any more.
 */
export type Held = "announcing" | "asking" | "quiet_hours" | "stopped";
/**
 * Who may choose among a robot's cameras.
 */
export type Choosers = "staff" | "everyone";
/**
 * What a track shows or carries.
 */
export type Source = "camera" | "microphone" | "screen" | "screen_audio";
/**
 * Whom a participant stands for.
 */
export type ParticipantKind = "robot" | "guest" | "staff";
/**
 * Why a participant left.
 */
export type LeaveReason = "left" | "lost" | "replaced" | "closed" | "declined" | "quiet_hours" | "stopped";
/**
 * Why the room closed for the one who reads it.
 */
export type CloseReason =
  | "closed"
  | "cancelled"
  | "ended"
  | "last_participant"
  | "replaced"
  | "denied"
  | "removed"
  | "declined"
  | "quiet_hours";
/**
 * Why the server refused; stable words for programs, `Refusal.message` is for people.
 */
export type ErrorCode =
  | "bad_message"
  | "version"
  | "not_authenticated"
  | "unknown_room"
  | "too_early"
  | "ended"
  | "cancelled"
  | "closed"
  | "full"
  | "already_connected"
  | "not_in_room"
  | "unknown_participant"
  | "not_connected"
  | "rate_limited"
  | "unavailable"
  | "denied"
  | "not_allowed";
export type BoardMessage = Want | Stroke | Undo | Clear;
/**
 * The colours of the pens.
 */
export type Colour = "black" | "blue" | "red" | "green" | "orange";
export type FromSender = FileOffer | Sent | Cancel;
export type FromReceiver = Accept | Stored | Refuse | Receipt | Cancel;
/**
 * Why the receiver does not take it.
 */
export type RefuseReason = "declined" | "too_large" | "too_many" | "unsupported";

export interface Wire {
  version: 1;
  client: ClientEvents;
  server: ServerEvents;
  joined: Joined;
  waiting: Waiting;
  refusal: Refusal;
  board: BoardMessage;
  fromSender: FromSender;
  fromReceiver: FromReceiver;
}
export interface ClientEvents {
  join: Join;
  offer: Offer;
  answer: Answer;
  candidate: Candidate;
  renegotiate: Renegotiate;
  chat: Chat;
  media: Media;
  choose_camera: ChooseCamera;
  leave: Leave;
  admit: Admit;
  deny: Deny;
}
/**
 * `join`: enter a room. Guests give their link's token as `room`, robots their reservation's room.
 */
export interface Join {
  version: number;
  room: string;
  name?: string | null;
  media?: Media;
  resume?: Resume | null;
}
/**
 * `media`: what a participant sends now (mute is the sender's, not the listener's).
 */
export interface Media {
  audio?: boolean;
  video?: boolean;
  screen?: boolean;
  hand?: boolean;
  held?: Held | null;
  thin?: boolean;
  recording?: boolean;
  cameras?: Cameras | null;
}
/**
 * What a robot offers to look through; the first one is what everybody sees at the beginning of a visit.
 */
export interface Cameras {
  /**
   * @minItems 2
   * @maxItems 8
   */
  offered: [Camera, Camera, ...Camera[]];
  shown: string;
  choosers: Choosers;
}
/**
 * One camera of a robot.
 */
export interface Camera {
  id: string;
  label: string;
}
/**
 * Proof of being a participant that was here already.
 */
export interface Resume {
  participant: string;
  secret: string;
}
/**
 * `offer`: a session description (RFC 8829). `tracks` maps each mid to what it carries.
 */
export interface Offer {
  to?: string | null;
  from?: string | null;
  connection: string;
  sdp: string;
  tracks: {
    [k: string]: Track;
  };
}
/**
 * Whose track it is and what of him it carries.
 */
export interface Track {
  participant: string;
  source: Source;
}
/**
 * `answer`: the answer to the offer of the same connection.
 */
export interface Answer {
  to?: string | null;
  from?: string | null;
  connection: string;
  sdp: string;
  tracks: {
    [k: string]: Track;
  };
}
/**
 * `candidate`: one trickled ICE candidate (RFC 8838); an empty `candidate` ends the list.
 */
export interface Candidate {
  to?: string | null;
  from?: string | null;
  connection: string;
  candidate: string;
  sdp_mid?: string | null;
  sdp_m_line_index?: number | null;
}
/**
 * `renegotiate`: the side that may not offer asks the first offerer for a new connection.
 */
export interface Renegotiate {
  to?: string | null;
  from?: string | null;
  connection: string;
}
/**
 * `chat`: a text for the room, or for one participant where `to` is given.
 */
export interface Chat {
  text: string;
  to?: string | null;
  from?: string | null;
  at?: string | null;
}
/**
 * `choose_camera`: look through another camera of the robot `to`; the server replaces `to` by `from`.
 */
export interface ChooseCamera {
  to?: string | null;
  from?: string | null;
  camera: string;
}
/**
 * `leave`: this participant goes; no grace time.
 */
export interface Leave {
  reason?: ("declined" | "quiet_hours" | "stopped") | null;
}
/**
 * `admit`: staff let somebody in who waits.
 */
export interface Admit {
  participant: string;
}
/**
 * `deny`: staff send somebody away who waits; his link does not open this room any more.
 */
export interface Deny {
  participant: string;
}
export interface ServerEvents {
  admitted: Joined;
  participant_joined: Participant;
  participant_changed: Participant;
  participant_left: ParticipantLeft;
  offer: Offer;
  answer: Answer;
  candidate: Candidate;
  renegotiate: Renegotiate;
  chat: Chat;
  choose_camera: ChooseCamera;
  waiting_room: WaitingRoom;
  may_record: MayRecord;
  ice_servers: FreshIceServers;
  room_closed: RoomClosed;
}
/**
 * The answer to `join`. The newcomer now offers to everyone in `roster` (who is not itself in it).
 */
export interface Joined {
  participant: string;
  secret: string;
  roster: Participant[];
  ice_servers: IceServer[];
  mode: "mesh" | "sfu";
  now: string;
  ends_at: string;
  title: string;
  resumed: boolean;
  waiting_room?: Participant[];
  reservation?: string | null;
  may_record?: boolean;
}
/**
 * One entry of the roster. `id` stays the same over reconnections.
 */
export interface Participant {
  id: string;
  kind: ParticipantKind;
  name: string;
  media?: Media;
  connected?: boolean;
}
/**
 * One STUN or TURN server, shaped as W3C `RTCIceServer`.
 */
export interface IceServer {
  urls: string[];
  username?: string | null;
  credential?: string | null;
}
/**
 * `participant_left`: its tile goes away.
 */
export interface ParticipantLeft {
  participant: string;
  reason: LeaveReason;
}
/**
 * `waiting_room`: everybody who waits to be let in, told to staff in the room whenever that changes.
 */
export interface WaitingRoom {
  guests: Participant[];
}
/**
 * `may_record`: the visit was changed; staff in the room may record it from now on, or have to end it.
 */
export interface MayRecord {
  may_record: boolean;
}
/**
 * `ice_servers`: what to use from now on for new connections; the old credentials expire.
 */
export interface FreshIceServers {
  ice_servers: IceServer[];
}
/**
 * `room_closed`: the call is over for this participant; it does not come back by itself.
 */
export interface RoomClosed {
  reason: CloseReason;
}
/**
 * The other answer to `join`: the guest waits until staff let him in, and is told so by `admitted`.
 */
export interface Waiting {
  waiting: true;
  participant: string;
  secret: string;
  now: string;
  ends_at: string;
  title: string;
}
/**
 * The acknowledgement of a message that the server did not accept.
 */
export interface Refusal {
  error: ErrorCode;
  message: string;
  opens_at?: string | null;
  retry_after?: number | null;
}
/**
 * Send me all that is on your board.
 */
export interface Want {
  type: "want";
}
/**
 * A line of one pen, or its next part. `number` counts the pen's strokes from 0.
 */
export interface Stroke {
  type: "stroke";
  pen: string;
  number: number;
  order: number;
  colour: Colour;
  width: number;
  start: number;
  /**
   * @maxItems 512
   */
  points: number[];
}
/**
 * A stroke is taken back.
 */
export interface Undo {
  type: "undo";
  pen: string;
  number: number;
}
/**
 * All strokes of these pens below these numbers are wiped away; what was drawn meanwhile stays.
 */
export interface Clear {
  type: "clear";
  below: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[A-Za-z0-9_-]+\.[A-Za-z0-9]+$".
     */
    [k: string]: number;
  };
}
/**
 * The sender's first message. The same `id` again, on a new connection, goes on with the same transfer.
 */
export interface FileOffer {
  type: "offer";
  id: string;
  name: string;
  size: number;
}
/**
 * The sender's last message, after the bytes.
 */
export interface Sent {
  type: "sent";
  digest: string;
}
/**
 * Either side: it is not to go on.
 */
export interface Cancel {
  type: "cancel";
}
/**
 * The receiver takes it: send the bytes that begin at `start`, a multiple of a block.
 */
export interface Accept {
  type: "accept";
  start: number;
}
/**
 * The receiver has put away the bytes up to here: of its memory they take nothing any more.
 */
export interface Stored {
  type: "stored";
  bytes: number;
}
/**
 * The receiver does not take it.
 */
export interface Refuse {
  type: "refuse";
  reason: RefuseReason;
}
/**
 * The receiver's last message: whether what came has the same digest.
 */
export interface Receipt {
  type: "receipt";
  whole: boolean;
}
