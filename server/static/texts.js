/** What the call page says, one table per language; the page's own language decides. */

/** @import { BrowserKind } from "./browser.js" */
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
  asking: "Su navegador le pide permiso para usar la cámara y el micrófono. Pulse «Permitir».",
  ready: "La cámara y el micrófono funcionan.",
  joining: "Entrando…",
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
  network: {
    trying: "Probando…",
    good: "La conexión funciona, también desde redes difíciles.",
    reached: "Se llega al servidor. Este centro no usa un desvío para redes difíciles.",
    noRelay:
      "La conexión funciona, pero no se llega al desvío para redes difíciles. Si no se ve la imagen, pruebe con otra red, por ejemplo los datos del móvil.",
    blocked: "Esta red no deja pasar videollamadas. Pruebe con otra, por ejemplo los datos del móvil.",
    offline: "No se llega al servidor. Compruebe su conexión a internet.",
    refused: "Este enlace no permite la prueba ahora. Vuelva a cargar la página.",
  },
  /** @type {Record<BrowserKind, string>} */
  allow: {
    chrome: "Pulse el icono a la izquierda de la dirección, active la cámara y el micrófono y vuelva a cargar la página.",
    chrome_android:
      "Pulse el icono a la izquierda de la dirección, «Permisos», y permita la cámara y el micrófono. Si no aparecen, permítalos a Chrome en los ajustes del teléfono.",
    edge: "Pulse el candado junto a la dirección, permita la cámara y el micrófono y vuelva a cargar la página.",
    firefox: "Pulse el icono tachado de la cámara junto a la dirección, quite el bloqueo y vuelva a cargar la página.",
    safari: "En el menú Safari, «Ajustes de este sitio web», permita la cámara y el micrófono y vuelva a cargar la página.",
    safari_ios:
      "Pulse «aA» o el icono junto a la dirección, «Ajustes del sitio web», y permita la cámara y el micrófono. Si no basta: Ajustes, Apps, Safari, Cámara y Micrófono.",
    other: "Permita la cámara y el micrófono en los ajustes del navegador y vuelva a cargar la página.",
  },
  problems: {
    denied: "falta el permiso.",
    missing: "no se ha encontrado. Puede entrar igualmente.",
    busy: "no se puede usar ahora. Quizá lo esté usando otro programa.",
  },
  devices: { camera: "Cámara", microphone: "Micrófono" },
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
  /** Three steps, and what to do; `name` is whose connection it is. */
  quality: {
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
  },
  recording: {
    own: "Está grabando esta videollamada. Todos lo saben.",
    /** @param {string} name */
    others: (name) => `${name} está grabando esta videollamada.`,
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
  asking: "Your browser asks whether it may use the camera and the microphone. Press “Allow”.",
  ready: "Camera and microphone work.",
  joining: "Joining…",
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
  network: {
    trying: "Testing…",
    good: "The connection works, also from difficult networks.",
    reached: "The server can be reached. This care home uses no detour for difficult networks.",
    noRelay:
      "The connection works, but the detour for difficult networks cannot be reached. If no picture comes, try another network, such as mobile data.",
    blocked: "This network does not let video calls pass. Try another one, such as mobile data.",
    offline: "The server cannot be reached. Check your internet connection.",
    refused: "This link does not allow the test now. Load the page again.",
  },
  allow: {
    chrome: "Press the icon to the left of the address, switch camera and microphone on, and load the page again.",
    chrome_android:
      "Press the icon to the left of the address, “Permissions”, and allow camera and microphone. If they are not there, allow them to Chrome in the phone’s settings.",
    edge: "Press the lock beside the address, allow camera and microphone, and load the page again.",
    firefox: "Press the crossed-out camera beside the address, take the block away, and load the page again.",
    safari: "In the menu Safari, “Settings for This Website”, allow camera and microphone, and load the page again.",
    safari_ios:
      "Press “aA” or the icon beside the address, “Website Settings”, and allow camera and microphone. If that is not enough: Settings, Apps, Safari, Camera and Microphone.",
    other: "Allow camera and microphone in the browser’s settings, and load the page again.",
  },
  problems: {
    denied: "not allowed.",
    missing: "not found. You can join all the same.",
    busy: "cannot be used now. Perhaps another program is using it.",
  },
  devices: { camera: "Camera", microphone: "Microphone" },
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
  quality: {
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
  },
  recording: {
    own: "You are recording this call. Everybody knows.",
    others: (name) => `${name} is recording this call.`,
  },
  rating: { thanks: "Thank you for saying so.", notSaid: "That did not go through. Try again." },
};

/** The texts in the page's language. */
export const texts = document.documentElement.lang === "en" ? en : es;
