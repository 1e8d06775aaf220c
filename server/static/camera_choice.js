/** On the tile of a robot with several cameras: through which one everybody looks. */

import { texts } from "./texts.js";

/** @import { Room } from "./room.js" */
/** @import { Signaling } from "./signaling.js" */
/** @import { Cameras, Participant, ParticipantKind } from "./wire.js" */

/** Milliseconds for the robot to say that it shows what was chosen. */
const PATIENCE = 5_000;

export class CameraChoice {
  /** @type {Map<string, HTMLSelectElement>} by the robot's participant id */
  #selects = new Map();
  #signaling;
  #kind;

  /**
   * @param {Signaling} signaling
   * @param {Room} room whose tiles are there before their participants are told to us
   * @param {ParticipantKind} kind of who looks
   */
  constructor(signaling, room, kind) {
    this.#signaling = signaling;
    this.#kind = kind;
    room.on("participant", (participant) => this.#offer(participant));
    room.on("gone", (participant) => this.#selects.delete(participant));
  }

  /** @param {Participant} robot or anybody else, who has no cameras to choose from */
  #offer({ id, media, connected }) {
    const cameras = media?.cameras;
    const mine = cameras && (cameras.choosers === "everyone" || this.#kind === "staff");
    if (!mine || media?.held || connected === false) {
      this.#selects.get(id)?.remove();
      this.#selects.delete(id);
      return;
    }
    const select = this.#selects.get(id) ?? this.#add(id);
    fill(select, cameras);
    select.disabled = false;
  }

  /** @param {string} robot */
  #add(robot) {
    const select = document.createElement("select");
    select.className = "camera-choice";
    select.ariaLabel = select.title = texts.cameraOfRobot;
    select.addEventListener("change", () => this.#choose(robot, select));
    document.querySelector(`#tiles [data-participant="${robot}"]`)?.append(select);
    this.#selects.set(robot, select);
    return select;
  }

  /**
   * What is shown is what the robot says; until it does, or does not, nothing else can be chosen.
   * @param {string} robot
   * @param {HTMLSelectElement} select
   */
  #choose(robot, select) {
    const back = () => {
      if (!select.disabled) return;
      select.value = select.dataset["shown"] ?? "";
      select.disabled = false;
    };
    const camera = select.value;
    select.disabled = true;
    this.#signaling.send("choose_camera", { to: robot, camera }).catch(back);
    setTimeout(back, PATIENCE);
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {Cameras} cameras
 */
function fill(select, { offered, shown }) {
  select.replaceChildren(...offered.map(({ id, label }) => new Option(label, id, id === shown, id === shown)));
  select.dataset["shown"] = shown;
}
