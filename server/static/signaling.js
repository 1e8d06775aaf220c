/**
 * The protocol half of a client (docs/protocol.md), without a page: one participant's link to one room.
 *
 * The library's reconnection is off; the loop here is the one owner of retries. `join` is said again on each new
 * connection, with the secret that makes it the same participant.
 */

import { Emitter } from "./events.js";
import { LinkDownError, RefusedError, ServerSocket } from "./socket.js";
import { fullJitter, pause, withDeadline } from "./timing.js";

/** @import { ClientEvents, Joined, Media, Refusal, Resume, ServerEvents, Waiting } from "./wire.js" */

/**
 * What happens to a link, beside the server's own events: `joined` after every connection, or `waiting` where
 * we must wait for `admitted`; `lost` when a connection is gone or could not be made; `refused` when the server will
 * not have us and the loop has ended.
 * @typedef {ServerEvents & {joined: Joined, waiting: Waiting, lost: undefined, refused: Refusal}} SignalingEvents
 */

/** @type {import("./wire.js").Wire["version"]} */
const VERSION = 1;
const FAREWELL = 2_000;
const LONGEST_PAUSE = 4_000;
const PASSING = new Set(["rate_limited", "unavailable"]);

/** @extends {Emitter<SignalingEvents>} */
export class Signaling extends Emitter {
  /** @type {ServerSocket | null} the one that is in the room */
  #socket = null;
  /** @type {Media} */
  #media = { audio: true, video: true, screen: false };
  #over = new AbortController();
  /** Aborted when there is a reason not to wait for the next try. */
  #hurry = new AbortController();
  #room;
  #storage;
  #url;

  /**
   * @param {string} room the guest's link token
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage keeps the resume secret over a reload
   * @param {string} [url] of the server; where there is a page, the page's own
   */
  constructor(room, storage, url = "") {
    super();
    this.#room = room;
    this.#storage = storage;
    this.#url = url;
  }

  /** Whether this room was left without a farewell: joining now gives the same participant, if it was not long ago. */
  get resumable() {
    return this.resume !== null;
  }

  /** What makes the next `join` the same participant; another place of the same person may hand its own over. */
  get resume() {
    return this.#storage.getItem(this.#key);
  }

  /** @param {string | null} resume */
  set resume(resume) {
    if (resume === null) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, resume);
  }

  /** Whether the room can be told something now. */
  get connected() {
    return this.#socket !== null;
  }

  /**
   * Enter the room and stay in it until `leave`, `room_closed` or `refused`. Returns when that has come.
   * @param {string} name
   * @param {Media} media what is sent from the start
   */
  async join(name, media) {
    this.#media = media;
    let failures = 0;
    while (!this.#over.signal.aborted) {
      let wait = 0;
      try {
        await this.#attend(name, () => (failures = 0));
      } catch (error) {
        if (error instanceof RefusedError) wait = this.#takeRefusal(error.refusal);
        else if (!(error instanceof LinkDownError)) throw error;
      }
      if (this.#over.signal.aborted) return;
      failures += 1;
      this.emit("lost", undefined);
      await pause(wait + fullJitter(failures, LONGEST_PAUSE), this.#over.signal, this.#hurry.signal);
      this.#hurry = new AbortController();
    }
  }

  /**
   * Send one message and wait for its acknowledgement.
   * @template {keyof ClientEvents} Name
   * @param {Name} event
   * @param {ClientEvents[Name]} message
   * @returns {Promise<unknown>} the server's answer
   * @throws {RefusedError | LinkDownError}
   */
  async send(event, message) {
    if (!this.#socket) throw new LinkDownError(`${event} was not sent: there is no connection to the room`);
    return this.#socket.call(event, message);
  }

  /**
   * Say what is sent from now on; a link that is down says it when it is up again.
   * @param {Media} media
   */
  async changeMedia(media) {
    this.#media = media;
    if (this.#socket) await this.send("media", media);
  }

  /** We are in another network: the connection may be dead without knowing it, so make another one now. */
  reconnect() {
    this.#hurry.abort();
    this.#socket?.close();
  }

  /** Go for good. Without an answer in time, the server's grace time says it for us. */
  async leave() {
    const farewell = this.#socket ? this.send("leave", {}) : Promise.resolve();
    await withDeadline(farewell, FAREWELL, "leave").catch(() => undefined);
    this.#end();
  }

  /**
   * One connection from beginning to end.
   * @param {string} name
   * @param {() => void} welcome called once in the room
   */
  async #attend(name, welcome) {
    const socket = new ServerSocket(this.#url, (event, message) => {
      if (event === "room_closed") this.#end();
      this.emit(event, /** @type {SignalingEvents[typeof event]} */ (message));
    });
    const close = () => socket.close();
    this.#over.signal.addEventListener("abort", close);
    try {
      await socket.open();
      const resume = this.resume && /** @type {Resume} */ (JSON.parse(this.resume));
      const join = { version: VERSION, room: this.#room, name, media: this.#media, ...(resume && { resume }) };
      const answer = await socket.call("join", join);
      this.resume = JSON.stringify({ participant: answer.participant, secret: answer.secret });
      this.#socket = socket;
      welcome();
      if ("waiting" in answer) this.emit("waiting", answer);
      else this.emit("joined", answer);
      socket.release();
      await socket.closed;
    } finally {
      this.#socket = null;
      this.#over.signal.removeEventListener("abort", close);
      socket.close();
    }
  }

  /**
   * @param {Refusal} refusal of `join`
   * @returns {number} milliseconds to wait before the next try
   */
  #takeRefusal(refusal) {
    if (!PASSING.has(refusal.error)) {
      this.#end();
      this.emit("refused", refusal);
    }
    return 1000 * (refusal.retry_after ?? 0);
  }

  #end() {
    this.resume = null;
    this.#over.abort();
  }

  get #key() {
    return `resume ${this.#room}`;
  }
}
