// Forms and links marked `data-here` are answered in place: the page that would have come anew gives its <main> to this one.
// Nothing is decided or drawn here, so without this file every touch does the same, only with a page loaded in between.
let waiting = false;

async function answered(address, body) {
  if (waiting) return;
  waiting = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, body ? { method: "POST", body } : {});
    const found = new URL(answer.url);
    if (!answer.ok) return location.reload();
    if (found.pathname !== location.pathname) return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement?.id;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    history.replaceState(null, "", found.pathname + found.search);
    document.getElementById(focused)?.focus({ preventScroll: true });
  } catch {
    location.reload();
  } finally {
    waiting = false;
    document.body.removeAttribute("aria-busy");
  }
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-here]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  answered(link.href);
});

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-here]")) return;
  event.preventDefault();
  const said = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) said.append(event.submitter.name, event.submitter.value);
  if (form.method === "get") answered(`${form.action.split("?")[0]}?${said}`);
  else answered(form.action, said);
});
