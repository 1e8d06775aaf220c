/** What a file on its way is to both ends. */

import { Emitter } from "./events.js";

/** @import { RefuseReason } from "./wire.js" */

/**
 * `asked`: the receiver has to say whether he takes it. `paused`: the connection broke, it goes on by itself. All others
 * but `moving` are ends: `gone`: the other one left; `damaged`: what arrived is not what was sent; `failed`: the
 * file could not be read, or written.
 * @typedef {"asked" | "moving" | "paused" | "done" | "refused" | "cancelled" | "gone" | "damaged" | "failed"}
 *   TransferState
 */

export const LABEL = "file";
/** How long a broken connection may take to come back. */
const PATIENCE = 60_000;
const OPEN = new Set(["asked", "moving", "paused"]);

/** @extends {Emitter<{change: undefined}>} */
export class Transfer extends Emitter {
  /** @type {TransferState} */
  state = "asked";
  /** @type {RefuseReason | null} */
  refusal = null;
  /** Bytes that the receiver has. */
  moved = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;

  /**
   * @param {string} id
   * @param {string} participant the other one
   * @param {string} name
   * @param {number} size in bytes
   */
  constructor(id, participant, name, size) {
    super();
    this.id = id;
    this.participant = participant;
    this.name = name;
    this.size = size;
  }

  /** Whether it has not ended yet. */
  get open() {
    return OPEN.has(this.state);
  }

  /**
   * An end stays the end.
   * @param {TransferState} state
   */
  become(state) {
    if (!this.open || (state === this.state && state !== "moving")) return;
    clearTimeout(this.#patience);
    this.state = state;
    if (state === "paused") this.#patience = setTimeout(() => this.become("gone"), PATIENCE);
    if (!this.open) this.ended();
    this.emit("change", undefined);
  }

  /** @param {number} bytes that the receiver has now */
  progress(bytes) {
    this.moved = bytes;
    this.emit("change", undefined);
  }

  /** Let go of what was held; called once. */
  ended() {}
}

/**
 * What the other side says; who speaks another language, or none, has said nothing.
 * @param {unknown} data
 * @returns {any}
 */
export function heard(data) {
  try {
    return JSON.parse(String(data)) ?? {};
  } catch {
    return {};
  }
}

/**
 * @template Message
 * @param {RTCDataChannel | null} channel
 * @param {Message} message nothing happens where the channel is closed
 */
export function tell(channel, message) {
  if (channel?.readyState === "open") channel.send(JSON.stringify(message));
}
