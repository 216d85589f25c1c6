// Draws the machine as the world says it is: coils at their true angle, pieces, cup, flap, box, lamp, door, screen.

import { act } from "./acts.js";
import { drawCoil } from "./coil.js";
import { centre, fly } from "./moving.js";
import { money, say } from "./words.js";

const byId = (id) => document.getElementById(id);
const machine = byId("machine"), cup = byId("cup"), flap = byId("flap"), screen = byId("screen");
const cells = [...document.querySelectorAll(".cell")];
const drawn = new Map();
const FALL_MS = 450;
const FRAME_WIDE = 420, FRAME_HIGH = 664, ZOOM_MIN = 0.74; // so much room the kiosk's thanks and its question need; no smaller, to be read
export const chosen = { slot: null };

export const art = (picture, slot) => `/pieces/${picture.products[slot]?.product ?? "tela-" + slot.toLowerCase()}.svg`;
export const pieceName = (picture, slot) => picture.products[slot]?.name ?? say("machine", "nothing");

export function draw(picture) {
  machine.classList.toggle("dead", !picture.powered);
  machine.classList.toggle("lit", picture.lamp);
  machine.classList.toggle("open", Boolean(picture.door_open));
  machine.classList.toggle("welcomes", picture.powered && picture.welcome.length > 0);
  machine.classList.toggle("blind", picture.faults.includes("blind-sensor"));
  machine.classList.toggle("covered", picture.faults.includes("dark-sensor"));
  for (const cell of cells) drawCell(cell, picture);
  drawScreen(picture);
  if (!picture.here) return;
  drawCup(picture);
  drawFlap(picture);
  drawInside(picture);
}

function drawCell(cell, picture) {
  const slot = cell.dataset.slot, spiral = picture.spirals?.[slot] ?? { deg: 0, stock: 0 }, piece = picture.products[slot];
  const state = { deg: spiral.deg, stock: spiral.stock, art: art(picture, slot) };
  const key = JSON.stringify([state, piece?.cents, piece?.name]);
  cell.setAttribute("aria-pressed", String(slot === chosen.slot));
  cell.classList.toggle("turns", Boolean(spiral.on));
  cell.classList.toggle("faulty", picture.faults.some((fault) => fault.endsWith(` ${slot}`)));
  if (drawn.get(slot) === key) return;
  drawn.set(slot, key);
  drawCoil(cell.querySelector("svg"), state);
  cell.dataset.deg = spiral.deg;
  cell.dataset.stock = spiral.stock;
  cell.querySelector(".price").textContent = piece ? money(piece.cents) : "";
  const words = { slot, piece: pieceName(picture, slot), n: spiral.stock };
  cell.setAttribute("aria-label", say("machine", spiral.stock ? "cell" : "cell_empty", words));
}

/* The visitor's own page, where it lets itself be framed; as large as the screen has room for all it says. */
function drawScreen(picture) {
  const frame = screen.querySelector("iframe"), wanted = picture.screen === "framed";
  screen.dataset.showing = picture.powered ? picture.screen : "off";
  const words = { none: "screen_none", away: "screen_away" }[picture.screen];
  screen.querySelector(".dark").textContent = picture.powered ? (words ? say("machine", words) : "") : say("machine", "screen_off");
  if (wanted && !frame) {
    const fresh = document.createElement("iframe");
    fresh.src = document.body.dataset.kiosk;
    fresh.title = say("machine", "screen");
    screen.append(fresh);
  } else if (!wanted && frame) frame.remove();
}

new ResizeObserver(([{ contentRect }]) => {
  const high = Math.max(ZOOM_MIN, contentRect.height / FRAME_HIGH);
  screen.style.setProperty("--zoom", String(Math.min(1, contentRect.width / FRAME_WIDE, high)));
}).observe(screen);

function drawCup(picture) {
  const place = byId("cup-coins");
  same(place, picture.cup.slice(-14), (coin) => {
    const drawing = coinDrawing(coin.cents);
    drawing.style.setProperty("--lean", `${(coin.n * 47) % 50 - 25}deg`);
    return drawing;
  });
  cup.classList.toggle("full", picture.cup.length > 0);
  cup.setAttribute("aria-label", picture.cup.length ? say("machine", "cup_take", { money: money(picture.cup_cents) }) : say("machine", "cup_empty"));
}

function drawFlap(picture) {
  same(byId("behind"), picture.flap.slice(-6), (piece) => Object.assign(new Image(), { src: art(picture, piece.slot), alt: "" }));
  flap.classList.toggle("full", picture.flap.length > 0);
  const names = picture.flap.map((piece) => pieceName(picture, piece.slot)).join(", ");
  flap.setAttribute("aria-label", picture.flap.length ? say("machine", "flap_take", { n: names }) : say("machine", "flap_empty"));
}

/* Make the children of `place` one for each thing, known again by its number: what stays is not drawn anew. */
function same(place, things, make) {
  const known = new Map([...place.children].map((child) => [child.dataset.n, child]));
  const wanted = things.map((thing) => known.get(String(thing.n)) ?? Object.assign(make(thing), {}));
  wanted.forEach((child, i) => { child.dataset.n = things[i].n; });
  if (wanted.length !== place.children.length || wanted.some((child, i) => place.children[i] !== child)) place.replaceChildren(...wanted);
}

function drawInside(picture) {
  byId("box-sum").textContent = money(picture.box.cents);
  const pile = byId("box-pile"), shown = Math.min(30, Math.ceil(picture.box.coins / 2));
  const full = picture.faults.includes("full-box") ? 30 : shown;
  if (pile.childElementCount !== full) pile.replaceChildren(...Array.from({ length: full }, (_, i) => heap(i)));
  for (const hopper of picture.hoppers ?? []) {
    const gauge = document.querySelector(`[data-hopper="${hopper.cents}"]`);
    if (!gauge) continue;
    const part = Math.min(1, hopper.coins / 200), level = gauge.querySelector(".level");
    level.setAttribute("y", String(3 + 34 * (1 - part)));
    level.setAttribute("height", String(34 * part));
    gauge.querySelector(".count").textContent = `${hopper.coins}`;
  }
}

function heap(i) {
  const coin = document.createElementNS("http://www.w3.org/2000/svg", "ellipse"), row = Math.floor(i / 10);
  for (const [name, value] of [["cx", 6 + (i % 10) * 5.3 + (row % 2) * 2], ["cy", 35 - row * 11 - ((i * 7) % 5)], ["rx", 5], ["ry", 3.4]]) coin.setAttribute(name, String(value));
  coin.setAttribute("fill", `url(#${["silver", "gold", "silver", "copper"][i % 4]})`);
  return coin;
}

export function coinDrawing(cents) {
  const known = document.querySelector(`#coin-${cents} svg`) ?? document.querySelector(".coin-button svg");
  return known.cloneNode(true);
}

/* A coin fell: from the slot into the box behind the face, or down into the cup. */
export function coinFell({ cents, place }) {
  const slot = byId("coin-slot"), drawing = coinDrawing(cents), [x, y] = centre(slot);
  const [toX, toY] = centre(cup);
  const down = place === "tray" ? [[x, y, 0.5, 0], [x, y + 30, 0.7, 1], [toX, toY, 0.8]] : [[x, y - 12, 1], [x, y - 6, 0.55], [x, y + 16, 0.3, 0]];
  fly(drawing, down, { ms: place === "tray" ? 520 : 260, size: 44, turn: place === "tray" ? 220 : 0, easing: "cubic-bezier(.5,0,.9,.6)" });
}

/* A piece left its spiral: it falls past the trays, in the world's own time, to the flap. */
export function pieceLeft(slot, picture, speed) {
  const cell = byId(`cell-${slot}`), image = Object.assign(new Image(), { src: art(picture, slot), alt: "" });
  if (!cell) return;
  const [x, y] = centre(cell), [flapX, flapY] = centre(flap), size = cell.getBoundingClientRect().width * 0.82;
  fly(image, [[x, y], [x + (flapX - x) * 0.25, flapY - 10]], { ms: FALL_MS / speed, size, turn: 24, easing: "cubic-bezier(.55,.05,.9,.5)" });
}

cup.addEventListener("click", () => act("take_coins"));
byId("return")?.addEventListener("click", () => act("press", { button: "return" }));
byId("lever")?.addEventListener("click", () => act("press_lever"));
byId("box-empty").addEventListener("click", () => act("empty_box"));
for (const key of document.querySelectorAll(".key")) key.addEventListener("click", () => act("press", { button: key.dataset.press }));
for (const gauge of document.querySelectorAll("[data-hopper]")) {
  const cents = Number(gauge.dataset.hopper);
  gauge.querySelector(".empty").addEventListener("click", () => act("fill_hopper", { cents, coins: 0 }));
  gauge.querySelector(".fill").addEventListener("click", () => act("fill_hopper", { cents, coins: 200 }));
}
