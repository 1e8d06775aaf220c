/** What the page says about chat, files, the whiteboard and raised hands. */

/** @import { RefuseReason } from "./wire.js" */
/** @import { TransferState } from "./transfer.js" */

const es = {
  handRaised: "Mano levantada",
  /** @param {string} name */
  raises: (name) => `${name} levanta la mano.`,
  clearQuestion: "¿Borrar todo lo que hay en la pizarra, también para los demás?",
  boardIsFull: "La pizarra está llena. Guárdela y bórrela para seguir.",
  boardFile: "pizarra.png",
  /**
   * @param {number} count
   * @param {readonly string[]} names
   */
  boardHolds: (count, names) =>
    count === 0 ? "Pizarra vacía" : `Pizarra con ${count} ${count === 1 ? "trazo" : "trazos"} de: ${names.join(", ")}`,
  /** @param {readonly string[]} names */
  draws: (names) => `Ha dibujado: ${names.join(", ")}`,
  everyone: "Todos",
  /** @param {string} name */
  onScreen: (name) => `${name} (en su pantalla)`,
  you: "Usted",
  somebody: "otra persona",
  /** @param {string} name */
  privateTo: (name) => `solo para ${name}`,
  privateToYou: "solo para usted",
  opensElsewhere: "se abre en otra pestaña",
  /** @param {number} count */
  unread: (count) => (count === 1 ? "1 mensaje sin leer" : `${count} mensajes sin leer`),
  /** @param {number} count */
  left: (count) => `Quedan ${count} caracteres.`,
  notSent: "No se ha enviado. Inténtelo de nuevo.",
  noReceiver: "No hay nadie más en la sala que pueda recibir archivos. El robot no los recibe.",
  accept: "Recibir",
  refuse: "Rechazar",
  cancel: "Cancelar",
  save: "Guardar",
  /** @param {string} limit */
  tooLarge: (limit) => `Es demasiado grande para este navegador, que puede recibir hasta ${limit}.`,
  /** @type {Record<TransferState, string>} */
  incoming: {
    asked: "quiere enviarle este archivo.",
    moving: "Recibiendo…",
    paused: "Se ha perdido la conexión. El envío seguirá cuando vuelva.",
    done: "Recibido y comprobado.",
    refused: "Rechazado.",
    cancelled: "Cancelado.",
    gone: "No ha llegado entero: la otra persona ha salido.",
    damaged: "Ha llegado dañado y se ha desechado. Pida que se lo envíen otra vez.",
    failed: "No se ha podido guardar.",
  },
  /** @type {Record<TransferState, string>} */
  outgoing: {
    asked: "Esperando a que lo acepten…",
    moving: "Enviando…",
    paused: "Se ha perdido la conexión. El envío seguirá cuando vuelva.",
    done: "Enviado y comprobado.",
    refused: "No lo han aceptado.",
    cancelled: "Cancelado.",
    gone: "No ha llegado entero: la otra persona ha salido.",
    damaged: "Ha llegado dañado. Envíelo otra vez.",
    failed: "No se ha podido leer el archivo.",
  },
  /** @type {Record<RefuseReason, string>} */
  refused: {
    declined: "No lo han aceptado.",
    too_large: "Es demasiado grande para el navegador de la otra persona.",
    too_many: "Hay demasiados archivos pendientes. Inténtelo cuando hayan llegado.",
    unsupported: "No puede recibir archivos.",
  },
};

/** @type {typeof es} */
const en = {
  handRaised: "Hand raised",
  raises: (name) => `${name} raises a hand.`,
  clearQuestion: "Wipe away all that is on the whiteboard, for the others too?",
  boardIsFull: "The whiteboard is full. Save it and clear it to go on.",
  boardFile: "whiteboard.png",
  boardHolds: (count, names) =>
    count === 0 ? "Empty whiteboard" : `Whiteboard with ${count} ${count === 1 ? "line" : "lines"} by: ${names.join(", ")}`,
  draws: (names) => `Has drawn: ${names.join(", ")}`,
  everyone: "Everyone",
  onScreen: (name) => `${name} (on its screen)`,
  you: "You",
  somebody: "somebody else",
  privateTo: (name) => `only to ${name}`,
  privateToYou: "only to you",
  opensElsewhere: "opens in another tab",
  unread: (count) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  left: (count) => `${count} characters left.`,
  notSent: "It was not sent. Try again.",
  noReceiver: "Nobody else in the room can receive files. The robot takes none.",
  accept: "Receive",
  refuse: "Refuse",
  cancel: "Cancel",
  save: "Save",
  tooLarge: (limit) => `It is too large for this browser, which can receive up to ${limit}.`,
  incoming: {
    asked: "would like to send you this file.",
    moving: "Receiving…",
    paused: "The connection was lost. It goes on when it is back.",
    done: "Received and checked.",
    refused: "Refused.",
    cancelled: "Cancelled.",
    gone: "It did not arrive whole: the other person has left.",
    damaged: "It arrived damaged and was thrown away. Ask for it again.",
    failed: "It could not be saved.",
  },
  outgoing: {
    asked: "Waiting for it to be accepted…",
    moving: "Sending…",
    paused: "The connection was lost. It goes on when it is back.",
    done: "Sent and checked.",
    refused: "It was not accepted.",
    cancelled: "Cancelled.",
    gone: "It did not arrive whole: the other person has left.",
    damaged: "It arrived damaged. Send it again.",
    failed: "The file could not be read.",
  },
  refused: {
    declined: "It was not accepted.",
    too_large: "It is too large for the other person’s browser.",
    too_many: "Too many files are waiting. Try again when they have arrived.",
    unsupported: "No files can be received there.",
  },
};

/** The texts in the page's language. */
export const words = document.documentElement.lang === "en" ? en : es;

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** @param {number} size in bytes @returns {string} such as `3,2 MB` */
export function sizeInWords(size) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  const style = /** @type {const} */ ({ style: "unit", unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 });
  const unit = /** @type {string} */ (UNITS[step]);
  return new Intl.NumberFormat(document.documentElement.lang, { ...style, unit }).format(size / 1000 ** step);
}
