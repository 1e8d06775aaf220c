/** The call page: from the lobby into the room and out of it. */

import { Adaptation } from "./adaptation.js";
import { Controls } from "./controls.js";
import { Devices } from "./devices.js";
import { byId } from "./dom.js";
import { Lobby } from "./lobby.js";
import { Monitor } from "./monitor.js";
import { Panels } from "./panels.js";
import { People } from "./people.js";
import { QualityPanel } from "./quality_panel.js";
import { Reports } from "./reports.js";
import { Room } from "./room.js";
import { Signaling } from "./signaling.js";
import { texts } from "./texts.js";
import { Tiles } from "./tiles.js";
import { WaitingRoom } from "./waiting.js";

/** @import { Media, Refusal } from "./wire.js" */

/** @typedef {"lobby" | "waiting" | "call" | "closing"} Section */

const SECTIONS = /** @type {Section[]} */ (["lobby", "waiting", "call", "closing"]);
/** Refusals after which this link leads nowhere. */
const FINAL = new Set(["unknown_room", "ended", "cancelled", "closed", "denied"]);
const notice = byId("notice", HTMLElement);
const devices = new Devices();

/**
 * @param {Section} shown
 */
function show(shown) {
  for (const section of SECTIONS) byId(section, HTMLElement).hidden = section !== shown;
  document.body.dataset["section"] = shown;
}

/**
 * The call is over for this guest.
 * @param {string} reason
 * @param {boolean} again whether he may come back
 */
function close(reason, again) {
  devices.close();
  show("closing");
  notice.textContent = "";
  document.title = texts.closingTitle;
  byId("closing-reason", HTMLElement).textContent = reason;
  byId("again", HTMLElement).hidden = !again;
  byId("closing-title", HTMLElement).focus();
}

/**
 * @param {Refusal} refusal
 */
function refuse({ error }) {
  if (error === "too_early") location.reload(); // the server's page counts the time down
  else close(texts.refused[error] ?? texts.refusedOtherwise, !FINAL.has(error));
}

/**
 * Keep the tiles as the room says.
 * @param {Signaling} signaling
 * @param {Room} room
 * @param {Lobby} lobby
 * @returns {Tiles}
 */
function showRoom(signaling, room, lobby) {
  const unmute = byId("unmute", HTMLButtonElement);
  const tiles = new Tiles(byId("tiles", HTMLElement), devices, () => (unmute.hidden = false));
  unmute.addEventListener("click", () => {
    unmute.hidden = true;
    tiles.play();
  });
  let nobody = texts.waiting;
  const describe = () => {
    if (document.body.dataset["section"] === "call") notice.textContent = room.size === 0 ? nobody : "";
  };
  signaling.on("participant_left", ({ reason }) => {
    nobody = reason === "stopped" ? texts.stopped : texts.waiting;
    describe();
  });
  signaling.on("lost", () => (notice.textContent = texts.reconnecting));
  signaling.on("waiting", () => {
    lobby.close();
    show("waiting");
    notice.textContent = "";
    byId("waiting-title", HTMLElement).focus();
  });
  room.on("entered", () => {
    lobby.close();
    show("call");
    describe();
  });
  room.on("participant", (participant) => {
    tiles.put(participant);
    describe();
  });
  room.on("link", (link) => tiles.follow(link));
  room.on("gone", (participant) => {
    tiles.remove(participant);
    describe();
  });
  return tiles;
}

/**
 * What is sent now.
 * @param {Adaptation | null} adaptation which takes the picture away where the network does not carry it
 * @returns {Media}
 */
function mediaOf(adaptation) {
  return adaptation?.thin ? { ...devices.media, video: false, thin: true } : devices.media;
}

async function main() {
  const signaling = new Signaling(document.body.dataset["room"] ?? "", sessionStorage);
  new WaitingRoom(signaling);
  const lobby = new Lobby(devices);
  /** @type {Tiles | null} */
  let tiles = null;
  /** @type {Adaptation | null} */
  let adaptation = null;
  const tellMedia = () => signaling.changeMedia(mediaOf(adaptation)).catch(() => undefined);
  const controls = new Controls(devices, () => {
    lobby.refresh();
    tiles?.describeOwn(devices);
    // A link that is down says it at its next `join`.
    if (tiles) tellMedia();
  });
  const prepared = lobby.prepare().then(() => controls.refresh());
  // A reload in the middle of a call goes straight back into it.
  const back = signaling.resumable && lobby.name !== "";
  const name = back ? await prepared.then(() => lobby.name) : await lobby.entered();
  devices.seal();

  const room = new Room(signaling, devices.localTracks);
  tiles = showRoom(signaling, room, lobby);
  new Panels();
  new People(room);
  const monitor = new Monitor(room);
  adaptation = new Adaptation(monitor, room);
  adaptation.on("thin", tellMedia);
  new QualityPanel(monitor, room, adaptation);
  new Reports(room, monitor);
  signaling.on("refused", refuse);
  signaling.on("room_closed", ({ reason }) => close(texts.closed[reason], reason === "replaced"));
  for (const button of ["leave", "give-up"]) {
    byId(button, HTMLButtonElement).addEventListener("click", async () => {
      close(texts.left, true);
      await signaling.leave();
    });
  }
  await signaling.join(name, devices.media);
  monitor.close();
  room.close();
}

await main();
