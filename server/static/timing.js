/** Waiting: deadlines, pauses that can be cut short, and the jitter between two tries. */

/**
 * Raised when something did not happen in time.
 */
export class DeadlineError extends Error {}

/**
 * The promise's result, or a DeadlineError after `milliseconds`. The work itself goes on; its result is dropped.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @param {string} what for the message
 * @returns {Promise<T>}
 */
export function withDeadline(promise, milliseconds, what) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what}: nothing after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

/**
 * @param {number} milliseconds
 * @returns {AbortSignal} as `AbortSignal.timeout`, which is younger than the browsers that are supported
 */
export function abortedAfter(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

/**
 * Wait; an abort of any signal ends the wait early, without an error.
 * @param {number} milliseconds
 * @param {AbortSignal[]} signals
 * @returns {Promise<void>}
 */
export function pause(milliseconds, ...signals) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, signals.some(({ aborted }) => aborted) ? 0 : milliseconds);
    for (const signal of signals) signal.addEventListener("abort", end);
  });
}

/**
 * Full jitter: a random share of a time that doubles with each try, so that many clients do not come back at once.
 * @param {number} tries that failed so far
 * @param {number} cap the longest pause, in milliseconds
 * @returns {number} milliseconds
 */
export function fullJitter(tries, cap) {
  return 50 + Math.random() * Math.min(cap, 500 * 2 ** Math.min(tries, 8));
}
