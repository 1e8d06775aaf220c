/** All files on their way in this room, and those that have arrived: the protocol half, without a page. */

import { Emitter } from "./events.js";
import { Receiving } from "./receiving.js";
import { Sending } from "./sending.js";
import { LABEL, heard, tell } from "./transfer.js";

/** @import { OpenedChannel, Room } from "./room.js" */
/** @import { FileOffer, FromReceiver } from "./wire.js" */

/** How many of one participant may be on their way, or be asked about, at a time. */
const MOST_OPEN = 8;
/** An offer comes with the channel. */
const OFFER_DEADLINE = 10_000;

/** `sending`, `receiving`: a new one; what becomes of it, it tells itself. */
/** @extends {Emitter<{sending: Sending, receiving: Receiving}>} */
export class Files extends Emitter {
  /** @type {Set<Sending>} */
  #sending = new Set();
  /** @type {Map<string, Receiving>} by participant and id; those that are open, or done */
  #receiving = new Map();
  #room;

  /** @param {Room} room */
  constructor(room) {
    super();
    this.#room = room;
    room.on("channel", (opened) => opened.channel.label === LABEL && this.#listen(opened));
    room.on("gone", (participant) => this.#lose(participant));
    room.on("link", (link) => {
      if (link.connected) this.#connect(link.participant);
    });
  }

  /**
   * Offer a file to one participant.
   * @param {string} participant
   * @param {File} file
   */
  send(participant, file) {
    const sending = new Sending(participant, file, (label) => this.#room.open(participant, label));
    this.#sending.add(sending);
    sending.on("change", () => sending.open || this.#end(sending));
    this.emit("sending", sending);
    this.#connect(participant);
  }

  /** @param {Sending} sending */
  #end(sending) {
    if (this.#sending.delete(sending)) this.#connect(sending.participant);
  }

  /** Offer as many as he looks at, the oldest first; the others wait here. @param {string} participant */
  #connect(participant) {
    for (const each of this.#to(participant).slice(0, MOST_OPEN)) each.connect();
  }

  /** @param {string} participant */
  #to(participant) {
    return [...this.#sending].filter((each) => each.participant === participant);
  }

  /** @param {string} participant */
  #from(participant) {
    return [...this.#receiving.values()].filter((each) => each.participant === participant && each.open);
  }

  /** @param {OpenedChannel} opened whose first message must be an offer */
  #listen({ participant, channel }) {
    channel.binaryType = "arraybuffer";
    const timer = setTimeout(() => channel.close(), OFFER_DEADLINE);
    const listener = (/** @type {MessageEvent} */ { data }) => {
      clearTimeout(timer);
      this.#take(participant, channel, heard(data));
    };
    channel.addEventListener("message", listener, { once: true });
  }

  /**
   * @param {string} participant
   * @param {RTCDataChannel} channel
   * @param {FileOffer} offer
   */
  #take(participant, channel, offer) {
    const key = `${participant} ${offer.id}`;
    const known = this.#receiving.get(key);
    if (known) return known.follow(channel);
    if (this.#from(participant).length >= MOST_OPEN) {
      tell(channel, /** @type {FromReceiver} */ ({ type: "refuse", reason: "too_many" }));
      return;
    }
    if (!isOffer(offer)) return channel.close();
    const receiving = new Receiving(participant, offer);
    this.#receiving.set(key, receiving);
    // One that is done may be offered again: its receipt was lost with the connection.
    receiving.on("change", () => receiving.open || receiving.state === "done" || this.#receiving.delete(key));
    receiving.follow(channel);
    this.emit("receiving", receiving);
  }

  /** @param {string} participant */
  #lose(participant) {
    for (const each of [...this.#to(participant), ...this.#from(participant)]) each.become("gone");
  }
}

/** @param {Partial<FileOffer>} offer */
function isOffer({ type, id, name, size }) {
  return type === "offer" && typeof id === "string" && typeof name === "string" && Number.isSafeInteger(size);
}
