// Before anything is drawn: the colours that were chosen last, where some were.
"use strict";
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("qed-theme"); } catch { /* storage may be off */ }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
