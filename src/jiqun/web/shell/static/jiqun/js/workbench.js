// Keyboard of the workbench and the navigation on narrow screens. No page needs it to be read.
"use strict";

const menu = document.querySelector(".jq-menu");
if (menu) {
  menu.addEventListener("click", () => {
    const open = document.getElementById("nav").classList.toggle("is-open");
    menu.setAttribute("aria-expanded", String(open));
  });
}

const isTyping = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;

function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")].filter((row) => row.querySelector("a"));
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  next.querySelector("a").focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); }
    return;
  }
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
  if (event.key === "e") document.querySelector("[data-export]")?.click();
  if (event.key === "?") document.getElementById("keys")?.showModal();
});

// A filter that changes is applied at once; without scripts its form has a button.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});

// A file that is too large is told before it is sent, and a table by the year asks for its year.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.dataset.most) {
    const large = [...field.files].some((file) => file.size > Number(field.dataset.most));
    field.setCustomValidity(large ? field.dataset.tooLarge : "");
    field.reportValidity();
  }
  if ("periodOf" in field.dataset) askPeriod(field);
});
function askPeriod(table) {
  const period = table.form.querySelector("[data-period]:not(option)");
  const kind = table.selectedOptions[0]?.dataset.period;
  if (period) period.required = Boolean(kind) && kind !== "none";
}
document.querySelectorAll("[data-period-of]").forEach(askPeriod);

// What scrolls can be reached and scrolled by keyboard.
function reachable() {
  for (const part of document.querySelectorAll(".table-responsive, .jq-hero-c, .card > .table, .nav-tabs, .jq-doc, .jq-changes")) {
    if (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1) part.setAttribute("tabindex", "0");
    else part.removeAttribute("tabindex");
  }
}
reachable();
window.addEventListener("resize", reachable);
document.addEventListener("htmx:afterSwap", reachable);
