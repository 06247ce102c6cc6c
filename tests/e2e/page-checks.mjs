// What every page of ours must be, whatever stands on it. These run in the page: page.evaluate(unnamedControls).

/** Controls that a screen reader would find without a name. */
export function unnamedControls() {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches("button, a[href], input, select, textarea, summary, [role=log], [role=dialog]")) continue;
      const name =
        element.getAttribute("aria-label") ||
        element.textContent.trim() ||
        [...(element.labels ?? [])].map((label) => label.textContent.trim()).join(" ");
      if (!name) found.push(element.outerHTML.slice(0, 120));
    }
  };
  walk(document);
  return found;
}

/** Texts whose contrast is below AA. */
export function lowContrast() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const parent = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const background = (element) => {
    for (let at = element; at; at = parent(at)) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot);
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
      const box = element.getBoundingClientRect();
      if (!own || box.width < 2 || box.height < 2 || getComputedStyle(element).visibility === "hidden") continue;
      if (["SCRIPT", "STYLE", "NOSCRIPT", "TITLE"].includes(element.tagName)) continue;
      const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(background(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.push(`${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
    }
  };
  walk(document);
  return poor;
}
