/* What is pointed at in the page's charts: a card with the photograph of a point, or with links to the images of a bar
   or a cell. The charts are drawn by another script, which says what lies under the pointer. */
const CHART = ".js-plotly-plot";
const AWAY = 14; // pixels between the pointer and the card

const unwritten = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const linesOf = (text) => String(text ?? "").split("<br>").map(unwritten);

/* What a point says: an image, or several. The chart's author wrote it beside the points. */
function saidBy({ customdata, meta, hovertext, x, y }) {
  if (!meta || customdata === undefined || customdata === null) return null;
  if (meta.parts) {
    const [slice, says, count] = customdata;
    return { slice, says, count };
  }
  const image = String(Array.isArray(customdata) ? customdata[0] : customdata);
  const named = [x, y].filter((each) => typeof each === "string").flatMap(linesOf);
  const [, ...more] = linesOf(hovertext);
  const number = { x, y }[meta.along];
  const of = unwritten(meta.of);
  const beside = named.filter((each) => !of.includes(each));
  if (!meta.value || typeof number !== "number") return { image, of, beside, value: more };
  return { image, of, beside: [...beside, ...more], value: [`${unwritten(meta.value)}: ${number.toFixed(3)}`] };
}

const pointOf = ({ customdata, data, hovertext, x, y }) => saidBy({ customdata, meta: data.meta, hovertext, x, y });

/* Every image of a chart, in the order of its traces and of their values: for the keys. */
function pointsOf(chart) {
  return chart.data.flatMap((trace) => {
    if (!trace.meta || trace.customdata === undefined || trace.visible === "legendonly") return [];
    const at = (values, index) => (values && typeof values === "object" ? values[index] : values);
    const order = trace.meta.along === "x" ? trace.x : trace.y;
    if (trace.type === "heatmap") {
      return trace.customdata.flatMap((row) => row.map((each) => saidBy({ customdata: each, meta: trace.meta })));
    }
    const { x, y } = trace;
    return Array.from(trace.customdata, (_, index) => index)
      .sort((a, b) => (trace.meta.parts ? a - b : order[a] - order[b]))
      .map((index) =>
        saidBy({
          customdata: trace.customdata[index], meta: trace.meta, hovertext: at(trace.hovertext, index),
          x: x[index], y: y[index],
        }),
      );
  });
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".pointing");
  if (!root) return;
  root.leave?.();
  const card = element("div", "card");
  card.hidden = true;
  const spoken = element("div", "spoken");
  spoken.setAttribute("role", "status");
  root.replaceChildren(card, spoken);
  const addressOf = (image) => `./compare?${data.compare}${data.compare && "&"}image=${encodeURIComponent(image)}`;
  const listOf = (stem, slice) => {
    const both = data.within ? `${data.within}~${slice}` : slice;
    return `./${stem}?${data.rest}${data.rest && "&"}slice=${encodeURIComponent(both)}`;
  };
  let [shown, stays, chart, byTouch, at] = [null, false, null, false, -1];

  function linkTo(text, address) {
    const link = element("a", "", text);
    link.href = address;
    link.onclick = (event) => {
      close();
      follow(event);
    };
    return link;
  }

  function fill(said, staying) {
    const words = element("div", "said");
    card.className = said.image === undefined ? "card" : "card pictured";
    card.classList.toggle("passing", !staying);
    if (said.image === undefined) {
      words.append(element("strong", "", said.says), element("span", "value", said.count === 1 ? "1 image" : `${said.count} images`));
      if (!said.count) return card.replaceChildren(words);
      if (staying) {
        const these = said.count === 1 ? "this one" : `these ${said.count}`;
        words.append(...data.lists.map(({ stem, says }) => linkTo(says.replace("{}", these), listOf(stem, said.slice))));
      } else words.append(element("span", "hint", "Click for the images."));
      return card.replaceChildren(words);
    }
    words.append(element("strong", "", said.image));
    for (const line of [said.of, ...said.beside].filter(Boolean)) words.append(element("span", "", line));
    for (const line of said.value) words.append(element("span", "value", line));
    if (staying) words.append(linkTo("Open in Compare", addressOf(said.image)));
    const picture = element("img");
    picture.alt = "";
    picture.onerror = () => picture.remove();
    picture.src = data.thumbnails + encodeURIComponent(said.image);
    card.replaceChildren(picture, words);
  }

  /* Beside the pointer, where there is room; at a chart's upper right corner for the keys. */
  function place(x, y) {
    if (card.showPopover) {
      card.popover = "manual"; // above everything, a chart in full screen too
      if (!card.matches(":popover-open")) card.showPopover();
    }
    card.hidden = false;
    const { width, height } = card.getBoundingClientRect();
    const left = x + AWAY + width > window.innerWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > window.innerHeight ? y - AWAY - height : y + AWAY;
    card.style.left = `${Math.min(Math.max(4, left), Math.max(4, window.innerWidth - width - 4))}px`;
    card.style.top = `${Math.max(4, top)}px`;
  }

  function quiet(plot, hidden) {
    const own = plot?.querySelector(".hoverlayer");
    if (own) own.style.visibility = hidden ? "hidden" : "";
  }

  function show(plot, said, x, y, staying) {
    [shown, stays, chart] = [said, staying, plot];
    quiet(plot, true); // its own label says less
    fill(said, staying);
    place(x, y);
  }

  function close() {
    quiet(chart, false);
    [shown, stays, chart, at] = [null, false, null, -1];
    card.hidden = true;
    if (card.matches?.(":popover-open")) card.hidePopover();
  }

  const first = (event) => event.points?.map(pointOf).find(Boolean) ?? null;
  const onHover = (event) => {
    if (stays || byTouch) return;
    const said = first(event);
    if (said) show(event.event.target.closest(CHART), said, event.event.clientX, event.event.clientY, false);
    else close();
  };
  const onUnhover = () => stays || close();
  const onClick = (event) => {
    const said = first(event);
    if (!said) return;
    const { clientX, clientY, target } = event.event;
    const touch = event.event.changedTouches?.[0];
    if (said.image === undefined || byTouch) {
      const plot = target?.closest?.(CHART) ?? chart;
      show(plot, said, touch?.clientX ?? clientX, touch?.clientY ?? clientY, true);
    } else {
      close();
      go(addressOf(said.image));
    }
  };

  const told = [["plotly_hover", onHover], ["plotly_unhover", onUnhover], ["plotly_click", onClick]];

  /* A chart may be drawn anew at any time, and then knows nobody: it is asked again whenever it is come to. */
  function listen(plot) {
    if (!plot.on || !plot.data?.some((trace) => trace.meta && trace.customdata !== undefined)) return;
    for (const [name, hear] of told) {
      plot.removeListener(name, hear);
      plot.on(name, hear);
    }
    if (plot.tabIndex >= 0) return;
    plot.tabIndex = 0;
    plot.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight Enter");
    plot.setAttribute("aria-description", "Arrow keys go from point to point, Enter opens what is shown.");
  }

  function onKey(event) {
    const plot = event.target.closest?.(CHART);
    if (event.key === "Escape") return close();
    if (!plot || event.target !== plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const points = pointsOf(plot).filter(Boolean);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step && points.length) {
      event.preventDefault();
      event.stopPropagation();
      const next = chart === plot ? Math.min(points.length - 1, Math.max(0, at + step)) : 0;
      const box = plot.getBoundingClientRect();
      show(plot, points[next], box.right - AWAY, Math.max(8, box.top), true);
      at = next;
      spoken.textContent = [...card.querySelectorAll("strong, span")].map((each) => each.textContent).join(", ");
    } else if (event.key === "Enter" && shown && chart === plot) {
      event.preventDefault();
      go(shown.image === undefined ? listOf(data.lists[0].stem, shown.slice) : addressOf(shown.image));
      close();
    }
  }

  function onDown(event) {
    byTouch = event.pointerType === "touch";
    const inside = event.composedPath().includes(card);
    if (stays && !inside) close();
  }
  const onOver = (event) => {
    const plot = event.target.closest?.(CHART);
    if (plot) listen(plot);
  };
  const onScroll = (event) => event.target !== card && shown && close();

  const heard = [
    ["pointerover", onOver], ["pointerdown", onOver], ["pointerdown", onDown], ["focusin", onOver], ["keydown", onKey],
    ["scroll", onScroll],
  ];
  for (const [name, hear] of heard) document.addEventListener(name, hear, true);
  const appearing = new MutationObserver(() => document.querySelectorAll(CHART).forEach(listen));
  appearing.observe(document.querySelector("[data-testid=stMain]") ?? document.body, { childList: true, subtree: true });
  document.querySelectorAll(CHART).forEach(listen);
  return ending(root, () => {
    close();
    appearing.disconnect();
    for (const [name, hear] of heard) document.removeEventListener(name, hear, true);
    for (const plot of document.querySelectorAll(CHART)) {
      for (const [name, hear] of told) plot.removeListener?.(name, hear);
    }
  });
}
