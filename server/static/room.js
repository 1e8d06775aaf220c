/** The room as this participant sees it: who is in it, and a link to each of them. */

import { Emitter } from "./events.js";
import { Link } from "./link.js";

/** @import { DirectedMessages } from "./link.js" */
/** @import { LocalTrack } from "./peer.js" */
/** @import { Signaling } from "./signaling.js" */
/** @import { ClientEvents, IceServer, Joined, Participant } from "./wire.js" */

const DIRECTED = /** @type {(keyof DirectedMessages)[]} */ (["offer", "answer", "candidate", "renegotiate"]);

/**
 * `entered`: in the room, again after each break. `participant`: came or changed. `gone`: left. `link`: what he sends,
 * or whether it comes through, changed. `board` and `channel`: as a link's. `silent`: nobody comes
 * through any more.
 * @typedef {{participant: string, channel: RTCDataChannel}} OpenedChannel
 * @typedef {{entered: Joined, participant: Participant, gone: string, link: Link}} People
 * @typedef {People & {board: OpenedChannel, channel: OpenedChannel, silent: undefined}} RoomEvents
 */

/** @extends {Emitter<RoomEvents>} */
export class Room extends Emitter {
  /** @type {readonly IceServer[]} */
  iceServers = [];
  /** Our participant's id. */
  self = "";
  /** @type {Map<string, Link>} */
  #links = new Map();
  #signaling;

  /**
   * @param {Signaling} signaling
   * @param {readonly LocalTrack[]} localTracks
   */
  constructor(signaling, localTracks) {
    super();
    this.localTracks = localTracks;
    this.#signaling = signaling;
    signaling.on("joined", (joined) => this.#enter(joined));
    signaling.on("admitted", (joined) => this.#enter(joined));
    signaling.on("ice_servers", ({ ice_servers }) => (this.iceServers = ice_servers));
    signaling.on("participant_joined", (participant) => this.#meet(participant));
    signaling.on("participant_changed", (participant) => this.emit("participant", participant));
    signaling.on("participant_left", ({ participant }) => this.#forget(participant));
    for (const event of DIRECTED) {
      signaling.on(event, (message) => this.#links.get(message.from ?? "")?.receive(event, message));
    }
  }

  /** To each of the others. */
  get links() {
    return [...this.#links.values()];
  }

  /** How many others are in the room. */
  get size() {
    return this.#links.size;
  }

  /**
   * @template {keyof DirectedMessages} Name
   * @param {Name} event
   * @param {ClientEvents[Name]} message
   */
  send(event, message) {
    return this.#signaling.send(event, message);
  }

  /**
   * Send these to everybody from now on.
   * @param {readonly LocalTrack[]} localTracks
   */
  replaceTracks(localTracks) {
    this.localTracks = localTracks;
    // A connection that closes meanwhile has nothing to replace; the next one begins with these.
    for (const link of this.#links.values()) link.replaceTracks(localTracks).catch(() => undefined);
  }

  /** We are in another network: every link gets a new connection. */
  doubt() {
    for (const link of this.#links.values()) link.doubt();
  }

  /**
   * Open a channel to a participant; null where he cannot be reached now.
   * @param {string} participant
   * @param {string} label
   */
  open(participant, label) {
    return this.#links.get(participant)?.open(label) ?? null;
  }

  /** Close all links. */
  close() {
    for (const id of [...this.#links.keys()]) this.#forget(id);
  }

  /**
   * A newcomer offers to everyone. Who comes back as the same participant keeps what still works.
   * @param {Joined} joined
   */
  #enter(joined) {
    this.self = joined.participant;
    this.iceServers = joined.ice_servers;
    const present = new Set(joined.roster.map(({ id }) => id));
    for (const id of [...this.#links.keys()]) {
      if (!joined.resumed || !present.has(id)) this.#forget(id);
    }
    this.emit("entered", joined);
    for (const participant of joined.roster) {
      const known = this.#links.get(participant.id);
      if (known) {
        this.emit("participant", participant);
        known.resume();
      } else {
        this.#meet(participant).offer();
      }
    }
  }

  /**
   * @param {Participant} participant
   * @returns {Link} which waits for his offer
   */
  #meet(participant) {
    this.#forget(participant.id);
    const link = new Link(participant.id, this);
    this.#links.set(participant.id, link);
    link.on("change", () => this.emit("link", link));
    for (const event of /** @type {const} */ (["board", "channel"])) {
      link.on(event, (channel) => this.emit(event, { participant: participant.id, channel }));
    }
    link.on("silent", () => {
      if (this.links.every(({ connected }) => !connected)) this.emit("silent", undefined);
    });
    this.emit("participant", participant);
    return link;
  }

  /** @param {string} id */
  #forget(id) {
    const link = this.#links.get(id);
    if (!link) return;
    link.close();
    this.#links.delete(id);
    this.emit("gone", id);
  }
}
