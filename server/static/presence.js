/** The line above the call: who is missing in it, and why. */

import { byId } from "./dom.js";
import { isShown } from "./sections.js";
import { texts } from "./texts.js";

/** @import { Room } from "./room.js" */
/** @import { Signaling } from "./signaling.js" */

/**
 * Say who is there, or why nobody is.
 * @param {Signaling} signaling
 * @param {Room} room
 */
export function sayWhoIsThere(signaling, room) {
  const notice = byId("notice", HTMLElement);
  let nobody = texts.waiting;
  const say = () => {
    if (isShown("call")) notice.textContent = room.size === 0 ? nobody : "";
  };
  signaling.on("participant_left", ({ reason }) => {
    nobody = reason === "stopped" ? texts.stopped : texts.waiting;
    say();
  });
  signaling.on("lost", () => (notice.textContent = texts.reconnecting));
  for (const event of /** @type {const} */ (["entered", "participant", "gone"])) room.on(event, say);
}
