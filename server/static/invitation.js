/** The link to this visit, to be passed on: copied, by mail, by another app of the phone, or read from the screen. */

import { copies } from "./copying.js";
import { byId } from "./dom.js";

export function offerInvitation() {
  const field = document.getElementById("invitation-link");
  if (!(field instanceof HTMLInputElement)) return; // staff of a visit that has none to hand over
  field.addEventListener("focus", () => field.select());
  copies(byId("invitation-copy", HTMLButtonElement), field.value);
  const share = byId("invitation-share", HTMLButtonElement);
  share.hidden = !("share" in navigator);
  share.addEventListener("click", () => {
    // Closing the phone's own list is no error.
    navigator.share({ url: field.value }).catch(() => undefined);
  });
}
