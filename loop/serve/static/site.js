// What every page has: light and dark, shortcuts, tables that are sorted and filtered, parts that keep themselves up to date.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = {
    get(name) { try { return localStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, value); } catch { /* storage may be off */ } },
  };

  // -- light and dark
  const toggle = document.getElementById("theme");
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const told = () => {
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    document.dispatchEvent(new Event("qed-theme"));
  };
  const turn = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept.set("qed-theme", root.dataset.theme);
    told();
  };
  toggle.hidden = false;
  toggle.addEventListener("click", turn);
  systemDark.addEventListener("change", told);
  told();

  // -- tables
  const value = (cell) => cell?.dataset.value ?? cell?.textContent.trim() ?? "";
  const order = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b, "en", { numeric: true });
  };
  const sortBy = (table, column, button) => {
    const heading = button.closest("th");
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => order(value(a.cells[column]), value(b.cells[column])) * (down ? -1 : 1));
    body.replaceChildren(...rows);
  };
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...cell.childNodes);
      button.addEventListener("click", () => sortBy(table, column, button));
      cell.append(button);
    });
  }
  for (const form of document.querySelectorAll("form[data-filters]")) {
    const table = document.getElementById(form.dataset.filters);
    const count = form.querySelector("output");
    const apply = () => {
      const words = (form.elements.q?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = [...form.elements].filter((e) => e.tagName === "SELECT" && e.value);
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        const fits = words.every((w) => text.includes(w)) && chosen.every((e) => row.dataset[e.name] === e.value);
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = `${shown} of ${table.tBodies[0].rows.length}`;
    };
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }

  // -- shortcuts
  const dialog = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  on.checked = kept.get("qed-keys") !== "off";
  on.addEventListener("change", () => kept.set("qed-keys", on.checked ? "on" : "off"));
  document.getElementById("help").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  const step = (by) => {
    const links = [...document.querySelectorAll("main tbody tr:not([hidden]) th a, main tbody tr:not([hidden]) td:first-child a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? (by > 0 ? 0 : links.length - 1) : (at + by + links.length) % links.length].focus();
  };
  const go = (key) => {
    const link = document.querySelector(`nav a[data-key="${CSS.escape(key)}"]`);
    if (link) location.assign(link.href);
  };
  let after = -Infinity;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (typing && event.key === "Escape") typing.blur();
    if (typing || !on.checked || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const then = performance.now() - after < 1500;
    after = -Infinity;
    const action = {
      "?": () => dialog.showModal(), "/": () => document.querySelector("main input[type=search]")?.focus(),
      g: () => { after = performance.now(); }, j: () => step(1), k: () => step(-1), d: turn,
    }[event.key];
    if (then && event.key !== "g") go(event.key);
    else if (action) { event.preventDefault(); action(); }
  });

  // -- parts that come later, and parts that keep themselves up to date: asked for while somebody looks, and no longer
  const policy = window.trustedTypes?.createPolicy("qed", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
  const bodyOf = (text) => new DOMParser().parseFromString(policy.createHTML(text), "text/html").body;
  const renew = (part, text) => {
    const fresh = bodyOf(text);
    const open = new Set([...part.querySelectorAll("details[open][id]")].map((d) => d.id));
    for (const id of open) fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    for (const section of [...fresh.children]) {
      const old = section.id && part.querySelector(`:scope > #${CSS.escape(section.id)}`);
      if (!old) part.append(section);
      else if (!old.isEqualNode(section)) old.replaceWith(section);
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
  for (const part of document.querySelectorAll("[data-part]")) {
    const ask = async () => {
      const answer = await fetch(part.dataset.part);
      if (answer.ok) part.replaceChildren(...bodyOf(await answer.text()).childNodes);
    };
    part.setAttribute("aria-busy", "true");
    ask().catch(() => { /* the link in it still leads there */ }).finally(() => part.removeAttribute("aria-busy"));
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const note = document.getElementById("connection");
    const asked = new AbortController();
    let tag = "", timer = 0, misses = 0;
    const ask = async () => {
      clearTimeout(timer);
      const begun = performance.now();
      let said = "";
      try {
        const answer = await fetch(part.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, signal: asked.signal });
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") ?? "";
          renew(part, await answer.text());
          if (answer.headers.get("X-Then")) { location.assign(answer.headers.get("X-Then")); return; }
        } else if (answer.status !== 304) said = await answer.text();
        misses = said ? misses + 1 : 0;
      } catch {
        if (asked.signal.aborted) return;
        misses += 1;
        said = "The server does not answer; trying again.";
      }
      if (note && note.textContent !== said) note.textContent = said;
      // what takes the server long is asked for less often
      const pause = Math.max(1000 * 2 ** Math.min(misses, 4), 9 * (performance.now() - begun));
      if (!document.hidden) timer = setTimeout(ask, pause);
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
    addEventListener("pagehide", () => { clearTimeout(timer); asked.abort(); });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    timer = setTimeout(ask, 500);
  }
})();
