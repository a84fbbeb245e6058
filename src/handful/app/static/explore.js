// Numbers are moved and the figures follow: one request at a time, always for the last state, and the address keeps in step.
"use strict";

(() => {
  const form = document.getElementById("controls");
  const results = document.getElementById("results");
  if (!form || !results) return;
  const CALM = 700;
  let asking = false;
  let again = false;
  let calm = 0;
  let latest = 0;

  const start = () => {
    document.querySelector(".submit").hidden = true;
    ready();
    settle();
  };

  // A slider writes the number beside it as a study file would have it.
  const ready = () => form.querySelectorAll('input[type="range"]').forEach((slide) => { slide.hidden = false; });

  const written = (slide) => {
    if (!("even" in slide.dataset)) return Number(slide.value) + slide.dataset.after;
    const looks = Number(slide.value);
    return Array.from({ length: looks }, (_, k) => Math.round((100 * (k + 1)) / looks) + "%").join(", ");
  };

  const slid = (slide) => {
    const text = document.getElementById(slide.dataset.for);
    text.value = written(slide);
    slide.setAttribute("aria-valuetext", text.value);
  };

  const typed = (text) => {
    const slide = document.getElementById(text.id + "-slide");
    if (!slide) return;
    const found = "even" in slide.dataset ? text.value.split(",").length : parseFloat(text.value);
    if (Number.isFinite(found)) slide.value = found;
    slide.setAttribute("aria-valuetext", text.value);
  };

  const query = () => new URLSearchParams([...new FormData(form)].filter(([name, text]) => name !== "pin" || text));

  // Throttled to the last state: while one answer is on its way, only the newest wish is remembered.
  const ask = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(form.dataset.figures + "?" + query(), { headers: { Accept: "text/html" } });
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the app was stopped: the last drawing stays */ }
    asking = false;
    if (again) { again = false; ask(); } else settle();
  };

  const show = (part) => {
    const now = document.getElementById("explored");
    const next = part.getElementById("explored");
    fields(part.getElementById("fields"));
    history.replaceState(null, "", next.dataset.address);
    document.getElementById("as-json").href = next.dataset.address + "&format=json";
    document.querySelectorAll('#add input[name="query"]').forEach((hidden) => { hidden.value = next.dataset.query; });
    if (next.dataset.told) {
      document.getElementById("brief").textContent = next.dataset.brief;
      const open = [...now.querySelectorAll("figure:has(details[open])")].map((figure) => figure.id);
      now.replaceWith(next);
      document.getElementById("words").replaceWith(part.getElementById("words"));
      open.forEach((id) => document.querySelector(`#${id} details`)?.setAttribute("open", ""));
      return;
    }
    // It cannot be: say so above the last drawing that could.
    now.querySelector(".cannot")?.remove();
    const cannot = next.querySelector(".cannot");
    if (cannot) now.prepend(cannot);
  };

  // The controls stay under the hand that moves them; they are only exchanged when there are others.
  const fields = (next) => {
    const now = document.getElementById("fields");
    const names = (part) => [...part.querySelectorAll("[data-name]")].map((control) => control.dataset.name).join();
    if (names(now) !== names(next)) {
      const focused = document.activeElement?.id;
      const open = [...now.querySelectorAll("details[open]")].map((details) => details.id);
      now.replaceWith(next);
      open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
      ready();
      if (focused) document.getElementById(focused)?.focus();
      return;
    }
    now.querySelectorAll("[data-name]").forEach((control) => {
      const other = next.querySelector(`[data-name="${CSS.escape(control.dataset.name)}"]`);
      const wrong = other.querySelector(".error").textContent;
      control.classList.toggle("wrong", wrong !== "");
      const told = control.querySelector(".error");
      if (told.textContent !== wrong) told.textContent = wrong;
      const text = control.querySelector("[name]");
      if (wrong) text.setAttribute("aria-invalid", "true"); else text.removeAttribute("aria-invalid");
      const slide = control.querySelector('input[type="range"]');
      const model = other.querySelector('input[type="range"]');
      if (slide && model && slide !== document.activeElement) ["min", "step"].forEach((name) => { slide[name] = model[name]; });
    });
  };

  // Once nothing moves any more: say it aloud, and ask for what takes longer.
  const settle = () => {
    clearTimeout(calm);
    document.getElementById("more").setAttribute("aria-busy", "true");
    calm = setTimeout(async () => {
      const said = document.querySelector(".cannot p") || document.getElementById("said");
      const aloud = document.getElementById("aloud");
      if (said && aloud.textContent !== said.textContent) aloud.textContent = said.textContent;
      if (!document.getElementById("explored").dataset.told || document.querySelector(".cannot")) return;
      const mine = ++latest;
      try {
        const answer = await fetch(form.dataset.more + "?" + query());
        const text = await answer.text();
        if (mine !== latest || !answer.ok) return;
        const more = new DOMParser().parseFromString(text, "text/html").body;
        document.getElementById("more").replaceChildren(...more.childNodes);
        document.getElementById("more").removeAttribute("aria-busy");
      } catch { /* as above */ }
    }, CALM);
  };

  const moved = () => { clearTimeout(calm); ask(); };

  form.addEventListener("input", (event) => {
    if (event.target.type === "range") slid(event.target); else typed(event.target);
    moved();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); moved(); });

  results.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-pin]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    form.querySelector('input[name="pin"]').value = link.dataset.pin;
    moved();
    document.getElementById("pin")?.focus();
  });

  // Another family or endpoint is another beginning.
  document.getElementById("begin").addEventListener("change", (event) => event.currentTarget.requestSubmit());

  start();
})();
