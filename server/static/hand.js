/** A raised hand: our own button, and word of the others' for those who do not see their tiles. */

import { byId } from "./dom.js";
import { words } from "./exchange_texts.js";

/** @import { Outgoing } from "./outgoing.js" */
/** @import { Room } from "./room.js" */

/**
 * @param {Outgoing} outgoing
 * @param {Room} room
 */
export function offerHand(outgoing, room) {
  const button = byId("hand", HTMLButtonElement);
  button.addEventListener("click", () => {
    outgoing.hand = !outgoing.hand;
    button.ariaPressed = String(outgoing.hand);
  });
  const notice = byId("hand-notice", HTMLElement);
  /** @type {Set<string>} of the others */
  const raised = new Set();
  room.on("participant", ({ id, name, media }) => {
    if (media?.hand && !raised.has(id)) notice.textContent = words.raises(name);
    if (media?.hand) raised.add(id);
    else raised.delete(id);
  });
  room.on("gone", (participant) => raised.delete(participant));
}
