// Arrow keys follow the links that step through a trial; with Shift they step participant by participant.
"use strict";

document.addEventListener("keydown", (event) => {
  if (!event.key.startsWith("Arrow") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, .scroll")) return;
  const name = (event.shiftKey ? "Shift+" : "") + event.key;
  const link = document.querySelector(`a[data-key="${name}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
