/** What the page says before the call. */

/** @import { BrowserKind } from "./browser.js" */

const es = {
  asking: "Su navegador le pide permiso para usar la cámara y el micrófono. Pulse «Permitir».",
  ready: "La cámara y el micrófono funcionan.",
  joining: "Entrando…",
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
};

/** @type {typeof es} */
const en = {
  asking: "Your browser asks whether it may use the camera and the microphone. Press “Allow”.",
  ready: "Camera and microphone work.",
  joining: "Joining…",
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
};

/** The texts in the page's language. */
export const words = document.documentElement.lang === "en" ? en : es;
