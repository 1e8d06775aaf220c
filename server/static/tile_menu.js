/** What can be done with one tile: in front, not shown, in a window of its own, on the whole screen. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/** @import { Tile } from "./tile.js" */
/** @import { Tiles } from "./tiles.js" */

export class TileMenu {
  #dialog = byId("tile-menu", HTMLDialogElement);
  #pin = byId("tile-pin", HTMLButtonElement);
  #pictureInPicture = byId("tile-window", HTMLButtonElement);
  #fullScreen = byId("tile-full-screen", HTMLButtonElement);
  #showAll = byId("show-all", HTMLButtonElement);
  /** @type {Tile | null} whose menu it is */
  #tile = null;
  #tiles;

  /** @param {Tiles} tiles */
  constructor(tiles) {
    this.#tiles = tiles;
    this.#does(this.#pin, (tile) => tiles.pin(tiles.isPinned(tile) ? null : tile));
    this.#does(byId("tile-hide", HTMLButtonElement), (tile) => tiles.hide(tile, true));
    // The browser may refuse, such as where a setting forbids it; then nothing changes, and the person sees that.
    this.#does(this.#pictureInPicture, (tile) => tile.video.requestPictureInPicture().catch(() => undefined));
    this.#does(this.#fullScreen, (tile) => tile.element.requestFullscreen().catch(() => undefined));
    this.#showAll.addEventListener("click", () => {
      for (const tile of tiles.hidden) tiles.hide(tile, false);
    });
  }

  /** @param {Tile} tile */
  open(tile) {
    if (document.fullscreenElement) {
      document.exitFullscreen();
      return;
    }
    this.#tile = tile;
    byId("tile-menu-name", HTMLElement).textContent = tile.name;
    const label = this.#pin.querySelector("span");
    if (label) label.textContent = this.#tiles.isPinned(tile) ? texts.unpin : texts.pin;
    // Safari on phones has no full screen but for videos, and Firefox its own button for the window.
    this.#pictureInPicture.hidden = !document.pictureInPictureEnabled || tile.video.videoWidth === 0;
    this.#fullScreen.hidden = !document.fullscreenEnabled;
    this.#dialog.showModal();
  }

  /** @param {Tile} tile that is gone */
  forget(tile) {
    if (this.#tile === tile && this.#dialog.open) this.#dialog.close();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {(tile: Tile) => void} action
   */
  #does(button, action) {
    button.addEventListener("click", () => {
      this.#dialog.close();
      if (this.#tile) action(this.#tile);
    });
  }

  /** A button that shows again what is hidden, where something is. */
  offerHidden() {
    const count = this.#tiles.hidden.length;
    this.#showAll.hidden = count === 0;
    const label = this.#showAll.querySelector("span");
    if (label) label.textContent = texts.showHidden(count);
  }
}
