/**
 * The protocol half of a client (docs/protocol.md), without a page: one participant's link to one room.
 *
 * The library's reconnection is off; the loop here is the one owner of retries. `join` is said again on each new
 * connection, with the secret that makes it the same participant.
 */

import { Emitter } from "./events.js";
import { DeadlineError, fullJitter, pause, withDeadline } from "./timing.js";
import { io } from "./vendor/socket.io.js";

/** @import { Socket } from "./vendor/socket.io.js" */
/** @import { ClientEvents, Joined, Media, Refusal, Resume, ServerEvents } from "./wire.js" */

/**
 * What happens to a link, beside the server's own events: `joined` after every connection, `lost` when a connection
 * is gone or could not be made, `refused` when the server will not have us and the loop has ended.
 * @typedef {ServerEvents & {joined: Joined, lost: undefined, refused: Refusal}} SignalingEvents
 */

/** @type {import("./wire.js").Wire["version"]} */
const VERSION = 1;
const DEADLINE = 10_000;
const FAREWELL = 2_000;
const LONGEST_PAUSE = 4_000;
/** @type {readonly (keyof ServerEvents)[]} */
const SERVER_EVENTS = [
  "participant_joined",
  "participant_changed",
  "participant_left",
  "offer",
  "answer",
  "candidate",
  "renegotiate",
  "chat",
  "room_closed",
];
const PASSING = new Set(["rate_limited", "unavailable"]);

/**
 * The server did not accept a message.
 */
export class RefusedError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(`${refusal.error}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

/**
 * A message was to be sent while there is no connection to the server, or it broke before the answer.
 */
export class LinkDownError extends Error {}

/** @extends {Emitter<SignalingEvents>} */
export class Signaling extends Emitter {
  /** @type {Socket | null} */
  #socket = null;
  /** @type {Media} */
  #media = { audio: true, video: true, screen: false };
  #over = new AbortController();
  #inRoom = false;
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
    return this.#resume !== null;
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
        else if (!(error instanceof LinkDownError || error instanceof DeadlineError)) throw error;
      }
      failures += 1;
      this.#disconnect();
      if (this.#over.signal.aborted) return;
      this.emit("lost", undefined);
      await pause(wait + fullJitter(failures, LONGEST_PAUSE), this.#over.signal);
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
    if (!this.#inRoom) throw new LinkDownError(`${event} was not sent: there is no connection to the server`);
    return this.#call(event, message);
  }

  /**
   * Say what is sent from now on; a link that is down says it when it is up again.
   * @param {Media} media
   */
  async changeMedia(media) {
    this.#media = media;
    if (this.#inRoom) await this.send("media", media);
  }

  /** Go for good. Without an answer in time, the server's grace time says it for us. */
  async leave() {
    const farewell = this.#inRoom ? this.send("leave", {}) : Promise.resolve();
    await withDeadline(farewell, FAREWELL, "leave").catch(() => undefined);
    this.#end();
  }

  /**
   * One connection from beginning to end.
   * @param {string} name
   * @param {() => void} welcome called once in the room
   */
  async #attend(name, welcome) {
    const socket = io(this.#url, {
      autoConnect: false,
      forceNew: true,
      reconnection: false,
      timeout: DEADLINE,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
    });
    this.#socket = socket;
    const closed = new Promise((resolve) => socket.on("disconnect", resolve));
    const deliver = this.#listen(socket);
    await withDeadline(this.#connect(socket), DEADLINE, "connecting");
    const resume = this.#resume;
    const join = { version: VERSION, room: this.#room, name, media: this.#media, ...(resume && { resume }) };
    const joined = /** @type {Joined} */ (await this.#call("join", join));
    this.#storage.setItem(this.#key, JSON.stringify({ participant: joined.participant, secret: joined.secret }));
    this.#inRoom = true;
    welcome();
    this.emit("joined", joined);
    deliver();
    await closed;
  }

  /**
   * @param {Socket} socket
   * @returns {Promise<void>}
   */
  #connect(socket) {
    return new Promise((resolve, reject) => {
      socket.on("connect", resolve);
      socket.on("connect_error", (error) => reject(new LinkDownError(`cannot connect: ${error.message}`)));
      socket.connect();
    });
  }

  /**
   * Pass the server's events on. Some may overtake the answer to `join`; they wait for it.
   * @param {Socket} socket
   * @returns {() => void} to be called once the answer was handled
   */
  #listen(socket) {
    /** @type {(() => void)[] | null} */
    let early = [];
    for (const event of SERVER_EVENTS) {
      socket.on(event, (/** @type {ServerEvents[typeof event]} */ message) => {
        const deliver = () => {
          if (socket !== this.#socket) return;
          if (event === "room_closed") this.#end();
          this.emit(event, message);
        };
        if (early) early.push(deliver);
        else deliver();
      });
    }
    return () => {
      const waiting = early ?? [];
      early = null;
      for (const deliver of waiting) deliver();
    };
  }

  /**
   * @template {keyof ClientEvents} Name
   * @param {Name} event
   * @param {ClientEvents[Name]} message
   * @returns {Promise<unknown>}
   */
  async #call(event, message) {
    const socket = this.#socket;
    if (!socket?.connected) throw new LinkDownError(`${event} was not sent: there is no connection to the server`);
    const answer = await socket
      .timeout(DEADLINE)
      .emitWithAck(event, message)
      .catch((error) => {
        throw new LinkDownError(`no answer to ${event}: ${error.message}`);
      });
    if (answer?.error) throw new RefusedError(answer);
    return answer;
  }

  /**
   * @param {Refusal} refusal of `join`
   * @returns {number} milliseconds to wait before the next try
   */
  #takeRefusal(refusal) {
    if (refusal.error === "unknown_participant" && this.resumable) {
      this.#storage.removeItem(this.#key); // the grace time is over: come as a new participant
    } else if (!PASSING.has(refusal.error)) {
      this.#end();
      this.emit("refused", refusal);
    }
    return 1000 * (refusal.retry_after ?? 0);
  }

  #end() {
    this.#storage.removeItem(this.#key);
    this.#over.abort();
    this.#disconnect();
  }

  #disconnect() {
    this.#inRoom = false;
    this.#socket?.disconnect();
    this.#socket = null;
  }

  get #key() {
    return `resume ${this.#room}`;
  }

  /** @returns {Resume | null} */
  get #resume() {
    const stored = this.#storage.getItem(this.#key);
    return stored === null ? null : JSON.parse(stored);
  }
}
