/** The whiteboard of a room: what we draw goes to all others, what they draw comes here. Without a page. */

import { Board, MOST_POINTS } from "./board.js";
import { Emitter } from "./events.js";
import { heard } from "./transfer.js";

/** @import { OpenedChannel, Room } from "./room.js" */
/** @import { BoardMessage, Colour, Stroke } from "./wire.js" */

/** How long a stroke may be, in points, before it is cut into two. */
const LONGEST_STROKE = 2000;
/** Who lets so much wait does not read; what he misses he wants again later. */
const MOST_BUFFERED = 1 << 20;
/** What is missing is asked for once in this time, however many parts show it. */
const ASKING = 1000;
const WANT = JSON.stringify({ type: "want" });

/**
 * `change`: there is something else to be seen. `drawn`: somebody else has drawn, his id.
 * @extends {Emitter<{change: undefined, drawn: string}>}
 */
export class Whiteboard extends Emitter {
  board = new Board();
  /** @type {Map<string, Set<RTCDataChannel>>} one of each connection, of which there may be two to a participant */
  #channels = new Map();
  /** @type {WeakSet<RTCDataChannel>} on which all will be asked for in a moment */
  #asking = new WeakSet();
  /** Of this page load: the same person draws on with another pen after a reload. */
  #suffix = `.${Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(36)).join("")}`;
  #drawn = 0;
  /** @type {Omit<Stroke, "start" | "points"> | null} the stroke under our pen */
  #stroke = null;
  #length = 0;
  /** @type {Set<string>} ours; a new participant after a long break has a new one */
  #pens = new Set();
  /** @type {{pen: string, number: number}[]} our strokes that can be taken back */
  #undoable = [];
  #room;

  /** @param {Room} room */
  constructor(room) {
    super();
    this.#room = room;
    room.on("board", (opened) => this.#follow(opened));
    room.on("gone", (participant) => this.#channels.delete(participant));
  }

  get canUndo() {
    return this.#undoable.length > 0;
  }

  /** Whether we have drawn with this pen, now or before a reload. @param {string} pen */
  isOwn(pen) {
    return this.#pens.has(pen) || pen.startsWith(`${this.#room.self}.`);
  }

  /**
   * Put the pen down.
   * @param {Colour} colour
   * @param {number} width
   * @returns {boolean} false where the board is full
   */
  begin(colour, width) {
    this.#stroke = null;
    if (!this.board.hasRoom) return false;
    const pen = this.#room.self + this.#suffix;
    this.#pens.add(pen);
    this.#stroke = { type: "stroke", pen, number: this.#drawn++, order: this.board.nextOrder, colour, width };
    this.#length = 0;
    this.#undoable.push({ pen, number: this.#stroke.number });
    return true;
  }

  /**
   * Move it; a stroke that grows too long is gone on with by another one.
   * @param {number[]} points x and y by turns, in the board's units
   */
  move(points) {
    for (let at = 0; at < points.length && this.#stroke; at += 2 * MOST_POINTS) {
      const part = points.slice(at, at + 2 * MOST_POINTS).map(Math.round);
      this.#say({ ...this.#stroke, start: this.#length, points: part });
      this.#length += part.length / 2;
      if (this.#length < LONGEST_STROKE) continue;
      if (this.begin(this.#stroke.colour, this.#stroke.width)) this.move(part.slice(-2));
    }
  }

  /** Take our last stroke back. */
  undo() {
    const stroke = this.#undoable.pop();
    if (stroke) this.#say({ type: "undo", ...stroke });
  }

  /** Wipe away, for all, what is here now. */
  clear() {
    this.#undoable = [];
    this.#say(this.board.wiping());
  }

  /** @param {BoardMessage} message */
  #say(message) {
    this.board.take(message);
    const text = JSON.stringify(message);
    for (const channels of this.#channels.values()) for (const channel of channels) say(channel, text);
    this.emit("change", undefined);
  }

  /** @param {OpenedChannel} opened */
  #follow({ participant, channel }) {
    const channels = this.#channels.get(participant) ?? new Set();
    this.#channels.set(participant, channels);
    channel.addEventListener("open", () => {
      channels.add(channel);
      say(channel, WANT);
    });
    channel.addEventListener("close", () => channels.delete(channel));
    channel.addEventListener("message", ({ data }) => this.#receive(participant, channel, heard(data)));
  }

  /**
   * @param {string} participant
   * @param {RTCDataChannel} channel
   * @param {any} message
   */
  #receive(participant, channel, message) {
    if (message.type === "want") {
      for (const each of this.board.messages(MOST_POINTS)) say(channel, JSON.stringify(each));
    } else if (isMessage(message)) {
      if (!this.board.take(message)) this.#ask(channel);
      this.emit("change", undefined);
      if (message.type === "stroke") this.emit("drawn", participant);
    }
  }

  /** @param {RTCDataChannel} channel */
  #ask(channel) {
    if (this.#asking.has(channel)) return;
    this.#asking.add(channel);
    setTimeout(() => {
      this.#asking.delete(channel);
      say(channel, WANT);
    }, ASKING);
  }
}

/**
 * @param {RTCDataChannel} channel
 * @param {string} text
 */
function say(channel, text) {
  if (channel.readyState === "open" && channel.bufferedAmount < MOST_BUFFERED) channel.send(text);
}

/** @param {any} said */
function isMessage({ type, pen, number, order, colour, width, start, points, below }) {
  if (type === "clear") return typeof below === "object" && below && Object.values(below).every(Number.isSafeInteger);
  if (typeof pen !== "string" || pen.length > 100 || !Number.isSafeInteger(number)) return false;
  if (type === "undo") return true;
  const isWhole = [order, width, start].every(Number.isSafeInteger) && typeof colour === "string";
  return type === "stroke" && isWhole && Array.isArray(points) && points.every(Number.isSafeInteger);
}
