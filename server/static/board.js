/**
 * What is on the whiteboard, merged from what everybody says, in any order, to the same picture (docs/protocol.md).
 *
 * The robot does the same (robotclient/board.py); tests/wire/board.json is what both make of the same messages.
 */

/** @import { BoardMessage, Clear, Colour, Stroke, Undo } from "./wire.js" */

export const WIDTH = 1600;
export const HEIGHT = 900;
/** What a drawer keeps to; twice as much is read, because several may draw at once. */
export const ROOM = { strokes: 1000, points: 20_000 };
const MOST_PENS = 400;
/** Points in one message (wire/channels/board.py). */
export const MOST_POINTS = 256;

/**
 * One stroke; `points` are x and y by turns. Taken back, it has none and gets none.
 * @typedef {{pen: string, number: number, order: number, colour: Colour, width: number, points: number[],
 *   undone: boolean}} Line
 */

export class Board {
  points = 0;
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** @type {Map<string, number>} of each pen, the number from which on its strokes have not been wiped away */
  #below = new Map();

  /** What is to be seen, the lowest first. */
  get lines() {
    const seen = [...this.#lines.values()].filter(({ undone }) => !undone);
    return seen.sort((one, other) => one.order - other.order || (one.pen < other.pen ? -1 : 1));
  }

  /** Whether one may go on drawing. */
  get hasRoom() {
    return this.#lines.size < ROOM.strokes && this.points < ROOM.points;
  }

  /** What the next stroke's `order` must be to lie above all others. */
  get nextOrder() {
    return 1 + Math.max(0, ...[...this.#lines.values()].map(({ order }) => order));
  }

  /**
   * Merge a message.
   * @param {BoardMessage} message
   * @returns {boolean} false where a part before it is missing, and there is room, so that all should come again
   */
  take(message) {
    if (message.type === "stroke") return this.#draw(message);
    if (message.type === "undo") this.#undo(message);
    if (message.type === "clear") this.#clear(message);
    return true;
  }

  /** @returns {Clear} what wipes away all that is here now */
  wiping() {
    const below = Object.fromEntries(this.#below);
    for (const { pen, number } of this.#lines.values()) below[pen] = Math.max(below[pen] ?? 0, number + 1);
    return { type: "clear", below };
  }

  /**
   * All of it, for one who has nothing or has missed something.
   * @param {number} most points in one message
   * @returns {BoardMessage[]}
   */
  messages(most) {
    /** @type {BoardMessage[]} */
    const found = [{ type: "clear", below: Object.fromEntries(this.#below) }];
    for (const line of this.#lines.values()) found.push(...(line.undone ? [undoing(line)] : parts(line, most)));
    return found;
  }

  /** @param {Stroke} part */
  #draw(part) {
    const { pen, number, order, colour, width } = part;
    const line = this.#lines.get(key(part));
    if (this.#isWiped(part) || line?.undone) return true;
    const have = (line?.points.length ?? 0) / 2;
    if (part.start > have) return this.#isFull;
    const fresh = part.points.slice(2 * (have - part.start), part.points.length - (part.points.length % 2));
    if (fresh.length === 0 || this.points + fresh.length / 2 > 2 * ROOM.points) return true;
    const drawn = line ?? this.#add({ pen, number, order, colour, width, points: [], undone: false });
    if (!drawn) return true;
    drawn.points.push(...fresh);
    this.points += fresh.length / 2;
    return true;
  }

  /** There may be no room for another stroke or part, however often it is sent. */
  get #isFull() {
    return this.#lines.size >= 2 * ROOM.strokes || this.points + MOST_POINTS > 2 * ROOM.points;
  }

  /** @param {Undo} undo */
  #undo(undo) {
    if (this.#isWiped(undo)) return;
    const { pen, number } = undo;
    const blank = { pen, number, order: 0, colour: /** @type {const} */ ("black"), width: 1, points: [], undone: false };
    const line = this.#lines.get(key(undo)) ?? this.#add(blank);
    if (!line) return;
    this.points -= line.points.length / 2;
    line.points = [];
    line.undone = true;
  }

  /** @param {Clear} clear */
  #clear({ below }) {
    for (const [pen, number] of Object.entries(below)) {
      if (!this.#below.has(pen) && this.#below.size >= MOST_PENS) continue;
      this.#below.set(pen, Math.max(number, this.#below.get(pen) ?? 0));
    }
    for (const line of [...this.#lines.values()].filter((each) => this.#isWiped(each))) {
      this.points -= line.points.length / 2;
      this.#lines.delete(key(line));
    }
  }

  /** @param {{pen: string, number: number}} stroke */
  #isWiped({ pen, number }) {
    return number < (this.#below.get(pen) ?? 0);
  }

  /** @param {Line} line */
  #add(line) {
    if (this.#lines.size >= 2 * ROOM.strokes) return null;
    this.#lines.set(key(line), line);
    return line;
  }
}

/** @param {{pen: string, number: number}} stroke */
function key({ pen, number }) {
  return `${pen} ${number}`;
}

/**
 * @param {Line} line
 * @returns {Undo}
 */
function undoing({ pen, number }) {
  return { type: "undo", pen, number };
}

/**
 * @param {Line} line
 * @param {number} most points in one part
 * @returns {Stroke[]}
 */
function parts({ pen, number, order, colour, width, points }, most) {
  const found = [];
  for (let start = 0; 2 * start < points.length; start += most) {
    const part = points.slice(2 * start, 2 * (start + most));
    found.push({ type: /** @type {const} */ ("stroke"), pen, number, order, colour, width, start, points: part });
  }
  return found;
}
