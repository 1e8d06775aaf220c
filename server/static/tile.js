/** One participant's place on the page: picture, voice, name, and what is wrong with them. */

import { texts } from "./texts.js";

/** @import { Media, ParticipantKind } from "./wire.js" */

/** @typedef {"connected" | "connecting" | "away" | "failed"} TileState */

const STATES = { connected: "", connecting: texts.connecting, away: texts.away, failed: texts.noConnection };

export class Tile {
  #video = document.createElement("video");
  #initial = part("span", "tile-initial");
  #state = part("p", "tile-state");
  #muted = part("span", "tile-muted");
  #name = part("span", "tile-name");
  /** @type {readonly MediaStreamTrack[]} */
  #tracks = [];
  #onBlocked;

  /**
   * @param {ParticipantKind | "self"} kind
   * @param {() => void} onBlocked the browser will not play sound before a gesture
   */
  constructor(kind, onBlocked) {
    this.element = part("li", "tile");
    this.element.dataset["kind"] = kind;
    this.#video.playsInline = true;
    this.#video.muted = kind === "self";
    this.#onBlocked = onBlocked;
    this.#initial.ariaHidden = "true";
    this.#muted.role = "img";
    this.#muted.ariaLabel = texts.muted;
    const caption = part("p", "tile-caption");
    caption.append(this.#muted, this.#name);
    this.element.append(this.#initial, this.#video, this.#state, caption);
  }

  /**
   * @param {string} name
   * @param {Media} media
   * @param {TileState} state
   */
  describe(name, media, state) {
    this.#name.textContent = name;
    this.#initial.textContent = name.slice(0, 1).toLocaleUpperCase();
    this.#muted.hidden = media.audio ?? true;
    this.#video.classList.toggle("is-off", media.video === false);
    const off = media.held ? texts.held[media.held] : media.thin ? texts.quality.theirs : texts.cameraIsOff;
    this.#state.textContent = STATES[state] || (media.video === false ? off : "");
    this.element.dataset["state"] = state;
  }

  /**
   * Play these tracks; the same ones again change nothing.
   * @param {readonly MediaStreamTrack[]} tracks
   */
  show(tracks) {
    if (tracks.length === this.#tracks.length && tracks.every((track) => this.#tracks.includes(track))) return;
    this.#tracks = tracks;
    this.#video.srcObject = new MediaStream([...tracks]);
    this.play();
  }

  /** Start, or start again after a gesture. */
  play() {
    this.#video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.#onBlocked();
    });
  }
}

/**
 * @param {string} tag
 * @param {string} className
 */
function part(tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}
