/** Making DOM: elements, icons and buttons. Text only ever enters as text. */

const SVG = "http://www.w3.org/2000/svg";

/** Drawn on a 24 × 24 grid, in strokes. @type {Record<string, string[]>} */
const ICONS = {
  mic: [
    "M12 3.5a3 3 0 0 0-3 3V11a3 3 0 0 0 6 0V6.5a3 3 0 0 0-3-3Z",
    "M6 11a6 6 0 0 0 12 0",
    "M12 17v3.5",
  ],
  "mic-off": [
    "M15 9.5v-3a3 3 0 0 0-5.7-1.3",
    "M9 9v2a3 3 0 0 0 4.6 2.5",
    "M18 11a6 6 0 0 1-.6 2.6",
    "M6 11a6 6 0 0 0 8.8 5.3",
    "M12 17v3.5",
    "M4 4l16 16",
  ],
  wave: ["M4 10v4", "M8 7v10", "M12 4v16", "M16 8v8", "M20 10.5v3"],
  stop: ["M7 7h10v10H7Z"],
  off: ["M12 4v8", "M7.5 6.8a7 7 0 1 0 9 0"],
  send: ["M12 19V5", "M6 11l6-6 6 6"],
  file: [
    "M13 3.5H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V9Z",
    "M13 3.5V9h5.5",
    "M9 14v2",
    "M12 12.5v5",
    "M15 14v2",
  ],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  speaker: [
    "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z",
    "M15.5 9a4.2 4.2 0 0 1 0 6",
    "M18 6.5a7.8 7.8 0 0 1 0 11",
  ],
  keep: ["M7 4h10v16l-5-4-5 4Z"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  tool: ["M14.7 6.3a4 4 0 0 1 5-1l-2.9 2.9 1 2 2 1 2.2-2.9a4 4 0 0 1-5.6 4.4L8 21a2.1 2.1 0 0 1-3-3Z"],
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string | Record<string, string>)} parts attributes, children and text
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, className, ...parts) {
  const element = document.createElement(tag);
  element.className = className;
  for (const part of parts) {
    if (typeof part === "string" || part instanceof Node) element.append(part);
    else for (const [name, value] of Object.entries(part)) element.setAttribute(name, value);
  }
  return element;
}

/** @param {string} name a key of ICONS @returns {SVGElement} hidden from readers */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `rt-icon rt-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  for (const line of ICONS[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

/**
 * A button that is an icon; its name is read aloud and shown on hover.
 * @param {string} className
 * @param {string} iconName
 * @param {string} name
 * @param {() => void} onClick
 */
export function iconButton(className, iconName, name, onClick) {
  const button = el("button", className, { type: "button" }, icon(iconName));
  setName(button, name);
  button.addEventListener("click", onClick);
  return button;
}

/** @param {HTMLElement} element @param {string} name */
export function setName(element, name) {
  setAttribute(element, "aria-label", name);
  setAttribute(element, "title", name);
}

/**
 * Change text only when it differs, so that nothing is read aloud twice.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} name @param {string} value */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
