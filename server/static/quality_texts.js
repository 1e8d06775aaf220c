/** What the page says about the quality of the call: three steps, and what to do; `name` is whose connection it is. */

const es = {
  words: { good: "buena", weak: "débil", bad: "mala" },
  good: "La conexión es buena.",
  weak: {
    ours: "Su conexión es débil. Acérquese al router del wifi.",
    /** @param {string} name */
    theirs: (name) => `La conexión de ${name} es débil. Usted no tiene que hacer nada.`,
    unknown: "La conexión es débil: la imagen puede pararse. Acercarse al router del wifi suele ayudar.",
  },
  bad: {
    ours: "Su conexión es mala. Acérquese al router del wifi o use los datos del móvil.",
    /** @param {string} name */
    theirs: (name) => `La conexión de ${name} es mala. Usted no tiene que hacer nada.`,
    unknown: "La conexión es mala: acérquese al router del wifi o use los datos del móvil.",
  },
  thin: "La red no da para la imagen. Los demás le oyen, y su imagen volverá sola.",
  theirs: "La red no da para su imagen. Se le oye.",
  /** @param {string} word */
  sign: (word) => `Conexión ${word}`,
  measures: {
    kbps: "Imagen, kbit/s",
    fps: "Imágenes por segundo",
    loss_percent: "Pérdidas, %",
    round_trip_ms: "Ida y vuelta, ms",
    jitter_ms: "Fluctuación, ms",
    audio_level: "Volumen, %",
  },
  received: "se recibe",
  sent: "se envía",
  nothing: "–",
  with: "Con quién",
  size: "Tamaño",
};

/** @type {typeof es} */
const en = {
  words: { good: "good", weak: "weak", bad: "bad" },
  good: "The connection is good.",
  weak: {
    ours: "Your connection is weak. Move closer to the Wi-Fi router.",
    theirs: (name) => `The connection of ${name} is weak. There is nothing you have to do.`,
    unknown: "The connection is weak: the picture may stop. Moving closer to the Wi-Fi router often helps.",
  },
  bad: {
    ours: "Your connection is bad. Move closer to the Wi-Fi router, or use mobile data.",
    theirs: (name) => `The connection of ${name} is bad. There is nothing you have to do.`,
    unknown: "The connection is bad: move closer to the Wi-Fi router, or use mobile data.",
  },
  thin: "The network is too weak for a picture. The others hear you, and your picture comes back by itself.",
  theirs: "Their network is too weak for a picture. You can hear them.",
  sign: (word) => `Connection ${word}`,
  measures: {
    kbps: "Picture, kbit/s",
    fps: "Pictures per second",
    loss_percent: "Losses, %",
    round_trip_ms: "There and back, ms",
    jitter_ms: "Jitter, ms",
    audio_level: "Loudness, %",
  },
  received: "received",
  sent: "sent",
  nothing: "–",
  with: "With whom",
  size: "Size",
};

/** The texts in the page's language. */
export const words = document.documentElement.lang === "en" ? en : es;
