/** The tiles of the call, and the button that plays their sound where the browser wants a gesture first. */

import { byId } from "./dom.js";
import { Tiles } from "./tiles.js";

/** @import { Monitor } from "./monitor.js" */
/** @import { Outgoing } from "./outgoing.js" */
/** @import { Room } from "./room.js" */
/** @import { Wishes } from "./wishes.js" */

/**
 * Keep the tiles as the room, our own media and the looks at the connections say.
 * @param {Room} room
 * @param {Outgoing} outgoing
 * @param {Monitor} monitor
 * @param {Wishes} wishes
 */
export function showTiles(room, outgoing, monitor, wishes) {
  const unmute = byId("unmute", HTMLButtonElement);
  const tiles = new Tiles(byId("tiles", HTMLElement), outgoing, wishes, () => (unmute.hidden = false));
  unmute.addEventListener("click", () => {
    unmute.hidden = true;
    tiles.play();
  });
  room.on("participant", (participant) => tiles.put(participant));
  room.on("link", (link) => tiles.follow(link));
  room.on("gone", (participant) => tiles.remove(participant));
  outgoing.on("change", () => tiles.describeOwn(outgoing));
  monitor.on("round", ({ looks }) => {
    for (const { link, quality } of looks) tiles.judge(link.participant, quality);
  });
}
