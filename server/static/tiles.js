/** All tiles of a call: this side's own one first, then whoever is in the room. */

import { texts } from "./texts.js";
import { Tile } from "./tile.js";

/** @import { Devices } from "./devices.js" */
/** @import { Link } from "./link.js" */
/** @import { TileState } from "./tile.js" */
/** @import { Participant } from "./wire.js" */

/** @typedef {{tile: Tile, participant: Participant, link: Link | null}} Place */

export class Tiles {
  /** @type {Map<string, Place>} */
  #places = new Map();
  #list;
  #own;
  #onBlocked;

  /**
   * @param {HTMLElement} list
   * @param {Devices} devices shown in the own tile
   * @param {() => void} onBlocked the browser will not play sound before a gesture
   */
  constructor(list, devices, onBlocked) {
    this.#list = list;
    this.#onBlocked = onBlocked;
    this.#own = new Tile("self", onBlocked);
    this.#list.replaceChildren(this.#own.element);
    this.#own.show(devices.localTracks.map(({ track }) => track));
    this.describeOwn(devices);
  }

  /** @param {Devices} devices */
  describeOwn(devices) {
    this.#own.describe(texts.you, devices.media, "connected");
  }

  /** @param {Participant} participant who came or changed */
  put(participant) {
    const place = this.#places.get(participant.id) ?? this.#add(participant);
    place.participant = participant;
    this.#describe(place);
  }

  /** @param {Link} link whose tracks or state changed */
  follow(link) {
    const place = this.#places.get(link.participant);
    if (!place) return;
    place.link = link;
    place.tile.show(link.tracks.map(({ track }) => track));
    this.#describe(place);
  }

  /** @param {string} participant */
  remove(participant) {
    this.#places.get(participant)?.tile.element.remove();
    this.#places.delete(participant);
    this.#count();
  }

  /** Play what the browser held back; called in a gesture. */
  play() {
    for (const { tile } of this.#places.values()) tile.play();
  }

  /**
   * @param {Participant} participant
   * @returns {Place}
   */
  #add(participant) {
    const tile = new Tile(participant.kind, this.#onBlocked);
    const place = { tile, participant, link: null };
    this.#places.set(participant.id, place);
    this.#list.append(tile.element);
    this.#count();
    return place;
  }

  /** The style sheet lays the small tiles out by their number. */
  #count() {
    this.#list.dataset["others"] = String(this.#places.size);
    this.#list.style.setProperty("--others", String(this.#places.size));
  }

  /** @param {Place} place */
  #describe({ tile, participant, link }) {
    tile.describe(participant.name, participant.media ?? {}, state(participant, link));
  }
}

/**
 * @param {Participant} participant
 * @param {Link | null} link
 * @returns {TileState}
 */
function state(participant, link) {
  if (link?.connected) return "connected";
  if (participant.connected === false) return "away";
  return link?.failed ? "failed" : "connecting";
}
