// Keeps the form and the text in step: what changes on one side goes to the server, which sends the other side back.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const editor = document.getElementById("editor");
  if (!editor) return;
  const text = document.getElementById("text");
  const gutter = document.getElementById("gutter");
  const undo = document.getElementById("undo");
  const study = editor.dataset.study;
  const draft = `handful edit ${study}`;
  const version = () => document.getElementById("version");
  const before = []; // texts that were there before each change by the form
  let saved = text.value;
  let waiting = Promise.resolve();
  let timer = 0;
  let alive = true;
  htmx.config.morphIgnore.push("open"); // what is unfolded stays unfolded

  // Requests go out one after the other, each with the text as it is by then.
  const ask = (what, values = {}) => {
    waiting = waiting.then(async () => {
      const sent = text.value;
      const have = [...document.querySelectorAll("[data-panel]")].map((p) => [p.dataset.panel, p.dataset.digest]);
      editor.setAttribute("aria-busy", "true");
      status = 0;
      try {
        await htmx.ajax("POST", `/study/${study}/${what}`, {
          source: document.body,
          swap: "none",
          values: { ...values, text: sent, version: version().value, have: JSON.stringify(have) },
        });
        if (status >= 200 && status < 300) settle(what, sent, values);
        else told(refusal(status));
      } finally {
        editor.removeAttribute("aria-busy");
      }
    });
    return waiting;
  };
  let status = 0;
  document.addEventListener("htmx:after:request", (event) => {
    status = event.detail.ctx.response?.status ?? 0;
    if (status < 200 || status >= 300) event.preventDefault(); // nothing of the page gives way to an error
  });
  const refusal = (code) => {
    if (code === 403) return "This page is out of date. Load it again: what you wrote is kept and will be offered.";
    if (code) return `The app could not do that (${code}). What you wrote is still here.`;
    return "The app does not answer. What you wrote is still here; try again when it is back.";
  };

  const told = (words) => {
    document.getElementById("said").textContent = words;
  };

  // After an answer: take its text, unless somebody has typed meanwhile; then the change is made again on what is there now.
  const settle = (what, sent, values) => {
    const fresh = document.getElementById("fresh");
    if (what === "form" || what === "disk") {
      if (text.value !== sent) {
        ask(what, values);
        return;
      }
      if (fresh.value !== sent) take(fresh.value, sent);
    }
    if (version().hasAttribute("data-saved")) {
      version().removeAttribute("data-saved");
      saved = what === "disk" ? text.value : sent;
    }
    show();
    if (what === "save" || what === "disk") document.querySelector("#conflict section")?.scrollIntoView();
    if (document.querySelector("#verdict [data-check]")) later(() => ask("check"), 900);
  };

  const take = (now, old) => {
    before.push(old);
    undo.disabled = false;
    const lines = now.split("\n");
    const olds = old.split("\n");
    let first = 0;
    while (first < lines.length && lines[first] === olds[first]) first += 1;
    text.value = now;
    point(first + 1);
  };

  const show = () => {
    for (const select of document.querySelectorAll("#form select[data-was]")) {
      if (select !== document.activeElement) select.value = select.dataset.was;
    }
    for (const box of document.querySelectorAll('#form input[type="checkbox"][data-was]')) {
      if (box !== document.activeElement) box.checked = box.dataset.was === "yes";
    }
    number();
    keep();
  };

  const number = () => {
    const lines = text.value.split("\n").length;
    if (gutter.dataset.lines === String(lines)) return;
    gutter.dataset.lines = lines;
    gutter.textContent = Array.from({ length: lines }, (_, i) => i + 1).join("\n");
    text.rows = lines + 1;
  };

  // What is not saved is kept in this browser too, should it close.
  const keep = () => {
    try {
      if (text.value === saved) localStorage.removeItem(draft);
      else localStorage.setItem(draft, JSON.stringify({ text: text.value, version: version().value }));
    } catch { /* no room: the page itself still has it */ }
  };

  const later = (what, wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => alive && what(), wait);
  };

  // Lines: shown, pointed at, gone to.
  const point = (line) => {
    const sheet = text.parentElement;
    const height = parseFloat(getComputedStyle(text).lineHeight);
    sheet.style.setProperty("--here", line);
    sheet.classList.add("pointed");
    const top = (line - 1) * height;
    if (top < sheet.scrollTop + height || top > sheet.scrollTop + sheet.clientHeight - 3 * height) {
      sheet.scrollTop = Math.max(0, top - sheet.clientHeight / 3);
    }
  };
  const go = (line) => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    text.focus({ preventScroll: true });
    text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    text.scrollIntoView({ block: "nearest" });
    point(line);
  };

  const send = (field) => {
    const box = field.type === "checkbox";
    const value = box ? (field.checked ? "yes" : "") : field.value;
    if (!field.name || !("was" in field.dataset) || value === field.dataset.was) return;
    clearTimeout(timer);
    ask("form", { field: field.name, typed: value });
  };

  editor.addEventListener("change", (event) => {
    if (event.target.closest("#form")) send(event.target);
  });
  editor.addEventListener("focusin", (event) => {
    if (!event.target.closest("#form")) return;
    const lines = JSON.parse(document.getElementById("places").dataset.lines);
    const line = lines[event.target.id] ?? lines[event.target.closest("[data-panel]")?.dataset.panel];
    if (line) point(line);
  });
  editor.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // Enter in a field puts it into the text, it does not save
    const adding = event.target.closest("[data-adds]");
    if (adding) adding.querySelector('button[name="act"]').click();
    else send(event.target);
  });
  text.addEventListener("input", () => {
    number();
    keep();
    later(() => ask("text"), 400);
  });
  editor.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (!button) return;
    clearTimeout(timer);
    if (button.name === "act") {
      const values = { act: button.value };
      const adding = button.closest("[data-adds]");
      for (const field of adding?.querySelectorAll("[name]") ?? []) values[field.name] = field.value;
      const inputs = adding?.querySelectorAll("input") ?? [];
      ask("form", values).then(() => inputs.forEach((field) => { field.value = ""; }));
      return;
    }
    const what = button.getAttribute("formaction")?.split("/").pop();
    if (document.activeElement?.closest?.("#form")) send(document.activeElement);
    if (what === "save") ask("save", button.name === "over" ? { over: button.value } : {});
    else if (what) ask(what);
  });
  editor.addEventListener("click", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) go(Number(line.dataset.line));
  });
  undo.hidden = false;
  undo.addEventListener("click", () => {
    if (!before.length) return;
    text.value = before.pop();
    undo.disabled = before.length === 0;
    number();
    keep();
    clearTimeout(timer);
    ask("text").then(() => told("Undone."));
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    document.getElementById("save").click();
  });
  window.addEventListener("beforeunload", (event) => {
    alive = false;
    if (text.value !== saved) event.preventDefault();
  });

  // What was not saved when this page was last left.
  const offer = () => {
    let found = null;
    try { found = JSON.parse(localStorage.getItem(draft) ?? "null"); } catch { return; }
    if (!found || found.text === text.value) return;
    const box = document.getElementById("kept");
    const words = document.createElement("p");
    words.textContent = found.version === version().value
      ? "You had changed this study and not saved it."
      : "You had changed this study and not saved it, and the file was changed since.";
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "quiet";
      made.textContent = label;
      made.addEventListener("click", () => { box.hidden = true; act(); });
      return made;
    };
    box.replaceChildren(
      words,
      button("Take it up again", () => { take(found.text, text.value); number(); ask("text"); }),
      button("Forget it", () => localStorage.removeItem(draft)),
    );
    box.hidden = false;
  };

  number();
  offer();
  if (document.querySelector("#verdict [data-check]")) ask("check");
});
