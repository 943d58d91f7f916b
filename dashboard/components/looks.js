/* How maps are drawn: what the server told, and what the reader has set since, which counts until the server says the same. */
const LOOKS = "explain-looks"; // the event by which controls tell pictures, with what was set

function looksOf(root, told) {
  root.set ??= {};
  for (const name of Object.keys(root.set)) if (root.set[name] === told[name]) delete root.set[name];
  return { ...told, ...root.set };
}
