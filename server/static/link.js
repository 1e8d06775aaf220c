/**
 * What ties us to one other participant: the offers and answers that make connections to him, and the retries.
 *
 * Offers never cross: the newcomer offers, and whoever made the first offer makes all later ones; the other side asks
 * for one with `renegotiate`. A broken or silent connection is replaced (succession.js).
 */

import { Emitter } from "./events.js";
import { Peer } from "./peer.js";
import { Succession } from "./succession.js";
import { fullJitter } from "./timing.js";

/** @import { LocalTrack, PeerMessages } from "./peer.js" */
/** @import { Answer, Candidate, ClientEvents, IceServer, Offer } from "./wire.js" */

/** @typedef {Pick<ClientEvents, "offer" | "answer" | "candidate" | "renegotiate">} DirectedMessages */

/**
 * What a link needs from the room that it is in.
 * @typedef {object} LinkRoom
 * @property {string} self our participant's id
 * @property {readonly IceServer[]} iceServers
 * @property {readonly LocalTrack[]} localTracks
 * @property {<Name extends keyof DirectedMessages>(event: Name, message: ClientEvents[Name]) => Promise<unknown>} send
 */

/** The robot gathers all its candidates before it answers. */
const ANSWER_DEADLINE = 8_000;
const CONNECT_DEADLINE = 10_000;
/** A connection that lost its way often finds it again at once; then nothing is replaced. */
const DISCONNECTED_PATIENCE = 2_000;
const LONGEST_PAUSE = 2_000;
/** After so many tries we say that there is no connection, and go on trying. */
const TRIES = 6;

/**
 * `change`: what he sends, or whether it comes through. `board`: the channel of a connection that is being made.
 * `channel`: he has opened one. `silent`: nothing comes any more.
 * @extends {Emitter<{change: undefined, silent: undefined, board: RTCDataChannel, channel: RTCDataChannel}>}
 */
export class Link extends Emitter {
  #peers = new Succession((peer, silent) => this.#silent(peer, silent));
  /** There must be a new connection, though this one works. */
  #wanted = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} the one thing that is waited for */
  #timer;
  #room;

  /**
   * @param {string} participant the other one's id
   * @param {LinkRoom} room
   */
  constructor(participant, room) {
    super();
    this.participant = participant;
    this.#room = room;
  }

  /** Whether something comes through. */
  get connected() {
    return this.#peers.connected;
  }

  /** One try after the other has failed. */
  get failed() {
    return this.#failures >= TRIES;
  }

  /** What the participant sends us; nobody sends tracks in another's name. */
  get tracks() {
    return (this.peer?.tracks ?? []).filter(({ participant }) => participant === this.participant);
  }

  /** The connection that is seen and heard; a fresh one after each replacement. */
  get peer() {
    return this.#peers.current;
  }

  get #newest() {
    return this.#peers.newest;
  }

  /** Make a fresh connection, as its offerer. */
  offer() {
    const peer = this.#place(crypto.randomUUID(), true);
    this.#wait(ANSWER_DEADLINE, () => this.#fail(peer));
    this.#attempt(peer, peer.offer());
  }

  /**
   * Open a channel on the connection that works; null where there is none.
   * @param {string} label
   */
  open(label) {
    return this.peer?.connected ? this.peer.open(label) : null;
  }

  /** Our signaling is back: what broke meanwhile gets its tries anew. */
  resume() {
    if (this.connected) return;
    this.#failures = 0;
    const peer = this.#newest;
    if (peer === null) this.offer();
    else this.#retry(peer);
  }

  /** We are in another network: replace what there is. */
  doubt() {
    this.#peers.doubt();
    this.resume();
  }

  /**
   * Send these from now on. A kind that was not sent before needs a new connection; the one there is goes on meanwhile.
   * @param {readonly LocalTrack[]} localTracks
   */
  async replaceTracks(localTracks) {
    const peer = this.#newest;
    const fits = await Promise.all(this.#peers.all.map((each) => each.replaceTracks(localTracks)));
    if (!peer || peer !== this.#newest || !fits.includes(false)) return;
    this.#wanted = true;
    this.#retry(peer);
  }

  /**
   * Take a message from the participant; one for a dead connection is dropped.
   * @template {keyof DirectedMessages} Name
   * @param {Name} event
   * @param {DirectedMessages[Name]} message
   */
  receive(event, message) {
    const peer = this.#peers.all.find((known) => known.connection === message.connection) ?? null;
    if (event === "offer") this.#receiveOffer(peer, /** @type {Offer} */ (message));
    else if (event === "renegotiate") this.#receiveRenegotiate(peer);
    else if (event === "answer" && peer) this.#receiveAnswer(peer, /** @type {Answer} */ (message));
    else if (event === "candidate" && peer) {
      this.#attempt(peer, peer.addCandidate(/** @type {Candidate} */ (message)));
    }
  }

  /** Close everything; nothing is emitted or sent after it. */
  close() {
    clearTimeout(this.#timer);
    this.#peers.close();
  }

  /**
   * @param {Peer | null} known
   * @param {Offer} offer
   */
  #receiveOffer(known, offer) {
    const pending = this.#newest;
    const crossing = pending?.offerer && !pending.described;
    // Offers cross only where both sides came back at once; on both, the one of the greater connection id stands.
    if (known?.offerer || (crossing && pending.connection > offer.connection)) return;
    const peer = known ?? this.#place(offer.connection, false);
    if (!known) this.#wait(CONNECT_DEADLINE, () => this.#fail(peer));
    this.#attempt(peer, peer.acceptOffer(offer));
  }

  /** @param {Peer | null} known the one that is no good for the other side; if there is a newer one, that may be */
  #receiveRenegotiate(known) {
    if (known?.offerer && known === this.#newest) this.offer();
  }

  /**
   * @param {Peer} peer
   * @param {Answer} answer
   */
  #receiveAnswer(peer, answer) {
    if (!peer.offerer || peer.described) return;
    this.#wait(CONNECT_DEADLINE, () => this.#fail(peer));
    this.#attempt(peer, peer.acceptAnswer(answer));
  }

  /**
   * @param {string} connection
   * @param {boolean} offerer
   * @returns {Peer} the newest peer
   */
  #place(connection, offerer) {
    const { self, iceServers, localTracks } = this.#room;
    const peer = new Peer(self, connection, offerer, iceServers, localTracks);
    this.#peers.add(peer);
    this.#follow(peer);
    return peer;
  }

  /** @param {Peer} peer */
  #follow(peer) {
    for (const event of /** @type {(keyof PeerMessages)[]} */ (["offer", "answer", "candidate"])) {
      peer.on(event, (message) => {
        const sent = this.#room.send(event, { ...message, to: this.participant });
        // Whatever else is lost, the deadline for the connection notices.
        sent.catch(() => event === "offer" && this.#fail(peer));
      });
    }
    this.emit("board", peer.board);
    peer.on("channel", (channel) => this.emit("channel", channel));
    peer.on("tracks", () => this.emit("change", undefined));
    peer.on("connected", () => this.#connected(peer));
    peer.on("disconnected", () => this.#disconnected(peer));
    peer.on("failed", () => this.#fail(peer));
  }

  /** @param {Peer} peer */
  #connected(peer) {
    if (peer === this.#newest) {
      clearTimeout(this.#timer);
      this.#failures = 0;
      this.#wanted = false;
      this.#peers.promote(peer);
    }
    this.emit("change", undefined);
  }

  /**
   * @param {Peer} peer the current one
   * @param {boolean} silent or heard again
   */
  #silent(peer, silent) {
    if (silent && peer === this.#newest) this.#retry(peer);
    this.emit("change", undefined);
    if (silent) this.emit("silent", undefined);
  }

  /** @param {Peer} peer */
  #disconnected(peer) {
    if (peer === this.#newest) this.#wait(DISCONNECTED_PATIENCE, () => this.#recover(peer));
    this.emit("change", undefined);
  }

  /**
   * What goes wrong inside a peer is a reason to replace it, not to stop.
   * @param {Peer} peer
   * @param {Promise<void>} work
   */
  #attempt(peer, work) {
    work.catch(() => this.#fail(peer));
  }

  /** @param {Peer} peer */
  #fail(peer) {
    if (peer !== this.#newest) return;
    this.#failures += 1;
    this.emit("change", undefined);
    this.#wait(fullJitter(this.#failures, LONGEST_PAUSE), () => this.#recover(peer));
  }

  /** @param {Peer} peer that did not come to anything, or does not any more */
  #recover(peer) {
    if (!this.connected || this.#wanted) {
      this.#retry(peer);
    } else {
      this.#peers.keep();
      this.#failures = 0;
    }
  }

  /** @param {Peer} peer the newest one, to be replaced */
  #retry(peer) {
    if (peer.offerer) {
      this.offer();
    } else {
      const { connection } = peer;
      this.#wait(ANSWER_DEADLINE, () => this.#fail(peer));
      this.#room.send("renegotiate", { connection, to: this.participant }).catch(() => this.#fail(peer));
    }
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} then
   */
  #wait(milliseconds, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, milliseconds);
  }
}
