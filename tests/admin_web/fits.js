// Everything a scene can do wrong with its room, measured in the page itself: it is put in as the stream would put it in,
// looked at before anything is painted, and the next one follows. Gives back [scene, what is wrong, where] for each fault.
({ scenes, least, floor }) => {
  const SHOWN = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility === "visible";
  const seen = (query) => [...document.querySelectorAll(query)].filter(SHOWN);
  const box = (e) => e.getBoundingClientRect();
  const name = (e) => e.id || e.getAttribute("class") || `${e.tagName} ${e.textContent.trim().slice(0, 30)}`;
  const faults = [];

  /* Sideways nothing scrolls; the till's words, the masthead's buttons and all of the till stand inside the screen. */
  function outside() {
    const wide = [document.documentElement, document.getElementById("shelf")].filter((e) => e.scrollWidth > e.clientWidth);
    const kept = "#till h2, #till p, #till li, .claim, .coins, .sum, .press, .masthead, .comfort button";
    const out = seen(kept).filter((e) => e.closest(".after") === null).filter((e) => {
      const r = box(e);
      return r.left < 0 || r.top < 0 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1;
    });
    return [...wide, ...out].map(name);
  }

  /* Parts of the till that lie on one another, a face on its words, a story on another; and thanks under their own button. */
  function overlaps() {
    const cross = ([, a], [, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    const parts = seen(".message h2, .message p, .parts, .sign-post, .sum, .claim, #till .press, .coins svg").map((e) => [e, box(e)]);
    const till = parts.flatMap((one, i) => parts.slice(i + 1).filter((other) => cross(one, other)).map((other) => `${name(one[0])} on ${name(other[0])}`));
    till.push(...seen("#piece .goes li").map((e) => [...e.children].map((part) => [part, box(part)])).flatMap((row) => row.slice(1)
      .filter((part) => part[0].matches(".who, b") && cross(row[0], part)).map((part) => `${name(row[0][0])} on ${name(part[0])}`)));
    till.push(...seen(".touch").flatMap((e) => seen("figcaption").filter((other) => cross([e, box(e)], [other, box(other)]))).map(() => "touch on its story"));
    const done = document.getElementById("thanked");
    if (!done || !SHOWN(done)) return till;
    const words = seen("#after .who, #after b, #after h2 span, .asks").filter((e) => !done.contains(e));
    return [...till, ...words.filter((e) => cross([e, box(e)], [done, box(done)])).map((e) => `${name(e)} under the button`)];
  }

  /* What does not fit into its own box. */
  const cut = () => seen("#piece .tells, #after .tells, .help, article, figcaption, .choice")
    .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1).map(name);

  const small = () => seen("button").filter((e) => Math.min(box(e).width, box(e).height) < least).map(name);

  /* Of the shelf, or of the code to scan, something must be left. */
  const hidden = () => seen("#shelf, #paying").filter((e) => box(e).height < floor).map(name);

  const rgb = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  function ground(e, known) {
    if (!e) return 1;
    if (known.has(e)) return known.get(e);
    const colour = rgb(getComputedStyle(e).backgroundColor);
    const found = colour.length === 3 || colour[3] === 1 ? light(colour) : ground(e.parentElement, known);
    known.set(e, found);
    return found;
  }

  /* Text under 7:1 against the nearest ground that is painted. */
  function pale() {
    const known = new Map();
    const written = [...document.querySelectorAll("body *:not(svg *)")].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
    return written.filter((e) => e.getClientRects().length).filter((e) => {
      const [a, b] = [light(rgb(getComputedStyle(e).color)), ground(e, known)].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05) < 7;
    }).map(name);
  }

  function look(scene) {
    for (const [what, found] of Object.entries({ outside, overlaps, cut, small, hidden, pale })) for (const where of found()) faults.push([scene, what, where]);
  }

  for (const [scene, html] of Object.entries(scenes)) {
    show(html);
    look(scene);
  }
  document.getElementById("help").showPopover();
  look("help");
  document.getElementById("help").hidePopover();
  show(scenes.idle);
  document.getElementById("scene").dataset.story = 0;
  document.body.classList.add("resting");
  look("stories");
  document.body.classList.remove("resting");
  return faults;
}
