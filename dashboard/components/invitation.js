/* A photograph and its maps; a click anywhere opens them. */
export default function ({ data, parentElement }) {
  const invitation = parentElement.querySelector(".invitation");
  if (!invitation) return;
  invitation.href = data.link;
  invitation.onclick = follow;
  invitation.setAttribute("aria-label", data.says);
  invitation.replaceChildren(
    ...data.pictures.map(({ picture, heading, line }) => {
      const figure = element("figure");
      const image = element("img");
      image.src = picture;
      image.alt = heading;
      const caption = element("figcaption");
      caption.append(element("strong", "", heading), element("span", "", line));
      figure.append(image, caption);
      return figure;
    }),
  );
}
