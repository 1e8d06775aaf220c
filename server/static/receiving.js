/** A file on its way in: asked about, put away block by block, and compared with what was sent. */

import { BLOCK, BlockDigest } from "./digest.js";
import { safeName } from "./file_name.js";
import { canTake, openSink } from "./sinks.js";
import { Transfer, heard, tell } from "./transfer.js";

/** @import { Sink } from "./sinks.js" */
/** @import { FileOffer, FromReceiver, FromSender, RefuseReason } from "./wire.js" */

export class Receiving extends Transfer {
  outgoing = false;
  /** @type {Blob | null} once it is done, until somebody takes it */
  #content = null;
  /** @type {RTCDataChannel | null} */
  #channel = null;
  #digest = new BlockDigest();
  /** @type {Sink | null} */
  #sink = null;
  #stored = 0;
  #block = new Uint8Array(0);
  #filled = 0;
  /** One message after the other, though a disk is slow. */
  #work = Promise.resolve();

  /**
   * @param {string} participant
   * @param {FileOffer} offer
   */
  constructor(participant, offer) {
    super(offer.id, participant, safeName(offer.name), offer.size);
  }

  /** Whether this browser has room for it. */
  get fits() {
    return canTake(this.size);
  }

  /**
   * Listen to the channel that it is offered on, the first one or one that replaces another.
   * @param {RTCDataChannel} channel
   */
  follow(channel) {
    this.#channel = channel;
    if (!this.open) return this.#tell(this.state === "done" ? { type: "receipt", whole: true } : { type: "cancel" });
    channel.addEventListener("message", ({ data }) => {
      this.#work = this.#work.then(() => this.#receive(channel, data)).catch(() => this.become("failed"));
    });
    channel.addEventListener("close", () => channel === this.#channel && this.become("paused"));
    if (this.#sink) this.#work = this.#work.then(() => this.#begin());
    else this.become("asked");
  }

  /** Take it; to be called in a gesture, because it may ask for a place. */
  async accept() {
    if (!this.fits) return this.refuse("too_large");
    try {
      this.#sink = await openSink(this.name, this.size);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // no place chosen: the question stays
      throw error;
    }
    if (this.open) this.#begin();
    else await this.#sink.abort();
  }

  /** @param {RefuseReason} reason */
  refuse(reason) {
    this.#tell({ type: "refuse", reason });
    this.refusal = reason;
    this.become("refused");
  }

  /** What the page has to offer for saving; whoever takes it holds it, and this one not any more. @returns {Blob | null} */
  take() {
    const content = this.#content;
    this.#content = null;
    return content;
  }

  /** The receiver does not want to any more. */
  cancel() {
    this.become("cancelled");
  }

  ended() {
    if (this.state === "cancelled" || this.state === "failed") this.#tell({ type: "cancel" });
    this.#block = new Uint8Array(0);
    if (this.state !== "done") this.#work = this.#work.then(() => this.#sink?.abort()).catch(() => undefined);
  }

  /** @param {FromReceiver} message */
  #tell(message) {
    tell(this.#channel, message);
  }

  /** Ask for what is missing; half a block that came on a lost channel comes again. */
  #begin() {
    this.#filled = 0;
    this.become("moving");
    this.#tell({ type: "accept", start: this.#stored });
  }

  /**
   * @param {RTCDataChannel} channel
   * @param {string | ArrayBuffer} data
   */
  async #receive(channel, data) {
    if (channel !== this.#channel || !this.open) return;
    if (typeof data === "string") await this.#hear(heard(data));
    else if (this.state === "moving") await this.#take(new Uint8Array(data));
  }

  /** @param {FromSender} message */
  async #hear(message) {
    if (message.type === "cancel") this.become("cancelled");
    else if (message.type === "sent") await this.#finish(message.digest);
  }

  /** @param {Uint8Array} bytes */
  async #take(bytes) {
    const expected = Math.min(BLOCK, this.size - this.#stored);
    if (this.#filled === 0) this.#block = new Uint8Array(expected);
    if (this.#filled + bytes.length > expected) return this.become("failed"); // more than was offered, or cut wrongly
    this.#block.set(bytes, this.#filled);
    this.#filled += bytes.length;
    if (this.#filled < expected) return;
    await this.#digest.put(this.#stored / BLOCK, this.#block);
    await this.#sink?.write(this.#block);
    this.#filled = 0;
    this.#stored += expected;
    this.progress(this.#stored);
    this.#tell({ type: "stored", bytes: this.#stored });
  }

  /** @param {string} digest of what was sent */
  async #finish(digest) {
    const whole = this.#stored === this.size && digest === (await this.#digest.whole());
    if (whole) this.#content = (await this.#sink?.finish()) ?? null;
    this.#tell({ type: "receipt", whole });
    this.become(whole ? "done" : "damaged");
  }
}
