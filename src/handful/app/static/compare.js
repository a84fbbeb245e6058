// Compare: what is heard of a change that is seen, and an address that can be kept.
"use strict";

(() => {
  const say = (words) => {
    const said = document.getElementById("said");
    if (said && said.textContent !== words) said.textContent = words;
  };

  // Every tenth of the work, and its end.
  let tenth = -1;
  const progress = () => {
    const bar = document.querySelector("#progress progress");
    const now = bar ? Math.floor(Number(bar.dataset.percent) / 10) : -1;
    if (bar && now !== tenth) say(`${now * 10}% of the comparison is done.`);
    if (!bar && tenth >= 0) say("The comparison has ended.");
    tenth = now;
  };

  const choice = () => {
    const form = document.getElementById("choose");
    history.replaceState(null, "", `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
    const told = document.querySelector("#found [data-say], #found [role=alert]");
    say(told ? told.innerText : "The ranking is the study's own.");
  };

  document.addEventListener("htmx:sse:after:message", progress);
  document.addEventListener("htmx:after:swap", (event) => {
    const from = event.detail.ctx && event.detail.ctx.sourceElement;
    if (from && from.id === "choose") choice();
    else progress();
  });
})();
