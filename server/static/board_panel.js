/** The whiteboard's panel: pens, and a sheet to draw on with a mouse, a finger or a pen. */

import { HEIGHT, WIDTH } from "./board.js";
import { byId, isSeen } from "./dom.js";
import { paint } from "./easel.js";
import { words } from "./exchange_texts.js";
import { badge } from "./panels.js";

/** @import { Whiteboard } from "./whiteboard.js" */
/** @import { Room } from "./room.js" */
/** @import { Colour } from "./wire.js" */

/** What is drawn is sent this often, in milliseconds. */
const PACE = 50;

export class BoardPanel {
  #panel = byId("board", HTMLElement);
  #sheet = byId("board-sheet", HTMLCanvasElement);
  #pens = byId("board-pens", HTMLFormElement);
  #undo = byId("board-undo", HTMLButtonElement);
  #clear = byId("board-clear", HTMLButtonElement);
  #notice = byId("board-notice", HTMLElement);
  /** @type {Map<string, string>} */
  #names = new Map();
  /** @type {Set<string>} who has drawn since the panel was open last */
  #news = new Set();
  /** @type {number | null} the pointer that draws */
  #pointer = null;
  /** @type {number[]} drawn and not sent */
  #waiting = [];
  #sent = 0;
  #painting = false;
  #whiteboard;

  /**
   * @param {Whiteboard} whiteboard
   * @param {Room} room
   */
  constructor(whiteboard, room) {
    this.#whiteboard = whiteboard;
    room.on("participant", ({ id, name }) => this.#names.set(id, name));
    whiteboard.on("change", () => this.#show());
    whiteboard.on("drawn", (participant) => this.#announce(participant));
    this.#panel.addEventListener("shown", () => {
      this.#news.clear();
      this.#announce(null);
      this.#show();
    });
    new ResizeObserver(() => this.#show()).observe(this.#sheet);
    this.#listen();
  }

  #listen() {
    this.#sheet.addEventListener("pointerdown", (event) => this.#down(event));
    this.#sheet.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      this.#sheet.addEventListener(end, (event) => this.#up(event));
    }
    this.#undo.addEventListener("click", () => this.#whiteboard.undo());
    this.#clear.addEventListener("click", () => confirm(words.clearQuestion) && this.#whiteboard.clear());
    byId("board-save", HTMLButtonElement).addEventListener("click", () => this.#save());
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    const chosen = new FormData(this.#pens);
    const colour = /** @type {Colour} */ (chosen.get("colour"));
    const begun = this.#whiteboard.begin(colour, Number(chosen.get("width")));
    this.#notice.textContent = begun ? "" : words.boardIsFull;
    if (!begun) return;
    this.#pointer = event.pointerId;
    this.#sheet.setPointerCapture(event.pointerId);
    this.#sent = 0;
    this.#put([event]);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    this.#put(between.length === 0 ? [event] : between);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#send();
  }

  /** @param {PointerEvent[]} events */
  #put(events) {
    const area = this.#sheet.getBoundingClientRect();
    for (const { clientX, clientY } of events) {
      const x = Math.min(WIDTH, Math.max(0, ((clientX - area.left) / area.width) * WIDTH));
      const y = Math.min(HEIGHT, Math.max(0, ((clientY - area.top) / area.height) * HEIGHT));
      this.#waiting.push(x, y);
    }
    if (performance.now() - this.#sent >= PACE) this.#send();
  }

  #send() {
    this.#sent = performance.now();
    if (this.#waiting.length > 0) this.#whiteboard.move(this.#waiting);
    this.#waiting = [];
  }

  /** Paint, once for all changes before the next frame. */
  #show() {
    if (this.#painting || !isSeen(this.#panel)) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      const { lines } = this.#whiteboard.board;
      this.#fit();
      paint(this.#sheet, lines);
      this.#undo.disabled = !this.#whiteboard.canUndo;
      this.#clear.disabled = lines.length === 0;
      this.#sheet.ariaLabel = this.#describe(lines.map(({ pen }) => pen));
    });
  }

  /** As many pixels as the screen has under it. */
  #fit() {
    const width = Math.max(1, Math.round(this.#sheet.clientWidth * devicePixelRatio));
    if (this.#sheet.width === width) return;
    this.#sheet.width = width;
    this.#sheet.height = Math.round((width * HEIGHT) / WIDTH);
  }

  /**
   * For whoever does not see the sheet: how much is on it, and whose.
   * @param {readonly string[]} pens one for each line
   */
  #describe(pens) {
    return words.boardHolds(pens.length, [...new Set(pens.map((pen) => this.#drawer(pen)))]);
  }

  /** @param {string} pen which begins with its participant's id; before our time it may be anybody's */
  #drawer(pen) {
    if (this.#whiteboard.isOwn(pen)) return words.you;
    return this.#names.get(pen.split(".")[0] ?? "") ?? words.somebody;
  }

  /** @param {string | null} participant who has drawn just now */
  #announce(participant) {
    if (participant !== null && !isSeen(this.#panel)) this.#news.add(participant);
    const names = [...this.#news].map((id) => this.#names.get(id) ?? "");
    badge("board", names.length, names.length === 0 ? "" : words.draws(names));
  }

  #save() {
    const picture = document.createElement("canvas");
    picture.width = WIDTH;
    picture.height = HEIGHT;
    paint(picture, this.#whiteboard.board.lines);
    picture.toBlob((blob) => {
      if (!blob) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = words.boardFile;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // by then the browser has taken it over
    });
  }
}
