/* The types of socket.io.js, which the server serves from node_modules. */
export { io, Socket } from "socket.io-client";
