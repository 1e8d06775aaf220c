/** Load the page that was wanted as soon as there is a network again, or the server can be reached again. */

import { abortedAfter, pause } from "./timing.js";

/** Milliseconds between two looks: not all pages of a house at the same time. */
const LEAST = 5_000;
const SPREAD = 5_000;

addEventListener("online", () => location.reload());

/** Only what answers is loaded: this page stays as it is meanwhile, under who reads it. */
async function answers() {
  try {
    return (await fetch("/healthz", { signal: abortedAfter(LEAST) })).ok;
  } catch {
    return false;
  }
}

do await pause(LEAST + SPREAD * Math.random());
while (!(await answers()));
location.reload();
