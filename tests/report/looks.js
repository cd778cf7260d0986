// Functions that a test puts into a page of the report; each returns a list of what is wrong, for people.

// Elements that stick out of the window, unless a box of their own scrolls or clips them.
function stickingOut() {
  const width = document.documentElement.clientWidth;
  const held = (node) => {
    for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
      if (up instanceof SVGElement) continue;
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const wrong = [...document.body.querySelectorAll("*")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && (box.right > width + 0.5 || box.left < -0.5) && !held(node);
  });
  if (document.documentElement.scrollWidth > width) wrong.push(document.documentElement);
  return wrong.map(named);
}

// Text of a picture that leaves the box that it stands in, and text anywhere that its element does not hold.
function textOutsideItsBox() {
  const wrong = [];
  for (const lane of document.querySelectorAll("svg.topology .lane")) {
    const boxes = [...lane.querySelectorAll("rect")].map((rect) => rect.getBoundingClientRect());
    const texts = [...lane.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().width);
    for (const text of texts) {
      const at = text.getBoundingClientRect();
      const inside = boxes.some((box) => at.left >= box.left - 0.5 && at.right <= box.right + 0.5);
      const between = boxes.every((box) => at.right <= box.left + 0.5 || at.left >= box.right - 0.5);
      if (!inside && !between) wrong.push(named(text));
    }
    for (const one of texts) for (const other of texts) {
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
      if (one !== other && !apart) wrong.push(`${named(one)} over ${named(other)}`);
    }
  }
  for (const node of document.querySelectorAll("h1, h2, h3, h4, p, dd, dt, td, th, li, summary, .badge, pre")) {
    const style = getComputedStyle(node);
    if (style.position === "absolute" || !node.offsetWidth) continue;
    if (node.scrollWidth > node.clientWidth + 1 && style.overflowX === "visible" && style.display !== "inline")
      wrong.push(named(node));
  }
  return wrong;
}

// Text whose colour is too near to what it stands on: WCAG 2, 1.4.3, contrast (minimum).
function tooFaint() {
  const parse = (colour) => (colour.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    if (node instanceof SVGElement) {
      const at = node.getBoundingClientRect();
      for (const rect of [...(node.closest("svg")?.querySelectorAll("rect") || [])]) {
        const box = rect.getBoundingClientRect();
        if (at.left >= box.left && at.right <= box.right && at.top >= box.top && at.bottom <= box.bottom)
          return parse(getComputedStyle(rect).fill);
      }
    }
    for (let up = node; up; up = up.parentElement) {
      const colour = parse(getComputedStyle(up).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const wrong = new Set();
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.getBoundingClientRect().width) continue;
    if (["TITLE", "title", "STYLE"].includes(node.tagName) || node.closest(".unseen")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(node instanceof SVGElement ? style.fill : style.color)), light(ground(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    looked += 1;
    if (contrast < 4.5) wrong.add(`${contrast.toFixed(2)}: ${named(node)}`);
  }
  return looked > 10 ? [...wrong] : ["hardly any text was found"];
}

// What those who hear a page rely on.
function unnamed() {
  const wrong = [];
  for (const table of document.querySelectorAll("table")) {
    if (!table.querySelector("thead th[scope=col]")) wrong.push("a table without heads");
    for (const row of table.querySelectorAll("tbody tr")) if (!row.querySelector("th[scope=row]")) wrong.push("a row without a head");
  }
  for (const svg of document.querySelectorAll("svg")) {
    const hidden = svg.closest("[aria-hidden=true]") || svg.parentElement.closest("svg");
    if (!hidden && !svg.hasAttribute("aria-label") && !svg.querySelector("[role=img] > title")) wrong.push(named(svg));
  }
  for (const box of document.querySelectorAll("[tabindex]")) if (!box.getAttribute("aria-label")) wrong.push(named(box));
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id twice");
  for (const link of document.querySelectorAll("a[href^='#']"))
    if (!document.getElementById(link.getAttribute("href").slice(1))) wrong.push(`a link to nowhere: ${link.href}`);
  return wrong;
}

function named(node) {
  const kind = node.tagName + (node.getAttribute("class") ? `.${node.getAttribute("class")}` : "");
  return `${kind} "${(node.textContent || "").trim().slice(0, 60)}"`;
}
