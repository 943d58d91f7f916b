/* One row per claim: the sentence and its verdict, a bar of images for and against, and an image of each kind. */
const SIGNS = {
  "supported": "\u2713",
  "contradicted": "\u2715",
  "no relevant difference": "\u2248",
  "depends on the measure": "\u21c5",
  "too little data": "\u2026",
};
const SIDES = { for: "For", against: "Against" };

function linkTo(className, link) {
  const made = element("a", className);
  made.href = link;
  made.onclick = follow;
  return made;
}

function barOf({ share_for, share_against, counted, measured }) {
  const holder = element("div", "counted");
  const bar = element("div", "bar");
  bar.setAttribute("aria-hidden", "true"); // the sentence says the same
  for (const [side, share] of [["for", share_for], ["against", share_against]]) {
    const piece = element("div", `piece ${side}`);
    piece.style.width = `${100 * share}%`;
    bar.append(piece);
  }
  holder.append(bar, element("div", "sentence", counted), element("div", "by", measured));
  return holder;
}

function exampleOf({ side, image, link, pictures, captions }) {
  const example = linkTo(`example ${side}`, link);
  const shown = element("div", "pictures");
  pictures.forEach((picture, index) => {
    const figure = element("figure");
    const made = element("img");
    made.src = picture;
    made.alt = captions[index];
    figure.append(made, element("figcaption", "", captions[index]));
    shown.append(figure);
  });
  const heading = element("div", "heading");
  heading.append(element("span", "dot"), element("strong", "", SIDES[side]), element("span", "image", image));
  example.append(heading, shown);
  return example;
}

function rowOf(claim) {
  const row = element("li", "claim");
  const said = element("div", "said");
  const sentence = linkTo("sentence-link", claim.link);
  sentence.append(element("span", "number", `${claim.number}`), element("span", "", claim.claim));
  const verdict = element("span", `verdict ${claim.verdict.replaceAll(" ", "-")}`);
  const sign = element("span", "sign", SIGNS[claim.verdict] || "\u2013");
  sign.setAttribute("aria-hidden", "true");
  verdict.append(sign, element("span", "", claim.verdict));
  said.append(sentence, verdict);
  if (claim.counted) said.append(barOf(claim));
  row.append(said, ...claim.examples.map(exampleOf));
  return row;
}

export default function ({ data, parentElement }) {
  parentElement.querySelector(".claims")?.replaceChildren(...data.claims.map(rowOf));
}
