/** Keeps a phone's screen on during a call (W3C Screen Wake Lock); without it the phone does as it is set. */

export function stayAwake() {
  // The browser lets go whenever the page is not seen.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hold();
  });
  hold();
}

function hold() {
  if (document.body.dataset["section"] !== "call") return;
  // Refused where the battery is low; then there is nothing to do.
  navigator.wakeLock?.request("screen").catch(() => undefined);
}
