// The drawing of the graph: places come from the server, and only what is in view is drawn, so that thousands of nodes stay quick.
"use strict";
(() => {
  const frame = document.getElementById("graph");
  const canvas = document.getElementById("drawing");
  const pen = canvas.getContext("2d");
  const panel = document.getElementById("chosen");
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const hits = document.getElementById("hits");
  const [WIDE, HIGH, CELL] = [150, 34, 600];
  const KINDS = ["spec", "implementation", "lemma", "rule", "policy"];
  let data = { width: 1, height: 1, boxes: [], edges: [] };
  let down = [], up = [], cells = new Map(), byId = new Map();
  let scale = 1, left = 0, top = 0, chosen = -1, over = -1, matches = null, order = [], colours = {}, due = 0;

  const box = (i) => {
    const [id, kind, name, tier, head, x, y] = data.boxes[i];
    return { id, kind, name, tier, head, x, y };
  };
  const bounds = () => canvas.getBoundingClientRect();
  const clampScale = (s) => Math.min(3, Math.max(0.01, s));

  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    colours = Object.fromEntries([...KINDS, "head"].map((k) => [k, of(`--node-${k}`)]));
    Object.assign(colours, { text: of("--text"), edge: of("--edge"), back: of("--panel"), focus: of("--focus"), dim: of("--dim") });
  };

  // -- drawing
  const draw = () => {
    due = 0;
    const { width, height } = bounds();
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colours.back;
    pen.fillRect(0, 0, width, height);
    pen.setTransform(ratio * scale, 0, 0, ratio * scale, -left * scale * ratio, -top * scale * ratio);
    const view = { x0: left - WIDE, y0: top - HIGH, x1: left + width / scale + WIDE, y1: top + height / scale + HIGH };
    drawEdges(view);
    for (const i of inView(view)) drawBox(i);
    if (chosen >= 0) drawBox(chosen);
  };
  const paint = () => { due ||= requestAnimationFrame(draw); };
  const inView = ({ x0, y0, x1, y1 }) => {
    const out = [];
    for (let cx = Math.floor(x0 / CELL); cx <= Math.floor(x1 / CELL); cx++) {
      for (let cy = Math.floor(y0 / CELL); cy <= Math.floor(y1 / CELL); cy++) out.push(...(cells.get(`${cx},${cy}`) ?? []));
    }
    return out;
  };
  const curve = (a, b) => {
    const [x0, y0, x1, y1] = [data.boxes[b][5] + WIDE / 2, data.boxes[b][6], data.boxes[a][5] - WIDE / 2, data.boxes[a][6]];
    const middle = (x0 + x1) / 2;
    pen.moveTo(x0, y0);
    pen.bezierCurveTo(middle, y0, middle, y1, x1, y1);
  };
  const drawEdges = ({ x0, y0, x1, y1 }) => {
    const touching = (a, b) => {
      const [, , , , , ax, ay] = data.boxes[a];
      const [, , , , , bx, by] = data.boxes[b];
      return Math.max(ax, bx) > x0 && Math.min(ax, bx) < x1 && Math.max(ay, by) > y0 && Math.min(ay, by) < y1;
    };
    const seen = data.edges.filter(([a, b]) => touching(a, b));
    for (const mine of [false, true]) {
      pen.beginPath();
      for (const [a, b] of seen) if ((a === chosen || b === chosen) === mine) curve(a, b);
      pen.strokeStyle = mine ? colours.focus : colours.edge;
      pen.lineWidth = (mine ? 2.5 : 1.2) / Math.max(scale, 0.4);
      pen.stroke();
    }
  };
  const drawBox = (i) => {
    const { kind, name, head, x, y } = box(i);
    const faint = matches !== null && !matches.has(i) && i !== chosen;
    pen.globalAlpha = faint ? 0.18 : 1;
    const colour = colours[head ? "head" : kind];
    pen.beginPath();
    if (kind === "lemma" || kind === "rule") pen.roundRect(x - WIDE / 2, y - HIGH / 2, WIDE, HIGH, HIGH / 2);
    else pen.roundRect(x - WIDE / 2, y - HIGH / 2, WIDE, HIGH, kind === "spec" ? 0 : 7);
    pen.fillStyle = scale < 0.3 ? colour : colours.back;
    pen.fill();
    pen.strokeStyle = i === chosen ? colours.focus : colour;
    pen.lineWidth = i === chosen ? Math.max(4, 3 / scale) : head ? 3.5 : i === over ? 3 : 2;
    pen.setLineDash(kind === "policy" ? [5, 4] : []);
    pen.stroke();
    pen.setLineDash([]);
    if (scale >= 0.3) {
      pen.fillStyle = colours.text;
      pen.font = "13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      const room = 17;
      pen.fillText(name.length > room ? `${name.slice(0, room - 1)}…` : name, x, y + 1);
    }
    pen.globalAlpha = 1;
  };

  // -- moving
  const zoom = (by, at) => {
    const { width, height } = bounds();
    const [px, py] = at ?? [width / 2, height / 2];
    const next = clampScale(scale * by);
    left += px / scale - px / next;
    top += py / scale - py / next;
    scale = next;
    paint();
  };
  const all = () => {
    const { width, height } = bounds();
    scale = clampScale(Math.min(width / data.width, height / data.height, 1.2) * 0.96);
    left = (data.width - width / scale) / 2;
    top = (data.height - height / scale) / 2;
    paint();
  };
  const show = (i) => {
    const { width, height } = bounds();
    scale = Math.max(scale, 0.7);
    left = data.boxes[i][5] - width / scale / 2;
    top = data.boxes[i][6] - height / scale / 2;
    paint();
  };

  // -- choosing
  const element = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const listed = (title, numbers) => {
    if (!numbers.length) return [];
    const list = element("ul", "");
    for (const i of numbers.slice(0, 12)) {
      const item = element("li", "");
      const { kind, name } = box(i);
      const button = element("button", `${kind} ${name}`, { type: "button", className: "plain" });
      button.addEventListener("click", () => choose(i, true));
      item.append(button);
      list.append(item);
    }
    if (numbers.length > 12) list.append(element("li", `and ${numbers.length - 12} more`));
    return [element("h3", title), list];
  };
  const choose = (i, move) => {
    chosen = i;
    const { id, kind, name, tier, head } = box(i);
    const link = element("a", "Open its page", { href: `/node/${id}`, className: "button primary" });
    const digest = element("p", "");
    digest.append(element("code", id.slice(0, 12)));
    panel.replaceChildren(
      element("h2", name), element("p", `${kind}${head ? ", the head" : ""}${tier ? `, tier ${tier}` : ""}`), digest, link,
      ...listed("Rests on", down[i]), ...listed("Rest on it", up[i]),
    );
    if (move) show(i); else paint();
  };
  const stepTo = (by) => {
    const among = matches ? [...matches] : order;
    if (!among.length) return;
    const at = among.indexOf(chosen);
    choose(among[at < 0 ? (by > 0 ? 0 : among.length - 1) : (at + by + among.length) % among.length], true);
  };
  const follow = (numbers) => { if (chosen >= 0 && numbers[chosen].length) choose(numbers[chosen][0], true); };
  const open = () => { if (chosen >= 0) location.assign(`/node/${data.boxes[chosen][0]}`); };
  const at = (event) => {
    const { x, y } = bounds();
    const [px, py] = [(event.clientX - x) / scale + left, (event.clientY - y) / scale + top];
    const slack = scale < 0.3 ? 4 / scale : 0;
    const near = inView({ x0: px - WIDE, y0: py - HIGH, x1: px + WIDE, y1: py + HIGH });
    return near.find((i) => Math.abs(data.boxes[i][5] - px) <= WIDE / 2 + slack && Math.abs(data.boxes[i][6] - py) <= HIGH / 2 + slack) ?? -1;
  };

  // -- search
  const search = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      matches = null;
      found.textContent = "";
      hits.hidden = true;
      paint();
      return;
    }
    matches = new Set(order.filter((i) => {
      const { id, kind, name, tier, head } = box(i);
      const text = `${name} ${kind} ${tier ?? ""} ${head ? "head" : ""}`.toLowerCase();
      return words.every((w) => text.includes(w) || id.startsWith(w));
    }));
    found.textContent = `${matches.size} found`;
    hits.replaceChildren(...[...matches].slice(0, 20).map((i) => {
      const { id, kind, name } = box(i);
      const item = element("li", "");
      item.append(element("a", `${kind} ${name} ${id.slice(0, 12)}`, { href: `/node/${id}` }));
      return item;
    }));
    hits.hidden = !matches.size;
    paint();
  };

  // -- hands and keys
  let held = null, moved = 0;
  const touches = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    touches.set(event.pointerId, [event.clientX, event.clientY]);
    held = [event.clientX, event.clientY];
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!touches.has(event.pointerId)) {
      const now = at(event);
      if (now !== over) { over = now; canvas.style.cursor = now < 0 ? "grab" : "pointer"; paint(); }
      return;
    }
    const before = [...touches.values()];
    touches.set(event.pointerId, [event.clientX, event.clientY]);
    const after = [...touches.values()];
    if (after.length === 2) {
      const span = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]);
      const { x, y } = bounds();
      zoom(span(after) / Math.max(1, span(before)), [(after[0][0] + after[1][0]) / 2 - x, (after[0][1] + after[1][1]) / 2 - y]);
      moved = 99;
    } else if (held) {
      left -= (event.clientX - held[0]) / scale;
      top -= (event.clientY - held[1]) / scale;
      moved += Math.abs(event.clientX - held[0]) + Math.abs(event.clientY - held[1]);
      held = [event.clientX, event.clientY];
      paint();
    }
  });
  const released = (event) => {
    touches.delete(event.pointerId);
    held = null;
    if (event.type === "pointerup" && moved < 5) {
      const i = at(event);
      if (i >= 0) choose(i, false);
    }
  };
  canvas.addEventListener("pointerup", released);
  canvas.addEventListener("pointercancel", released);
  canvas.addEventListener("dblclick", open);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { x, y } = bounds();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), [event.clientX - x, event.clientY - y]);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const push = (x, y) => { left += x / scale; top += y / scale; paint(); };
    const action = {
      ArrowLeft: () => push(-80, 0), ArrowRight: () => push(80, 0), ArrowUp: () => push(0, -80), ArrowDown: () => push(0, 80),
      "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: all, Home: all,
      n: () => stepTo(1), p: () => stepTo(-1), u: () => follow(down), i: () => follow(up), Enter: open,
    }[event.key];
    if (action) { event.preventDefault(); event.stopPropagation(); action(); }
  });
  for (const button of frame.querySelectorAll("button[data-view]")) {
    button.addEventListener("click", { in: () => zoom(1.25), out: () => zoom(0.8), all }[button.dataset.view]);
  }
  find.addEventListener("input", search);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    stepTo(1);
    canvas.focus();
  });
  document.addEventListener("qed-theme", () => { readColours(); paint(); });
  new ResizeObserver(paint).observe(canvas);

  // -- the data
  const begin = async () => {
    const answer = await fetch(frame.dataset.source);
    if (!answer.ok) throw new Error(await answer.text());
    data = await answer.json();
    down = data.boxes.map(() => []);
    up = data.boxes.map(() => []);
    for (const [a, b] of data.edges) { down[a].push(b); up[b].push(a); }
    data.boxes.forEach(([id, , , , , x, y], i) => {
      const key = `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(i);
      byId.set(id, i);
    });
    order = data.boxes.map((_, i) => i).sort((a, b) => data.boxes[a][6] - data.boxes[b][6] || data.boxes[a][5] - data.boxes[b][5]);
    frame.hidden = false;
    readColours();
    all();
    const asked = byId.get(frame.dataset.node);
    if (asked !== undefined) choose(asked, true);
    draw();
    frame.dataset.drawn = String(data.boxes.length);
  };
  begin().catch((error) => {
    frame.hidden = false;
    frame.replaceChildren(element("p", `The drawing could not be made. ${error.message}`, { className: "notice bad" }));
  });
})();
