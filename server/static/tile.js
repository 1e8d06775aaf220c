/** One participant's place on the page: picture, voice, name, and what is wrong with them. */

import { words } from "./exchange_texts.js";
import { words as quality } from "./quality_texts.js";
import { texts } from "./texts.js";

/** @import { Quality } from "./quality.js" */
/** @import { Media, ParticipantKind } from "./wire.js" */

/** @typedef {"connected" | "connecting" | "away" | "failed"} TileState */

const STATES = { connected: "", connecting: texts.connecting, away: texts.away, failed: texts.noConnection };

export class Tile {
  video = document.createElement("video");
  name = "";
  /** Not shown because the person looking wants it so; still heard. */
  hidden = false;
  #initial = part("span", "tile-initial");
  #state = part("p", "tile-state");
  #muted = part("span", "tile-muted");
  #hand = part("span", "tile-hand");
  #quality = part("span", "tile-quality");
  #name = part("span", "tile-name");
  #open = document.createElement("button");
  /** @type {readonly MediaStreamTrack[]} */
  #tracks = [];
  #onBlocked;

  /**
   * @param {ParticipantKind | "self"} kind
   * @param {() => void} onBlocked the browser will not play sound before a gesture
   * @param {(tile: Tile) => void} onOpen it was pressed
   */
  constructor(kind, onBlocked, onOpen) {
    this.kind = kind;
    this.element = part("li", "tile");
    this.element.dataset["kind"] = kind;
    this.video.playsInline = true;
    this.video.muted = kind === "self";
    this.#onBlocked = onBlocked;
    this.#initial.ariaHidden = "true";
    this.#muted.role = "img";
    this.#muted.ariaLabel = texts.muted;
    this.#quality.role = "img";
    this.quality = "good";
    this.#hand.role = "img";
    this.#hand.ariaLabel = words.handRaised;
    this.#open.type = "button";
    this.#open.className = "tile-open";
    this.#open.ariaHasPopup = "dialog";
    this.#open.addEventListener("click", () => onOpen(this));
    const caption = part("p", "tile-caption");
    caption.append(this.#muted, this.#quality, this.#name);
    this.element.append(this.#initial, this.video, this.#state, this.#hand, caption, this.#open);
  }

  /** Whether what is shown is a screen. */
  get shares() {
    return this.element.dataset["screen"] === "true";
  }

  /** How the connection to him is; a good one is not spoken of. @param {Quality} step */
  set quality(step) {
    this.#quality.hidden = step === "good";
    this.#quality.dataset["quality"] = step;
    this.#quality.ariaLabel = this.#quality.title = quality.sign(quality.words[step]);
  }

  /**
   * @param {string} name
   * @param {Media} media
   * @param {TileState} state
   */
  describe(name, media, state) {
    this.name = this.#name.textContent = name;
    this.#open.ariaLabel = `${name}: ${texts.tileMenu}`;
    this.#initial.textContent = name.slice(0, 1).toLocaleUpperCase();
    this.#hand.hidden = !media.hand;
    this.#muted.hidden = media.audio ?? true;
    this.video.classList.toggle("is-off", media.video === false);
    this.element.dataset["screen"] = String(media.screen ?? false);
    this.element.dataset["state"] = state;
    this.#state.textContent = STATES[state] || this.#remark(media);
  }

  /**
   * Play these tracks; the same ones again change nothing.
   * @param {readonly MediaStreamTrack[]} tracks
   */
  show(tracks) {
    if (tracks.length === this.#tracks.length && tracks.every((track) => this.#tracks.includes(track))) return;
    this.#tracks = tracks;
    this.video.srcObject = new MediaStream([...tracks]);
    this.play();
  }

  /** Start, or start again after a gesture. */
  play() {
    this.video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.#onBlocked();
    });
  }

  /** @param {Media} media */
  #remark({ video, screen, held, thin }) {
    if (held) return texts.held[held];
    if (screen && this.kind === "self") return texts.sharing;
    if (video !== false) return "";
    return thin ? quality.theirs : texts.cameraIsOff;
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
