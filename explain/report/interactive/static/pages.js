/* Which page is shown, again with every change of the address. */
"use strict";
const PAGES = { gallery: Site.gallery, compare: Site.compare, own: Site.own };

let drawn = 0;
Site.show = async () => {
  drawn += 1;
  const mine = drawn;
  const { state, wrong } = Site.read();
  for (const page of Object.keys(PAGES)) {
    const link = document.getElementById(`to-${page}`);
    link.href = Site.address({ ...state, page });
    if (state.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const sentence = document.getElementById("wrong-link");
  sentence.hidden = !wrong.length;
  sentence.textContent = wrong.length ? `Of this link, not understood, and left at its default: ${wrong.join(", ")}.` : "";
  document.title = `${state.page === "compare" ? `${state.image} · ` : ""}Where classifiers look`;
  let content;
  try {
    content = await PAGES[state.page](state);
  } catch (error) {
    content = [Site.failed(error)];
  }
  if (mine !== drawn) return; // another page was asked for meanwhile
  document.getElementById("main").replaceChildren(...content);
  document.body.dataset.shown = Site.address(state);
};

Site.start = (catalogue) => {
  Site.catalogue = catalogue;
  for (const [name, packed] of Object.entries(catalogue.colormaps)) catalogue.colormaps[name] = Site.bytes(packed);
  document.getElementById("title").textContent = `Where classifiers look: ${catalogue.title}`;
  const notice = document.getElementById("notice");
  notice.textContent = catalogue.notice;
  notice.hidden = !catalogue.notice;
  document.getElementById("to-own").hidden = !catalogue.networks.length;
  addEventListener("hashchange", Site.show);
  addEventListener("popstate", Site.show);
  addEventListener("keydown", (event) => {
    if (Site.read().state.page !== "compare" || event.target.matches("input, select, textarea")) return;
    const step = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    if (step) document.querySelector(`a.step[rel="${step}"]`)?.click();
  });
  Site.show();
};

Site.start(Site.arrived.get("catalogue"));
