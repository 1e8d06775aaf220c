/** The whiteboard as a picture on a canvas. */

import { HEIGHT, WIDTH } from "./board.js";

/** @import { Line } from "./board.js" */
/** @import { Colour } from "./wire.js" */

/**
 * As on the robot (robotclient/media/screen/easel.py); each has a contrast of 4.5:1 or more with the paper.
 * @type {Record<Colour, string>}
 */
export const COLOURS = { black: "#181c20", blue: "#0050aa", red: "#be1e1e", green: "#0a6e32", orange: "#b95f00" };
const PAPER = "#ffffff";

/**
 * Paint all lines, the lowest first, as large as the canvas is.
 * @param {HTMLCanvasElement} canvas
 * @param {readonly Line[]} lines
 */
export function paint(canvas, lines) {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(canvas.width / WIDTH, 0, 0, canvas.height / HEIGHT, 0, 0);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.lineCap = context.lineJoin = "round";
  for (const { colour, width, points } of lines) {
    const [x = 0, y = 0] = points;
    context.strokeStyle = COLOURS[colour] ?? COLOURS.black;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x, y);
    for (let at = 0; at < points.length; at += 2) context.lineTo(points[at] ?? x, points[at + 1] ?? y);
    context.stroke();
  }
}
