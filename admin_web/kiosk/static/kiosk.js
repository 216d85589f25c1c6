// The kiosk's page, kept alive: it swaps in what the server sends and greys out when the server is silent.
// Everything works without it, by forms and a refresh. It holds no words and no state of the machine.
"use strict";

const SILENCE_MS = 5000, AGAIN_MS = 10000, SAID_MS = 8000;
const scene = document.getElementById("scene");
const silence = document.getElementById("silence");
const said = document.getElementById("said");
let source, heardMs = performance.now(), ageMs = 0, saidTimer, turn = Promise.resolve();
const sending = new Set();

/* Make `old` like `fresh`, touching only what differs: focus and turning spirals live on. */
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) { old.replaceWith(fresh); return; }
  if (old.nodeType !== Node.ELEMENT_NODE) { old.nodeValue = fresh.nodeValue; return; }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const kept = [...old.childNodes], wanted = [...fresh.childNodes];
  wanted.forEach((node, i) => (i < kept.length ? morph(kept[i], node) : old.append(node)));
  kept.slice(wanted.length).forEach((node) => node.remove());
}

function show(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  morphChildren(scene, fresh.content);
  scene.dispatchEvent(new Event("shown"));
}

function heard(pictureMs) {
  heardMs = performance.now();
  ageMs = pictureMs;
  if (scene.classList.contains("silent")) tick();
}

function span(ms) {
  const s = Math.floor(ms / 1000);
  return s < 60 ? silence.dataset.s.replace("{n}", s) : silence.dataset.min.replace("{n}", Math.floor(s / 60));
}

/* Twice a second: is the server still there? If not, say since when, and take the buttons away. */
function tick() {
  const quietMs = performance.now() - heardMs, silent = quietMs >= SILENCE_MS;
  scene.classList.toggle("silent", silent);
  scene.inert = silent;
  silence.hidden = !silent;
  if (silent) silence.firstElementChild.textContent = silence.dataset.title.replace("{age}", span(quietMs + Math.max(0, ageMs)));
  if (quietMs >= AGAIN_MS && source?.readyState === EventSource.CLOSED) listen();
}

function listen() {
  if (source) source.close();
  source = new EventSource(`/live?lang=${document.documentElement.dataset.comfort.split(" ")[0]}`);
  source.addEventListener("message", (event) => show(event.data));
  source.addEventListener("beat", (event) => heard(Number(event.data)));
  source.addEventListener("build", (event) => { if (event.data !== document.body.dataset.build) location.reload(); });
}

function say(fresh) {
  said.replaceChildren(...fresh.childNodes);
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => said.replaceChildren(), SAID_MS);
}

/* A button: pressed at once, sent in the background, one after the other and none twice at a time. What the page that
   comes back has to say is said. */
function send(event) {
  event.preventDefault();
  const button = event.submitter;
  if (!button || sending.has(button.id)) return;
  sending.add(button.id);
  button.classList.add("pressed");
  const body = new URLSearchParams(new FormData(event.target, button)), address = button.getAttribute("formaction") ?? event.target.action;
  turn = turn.then(() => post(address, body)).finally(() => {
    sending.delete(button.id);
    button.classList.remove("pressed");
  });
}

async function post(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    wear(page);
    say(page.getElementById("said") ?? silence.cloneNode()); // the scene itself comes by the stream, in order
  } catch { /* The stream says the truth: silence greys the page. */ }
}

document.addEventListener("submit", send);
document.addEventListener("contextmenu", (event) => event.preventDefault());
setInterval(tick, 500);
if (said.childNodes.length) say(said.cloneNode(true));
