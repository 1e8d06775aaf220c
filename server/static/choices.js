/** Which camera, microphone and speaker: three lists, before the call and in it, and a try of the speaker. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Device, Devices } from "./devices.js" */
/** @import { Speaker } from "./speaker.js" */

/** @type {Record<Device, MediaDeviceKind>} */
const KINDS = { camera: "videoinput", microphone: "audioinput" };

export class Choices {
  #element = byId("choices", HTMLElement);
  #devices;
  #speaker;

  /**
   * @param {Devices} devices
   * @param {Speaker} speaker
   */
  constructor(devices, speaker) {
    this.#devices = devices;
    this.#speaker = speaker;
    for (const device of /** @type {Device[]} */ (Object.keys(KINDS))) {
      const list = listOf(device);
      list.addEventListener("change", () => devices.choose(device, list.value));
    }
    const speakers = listOf("speaker");
    speakers.addEventListener("change", () => speaker.choose(speakers.value));
    const test = byId("speaker-test", HTMLButtonElement);
    test.addEventListener("click", async () => {
      test.disabled = true;
      await speaker.test().finally(() => (test.disabled = false));
    });
    devices.on("change", () => this.refresh());
  }

  /** @param {string} id of the element that they are shown in from now on */
  moveTo(id) {
    byId(id, HTMLElement).append(this.#element);
  }

  /** Show what is there now. Browsers name devices only after they were allowed. */
  async refresh() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    for (const device of /** @type {Device[]} */ (Object.keys(KINDS))) {
      const used = this.#devices.track(device)?.getSettings().deviceId ?? "";
      fill(device, all.filter(({ kind }) => kind === KINDS[device]), used);
    }
    const speakers = this.#speaker.supported ? all.filter(({ kind }) => kind === "audiooutput") : [];
    fill("speaker", speakers, this.#speaker.chosen);
  }
}

/**
 * @param {string} device
 * @returns {HTMLSelectElement}
 */
function listOf(device) {
  return byId(`${device}-choice`, HTMLSelectElement);
}

/**
 * @param {string} device
 * @param {readonly MediaDeviceInfo[]} found
 * @param {string} used
 */
function fill(device, found, used) {
  const list = listOf(device);
  const known = found.filter(({ deviceId }) => deviceId !== "");
  byId(`${device}-row`, HTMLElement).hidden = known.length === 0;
  list.replaceChildren(
    ...known.map(({ deviceId, label }, index) => new Option(label || `${texts.choices} ${index + 1}`, deviceId)),
  );
  list.value = known.some(({ deviceId }) => deviceId === used) ? used : (known[0]?.deviceId ?? "");
}
