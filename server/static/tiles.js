/** All tiles of a call: this side's own one first, then whoever is in the room; one of them may be in front. */

import { grid, tracks, withFront } from "./arrangement.js";
import { texts } from "./texts.js";
import { Tile } from "./tile.js";
import { TileMenu } from "./tile_menu.js";

/** @import { Link } from "./link.js" */
/** @import { Outgoing } from "./outgoing.js" */
/** @import { Quality } from "./quality.js" */
/** @import { TileState } from "./tile.js" */
/** @import { Wishes } from "./wishes.js" */
/** @import { Participant } from "./wire.js" */

/** @typedef {{tile: Tile, participant: Participant, link: Link | null}} Place */

/** The own tile's, in the place of a participant's id. */
const OWN = "self";

export class Tiles {
  /** @type {Map<string, Place>} */
  #places = new Map();
  /** @type {Tile | null} which somebody wants to see in front */
  #pinned = null;
  #menu = new TileMenu(this);
  #list;
  #own;
  #wishes;
  #onBlocked;

  /**
   * @param {HTMLElement} list
   * @param {Outgoing} outgoing shown in the own tile
   * @param {Wishes} wishes from before a reload
   * @param {() => void} onBlocked the browser will not play sound before a gesture
   */
  constructor(list, outgoing, wishes, onBlocked) {
    this.#list = list;
    this.#wishes = wishes;
    this.#onBlocked = onBlocked;
    this.#own = this.#make("self", OWN);
    this.#list.replaceChildren(this.#own.element);
    this.describeOwn(outgoing);
    new ResizeObserver(() => this.#arrange()).observe(list);
  }

  /** @param {Outgoing} outgoing */
  describeOwn(outgoing) {
    this.#own.show(outgoing.tracks.map(({ track }) => track));
    this.#own.describe(texts.you, outgoing.media, "connected");
  }

  /** @param {Participant} participant who came or changed */
  put(participant) {
    const place = this.#places.get(participant.id) ?? this.#add(participant);
    place.participant = participant;
    this.#describe(place);
    this.#arrange();
  }

  /** @param {Link} link whose tracks or state changed */
  follow(link) {
    const place = this.#places.get(link.participant);
    if (!place) return;
    place.link = link;
    place.tile.show(link.tracks.map(({ track }) => track));
    this.#describe(place);
  }

  /**
   * @param {string} participant
   * @param {Quality} quality of the connection to him
   */
  judge(participant, quality) {
    const tile = this.#places.get(participant)?.tile;
    if (tile) tile.quality = quality;
  }

  /** @param {string} participant */
  remove(participant) {
    const tile = this.#places.get(participant)?.tile;
    if (!tile) return;
    if (this.#pinned === tile) this.#pinned = null;
    this.#menu.forget(tile);
    tile.element.remove();
    this.#places.delete(participant);
    this.#arrange();
  }

  /** Play what the browser held back; called in a gesture. */
  play() {
    for (const { tile } of this.#places.values()) tile.play();
  }

  /** @param {Tile} tile */
  isPinned(tile) {
    return this.#pinned === tile;
  }

  /** @param {Tile | null} tile to have in front, or none by choice */
  pin(tile) {
    this.#pinned = tile;
    this.#keep();
    this.#arrange();
  }

  /**
   * @param {Tile} tile
   * @param {boolean} hidden
   */
  hide(tile, hidden) {
    tile.hidden = hidden;
    if (hidden && this.#pinned === tile) this.#pinned = null;
    this.#keep();
    this.#arrange();
  }

  /** Those that are not shown, so that they can be shown again. */
  get hidden() {
    return this.#all.filter((tile) => tile.hidden);
  }

  get #all() {
    return [this.#own, ...[...this.#places.values()].map(({ tile }) => tile)];
  }

  /**
   * @param {Tile["kind"]} kind
   * @param {string} id
   */
  #make(kind, id) {
    const made = new Tile(kind, this.#onBlocked, (tile) => this.#menu.open(tile));
    made.element.dataset["participant"] = id;
    made.hidden = this.#wishes.isHidden(id);
    if (this.#wishes.isPinned(id)) this.#pinned = made;
    return made;
  }

  #keep() {
    this.#wishes.keep(this.#pinned && idOf(this.#pinned), this.hidden.map(idOf));
  }

  /**
   * @param {Participant} participant
   * @returns {Place}
   */
  #add(participant) {
    const tile = this.#make(participant.kind, participant.id);
    const place = { tile, participant, link: null };
    this.#places.set(participant.id, place);
    this.#list.append(tile.element);
    return place;
  }

  /** In front: whom somebody pinned, or else who shows a screen, or else the robot. */
  #arrange() {
    for (const tile of this.#all) tile.element.hidden = tile.hidden;
    this.#menu.offerHidden();
    const shown = this.#all.filter((tile) => !tile.hidden);
    const others = shown.filter((tile) => tile !== this.#own);
    const sharer = others.find((tile) => tile.shares);
    const front = this.#pinned ?? sharer ?? others.find(({ kind }) => kind === "robot");
    for (const tile of shown) tile.element.classList.toggle("is-front", tile === front);
    // With one other person, the own picture is in a corner of his.
    const corner = front !== undefined && front !== this.#own && others.length === 1 && !this.#own.hidden;
    this.#own.element.classList.toggle("is-corner", corner);
    const { clientWidth: width, clientHeight: height } = this.#list;
    const { style } = this.#list;
    if (front) {
      const { columns, rows, area } = withFront(corner ? 0 : shown.length - 1, width, height);
      style.gridTemplate = `${rows} / ${columns}`;
      style.setProperty("--front", area);
    } else {
      const { columns, rows } = grid(Math.max(shown.length, 1), width, height);
      style.gridTemplate = `${tracks(rows)} / ${tracks(columns)}`;
    }
  }

  /** @param {Place} place */
  #describe({ tile, participant, link }) {
    tile.describe(participant.name, participant.media ?? {}, state(participant, link));
  }
}

/** @param {Tile} tile */
function idOf(tile) {
  return tile.element.dataset["participant"] ?? OWN;
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
