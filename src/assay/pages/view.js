// Filters that go at once, what they offer in the language that is read, the count that comes later, keys. Everything works without, by the button and the links.
(() => {
  const all = (what) => [...document.querySelectorAll(what)];
  document.addEventListener("change", (event) => { if (event.target.closest("[data-go]")) event.target.form.requestSubmit(); });
  // Empty words make long addresses.
  document.addEventListener("formdata", (event) => { for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name); });

  // An option cannot hold both languages.
  const speak = () => all("option[data-z]").forEach((one) => {
    one.dataset.e ??= one.textContent;
    one.textContent = /^zh/.test(document.documentElement.lang) ? one.dataset.z : one.dataset.e;
  });
  new MutationObserver(speak).observe(document.documentElement, { attributeFilter: ["lang"] });
  speak();

  const counted = document.querySelector("[data-count]");
  if (counted) fetch(counted.dataset.count).then((said) => said.ok ? said.text() : "?").catch(() => "?")
    .then((text) => counted.querySelectorAll("[data-n]").forEach((place) => { place.textContent = text; }));

  const follow = (what) => document.querySelector(what)?.click();
  const step = (by) => {
    const items = all("[data-item]"), at = items.indexOf(document.activeElement);
    items[at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + by, 0), items.length - 1)]?.focus();
  };
  const keys = {
    "/": () => document.querySelector("[data-search]")?.focus(),
    j: () => step(1), k: () => step(-1),
    n: () => follow("a[rel=next]"), p: () => follow("a[rel=prev]"), u: () => follow("[data-up]"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
