/** Where the tiles go: rows and columns in which each is largest, and one of them in front. Knows no page. */

/** Wider than this a picture shows nothing more. */
const ASPECT = 4 / 3;
/** The share of the longer side that the one in front has. */
const FRONT = 3 / 4;

/**
 * Equal tiles.
 * @param {number} count at least 1
 * @param {number} width of all together, in any unit
 * @param {number} height likewise
 * @returns {{columns: number, rows: number}}
 */
export function grid(count, width, height) {
  const all = Array.from({ length: count }, (_, index) => {
    const columns = index + 1;
    const rows = Math.ceil(count / columns);
    return { columns, rows, size: Math.min(width / columns, (ASPECT * height) / rows) };
  });
  const { columns, rows } = all.reduce((best, each) => (each.size > best.size ? each : best));
  return { columns, rows };
}

/**
 * CSS for a grid with one tile in front and the others in a strip beside it, or below where the page is upright.
 * @param {number} others in the strip
 * @param {number} width
 * @param {number} height
 * @returns {{columns: string, rows: string, area: string}} `area` is that of the one in front
 */
export function withFront(others, width, height) {
  if (others === 0) return { columns: tracks(1), rows: tracks(1), area: "1 / 1" };
  const beside = width > height;
  const share = 1 - FRONT;
  const strip = beside ? grid(others, width * share, height) : grid(others, width, height * share);
  const { columns, rows } = strip;
  const front = (/** @type {number} */ count) => `minmax(0, ${(FRONT / share) * count}fr) ${tracks(count)}`;
  return beside
    ? { columns: front(columns), rows: tracks(rows), area: "1 / 1 / -1 / 2" }
    : { columns: tracks(columns), rows: front(rows), area: "1 / 1 / 2 / -1" };
}

/** @param {number} count */
export function tracks(count) {
  return `repeat(${count}, minmax(0, 1fr))`;
}
