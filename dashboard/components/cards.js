/* The gallery's cards: a click opens an image without loading the app anew; with Ctrl or the middle button, in a new tab. */
const MARKS = { right: "\u2713", wrong: "\u2717", unknown: "?" };
const SPOKEN = { right: "right", wrong: "wrong", unknown: "has no such class" };

function lineOf(said) {
  const line = element("div", "said");
  const mark = element("span", `verdict ${said.verdict}`, MARKS[said.verdict]);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", SPOKEN[said.verdict]);
  mark.title = SPOKEN[said.verdict];
  line.append(mark, element("span", "model", said.model), element("span", "probability", said.probability));
  if (said.answer) line.append(element("span", "answer", said.answer));
  return line;
}

/* The address is changed as a click on "forward" would change it, which Streamlit's client follows: Back leads back. */
function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  window.history.pushState({}, "", event.currentTarget.href);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

function cardOf(card) {
  const item = element("li");
  const shown = element(card.link ? "a" : "div", "card");
  const text = element("div", "text");
  text.append(element("div", "label", card.label), element("div", "image", card.image));
  if (card.link) {
    const picture = element("div", "picture");
    const image = element("img");
    image.src = card.picture;
    image.alt = card.alt;
    picture.append(image);
    shown.append(picture);
    shown.href = card.link;
    shown.onclick = follow;
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
  parentElement.querySelector(".cards")?.replaceChildren(...data.cards.map(cardOf));
}
