/** What the page's modules are given by the scripts here in the place of a browser's own objects. */

import { setTimeout } from "node:timers/promises";

/** One end of a data channel; the script is the other one. */
export function channel() {
  const made = Object.assign(new EventTarget(), {
    readyState: "connecting",
    bufferedAmount: 0,
    /** Types of the messages that were sent. */
    said: [],
    send: (text) => made.said.push(JSON.parse(text).type),
    hear: (message) => made.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) })),
    open: () => become("open"),
    close: () => become("closed"),
  });
  const become = (state) => {
    if (made.readyState === state) return;
    made.readyState = state;
    made.dispatchEvent(new Event(state === "open" ? "open" : "close"));
  };
  return made;
}

/** When all is done that waits for nothing outside. */
export function settled() {
  return setTimeout(50);
}
