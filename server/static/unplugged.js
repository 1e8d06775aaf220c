/** Says in the call that a camera or a microphone was unplugged, and what is used in its place. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Device, Devices } from "./devices.js" */

/** Milliseconds for which the device that has taken another one's place is named. */
const SHOWN = 10_000;

export class Unplugged {
  #notice = byId("devices-lost", HTMLElement);
  /** @type {Map<Device, string>} */
  #said = new Map();
  /** @type {Set<Device>} for which there is no other */
  #missing = new Set();
  #devices;

  /** @param {Devices} devices */
  constructor(devices) {
    this.#devices = devices;
    devices.on("lost", (device) => this.#say(device));
    devices.on("change", () => {
      for (const device of [...this.#missing]) if (devices.track(device)) this.#say(device);
    });
  }

  /** @param {Device} device that was lost, or is there again */
  #say(device) {
    const used = this.#devices.track(device);
    const name = texts.devices[device];
    const words = used ? texts.replaced(name, used.label) : texts.unplugged(name);
    this.#said.set(device, words);
    if (used) this.#missing.delete(device);
    else this.#missing.add(device);
    this.#show();
    if (used) setTimeout(() => this.#unsay(device, words), SHOWN);
  }

  /**
   * @param {Device} device
   * @param {string} words which may have been replaced by others
   */
  #unsay(device, words) {
    if (this.#said.get(device) === words) this.#said.delete(device);
    this.#show();
  }

  #show() {
    this.#notice.textContent = [...this.#said.values()].join(" ");
  }
}
