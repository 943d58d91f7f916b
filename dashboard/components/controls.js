/* Controls whose every move is told to the pictures at once, and to the server after so many milliseconds of rest. */
function fieldOf({ name, label, help, options, listed, usual, low, high, step }, number) {
  const field = element("div", "field");
  const head = element("div", "label", label);
  head.id = `label-${number}`;
  field.title = help;
  field.append(head);
  if (usual) return pillsOf(field, { label, options, usual });
  if (!options) return sliderOf(field, { label, low, high, step });
  return listed ? listOf(field, label, options) : segmentsOf(field, { name, label, options });
}

function sliderOf(field, { label, low, high, step }) {
  field.setAttribute("role", "group");
  field.setAttribute("aria-label", label);
  const input = element("input");
  Object.assign(input, { type: "range", min: low, max: high, step });
  input.setAttribute("aria-label", label);
  const output = element("output");
  field.classList.add("slider");
  field.append(output, input);
  const digits = (String(step).split(".")[1] || "").length;
  const say = () => {
    output.textContent = Number(input.value).toFixed(digits);
    input.style.setProperty("--share", (input.value - low) / (high - low));
  };
  return {
    field,
    inputs: [input],
    read: () => Number(input.value),
    show: (value) => {
      if (Number(input.value) !== value) input.value = value;
      say();
    },
  };
}

function listOf(field, label, options) {
  const box = element("select");
  box.setAttribute("aria-label", label);
  for (const [value, title] of options) {
    const option = element("option", "", title);
    option.value = value;
    box.append(option);
  }
  field.append(box);
  return { field, inputs: [box], read: () => box.value, show: (value) => (box.value = value) };
}

/* Values as buttons side by side, each an input of a type of its own below its words. */
function buttonsOf(field, label, options, { role, group, button, input }) {
  const holder = element("div", group);
  holder.setAttribute("role", role);
  holder.setAttribute("aria-label", label);
  const inputs = options.map(([value, title]) => {
    const shown = element("label", button);
    const made = Object.assign(element("input"), { ...input, value });
    shown.append(made, element("span", "", title));
    holder.append(shown);
    return made;
  });
  field.append(holder);
  return inputs;
}

function segmentsOf(field, { name, label, options }) {
  const looks = { role: "radiogroup", group: "segments", button: "segment", input: { type: "radio", name } };
  const inputs = buttonsOf(field, label, options, looks);
  return {
    field,
    inputs,
    read: () => inputs.find((input) => input.checked)?.value,
    show: (value) => inputs.forEach((input) => (input.checked = input.value === value)),
  };
}

/* Any of several; where the last one is taken away, the usual ones are back. */
function pillsOf(field, { label, options, usual }) {
  const looks = { role: "group", group: "pills", button: "pill", input: { type: "checkbox" } };
  const inputs = buttonsOf(field, label, options, looks);
  return {
    field,
    inputs,
    read: () => inputs.filter((input) => input.checked).map((input) => input.value).join() || usual.join(),
    show: (value) => inputs.forEach((input) => (input.checked = value.split(",").includes(input.value))),
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".controls");
  if (!root) return;
  const structure = JSON.stringify(data.controls);
  if (root.structure !== structure) {
    root.structure = structure;
    root.fields = data.controls.map((control, number) => [control.name, fieldOf(control, number)]);
    root.replaceChildren(...root.fields.map(([, { field }]) => field));
  }
  const looks = looksOf(root, data.looks);
  root.waiting ??= {};
  for (const [name, { inputs, read, show }] of root.fields) {
    show(looks[name]); // the same elements stay, so that a slider can be held while the server answers
    const moved = () => {
      const value = read();
      show(value);
      root.set[name] = value;
      root.waiting[name] = value;
      window.dispatchEvent(new CustomEvent(LOOKS, { detail: { [name]: value } }));
      clearTimeout(root.timer);
      root.timer = setTimeout(() => {
        root.tell(root.waiting);
        root.waiting = {};
      }, data.rest);
    };
    for (const input of inputs) {
      input.oninput = moved;
      input.onkeydown = (event) => event.stopPropagation(); // the page's own arrow keys go to the next image
    }
  }
  root.tell = (changed) => setTriggerValue("changed", changed);
}
