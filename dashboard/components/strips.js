/* Rows of a photograph with its maps: a click opens the image without loading the app anew; with Ctrl, in a new tab. */
function pictureOf(picture, image) {
  const shown = element("span", "one");
  const img = element("img");
  img.src = picture.picture;
  img.alt = `${image}: ${picture.caption}`;
  const framed = element("span", "frame");
  framed.append(img);
  shown.append(framed, element("span", "caption", picture.caption));
  return shown;
}

function stripOf(strip) {
  const item = element("li");
  const link = element("a", "strip");
  link.href = strip.link;
  link.onclick = follow;
  const text = element("span", "text");
  text.append(element("span", "image", strip.image), element("span", "line", strip.line));
  const pictures = element("span", "pictures");
  pictures.append(...strip.pictures.map((each) => pictureOf(each, strip.image)));
  const count = strip.pictures.length;
  pictures.style.setProperty("--narrow", count % 3 === 1 || count === 2 ? 2 : 3);
  link.append(text, pictures);
  item.append(link);
  return item;
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".strips");
  list?.classList.toggle("wrapping", data.wraps);
  list?.replaceChildren(...data.strips.map(stripOf));
}
