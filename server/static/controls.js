/** The buttons for microphone and camera, the same before and in the call. */

import { texts } from "./texts.js";

/** @import { Device, Devices } from "./devices.js" */

/** @type {Record<Device, {on: string, off: string}>} what pressing the button does now */
const LABELS = {
  microphone: { on: texts.microphoneOn, off: texts.microphoneOff },
  camera: { on: texts.cameraOn, off: texts.cameraOff },
};

export class Controls {
  /** @type {{button: HTMLButtonElement, device: Device}[]} */
  #buttons = [];
  #devices;

  /** @param {Devices} devices */
  constructor(devices) {
    this.#devices = devices;
    for (const button of document.querySelectorAll("button[data-device]")) {
      if (!(button instanceof HTMLButtonElement)) continue;
      const device = /** @type {Device} */ (button.dataset["device"]);
      this.#buttons.push({ button, device });
      button.addEventListener("click", () => devices.toggle(device));
    }
    devices.on("change", () => this.#refresh());
    this.#refresh();
  }

  /** Show what is on, off, or not there. */
  #refresh() {
    for (const { button, device } of this.#buttons) {
      const on = this.#devices.isOn(device);
      button.disabled = !this.#devices.track(device);
      button.classList.toggle("is-off", !on);
      button.ariaLabel = button.title = on ? LABELS[device].on : LABELS[device].off;
    }
  }
}
