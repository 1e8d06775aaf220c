/**
 * What the call page says, one table per language; the page's own language decides. What the lobby, the signs of quality
 * and the panels for exchange say is in lobby_texts.js, quality_texts.js and exchange_texts.js.
 */

/** @import { CloseReason, ErrorCode, Held } from "./wire.js" */

const es = {
  you: "Usted",
  microphoneOn: "Apagar el micrófono",
  microphoneOff: "Encender el micrófono",
  cameraOn: "Apagar la cámara",
  cameraOff: "Encender la cámara",
  muted: "Micrófono apagado",
  cameraIsOff: "Cámara apagada",
  cameraOfRobot: "Qué cámara del robot se ve",
  connecting: "Conectando…",
  reconnecting: "Se ha perdido la conexión. Volviendo a conectar…",
  away: "Se ha perdido su conexión. Esperando…",
  noConnection: "No se ha podido conectar",
  waiting: "No hay nadie más en la sala. Espere aquí: la videollamada empezará sola cuando entre alguien.",
  /** @param {string} name */
  knocks: (name) => `${name} espera a que le dejen pasar.`,
  admit: "Dejar pasar",
  deny: "Rechazar",
  /** @param {string} name */
  denyQuestion: (name) => `¿Rechazar a ${name}? Su enlace ya no servirá para esta visita.`,
  notDecided: "No se ha podido. Inténtelo de nuevo.",
  closingTitle: "La videollamada ha terminado",
  left: "Ha salido de la videollamada.",
  sharing: "Está compartiendo su pantalla",
  shares: "Comparte su pantalla",
  reconnects: "Reconectando…",
  tileMenu: "más opciones",
  pin: "Ampliar",
  unpin: "Reducir",
  /** @param {number} count */
  showHidden: (count) => `Mostrar ocultos (${count})`,
  kinds: { robot: "Robot", guest: "Visita", staff: "Personal" },
  copied: "Copiado",
  notCopied: "No se ha podido copiar",
  choices: "Dispositivo",
  devices: { camera: "Cámara", microphone: "Micrófono" },
  /** @param {string} device */
  unplugged: (device) => `${device}: no hay conexión con el dispositivo. Conéctelo y volverá solo.`,
  /**
   * @param {string} device
   * @param {string} label
   */
  replaced: (device, label) => `${device}: ahora se usa «${label}».`,
  /** @type {Record<CloseReason, string>} */
  closed: {
    closed: "El centro ha cerrado la sala.",
    cancelled: "El centro ha cancelado esta visita.",
    ended: "Se ha acabado el tiempo de esta visita.",
    last_participant: "Las demás personas han salido de la videollamada.",
    replaced: "Ha entrado en esta videollamada desde otra ventana.",
    denied: "El personal no le ha dejado pasar. Si cree que es un error, llame al centro.",
    removed: "Su acceso a esta visita ya no es válido. Si cree que es un error, llame al centro.",
    declined: "Nadie ha contestado junto al robot, así que la visita no se celebra. Llame al centro para acordar otra hora.",
    quiet_hours:
      "Ahora son horas de silencio y nadie ha contestado, así que la visita no se celebra. Llame al centro para acordar otra hora.",
  },
  /** @type {Record<Held, string>} */
  held: {
    announcing: "Estamos avisando de su llamada. La cámara se encenderá enseguida.",
    asking: "Esperando a que alguien conteste junto al robot…",
    quiet_hours: "Ahora son horas de silencio y el robot no suena. Esperando a que alguien conteste…",
    stopped: "Alguien ha parado la visita junto al robot. Solo allí se puede reanudar.",
  },
  stopped: "Alguien ha parado la visita junto al robot. Si la reanuda allí, seguirá sola.",
  /** @type {Partial<Record<ErrorCode, string>>} */
  refused: {
    unknown_room: "Este enlace no es válido. Compruebe que lo ha copiado entero.",
    ended: "Esta visita ya ha terminado.",
    cancelled: "El centro ha cancelado esta visita.",
    closed: "El centro ha cerrado la sala.",
    full: "La sala está llena. Inténtelo de nuevo cuando alguien salga.",
    already_connected: "Ya está en esta videollamada desde otra ventana.",
    denied: "El personal no le ha dejado pasar. Si cree que es un error, llame al centro.",
    version: "La página se ha actualizado. Vuelva a cargarla.",
  },
  refusedOtherwise: "El servidor no le deja entrar ahora. Inténtelo de nuevo o llame al centro.",
  /** @param {string} time */
  opensIn: (time) => `La sala se abre dentro de ${time}. Esta página se abrirá sola.`,
  recording: {
    own: "Está grabando esta videollamada. Todos lo saben.",
    /** @param {string} name */
    others: (name) => `${name} está grabando esta videollamada.`,
    notBegun: "No se ha podido empezar a grabar. Inténtelo de nuevo.",
    notWritten:
      "La grabación ha terminado porque no se ha podido guardar. Lo que se pudo salvar está en las descargas de este navegador.",
  },
  rating: { thanks: "Gracias por decirlo.", notSaid: "No se ha podido enviar. Inténtelo de nuevo." },
};

/** @type {typeof es} */
const en = {
  you: "You",
  microphoneOn: "Turn the microphone off",
  microphoneOff: "Turn the microphone on",
  cameraOn: "Turn the camera off",
  cameraOff: "Turn the camera on",
  muted: "Microphone off",
  cameraIsOff: "Camera off",
  cameraOfRobot: "Which of the robot’s cameras is seen",
  connecting: "Connecting…",
  reconnecting: "The connection was lost. Reconnecting…",
  away: "Their connection was lost. Waiting…",
  noConnection: "Could not connect",
  waiting: "Nobody else is in the room. Wait here: the call starts by itself when somebody comes.",
  knocks: (name) => `${name} waits to be let in.`,
  admit: "Let in",
  deny: "Send away",
  denyQuestion: (name) => `Send ${name} away? Their link will not open this visit any more.`,
  notDecided: "That did not work. Try again.",
  closingTitle: "The call is over",
  left: "You have left the call.",
  sharing: "You are sharing your screen",
  shares: "Shares their screen",
  reconnects: "Reconnecting…",
  tileMenu: "more options",
  pin: "Enlarge",
  unpin: "Make smaller",
  showHidden: (count) => `Show hidden (${count})`,
  kinds: { robot: "Robot", guest: "Visitor", staff: "Staff" },
  copied: "Copied",
  notCopied: "Could not be copied",
  choices: "Device",
  devices: { camera: "Camera", microphone: "Microphone" },
  unplugged: (device) => `${device}: the device is gone. Plug it in, and it comes back by itself.`,
  replaced: (device, label) => `${device}: “${label}” is used now.`,
  closed: {
    closed: "The care home has closed the room.",
    cancelled: "The care home has cancelled this visit.",
    ended: "The time of this visit is over.",
    last_participant: "Everyone else has left the call.",
    replaced: "You have joined this call from another window.",
    denied: "The staff did not let you in. If you think that is a mistake, call the care home.",
    removed: "Your way into this visit is not valid any more. If you think that is a mistake, call the care home.",
    declined: "Nobody answered beside the robot, so the visit does not take place. Call the care home for another time.",
    quiet_hours:
      "These are quiet hours and nobody answered, so the visit does not take place. Call the care home for another time.",
  },
  held: {
    announcing: "Your call is being announced. The camera will be on in a moment.",
    asking: "Waiting for somebody beside the robot to answer…",
    quiet_hours: "These are quiet hours and the robot makes no sound. Waiting for somebody to answer…",
    stopped: "Somebody beside the robot has stopped the visit. It can go on only from there.",
  },
  stopped: "Somebody beside the robot has stopped the visit. If it is resumed there, it goes on by itself.",
  refused: {
    unknown_room: "This link is not valid. Check that you have copied all of it.",
    ended: "This visit is over.",
    cancelled: "The care home has cancelled this visit.",
    closed: "The care home has closed the room.",
    full: "The room is full. Try again when somebody has left.",
    already_connected: "You are in this call already, in another window.",
    denied: "The staff did not let you in. If you think that is a mistake, call the care home.",
    version: "The page has been updated. Load it again.",
  },
  refusedOtherwise: "The server does not let you in now. Try again, or call the care home.",
  opensIn: (time) => `The room opens in ${time}. This page opens by itself.`,
  recording: {
    own: "You are recording this call. Everybody knows.",
    others: (name) => `${name} is recording this call.`,
    notBegun: "Recording could not be started. Try again.",
    notWritten:
      "The recording has ended because it could not be saved. What could be kept is in this browser’s downloads.",
  },
  rating: { thanks: "Thank you for saying so.", notSaid: "That did not go through. Try again." },
};

/** The texts in the page's language. */
export const texts = document.documentElement.lang === "en" ? en : es;
