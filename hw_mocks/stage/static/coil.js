// A spiral seen from the front and a little above: a helix that leads into the depth, drawn for the true angle of its motor.

const TURNS = 6, RADIUS = 50, AXIS = -42, EYE = -104, DEPTH = 0.85, STEPS = 22, RELEASE_DEG = 300;
const PITCH = 1 / TURNS, REST = 0.85;
const NS = "http://www.w3.org/2000/svg";
const WIDE = 134, HIGH = 104;

/* How far the foremost piece is from the front, in turns: it is let go at 300°, and then the next one is the foremost. */
const way = (deg) => (deg >= RELEASE_DEG ? deg / 360 - 1 : deg / 360);
const shrink = (z) => 1 / (1 + DEPTH * z);

function point(turns, deg) {
  const z = turns * PITCH, s = shrink(z), angle = ((deg + turns * 360) * Math.PI) / 180;
  return [RADIUS * Math.cos(angle) * s, (AXIS + RADIUS * Math.sin(angle) - EYE) * s + EYE];
}

/* The wire from one depth to another, in turns of the coil. */
function wire(from, to, deg) {
  const count = Math.max(2, Math.ceil((to - from) * STEPS));
  const points = Array.from({ length: count + 1 }, (_, i) => point(from + ((to - from) * i) / count, deg));
  return "M" + points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
}

function strand(group, path, end) {
  if (!group.firstChild) {
    for (const name of ["under", "over"]) group.append(Object.assign(document.createElementNS(NS, "path")));
    group.children[0].setAttribute("class", "under");
    group.children[1].setAttribute("class", "over");
    if (end) group.append(document.createElementNS(NS, "circle"));
  }
  group.children[0].setAttribute("d", path);
  group.children[1].setAttribute("d", path);
  if (end) for (const [name, value] of [["cx", end[0]], ["cy", end[1]], ["r", 4]]) group.children[2].setAttribute(name, value);
}

/* Draw one coil: `stock` pieces of `art` in it, turned to `deg`. */
export function drawCoil(svg, { deg, stock, art }) {
  const front = REST - way(deg), shown = Math.max(0, Math.min(stock, TURNS - 1));
  const cut = stock ? Math.max(0.02, front) : TURNS * 0.98;
  strand(svg.querySelector(".rear"), wire(Math.min(cut, TURNS - 0.1), TURNS, deg));
  strand(svg.querySelector(".fore"), wire(0, cut, deg), point(0, deg));
  hang(svg.querySelector(".hung"), front, shown, art);
}

function hang(group, front, shown, art) {
  while (group.children.length > shown) group.lastChild.remove();
  while (group.children.length < shown) group.append(document.createElementNS(NS, "image"));
  [...group.children].forEach((image, i) => {
    const s = shrink((front + shown - 1 - i) * PITCH), wide = WIDE * s, high = HIGH * s, foot = (AXIS + RADIUS + 12 - EYE) * s + EYE;
    if (image.getAttribute("href") !== art) image.setAttribute("href", art);
    image.setAttribute("class", i === shown - 1 ? "first" : "later");
    for (const [name, value] of [["x", -wide / 2], ["y", foot - high], ["width", wide], ["height", high]]) {
      image.setAttribute(name, value.toFixed(1));
    }
  });
}
