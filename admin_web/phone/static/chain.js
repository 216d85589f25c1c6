// A phone reckons the chain of the books by itself: every fact's hash from its own bytes and the hash before, up to the head that
// the page shows. What came out right it remembers, so that next time only what is new has to be reckoned, and whatever it saw
// before must still be there. A fact with a code that somebody can still be paid for comes as two hashes alone (a line with `#`):
// the one before it has to be ours, its own is remembered, and reckoned as soon as its bytes are shown.
const { sha256 } = await import(`./sha256.js${new URL(import.meta.url).search}`);

const KEPT = "minga-chain", SEEN_MAX = 12, COVERED_AT_ONCE = 20;
const SOON_MS = 100, PACE_MS = 260, SOON = 30; // the machine lets a phone ask sixty times at once, then four times a second
const check = document.getElementById("check");
const head = { seq: Number(check.dataset.seq), hash: check.dataset.hash };
const START = { seq: 0, hash: "0".repeat(64) };
const encoder = new TextEncoder();
let room = new Uint8Array(4_096), asked = 0;

class Wrong extends Error {
  constructor(what, values) { super(what); this.values = values; }
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const told = (at) => new Intl.DateTimeFormat(document.body.lang, { dateStyle: "long", timeStyle: "short" }).format(at);
const number = (n) => new Intl.NumberFormat(document.body.lang).format(n);

function remembered() {
  const empty = { seen: [], covered: [], part: null };
  try { return { ...empty, ...JSON.parse(localStorage.getItem(KEPT)) }; } catch { return empty; }
}

function remember(memory) {
  const seen = memory.seen.length > SEEN_MAX ? [memory.seen[0], ...memory.seen.slice(1 - SEEN_MAX)] : memory.seen;
  try { localStorage.setItem(KEPT, JSON.stringify({ ...memory, seen })); } catch { /* a phone that keeps nothing checks all again */ }
}

function link(before, line) {
  if (room.length < 32 + line.length * 3) room = new Uint8Array(64 + line.length * 3);
  room.set(before);
  const { written } = encoder.encodeInto(line, room.subarray(32));
  return sha256(room.subarray(0, 32 + written));
}

async function lines(first, most = "") {
  await new Promise((done) => setTimeout(done, (asked += 1) > SOON ? PACE_MS : SOON_MS));
  const answer = await fetch(`${check.dataset.lines}${first}${most && `?n=${most}`}`);
  if (!answer.ok || answer.redirected) throw new Error("lost");
  const all = (await answer.text()).split("\n");
  return { facts: all.slice(0, -1), last: all.at(-1).slice(1) };
}

// Of the facts from `first` on, the first whose hash is not the machine's own: found by halving.
async function firstWrong(first, hashes) {
  let low = 1, high = hashes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await lines(first, middle)).last === hashes[middle - 1]) low = middle + 1; else high = middle;
  }
  return first + low - 1;
}

async function walk(base, memory, progress) {
  let { seq } = base, hash = bytes(base.hash);
  const from = seq, covered = [...(base.covered ?? [])];
  while (seq < head.seq) {
    const first = seq + 1, page = await lines(first), hashes = [];
    for (const line of page.facts.slice(0, head.seq - seq)) {
      seq += 1;
      if (line.startsWith("#")) {
        const prev = hex(hash);
        if (line.slice(1, 65) !== prev) throw new Wrong("broken", { seq: await firstWrong(first, hashes) });
        covered.push({ seq, prev, hash: line.slice(65) });
        hash = bytes(line.slice(65));
      } else hash = link(hash, line);
      hashes.push(hex(hash));
    }
    const last = hashes.length === page.facts.length ? page.last : head.hash;
    if (hashes.at(-1) !== last) throw new Wrong("broken", { seq: await firstWrong(first, hashes) });
    const old = memory.seen.find((one) => one.seq >= first && one.seq <= seq && one.hash !== hashes[one.seq - first]);
    if (old) throw new Wrong("changed", old);
    if (!memory.seen.length) remember(Object.assign(memory, { part: { seq, hash: hex(hash), covered } }));
    progress(seq - from, head.seq - from);
  }
  if (hex(hash) !== head.hash) throw new Wrong("changed", memory.seen.findLast((one) => one.seq === seq) ?? { seq });
  return covered;
}

// What was covered before and is not any more.
async function uncovered(memory) {
  const still = [];
  for (const [index, one] of memory.covered.entries()) {
    const [line] = index < COVERED_AT_ONCE && one.seq <= head.seq ? (await lines(one.seq, 1)).facts : ["#"];
    if (line.startsWith("#")) still.push(one);
    else if (hex(link(bytes(one.prev), line)) !== one.hash) throw new Wrong("broken", one);
  }
  return still;
}

// From the first fact on, when that is asked for or soon done; else from the newest head that this phone has checked.
async function verify(asked_for, progress) {
  const memory = remembered(), newest = memory.seen.at(-1);
  if (newest && newest.seq > head.seq && !("covered" in check.dataset)) throw new Wrong("shorter", newest);
  const before = memory.seen.findLast((one) => one.seq <= head.seq);
  const whole = asked_for || head.seq <= Number(check.dataset.whole);
  const base = (whole ? null : before) ?? (before ? null : memory.part) ?? START;
  const found = await walk(base, memory, progress);
  const still = await uncovered(memory);
  const known = new Set(still.map((one) => one.seq));
  const covered = [...still, ...found.filter((one) => !known.has(one.seq))];
  const now = before?.seq === head.seq ? [] : [{ ...head, at: Date.now() }];
  remember({ seen: [...memory.seen, ...now].sort((one, other) => one.seq - other.seq), part: null, covered });
  return { count: head.seq - base.seq, covered: covered.length, before, whole: base === START };
}

const at = (id) => document.getElementById(id);

function say(what, values = {}) {
  const text = at("says").content.querySelector(`[data-say=${what}]`).textContent;
  const filled = { ...values, seq: values.seq && number(values.seq), when: values.at && told(values.at) };
  return text.replace(/\{(\w+)\}/g, (_, name) => filled[name]);
}

function answer(bad, ...said) {
  at("result").replaceChildren(...said.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  at("result").classList.toggle("bad", bad);
}

function show() {
  const newest = remembered().seen.at(-1);
  at("seen").textContent = newest ? say("seen", newest) : say("never");
  at("seen").hidden = false;
  if (!at("verify")) return;
  at("verify").hidden = false;
  at("more").hidden = !newest;
}

async function run(whole) {
  at("verify").disabled = at("first").disabled = true;
  at("working").hidden = false;
  answer(false);
  const progress = (done, all) => {
    at("bar").value = done / all;
    at("doing").textContent = say("working", { done: number(done), all: number(all) });
  };
  try {
    const { count, covered, before, ...found } = await verify(whole, progress);
    const said = [count ? say("good", { count: number(count), seq: head.seq }) : say("nothing_new")];
    if (before) said.unshift(say(found.whole ? "same" : "built_on", before));
    if (covered) said.push(say("covered", { count: number(covered) }));
    answer(false, ...said);
  } catch (error) {
    if (error instanceof Wrong) answer(true, say(error.message, error.values), say("now_what"));
    else answer(true, say("lost"));
  }
  at("working").hidden = true;
  at("verify").disabled = at("first").disabled = false;
  show();
}

at("verify")?.addEventListener("click", () => run(false));
at("first")?.addEventListener("click", () => run(true));
at("forget")?.addEventListener("click", () => { localStorage.removeItem(KEPT); answer(false); show(); });
show();
