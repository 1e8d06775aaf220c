/** A file on its way out: offered, cut into blocks, and paced by what the channel and the receiver can take. */

import { BLOCK, BlockDigest } from "./digest.js";
import { LABEL, Transfer, heard, tell } from "./transfer.js";

/** @import { FromReceiver, FromSender } from "./wire.js" */

/** Every implementation takes messages of this size (RFC 8841, section 6). */
const CHUNK = 1 << 16;
/** Bytes that may wait in the channel. */
const MOST_BUFFERED = 2 << 20;
const WINDOW = 16 * BLOCK;

/** The channel was closed, or another one has taken its place. */
class InterruptedError extends Error {}

export class Sending extends Transfer {
  outgoing = true;
  /** @type {RTCDataChannel | null} */
  #channel = null;
  #digest = new BlockDigest();
  #file;
  #connect;
  /** Whoever waits for room looks again. */
  #more = () => {};
  /** @type {RTCDataChannel | null} the one that was accepted on */
  #accepted = null;

  /**
   * @param {string} participant
   * @param {File} file
   * @param {(label: string) => RTCDataChannel | null} connect opens a channel to him; null where he cannot be reached
   */
  constructor(participant, file, connect) {
    super(crypto.randomUUID(), participant, file.name, file.size);
    this.#file = file;
    this.#connect = connect;
  }

  /** Offer it on a fresh channel, where the old one is no more. */
  connect() {
    if (!this.open || this.#channel?.readyState === "open" || this.#channel?.readyState === "connecting") return;
    const channel = this.#connect(LABEL);
    this.#channel = channel;
    this.#more();
    if (!channel) return this.become("paused");
    channel.bufferedAmountLowThreshold = MOST_BUFFERED / 2;
    /** @type {FromSender} */
    const offer = { type: "offer", id: this.id, name: this.name, size: this.size };
    channel.addEventListener("open", () => tell(channel, offer));
    channel.addEventListener("message", ({ data }) => this.#receive(channel, data));
    channel.addEventListener("bufferedamountlow", () => this.#more());
    channel.addEventListener("close", () => this.#closed(channel));
  }

  /** The sender does not want to any more. */
  cancel() {
    this.become("cancelled");
  }

  ended() {
    if (this.state === "cancelled" || this.state === "failed") this.#tell({ type: "cancel" });
    this.#more();
    this.#channel?.close();
  }

  /** @param {FromSender} message */
  #tell(message) {
    tell(this.#channel, message);
  }

  /**
   * @param {RTCDataChannel} channel
   * @param {string} data
   */
  #receive(channel, data) {
    if (channel !== this.#channel) return;
    const message = /** @type {FromReceiver} */ (heard(data));
    if (message.type === "accept") this.#run(channel, message.start);
    else if (message.type === "stored") this.#stored(message.bytes);
    else if (message.type === "receipt") this.become(message.whole ? "done" : "damaged");
    else if (message.type === "cancel") this.become("cancelled");
    else if (message.type === "refuse") {
      this.refusal = message.reason;
      this.become("refused");
    }
  }

  /** @param {number} bytes */
  #stored(bytes) {
    this.progress(bytes);
    this.#more();
  }

  /** @param {RTCDataChannel} channel */
  #closed(channel) {
    if (channel !== this.#channel) return;
    this.become("paused");
    this.#more();
    this.connect();
  }

  /**
   * Send from there to the end.
   * @param {RTCDataChannel} channel
   * @param {number} start
   */
  async #run(channel, start) {
    if (this.#accepted === channel || !(start % BLOCK === 0 && start <= this.size)) return;
    this.#accepted = channel;
    this.become("moving");
    this.progress(start);
    try {
      for (let at = start; at < this.size; at += BLOCK) await this.#sendBlock(channel, at);
      const digest = await this.#digest.whole();
      if (channel === this.#channel) this.#tell({ type: "sent", digest });
    } catch (error) {
      // The file itself may be gone, or changed, since it was chosen.
      if (!(error instanceof InterruptedError)) this.become("failed");
    }
  }

  /**
   * @param {RTCDataChannel} channel
   * @param {number} at
   */
  async #sendBlock(channel, at) {
    const block = await this.#file.slice(at, at + BLOCK).arrayBuffer();
    await this.#digest.put(at / BLOCK, block);
    for (let part = 0; part < block.byteLength; part += CHUNK) {
      await this.#room(channel, at + part);
      channel.send(new Uint8Array(block, part, Math.min(CHUNK, block.byteLength - part)));
    }
  }

  /**
   * Wait until there is room for one chunk more: in the channel, and in the receiver's window.
   * @param {RTCDataChannel} channel
   * @param {number} at
   */
  async #room(channel, at) {
    const usable = () => channel === this.#channel && channel.readyState === "open" && this.state === "moving";
    while (usable() && (channel.bufferedAmount > MOST_BUFFERED || at - this.moved >= WINDOW)) {
      await new Promise((resolve) => (this.#more = () => resolve(undefined)));
    }
    if (!usable()) throw new InterruptedError();
  }
}
