/** Whose picture somebody wants large, and whose not at all: known in this tab over a reload. */

/** @typedef {{pinned: string | null, hidden: string[]}} Kept participants' ids */

export class Wishes {
  #key;
  #storage;
  /** @type {Kept} */
  #kept;

  /**
   * @param {string} room as `join` names it
   * @param {Pick<Storage, "getItem" | "setItem">} storage
   */
  constructor(room, storage) {
    this.#key = `tiles ${room}`;
    this.#storage = storage;
    this.#kept = JSON.parse(storage.getItem(this.#key) ?? '{"pinned": null, "hidden": []}');
  }

  /** @param {string} id */
  isPinned(id) {
    return this.#kept.pinned === id;
  }

  /** @param {string} id */
  isHidden(id) {
    return this.#kept.hidden.includes(id);
  }

  /**
   * @param {string | null} pinned
   * @param {string[]} hidden
   */
  keep(pinned, hidden) {
    this.#kept = { pinned, hidden };
    this.#storage.setItem(this.#key, JSON.stringify(this.#kept));
  }
}
