// What htmx does not do: the mark of the session goes along with every request, and terms explain themselves.
"use strict";

document.addEventListener("htmx:config:request", (event) => {
  const mark = document.querySelector('meta[name="form-mark"]');
  if (mark) event.detail.ctx.request.headers["X-Form-Mark"] = mark.content;
});

(() => {
  const shown = () => document.getElementById("help");
  let from = null;

  const hide = () => {
    const help = shown();
    if (!help || help.hidden) return;
    help.hidden = true;
    if (from) from.setAttribute("aria-expanded", "false");
    from = null;
  };

  document.addEventListener("click", (event) => {
    const term = event.target.closest("button.term");
    const same = term && term === from;
    hide();
    if (!term || same) return;
    const help = shown();
    help.textContent = term.dataset.help;
    help.hidden = false;
    from = term;
    term.setAttribute("aria-expanded", "true");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
})();
