/** The chat's panel: what was written and sent, oldest first, and a place to write. */

import { LONGEST_TEXT } from "./chat.js";
import { byId, isSeen } from "./dom.js";
import { words } from "./exchange_texts.js";
import { FileEntry } from "./file_entry.js";
import { linkified } from "./linkify.js";
import { badge } from "./panels.js";
import { Receivers } from "./receivers.js";

/** @import { Chat, ChatLine } from "./chat.js" */
/** @import { Files } from "./files.js" */
/** @import { Room } from "./room.js" */

/** From here on it is said how many characters are left. */
const SHORT_OF_ROOM = 200;
const MOST_ENTRIES = 500;
const TIME = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

export class ChatPanel {
  #panel = byId("chat", HTMLElement);
  #log = byId("chat-log", HTMLElement);
  #list = byId("chat-lines", HTMLUListElement);
  #text = byId("chat-text", HTMLTextAreaElement);
  #notice = byId("chat-notice", HTMLElement);
  #picker = byId("chat-files", HTMLInputElement);
  #unread = 0;
  #chat;
  #files;
  #receivers;

  /**
   * @param {Chat} chat
   * @param {Files} files
   * @param {Room} room
   */
  constructor(chat, files, room) {
    this.#chat = chat;
    this.#files = files;
    this.#receivers = new Receivers(byId("chat-to", HTMLSelectElement), room);
    for (const line of chat.lines) this.#put(lineEntry(line), false);
    chat.on("line", (line) => this.#put(lineEntry(line), line.sender !== null));
    for (const event of /** @type {const} */ (["sending", "receiving"])) {
      files.on(event, (file) => {
        const entry = new FileEntry(file, this.#receivers.nameOf(file.participant));
        this.#put(entry.element, !file.outgoing);
      });
    }
    this.#panel.addEventListener("shown", () => this.#read());
    this.#listen();
  }

  /** What was received and the page has to offer for saving. @returns {HTMLAnchorElement[]} */
  get saveLinks() {
    return [...this.#list.querySelectorAll("a")].filter((each) => each.download !== "");
  }

  #listen() {
    const form = byId("chat-form", HTMLFormElement);
    this.#text.maxLength = LONGEST_TEXT;
    this.#text.addEventListener("input", () => {
      const left = LONGEST_TEXT - this.#text.value.length;
      this.#notice.textContent = left < SHORT_OF_ROOM ? words.left(left) : "";
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      byId("chat-send", HTMLButtonElement).click(); // `requestSubmit` is younger than the browsers that are supported
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    byId("chat-attach", HTMLButtonElement).addEventListener("click", () => this.#picker.click());
    this.#picker.addEventListener("change", () => this.#offer());
  }

  async #send() {
    const text = this.#text.value.trim();
    if (text === "") return;
    this.#text.value = this.#notice.textContent = ""; // at once: on a slow link the next one is typed meanwhile
    try {
      await this.#chat.send(text, this.#receivers.chosen);
    } catch {
      this.#text.value = this.#text.value ? `${text}\n${this.#text.value}` : text;
      this.#notice.textContent = words.notSent;
    }
  }

  #offer() {
    const receivers = this.#receivers.forFiles;
    this.#notice.textContent = receivers.length === 0 ? words.noReceiver : "";
    for (const file of this.#picker.files ?? []) {
      for (const { id } of receivers) this.#files.send(id, file);
    }
    this.#picker.value = "";
  }

  /**
   * @param {HTMLLIElement} entry
   * @param {boolean} news whether it comes from somebody else
   */
  #put(entry, news) {
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    this.#list.append(entry);
    if (this.#list.childElementCount > MOST_ENTRIES) this.#drop();
    if (atEnd || !news) this.#log.scrollTop = this.#log.scrollHeight;
    if (news && !isSeen(this.#panel)) this.#count(this.#unread + 1);
  }

  /** The oldest that waits for nobody: files that may be taken or saved stay. */
  #drop() {
    [...this.#list.children].find((each) => !each.querySelector("button, a[download]"))?.remove();
  }

  #read() {
    this.#count(0);
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** @param {number} unread */
  #count(unread) {
    this.#unread = unread;
    badge("chat", unread, words.unread(unread));
  }
}

/**
 * @param {ChatLine} line
 * @returns {HTMLLIElement}
 */
function lineEntry({ sender, to, text, at }) {
  const entry = document.createElement("li");
  const own = sender === null;
  const only = to === null ? "" : own ? words.privateTo(to) : words.privateToYou;
  const head = document.createElement("p");
  head.className = "chat-head";
  const name = document.createElement("bdi");
  name.textContent = sender ?? words.you;
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = TIME.format(at);
  head.append(name, only && ` (${only})`, " ", time);
  const body = document.createElement("p");
  body.className = "chat-text";
  body.dir = "auto";
  body.append(...linkified(text).map(({ text: part, href }) => (href === null ? part : link(part, href))));
  entry.classList.toggle("is-own", own);
  entry.append(head, body);
  return entry;
}

/**
 * @param {string} text
 * @param {string} href
 */
function link(text, href) {
  const made = document.createElement("a");
  made.href = href;
  made.target = "_blank";
  made.rel = "noopener noreferrer nofollow";
  made.title = words.opensElsewhere;
  made.textContent = text;
  return made;
}
