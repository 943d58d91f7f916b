/* The gallery's cards: a click opens an image without loading the app anew; with Ctrl or the middle button, in a new tab. */
const MARKS = { right: "\u2713", wrong: "\u2717", unknown: "?" };
const SPOKEN = { right: "right", wrong: "wrong", unknown: "has no such class" };

function lineOf(said) {
  const line = element("div", "said");
  const mark = element("span", `verdict ${said.verdict}`, MARKS[said.verdict]);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", SPOKEN[said.verdict]);
  mark.title = SPOKEN[said.verdict];
  const model = element("span", "model", said.model);
  model.title = said.model;
  line.append(mark, model, element("span", "probability", said.probability));
  if (said.answer) line.append(element("span", "answer", said.answer));
  return line;
}

function cardOf(card) {
  const item = element("li");
  const shown = element(card.link ? "a" : "div", "card");
  const text = element("div", "text");
  text.append(element("div", "label", card.label), element("div", "image", card.image));
  if (card.link) {
    const pictures = element("div", "pictures");
    pictures.append(
      ...card.pictures.map((source, index) => {
        const picture = element("div", "picture", source ? "" : "Its picture is missing in the store.");
        if (!source) return picture;
        const image = element("img");
        image.src = source;
        image.alt = card.alts[index];
        image.title = card.alts[index];
        picture.append(image);
        return picture;
      }),
    );
    shown.append(pictures);
    shown.href = card.link;
    shown.onclick = follow;
    if (card.value) text.append(element("div", "value", card.value));
    text.append(...card.said.map(lineOf));
  } else {
    text.prepend(element("div", "label", "\u26a0 Not readable"));
    text.append(element("div", "reason", card.reason));
  }
  shown.append(text);
  item.append(shown);
  return item;
}

export default function ({ data, parentElement }) {
  const list = element("ul", `list ${data.size}`);
  list.append(...data.cards.map(cardOf));
  parentElement.querySelector(".cards")?.replaceChildren(list);
}
