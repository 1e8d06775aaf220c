/** How the connection is: a sign in three steps that says what to do, and the graphs of the last two minutes. */

import { byId } from "./dom.js";
import { Graph } from "./graph.js";
import { KEPT } from "./monitor.js";
import { together } from "./quality.js";
import { words } from "./quality_texts.js";

/** @import { Adaptation } from "./adaptation.js" */
/** @import { Monitor, Round } from "./monitor.js" */
/** @import { Room } from "./room.js" */
/** @import { Sample } from "./statistics.js" */

/** @typedef {keyof typeof words.measures} Measure */

/** @type {Record<Measure, Sample["kind"]>} the medium of which each measure is taken */
const MEASURES = {
  kbps: "video",
  fps: "video",
  loss_percent: "video",
  round_trip_ms: "audio",
  jitter_ms: "audio",
  audio_level: "audio",
};
const DIRECTIONS = /** @type {const} */ (["received", "sent"]);

export class QualityPanel {
  #sign = byId("quality-sign", HTMLElement);
  #words = byId("quality-words", HTMLElement);
  #panel = byId("quality", HTMLElement);
  #button = /** @type {HTMLElement} */ (document.querySelector('[data-panel="quality"]'));
  #size = document.createElement("p");
  #select = document.createElement("select");
  /** @type {[Measure, Graph][]} */
  #graphs;
  /** @type {Map<string, string>} names by participant */
  #names = new Map();
  #monitor;
  #adaptation;

  /**
   * @param {Monitor} monitor
   * @param {Room} room
   * @param {Adaptation} adaptation
   */
  constructor(monitor, room, adaptation) {
    this.#monitor = monitor;
    this.#adaptation = adaptation;
    const measures = /** @type {Measure[]} */ (Object.keys(MEASURES));
    this.#graphs = measures.map((measure) => [measure, new Graph(words.measures[measure], DIRECTIONS.length)]);
    const label = document.createElement("label");
    label.append(words.with, this.#select);
    this.#size.className = "hint";
    byId("quality-who", HTMLElement).append(label, this.#size);
    byId("quality-graphs", HTMLElement).append(...this.#graphs.map(([, { element }]) => element));
    room.on("participant", ({ id, name }) => this.#name(id, name));
    room.on("gone", (participant) => this.#unname(participant));
    monitor.on("round", (round) => this.#follow(round));
    adaptation.on("thin", () => this.#describe(monitor.rounds.at(-1)));
    for (const [target, event] of /** @type {const} */ ([[this.#panel, "shown"], [this.#select, "change"]])) {
      target.addEventListener(event, () => this.#draw());
    }
  }

  /** @param {Round} round */
  #follow(round) {
    this.#describe(round);
    if (!this.#panel.hidden) this.#draw();
  }

  /** @param {Round | undefined} round */
  #describe(round) {
    const qualities = new Map(round?.looks.map(({ link, quality }) => [link.participant, quality]));
    const { quality, whose } = together(qualities);
    const troubled = [...qualities].find(([, each]) => each === quality)?.[0] ?? "";
    let said = words.good;
    if (this.#adaptation.thin) said = words.thin;
    else if (quality !== "good") {
      const advice = words[quality];
      said = whose === "theirs" ? advice.theirs(this.#names.get(troubled) ?? "") : advice[whose];
    }
    this.#words.textContent = said;
    const shown = said === words.good ? "" : said;
    if (this.#sign.textContent !== shown) this.#sign.textContent = shown; // said once, not every two seconds
    this.#button.dataset["quality"] = quality;
    this.#button.title = words.sign(words.words[quality]);
  }

  /** Draw the chosen participant's two minutes. */
  #draw() {
    const rounds = this.#monitor.rounds.map(({ looks }) =>
      looks.find(({ link }) => link.participant === this.#select.value)?.samples ?? [],
    );
    const find = (/** @type {readonly Sample[]} */ samples, /** @type {string} */ direction, /** @type {string} */ kind) =>
      samples.find((sample) => sample.direction === direction && sample.kind === kind);
    for (const [measure, graph] of this.#graphs) {
      const scale = measure === "audio_level" ? 100 : 1;
      const lines = DIRECTIONS.map((direction) => ({
        name: words[direction],
        values: rounds.map((samples) => scaled(find(samples, direction, MEASURES[measure])?.[measure], scale)),
      }));
      graph.draw(lines, KEPT, words.nothing);
    }
    const sizes = DIRECTIONS.map((direction) => {
      const { width, height } = find(rounds.at(-1) ?? [], direction, "video") ?? {};
      return `${words[direction]} ${width && height ? `${width} × ${height}` : words.nothing}`;
    });
    this.#size.textContent = `${words.size}: ${sizes.join(", ")}`;
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #name(id, name) {
    if (!this.#names.has(id)) this.#select.append(new Option(name, id));
    this.#names.set(id, name);
  }

  /** @param {string} participant */
  #unname(participant) {
    this.#names.delete(participant);
    [...this.#select.options].find(({ value }) => value === participant)?.remove();
  }
}

/**
 * @param {number | undefined} value
 * @param {number} factor
 */
function scaled(value, factor) {
  return value === undefined ? undefined : value * factor;
}
