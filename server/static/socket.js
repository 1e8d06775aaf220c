/** One Socket.IO connection to the server: opened by a deadline, each message acknowledged by a deadline. */

import { withDeadline } from "./timing.js";
import { io } from "./vendor/socket.io.js";

/** @import { ClientEvents, Joined, Refusal, ServerEvents, Waiting } from "./wire.js" */

const DEADLINE = 10_000;
const OPEN_DEADLINE = 6_000;
/** @type {readonly (keyof ServerEvents)[]} */
const SERVER_EVENTS = [
  "admitted",
  "participant_joined",
  "participant_changed",
  "participant_left",
  "offer",
  "answer",
  "candidate",
  "renegotiate",
  "chat",
  "waiting_room",
  "may_record",
  "ice_servers",
  "room_closed",
];

/** The server did not accept a message. */
export class RefusedError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(`${refusal.error}: ${refusal.message}`);
    this.refusal = refusal;
  }
}

/** There is no connection to the server, or it broke before the answer. */
export class LinkDownError extends Error {}

export class ServerSocket {
  /** @type {(() => void)[] | null} events that overtook the answer to `join`; null once that was handled */
  #early = [];
  #socket;

  /**
   * @param {string} url of the server; empty for the page's own
   * @param {<Name extends keyof ServerEvents>(event: Name, message: ServerEvents[Name]) => void} receive
   */
  constructor(url, receive) {
    this.#socket = io(url, {
      autoConnect: false,
      forceNew: true,
      reconnection: false,
      timeout: OPEN_DEADLINE,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
    });
    /** Resolves when a connection that was open is gone. */
    this.closed = new Promise((resolve) => this.#socket.on("disconnect", resolve));
    for (const event of SERVER_EVENTS) {
      this.#socket.on(event, (/** @type {ServerEvents[typeof event]} */ message) => {
        if (this.#early) this.#early.push(() => receive(event, message));
        else receive(event, message);
      });
    }
  }

  /** Connect. @throws {LinkDownError} */
  async open() {
    const connected = new Promise((resolve, reject) => {
      this.#socket.on("connect", () => resolve(undefined));
      this.#socket.on("connect_error", reject);
      this.#socket.connect();
    });
    await withDeadline(connected, OPEN_DEADLINE, "connecting").catch((error) => {
      throw new LinkDownError(`cannot connect: ${error.message}`);
    });
  }

  /** Pass on what waited for the answer to `join`, and from now on everything at once. */
  release() {
    const early = this.#early ?? [];
    this.#early = null;
    for (const receive of early) receive();
  }

  /**
   * Send one message and wait for its acknowledgement.
   * @template {keyof ClientEvents} Name
   * @param {Name} event
   * @param {ClientEvents[Name]} message
   * @returns {Promise<Name extends "join" ? Joined | Waiting : unknown>}
   * @throws {RefusedError | LinkDownError}
   */
  async call(event, message) {
    if (!this.#socket.connected) throw new LinkDownError(`${event} was not sent: there is no connection to the server`);
    const answer = await this.#socket
      .timeout(DEADLINE)
      .emitWithAck(event, message)
      .catch((error) => {
        throw new LinkDownError(`no answer to ${event}: ${error.message}`);
      });
    if (answer?.error) throw new RefusedError(answer);
    return answer;
  }

  /** Close; nothing is received after it. */
  close() {
    for (const event of SERVER_EVENTS) this.#socket.off(event);
    this.#socket.disconnect();
  }
}
