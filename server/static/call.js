/** The call page: from the lobby into the room and out of it. */

import { Adaptation } from "./adaptation.js";
import { stayAwake } from "./awake.js";
import { BoardPanel } from "./board_panel.js";
import { CameraChoice } from "./camera_choice.js";
import { Chat } from "./chat.js";
import { ChatPanel } from "./chat_panel.js";
import { Choices } from "./choices.js";
import { Controls } from "./controls.js";
import { Devices } from "./devices.js";
import { byId } from "./dom.js";
import { Files } from "./files.js";
import { offerHand } from "./hand.js";
import { makeInstallable } from "./installing.js";
import { offerInvitation } from "./invitation.js";
import { offerLanguages } from "./language.js";
import { Lobby } from "./lobby.js";
import { Monitor } from "./monitor.js";
import { Outgoing } from "./outgoing.js";
import { Panels } from "./panels.js";
import { People } from "./people.js";
import { QualityPanel } from "./quality_panel.js";
import { Rating } from "./rating.js";
import { Recording } from "./recording.js";
import { Reports } from "./reports.js";
import { onNetworkChange } from "./roaming.js";
import { Room } from "./room.js";
import { Sharing } from "./sharing.js";
import { Shortcuts } from "./shortcuts.js";
import { Signaling } from "./signaling.js";
import { Speaker } from "./speaker.js";
import { LinkDownError } from "./socket.js";
import { Tabs } from "./tabs.js";
import { texts } from "./texts.js";
import { Tiles } from "./tiles.js";
import { WaitingRoom } from "./waiting.js";
import { Whiteboard } from "./whiteboard.js";

/** @import { Refusal } from "./wire.js" */

/** @typedef {"lobby" | "waiting" | "call" | "closing"} Section */

const SECTIONS = /** @type {Section[]} */ (["lobby", "waiting", "call", "closing"]);
/** Refusals after which this link leads nowhere. */
const FINAL = new Set(["unknown_room", "ended", "cancelled", "closed", "denied"]);
const notice = byId("notice", HTMLElement);
const devices = new Devices();
const outgoing = new Outgoing(devices);
/** @type {Rating | null} there once somebody is in the call */
let rating = null;
/** @type {Recording | null} */
let recording = null;

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
  recording?.stop();
  outgoing.close();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  show("closing");
  notice.textContent = "";
  document.title = texts.closingTitle;
  byId("closing-reason", HTMLElement).textContent = reason;
  byId("again", HTMLElement).hidden = !again;
  rating?.ask();
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
 * Say who is there, or why nobody is.
 * @param {Signaling} signaling
 * @param {Room} room
 */
function describe(signaling, room) {
  let nobody = texts.waiting;
  const say = () => {
    if (document.body.dataset["section"] === "call") notice.textContent = room.size === 0 ? nobody : "";
  };
  signaling.on("participant_left", ({ reason }) => {
    nobody = reason === "stopped" ? texts.stopped : texts.waiting;
    say();
  });
  signaling.on("lost", () => (notice.textContent = texts.reconnecting));
  for (const event of /** @type {const} */ (["entered", "participant", "gone"])) room.on(event, say);
}

/**
 * Keep the tiles as the room says.
 * @param {Room} room
 */
function showTiles(room) {
  const unmute = byId("unmute", HTMLButtonElement);
  const tiles = new Tiles(byId("tiles", HTMLElement), outgoing, () => (unmute.hidden = false));
  unmute.addEventListener("click", () => {
    unmute.hidden = true;
    tiles.play();
  });
  room.on("participant", (participant) => tiles.put(participant));
  room.on("link", (link) => tiles.follow(link));
  room.on("gone", (participant) => tiles.remove(participant));
  outgoing.on("change", () => tiles.describeOwn(outgoing));
}

/**
 * From section to section, as the server says.
 * @param {Signaling} signaling
 * @param {Room} room
 * @param {Lobby} lobby
 * @param {Choices} choices
 */
function follow(signaling, room, lobby, choices) {
  signaling.on("waiting", () => {
    lobby.close();
    show("waiting");
    notice.textContent = "";
    byId("waiting-title", HTMLElement).focus();
  });
  room.on("entered", () => {
    lobby.close();
    choices.moveTo("settings-choices");
    show("call");
    stayAwake();
  });
  signaling.on("refused", refuse);
  signaling.on("room_closed", ({ reason }) => close(texts.closed[reason], reason === "replaced"));
  for (const button of ["leave", "give-up"]) {
    byId(button, HTMLButtonElement).addEventListener("click", async () => {
      close(texts.left, true);
      await signaling.leave();
    });
  }
}

/**
 * Send what there is, and less where the network does not carry it.
 * @param {Signaling} signaling
 * @param {Room} room
 * @returns {Monitor} which has to be closed
 */
function send(signaling, room) {
  const monitor = new Monitor(room);
  const adaptation = new Adaptation(monitor, room);
  const tellMedia = () => {
    const thin = adaptation.thin ? { video: false, thin: true } : {};
    return signaling.changeMedia({ ...outgoing.media, ...thin, recording: recording?.on ?? false });
  };
  // A link that is down says it at its next `join`.
  const tellSometime = () => tellMedia().catch(() => undefined);
  adaptation.on("thin", tellSometime);
  outgoing.on("change", () => {
    room.replaceTracks(outgoing.tracks);
    tellSometime();
  });
  recording = new Recording(room, outgoing, async () => {
    if (!signaling.connected) throw new LinkDownError("nobody can be told of a recording now");
    await tellMedia();
  });
  signaling.on("may_record", ({ may_record }) => recording?.allow(may_record));
  new QualityPanel(monitor, room, adaptation);
  rating = new Rating(new Reports(room, monitor));
  return monitor;
}

async function main() {
  const link = document.body.dataset["room"] ?? "";
  const signaling = new Signaling(link, sessionStorage);
  const tabs = new Tabs(link);
  const choices = new Choices(devices, new Speaker());
  const lobby = new Lobby(devices, link);
  new WaitingRoom(signaling);
  new Controls(devices);
  new Panels();
  new Shortcuts();
  new Sharing(outgoing);
  offerInvitation();
  offerLanguages();
  makeInstallable();
  const prepared = lobby.prepare();
  // A reload in the middle of a call goes straight back into it.
  const back = signaling.resumable && lobby.name !== "";
  const guest = back ? await prepared.then(() => lobby.name) : await lobby.entered();

  const room = new Room(signaling, outgoing.tracks);
  new People(room);
  new ChatPanel(new Chat(signaling, room), new Files(room), room);
  new BoardPanel(new Whiteboard(room), room);
  offerHand(outgoing, room);
  follow(signaling, room, lobby, choices);
  showTiles(room);
  describe(signaling, room);
  new CameraChoice(signaling, room, document.body.dataset["kind"] === "staff" ? "staff" : "guest");
  const monitor = send(signaling, room);
  onNetworkChange(() => {
    signaling.reconnect();
    room.doubt();
  });
  // Desktops do not say that they are in another network; then the connection to the server is dead as well.
  room.on("silent", () => signaling.reconnect());
  if (!back) await tabs.takeOver(signaling);
  tabs.hold(signaling);
  await signaling.join(guest, outgoing.media);
  monitor.close();
  room.close();
}

await main();
