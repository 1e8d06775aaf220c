/** One measure of the last two minutes as a small graph, with the newest values in words beside it. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 56;

/** @typedef {{name: string, values: readonly (number | undefined)[]}} Line oldest value first; undefined: not known */

export class Graph {
  element = document.createElement("figure");
  #figures = document.createElement("span");
  #top = document.createElementNS(SVG, "text");
  /** @type {SVGPathElement[]} */
  #paths = [];

  /**
   * @param {string} title with the unit
   * @param {number} lines how many
   */
  constructor(title, lines) {
    const caption = document.createElement("figcaption");
    const words = document.createElement("span");
    words.textContent = title;
    caption.append(words, this.#figures);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("aria-hidden", "true"); // the newest values are in the caption
    this.#top.setAttribute("x", "2");
    this.#top.setAttribute("y", "12");
    for (let number = 0; number < lines; number += 1) {
      const path = document.createElementNS(SVG, "path");
      path.classList.add(`line-${number}`);
      this.#paths.push(path);
    }
    svg.append(this.#top, ...this.#paths);
    this.element.append(caption, svg);
  }

  /**
   * @param {readonly Line[]} lines
   * @param {number} room how many values fit across
   * @param {string} nothing what is said where the newest value is not known
   */
  draw(lines, room, nothing) {
    const highest = Math.max(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
    this.#top.textContent = said(highest);
    const known = lines.filter(({ values }) => values.some((value) => value !== undefined));
    const figures = known.map(({ name, values }) => `${name} ${said(values.at(-1)) || nothing}`);
    this.#figures.textContent = figures.join(", ") || nothing;
    this.#paths.forEach((path, number) => path.setAttribute("d", outline(lines[number]?.values ?? [], room, highest)));
  }
}

/**
 * @param {readonly (number | undefined)[]} values
 * @param {number} room
 * @param {number} highest
 * @returns {string} a path that ends at the right edge and has gaps where nothing is known
 */
function outline(values, room, highest) {
  let drawing = false;
  return values
    .map((value, index) => {
      const command = drawing ? "L" : "M";
      drawing = value !== undefined;
      if (value === undefined) return "";
      const x = WIDTH * (1 - (values.length - 1 - index) / (room - 1));
      const y = (HEIGHT - 2) * (1 - value / highest) + 1;
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

/** @param {number | undefined} value */
function said(value) {
  if (value === undefined) return "";
  return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: value < 10 ? 1 : 0 });
}
