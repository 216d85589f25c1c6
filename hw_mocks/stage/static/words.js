// The page's words and amounts, in the language it was served in.

export const words = JSON.parse(document.body.dataset.words);

export function say(section, key, values = {}) {
  return (words[section][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/* Coins by their cents, everything else by dollars: 25 ¢, $1,50. */
export function money(cents) {
  if (cents > 0 && cents < 100) return `${cents} ¢`;
  return `$${Math.floor(cents / 100)}${words.page.decimal}${String(cents % 100).padStart(2, "0")}`;
}
