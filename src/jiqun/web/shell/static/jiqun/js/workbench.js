// Keyboard of the workbench and the navigation on narrow screens. No page needs it to be read.
"use strict";

const menu = document.querySelector(".jq-menu");
if (menu) {
  const nav = document.getElementById("nav");
  const show = (open) => {
    nav.classList.toggle("is-open", open);
    menu.setAttribute("aria-expanded", String(open));
    (open ? nav.querySelector("a") : menu).focus();
  };
  menu.addEventListener("click", () => show(!nav.classList.contains("is-open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && nav.classList.contains("is-open")) show(false);
  });
}

// A form that was refused is shown at the address of its step; the browser goes on from the page it stands on.
const shownAgain = document.getElementById("main")?.dataset.address;
if (shownAgain) history.replaceState(null, "", shownAgain);
document.querySelector("[aria-invalid=true]")?.focus();

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

// The way back to a list goes to it as it was left: filtered, sorted, at the same page; logging out forgets it.
const listed = (path) => `jq-list:${path}`;
if (document.querySelector("form[data-auto]")) sessionStorage.setItem(listed(location.pathname), location.search);
for (const link of document.querySelectorAll(".breadcrumb a")) {
  const left = new URLSearchParams(sessionStorage.getItem(listed(link.pathname)) ?? "");
  const named = [...new URLSearchParams(link.search)];
  if (String(left) && named.every(([name, value]) => left.get(name) === value)) link.search = left.toString();
}

// What cannot be taken back is asked once more.
document.addEventListener("click", (event) => {
  const asked = event.target.closest?.("[data-confirm]");
  if (asked && !window.confirm(asked.dataset.confirm)) event.preventDefault();
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

// Tables that stand whole on their page (data-sorts) are sorted by a click on a column's head; without scripts they
// stay in the order they came in. Numbers by size, what is missing last both ways.
const plain = (cell) => (cell?.querySelector(".jq-missing") ? "" : (cell?.textContent ?? "").trim());
function sizeOf(text) {
  const digits = text.replaceAll(",", "").replace("−", "-").match(/^[-+]?\d+(\.\d+)?(?=\D*$)/);
  return digits ? Number(digits[0]) : NaN;
}
function sortBy(table, at, down) {
  const body = table.tBodies[0];
  const rows = [...body.rows].filter((row) => row.cells.length > at);
  const keys = rows.map((row) => plain(row.cells[at]));
  const told = keys.filter((text) => text && text !== "—");
  const numeric = told.length > 0 && told.every((text) => !Number.isNaN(sizeOf(text)));
  const missing = (text) => !text || text === "—";
  const order = rows.map((row, n) => n).sort((a, b) => {
    if (missing(keys[a]) || missing(keys[b])) return Number(missing(keys[a])) - Number(missing(keys[b])) || a - b;
    const by = numeric ? sizeOf(keys[a]) - sizeOf(keys[b]) : keys[a].localeCompare(keys[b], "zh-CN", { numeric: true });
    return (down ? -by : by) || a - b;
  });
  body.append(...order.map((n) => rows[n]));
}
for (const table of document.querySelectorAll("table[data-sorts]")) {
  if (!table.tHead || table.tBodies[0].rows.length < 3) continue;
  [...table.tHead.rows[table.tHead.rows.length - 1].cells].forEach((head, at) => {
    if (!head.textContent.trim() || head.querySelector("a, button") || "unsorted" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jq-sorts";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const one of table.tHead.querySelectorAll("[aria-sort]")) one.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortBy(table, at, down);
    });
  });
}

// A field that narrows the whole table beside it as one types; it says how many rows are left.
for (const field of document.querySelectorAll("input[data-narrows]")) {
  const table = document.getElementById(field.dataset.narrows);
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "text-secondary small";
  field.after(said);
  field.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    said.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} / ${rows.length}` : "";
  });
}

// What was typed in one form is not lost in silence by sending another or by leaving: the browser asks first.
let sent = null;
document.addEventListener("submit", (event) => {
  sent = event.defaultPrevented ? null : event.target;
});
function isChanged(field) {
  if (field.type === "hidden" || field.disabled) return false;
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) {
    const options = [...field.options];
    if (!field.multiple && !options.some((one) => one.defaultSelected)) return field.selectedIndex > 0;
    return options.some((one) => one.selected !== one.defaultSelected);
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}
window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("main form[method=post]")].filter((one) => one !== sent);
  if (forms.some((form) => [...form.elements].some(isChanged))) event.preventDefault();
  sent = null;
});
