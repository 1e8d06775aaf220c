/** The call page: from the lobby into the room and out of it. */

import { Adaptation } from "./adaptation.js";
import { Awake } from "./awake.js";
import { BoardPanel } from "./board_panel.js";
import { CameraChoice } from "./camera_choice.js";
import { Chat } from "./chat.js";
import { ChatPanel } from "./chat_panel.js";
import { Choices } from "./choices.js";
import { Closing } from "./closing.js";
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
import { sayWhoIsThere } from "./presence.js";
import { QualityPanel } from "./quality_panel.js";
import { Rating } from "./rating.js";
import { Recording } from "./recording.js";
import { Reports } from "./reports.js";
import { onNetworkChange } from "./roaming.js";
import { Room } from "./room.js";
import { isShown, show } from "./sections.js";
import { Sharing } from "./sharing.js";
import { Shortcuts } from "./shortcuts.js";
import { Signaling } from "./signaling.js";
import { Speaker } from "./speaker.js";
import { showTiles } from "./stage.js";
import { LinkDownError } from "./socket.js";
import { Tabs } from "./tabs.js";
import { texts } from "./texts.js";
import { Unplugged } from "./unplugged.js";
import { WaitingRoom } from "./waiting.js";
import { Whiteboard } from "./whiteboard.js";
import { Wishes } from "./wishes.js";

/** Refusals after which this link leads nowhere. */
const FINAL = new Set(["unknown_room", "ended", "cancelled", "closed", "denied"]);
const notice = byId("notice", HTMLElement);
const devices = new Devices();
const outgoing = new Outgoing(devices);
/**
 * From the lobby into the call, as the server says.
 * @param {Signaling} signaling
 * @param {Room} room
 * @param {Lobby} lobby
 * @param {Choices} choices
 * @param {Awake} awake
 */
function comeIn(signaling, room, lobby, choices, awake) {
  signaling.on("waiting", () => {
    lobby.close();
    show("waiting");
    notice.textContent = "";
    byId("waiting-title", HTMLElement).focus();
  });
  room.on("entered", () => {
    if (isShown("closing")) return; // left while the link came back
    lobby.close();
    choices.moveTo("settings-choices");
    show("call");
    awake.wanted = true;
  });
}

/**
 * Out of it: by choice, or as the server says.
 * @param {Signaling} signaling
 * @param {(reason: string, again: boolean) => void} close
 */
function goOut(signaling, close) {
  signaling.on("refused", ({ error }) => {
    if (error === "too_early") location.reload(); // the server's page counts the time down
    else close(texts.refused[error] ?? texts.refusedOtherwise, !FINAL.has(error));
  });
  signaling.on("room_closed", ({ reason }) => close(texts.closed[reason], reason === "replaced"));
  for (const button of ["leave", "give-up"]) {
    byId(button, HTMLButtonElement).addEventListener("click", async () => {
      close(texts.left, true);
      await signaling.leave();
    });
  }
}

/**
 * Send what there is, and less where the network does not carry it; and a recording's sign with it.
 * @param {Signaling} signaling
 * @param {Room} room
 * @param {Monitor} monitor
 * @param {Speaker} speaker
 * @returns {Recording}
 */
function send(signaling, room, monitor, speaker) {
  const adaptation = new Adaptation(monitor, room);
  const tellMedia = () => {
    const thin = adaptation.thin ? { video: false, thin: true } : {};
    return signaling.changeMedia({ ...outgoing.media, ...thin, recording: recording.on });
  };
  const recording = new Recording(room, outgoing, speaker, async () => {
    if (!signaling.connected) throw new LinkDownError("nobody can be told of a recording now");
    await tellMedia();
  });
  // A link that is down says it at its next `join`.
  const tellSometime = () => tellMedia().catch(() => undefined);
  adaptation.on("thin", tellSometime);
  outgoing.on("change", () => {
    room.replaceTracks(outgoing.tracks);
    tellSometime();
  });
  signaling.on("may_record", ({ may_record }) => recording.allow(may_record));
  new QualityPanel(monitor, room, adaptation);
  return recording;
}

/**
 * Find a way to the others again wherever the network or the server was lost.
 * @param {Signaling} signaling
 * @param {Room} room
 */
function reconnect(signaling, room) {
  onNetworkChange(() => {
    signaling.reconnect();
    room.doubt();
  });
  // Desktops do not say that they are in another network; then the connection to the server is dead as well.
  room.on("silent", () => signaling.reconnect());
}

/**
 * The call, from the lobby's end to its own.
 * @param {string} link
 * @param {Signaling} signaling
 * @param {Lobby} lobby
 * @param {Choices} choices
 * @param {Speaker} speaker
 */
async function attend(link, signaling, lobby, choices, speaker) {
  const room = new Room(signaling, outgoing.tracks);
  const monitor = new Monitor(room);
  const awake = new Awake();
  const chat = new Chat(signaling, room, sessionStorage, link);
  const chatPanel = new ChatPanel(chat, new Files(room), room);
  const closing = new Closing(new Rating(new Reports(room, monitor)), chatPanel);
  new People(room);
  new BoardPanel(new Whiteboard(room), room);
  offerHand(outgoing, room);
  comeIn(signaling, room, lobby, choices, awake);
  showTiles(room, outgoing, monitor, new Wishes(link, sessionStorage));
  sayWhoIsThere(signaling, room);
  new CameraChoice(signaling, room, document.body.dataset["kind"] === "staff" ? "staff" : "guest");
  const recording = send(signaling, room, monitor, speaker);
  goOut(signaling, (reason, again) => {
    awake.wanted = false;
    recording.stop();
    outgoing.close();
    closing.open(reason, again);
  });
  reconnect(signaling, room);
  await signaling.join(lobby.name, outgoing.media);
  chat.forget();
  monitor.close();
  room.close();
}

async function main() {
  const link = document.body.dataset["room"] ?? "";
  const signaling = new Signaling(link, sessionStorage);
  const tabs = new Tabs(link);
  const speaker = new Speaker();
  const choices = new Choices(devices, speaker);
  const lobby = new Lobby(devices, link);
  new WaitingRoom(signaling, speaker);
  new Controls(devices);
  new Unplugged(devices);
  new Panels();
  new Shortcuts();
  new Sharing(outgoing);
  offerInvitation();
  offerLanguages();
  makeInstallable();
  const prepared = lobby.prepare();
  // A reload in the middle of a call goes straight back into it.
  const back = signaling.resumable && lobby.name !== "";
  await (back ? prepared : lobby.entered());
  if (!back) await tabs.takeOver(signaling);
  tabs.hold(signaling);
  await attend(link, signaling, lobby, choices, speaker);
}

await main();
