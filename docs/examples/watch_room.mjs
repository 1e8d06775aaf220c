/**
 * A second client of the rooms, without a page: it takes part in a visit by its link, sends nothing, and says who is
 * there, who comes and goes, and what is written. It is built on the page's own protocol half, signaling.js.
 *
 *     node docs/examples/watch_room.mjs https://visits.example.org/r/<token> [seconds]
 *
 * It stays until the room closes, or for so many seconds. One line of JSON for each thing that happens.
 */

import { register } from "node:module";

const STATIC = new URL("../../server/static/", import.meta.url);
const LIBRARY = new URL("../../server/node_modules/socket.io-client/build/esm/index.js", import.meta.url);
const OFFERED = /** @type {const} */ (["participant_joined", "participant_changed", "participant_left", "chat"]);

// The server serves the library beside its own modules; here it lies where npm put it.
const hook = `export const resolve = (specifier, context, next) =>
  next(specifier.endsWith("/vendor/socket.io.js") ? ${JSON.stringify(LIBRARY.href)} : specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

/** @param {string} event @param {object} [detail] */
function say(event, detail = {}) {
  console.log(JSON.stringify({ event, ...detail }));
}

/**
 * @param {string} link
 * @param {number} seconds
 */
async function watch(link, seconds) {
  const { Signaling } = await import(new URL("signaling.js", STATIC).href);
  const { origin, pathname } = new URL(link);
  const kept = new Map(); // what a page keeps in its session storage
  const storage = {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    removeItem: (/** @type {string} */ key) => kept.delete(key),
  };
  const signaling = new Signaling(pathname.split("/").at(-1) ?? "", storage, origin);
  signaling.on("joined", ({ roster, title }) => say("joined", { title, names: roster.map(({ name }) => name) }));
  signaling.on("waiting", () => say("waiting"));
  for (const event of OFFERED) signaling.on(event, (detail) => say(event, detail));
  signaling.on("lost", () => say("lost"));
  signaling.on("refused", (refusal) => say("refused", refusal));
  signaling.on("room_closed", ({ reason }) => say("room_closed", { reason }));
  const end = setTimeout(() => signaling.leave(), 1000 * seconds);
  await signaling.join("Observer", { audio: false, video: false, screen: false });
  clearTimeout(end);
}

const [link, seconds = "86400"] = process.argv.slice(2);
if (!link) throw new Error("which visit? give its link: node watch_room.mjs https://…/r/<token>");
await watch(link, Number(seconds));
