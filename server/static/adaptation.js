/** Sends each participant as much picture as the network to him carries (ladder.js), and keeps the sound. */

import { Emitter } from "./events.js";
import { Ladder } from "./ladder.js";

/** @import { Step } from "./ladder.js" */
/** @import { Look, Monitor } from "./monitor.js" */
/** @import { Peer } from "./peer.js" */
/** @import { Room } from "./room.js" */

/** `thin`: whether nobody can be sent a picture any more, because the network does not carry it. */
/** @extends {Emitter<{thin: boolean}>} */
export class Adaptation extends Emitter {
  thin = false;
  /** @type {Map<string, {ladder: Ladder, peer: Peer | null}>} by participant */
  #ways = new Map();

  /**
   * @param {Monitor} monitor
   * @param {Room} room
   */
  constructor(monitor, room) {
    super();
    room.on("gone", (participant) => this.#ways.delete(participant));
    monitor.on("round", ({ looks }) => {
      for (const look of looks) this.#follow(look);
      this.#tell();
    });
  }

  /** The step of the ladder on which somebody is, 0 at full size. @param {string} participant */
  step(participant) {
    return this.#ways.get(participant)?.ladder.step ?? 0;
  }

  /** @param {Look} look */
  #follow({ link, samples }) {
    const now = performance.now() / 1000;
    const way = this.#ways.get(link.participant) ?? { ladder: new Ladder(now), peer: link.peer };
    this.#ways.set(link.participant, way);
    if (way.peer !== link.peer) way.ladder.settle(now);
    way.peer = link.peer;
    const [video, voice] = ["video", "audio"].map((kind) =>
      samples.find((sample) => sample.direction === "sent" && sample.kind === kind),
    );
    const step = samples.length > 0 ? way.ladder.look(video, voice, now) : way.ladder.current;
    // A sender that is gone meanwhile belongs to a connection that is being replaced.
    if (link.peer) apply(link.peer, step).catch(() => undefined);
  }

  #tell() {
    const ladders = [...this.#ways.values()].map(({ ladder }) => ladder);
    const thin = ladders.length > 0 && ladders.every(({ off }) => off);
    if (thin === this.thin) return;
    this.thin = thin;
    this.emit("thin", thin);
  }
}

/**
 * Make the camera's sender what the step says; what is so already is left alone.
 * @param {Peer} peer
 * @param {Step} step
 */
async function apply(peer, { active, maxBitrate, scaleResolutionDownBy, maxFramerate }) {
  const sender = peer.sender("camera");
  const parameters = sender?.getParameters();
  const encoding = parameters?.encodings[0];
  if (!sender || !parameters || !encoding) return; // not negotiated yet
  const same =
    encoding.active === active &&
    encoding.maxBitrate === maxBitrate &&
    (encoding.scaleResolutionDownBy ?? 1) === scaleResolutionDownBy &&
    encoding.maxFramerate === maxFramerate;
  if (same) return;
  delete encoding.maxBitrate;
  delete encoding.maxFramerate;
  Object.assign(encoding, {
    active,
    scaleResolutionDownBy,
    ...(maxBitrate && { maxBitrate }),
    ...(maxFramerate && { maxFramerate }),
  });
  await sender.setParameters(parameters);
}
