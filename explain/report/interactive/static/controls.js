/* Elements and controls; every text is set as text, never as markup. */
"use strict";

Site.element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made[name] = value;
    else if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};

Site.spoken = (name) => name.replaceAll("_", " ");

Site.number = (value) => {
  if (value === 0) return "0";
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
};

Site.choice = (label, name, options, state) => {
  const select = Site.element("select", { onchange: () => Site.go({ [name]: select.value }) });
  for (const [value, title] of options) {
    select.append(Site.element("option", { value, selected: String(state[name]) === value }, title));
  }
  return Site.element("label", {}, Site.element("span", {}, label), select);
};

Site.slider = (label, name, { low, high, step }, state, moved) => {
  const shown = Site.element("output", {}, Site.number(state[name]));
  const range = Site.element("input", { type: "range", min: low, max: high, step, value: state[name], "aria-label": label });
  range.oninput = () => {
    shown.textContent = Site.number(Number(range.value));
    moved({ [name]: Number(range.value) });
  };
  return Site.element("label", {}, Site.element("span", {}, label, " ", shown), range);
};

Site.several = (label, name, entries, state) => {
  const group = Site.element("fieldset", {}, Site.element("legend", {}, label));
  const chosen = String(state[name]).split("~");
  for (const entry of entries) {
    const box = Site.element("input", { type: "checkbox", checked: chosen.includes(entry.name) });
    box.onchange = () => {
      const now = entries.filter((each) => (each === entry ? box.checked : chosen.includes(each.name)));
      if (now.length) Site.go({ [name]: now.map((each) => each.name).join("~") });
      else box.checked = true; // something must be shown
    };
    group.append(Site.element("label", { class: "box" }, box, Site.element("span", {}, entry.title)));
  }
  return group;
};

Site.failed = (error) => Site.element("p", { class: "notice warning", role: "alert" }, error.message);
