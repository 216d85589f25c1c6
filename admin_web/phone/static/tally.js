/* Counting with the thumb: − and + beside each coin, and the sum so far. Without this file the numbers are typed. */
const form = document.querySelector("[data-tally]");
if (form) {
  const sum = form.querySelector("[data-sum]");
  const fields = [...form.querySelectorAll("[data-cents]")];
  const number = (field) => Number.parseInt(field.value, 10) || 0;
  const lang = document.body.lang || "es-EC";
  const told = new Intl.NumberFormat(lang, { style: "currency", currency: "USD" });
  const show = () => {
    sum.textContent = told.format(fields.reduce((all, field) => all + number(field) * Number(field.dataset.cents), 0) / 100);
  };
  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.for);
      field.value = String(Math.max(0, number(field) + Number(button.dataset.step)));
      show();
    });
  }
  form.addEventListener("input", show);
  sum.hidden = false;
  show();
}
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.replace(location.pathname), Number(again.dataset.again));
