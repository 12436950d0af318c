// Language, light or dark, what is folded, copying. Words stand in the page, never here.
(() => {
  const root = document.documentElement, asked = new URLSearchParams(location.search);
  const all = (what) => [...document.querySelectorAll(what)];
  const keep = (name, value) => {
    try {
      if (value !== undefined) localStorage.setItem("assay-" + name, value);
      return localStorage.getItem("assay-" + name);
    } catch { return null; }  // a page from disk may have no storage
  };
  const lang = (to) => { root.lang = /^zh/.test(to) ? "zh-Hans" : "en"; return root.lang; };
  const theme = (to) => { if (to === "dark" || to === "light") root.dataset.theme = to; return to; };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  lang(asked.get("lang") || keep("lang") || navigator.language || "en");
  theme(asked.get("theme") || keep("theme"));

  const fold = (button, open) => {
    button.setAttribute("aria-expanded", open);
    document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
  };
  const folds = () => all("button[data-do=fold]");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    if (button.dataset.do === "lang") keep("lang", lang(root.lang === "en" ? "zh" : "en"));
    if (button.dataset.do === "theme") keep("theme", theme(dark() ? "light" : "dark"));
    if (button.dataset.do === "fold") fold(button, button.getAttribute("aria-expanded") !== "true");
    if (button.dataset.do === "fold-all") {
      const those = folds().filter((one) => !("keep" in one.dataset));
      const open = those.some((one) => one.getAttribute("aria-expanded") !== "true");
      those.forEach((one) => fold(one, open));
    }
    if (button.dataset.do === "copy") {
      const text = button.parentElement.querySelector("pre");
      getSelection().selectAllChildren(text);  // seen, and there to be copied by hand where the browser does not allow it
      navigator.clipboard?.writeText(text.textContent).catch(() => {});
    }
  });

  // Paper cannot be clicked: print what is folded, but not what is folded because it is harmful.
  let before = [], shut = [];
  addEventListener("beforeprint", () => {
    before = folds().filter((button) => button.getAttribute("aria-expanded") !== "true" && !("keep" in button.dataset));
    shut = all("details:not([open])");
    before.forEach((button) => fold(button, true));
    shut.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => {
    before.forEach((button) => fold(button, false));
    shut.forEach((one) => { one.open = false; });
  });
})();
