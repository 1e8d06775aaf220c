/** What was written since we came, to the room and between two: the protocol half, without a page. */

import { Emitter } from "./events.js";

/** @import { Room } from "./room.js" */
/** @import { Signaling } from "./signaling.js" */
/** @import { Chat as ChatMessage } from "./wire.js" */

/** The wire's limit (docs/protocol.md, Limits). */
export const LONGEST_TEXT = 4000;
/** So many of the last lines are known over a reload. */
const MOST_KEPT = 100;

/**
 * @typedef {object} ChatLine
 * @property {string | null} sender his name; null for our own
 * @property {string | null} to where it is between two: the name of the one that we wrote to, or "" for us
 * @property {string} text
 * @property {Date} at
 */

/** @extends {Emitter<{line: ChatLine}>} */
export class Chat extends Emitter {
  /** @type {readonly ChatLine[]} the last ones, oldest first; from before a reload too, where we are the same participant */
  lines = [];
  /** @type {Map<string, string>} of all who ever were here: what they wrote may come after they left */
  #names = new Map();
  #signaling;
  #storage;
  #key;

  /**
   * @param {Signaling} signaling
   * @param {Room} room
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage keeps the lines over a reload
   * @param {string} link as `join` names the room
   */
  constructor(signaling, room, storage, link) {
    super();
    this.#signaling = signaling;
    this.#storage = storage;
    this.#key = `chat ${link}`;
    if (signaling.resumable) this.lines = JSON.parse(storage.getItem(this.#key) ?? "[]").map(revived);
    room.on("participant", ({ id, name }) => this.#names.set(id, name));
    signaling.on("chat", (message) => this.#receive(message));
  }

  /**
   * Write to everybody, or to one.
   * @param {string} text
   * @param {string} [to] a participant's id
   * @throws {import("./socket.js").RefusedError | import("./socket.js").LinkDownError} it has reached nobody
   */
  async send(text, to) {
    await this.#signaling.send("chat", { text, ...(to && { to }) });
    this.#put({ sender: null, to: to ? (this.#names.get(to) ?? "") : null, text, at: new Date() });
  }

  /** We are out of the room: nothing stays behind in this browser. */
  forget() {
    this.lines = [];
    this.#storage.removeItem(this.#key);
  }

  /** @param {ChatMessage} message */
  #receive({ from, to, text, at }) {
    const sender = this.#names.get(from ?? "");
    if (sender !== undefined) this.#put({ sender, to: to ? "" : null, text, at: new Date(at ?? Date.now()) });
  }

  /** @param {ChatLine} line */
  #put(line) {
    this.lines = [...this.lines, line].slice(-MOST_KEPT);
    this.#storage.setItem(this.#key, JSON.stringify(this.lines));
    this.emit("line", line);
  }
}

/**
 * @param {ChatLine & {at: string | Date}} line as JSON has it
 * @returns {ChatLine}
 */
function revived(line) {
  return { ...line, at: new Date(line.at) };
}
