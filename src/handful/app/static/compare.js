// Compare: what is heard of a change that is seen, and an address that can be kept.
"use strict";

(() => {
  const say = (words) => {
    const said = document.getElementById("said");
    if (said && said.textContent !== words) said.textContent = words;
  };

  let tenth = -1;
  const progress = () => {
    const bar = document.querySelector("#progress progress");
    if (!bar) return;
    const now = Math.floor(Number(bar.dataset.percent) / 10);
    if (now !== tenth) say(`${now * 10}% of the comparison is done.`);
    tenth = now;
  };

  const keep = () => {
    const form = document.getElementById("choose");
    if (form) history.replaceState(null, "", `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
  };

  document.addEventListener("htmx:sse:after:message", progress);
  document.addEventListener("htmx:after:swap", (event) => {
    const from = event.detail.ctx && event.detail.ctx.sourceElement;
    if (from && from.id === "choose") {
      keep();
      const told = document.querySelector("#found [data-say], #found [role=alert]");
      say(told ? told.innerText : "The ranking is the study's own.");
    } else if (from && from.classList.contains("work")) {
      say("The comparison has ended.");
    }
  });
})();
