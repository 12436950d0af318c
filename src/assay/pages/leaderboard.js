// Sorting, finding, picking and weighing; the state is kept in the address. Words stand in the page, never here.
(() => {
  const table = document.getElementById("lb"), form = document.getElementById("tools");
  if (!table || !form) return;
  const sums = JSON.parse(document.getElementById("sums").textContent);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const rows = all("tr[data-row]"), heads = all("button[data-sort]", table), dims = all("[name=dim]", form);
  const weights = all("[name=weight]", form), shows = all("[name=access]", form), we = all(".we", table);
  const original = new Map(all("tbody", table).map((body) => [body, [...body.rows]]));
  const name = (row) => row.querySelector("a").textContent;
  const place = (button) => button.closest("th").cellIndex;
  let sort = { by: "corrected", down: false };

  const number = (row, column) => {
    const text = row.cells[column].textContent.trim().replace("−", "-").replace("<", "");
    return text && !/^[–—]/.test(text) ? parseFloat(text) : NaN;
  };

  const weighed = (row) => {
    let sum = 0, of = 0;
    (sums[row.dataset.row] || []).forEach(([ranks, count], at) => {
      const weight = Math.max(0, parseFloat(weights[at].value) || 0);
      if (!count) return;
      sum += weight * (form.equal.checked ? ranks / count : ranks);
      of += weight * (form.equal.checked ? 1 : count);
    });
    return of ? sum / of : NaN;
  };

  const weigh = () => {
    const on = form.equal.checked || weights.some((one) => one.value !== "1");
    rows.forEach((row) => {
      const value = weighed(row);
      row.querySelector("td.we").textContent = isNaN(value) ? "–" : value.toFixed(2);
    });
    const before = !we[0].hidden;
    we.forEach((cell) => { cell.hidden = !on; });
    document.getElementById("avg").colSpan = on ? 3 : 2;
    all(".lh th", table).forEach((cell) => { cell.colSpan = heads.length - 1 + on; });
    if (on && !before) sort = { by: "weighed", down: false };
    if (!on && sort.by === "weighed") sort = { by: "corrected", down: false };
  };

  const order = () => {
    const button = heads.find((one) => one.dataset.sort === sort.by) || heads[2];
    const column = place(button), sign = sort.down ? -1 : 1;
    heads.forEach((one) => one.closest("th").setAttribute("aria-sort", one === button ? (sort.down ? "descending" : "ascending") : "none"));
    original.forEach((first, body) => {
      const some = first.filter((row) => row.dataset.row), at = new Map(some.map((row, n) => [row, n]));
      const value = new Map(some.map((row) => [row, column ? number(row, column) : name(row)]));
      some.sort((one, other) => {
        const a = value.get(one), b = value.get(other);
        const by = column ? isNaN(a) - isNaN(b) || sign * (a - b) : sign * a.localeCompare(b);
        return by || at.get(one) - at.get(other);  // missing is last both ways
      });
      body.append(...first.filter((row) => !row.dataset.row), ...some);
    });
  };

  const show = () => {
    const find = form.find.value.trim().toLowerCase(), known = shows.map((one) => one.value);
    const on = shows.filter((one) => one.checked).map((one) => one.value);
    let shown = 0;
    rows.forEach((row) => {
      const pick = row.querySelector("[name=pick]"), access = row.dataset.access;
      row.classList.toggle("picked", pick.checked);
      row.hidden = !name(row).toLowerCase().includes(find) || (known.includes(access) && !on.includes(access)) ||
        (form.picked.checked && !pick.checked);
      shown += !row.hidden;
    });
    all("tbody", table).forEach((body) => { body.hidden = ![...body.rows].some((row) => row.dataset.row && !row.hidden); });
    dims.forEach((one, at) => table.classList.toggle("hide" + at, !one.checked));
    table.classList.toggle("narrow", dims.some((one) => !one.checked));
    document.getElementById("shown").textContent = shown;
    document.getElementById("none").hidden = shown > 0;
  };

  // ---- the address ----
  const state = () => {
    const kept = new URLSearchParams();
    if (sort.by !== "corrected" || sort.down) kept.set("sort", sort.by + (sort.down ? "!" : ""));
    if (form.find.value.trim()) kept.set("find", form.find.value.trim());
    if (shows.some((one) => !one.checked)) kept.set("show", shows.filter((one) => one.checked).map((one) => one.value).join());
    if (dims.some((one) => !one.checked)) kept.set("hide", dims.flatMap((one, at) => one.checked ? [] : [at]).join());
    if (weights.some((one) => one.value !== "1")) kept.set("weights", weights.map((one) => one.value || "0").join());
    if (form.equal.checked) kept.set("equal", "1");
    const picks = rows.filter((row) => row.querySelector("[name=pick]").checked).map((row) => row.dataset.row);
    if (picks.length) kept.set("pick", picks.join());
    if (form.picked.checked) kept.set("only", "1");
    return kept.toString();
  };
  const keep = () => history.replaceState(null, "", state() ? "#" + state() : location.pathname + location.search);

  const read = () => {
    const text = location.hash.slice(1);
    if (text && !text.includes("=")) return;  // a link to a note or to the tasks
    const kept = new URLSearchParams(text), list = (what) => (kept.get(what) || "").split(",").filter(Boolean);
    const by = kept.get("sort") || "corrected";
    sort = { by: by.replace(/!$/, ""), down: by.endsWith("!") };
    form.find.value = kept.get("find") || "";
    shows.forEach((one) => { one.checked = !kept.has("show") || list("show").includes(one.value); });
    dims.forEach((one, at) => { one.checked = !list("hide").includes(String(at)); });
    weights.forEach((one, at) => { const given = parseFloat(list("weights")[at] ?? "1"); one.value = String(isNaN(given) ? 1 : Math.min(9, Math.max(0, given))); });
    form.equal.checked = kept.has("equal");
    form.picked.checked = kept.has("only");
    rows.forEach((row) => { row.querySelector("[name=pick]").checked = list("pick").includes(row.dataset.row); });
    const wanted = sort;
    weigh();
    if (heads.some((one) => one.dataset.sort === wanted.by) && (wanted.by !== "weighed" || !we[0].hidden) && kept.has("sort")) sort = wanted;
    order();
    show();
  };

  heads.forEach((button) => button.addEventListener("click", () => {
    const best = button.dataset.better === "higher";  // first click: the best on top
    sort = { by: button.dataset.sort, down: sort.by === button.dataset.sort ? !sort.down : best };
    order();
    keep();
  }));
  form.addEventListener("input", () => { weigh(); order(); show(); keep(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[type=reset]").addEventListener("click", (event) => {  // the event "reset" comes before the fields are empty
    event.preventDefault();
    form.reset();
    rows.forEach((row) => { row.querySelector("[name=pick]").checked = false; });
    sort = { by: "corrected", down: false };
    weigh(); order(); show(); keep();
  });
  document.getElementById("everybody").addEventListener("click", () => {
    form.find.value = "";
    form.picked.checked = false;
    shows.forEach((one) => { one.checked = true; });
    show(); keep();
    form.find.focus();  // this button is gone
  });
  table.addEventListener("change", () => { show(); keep(); });
  addEventListener("hashchange", read);
  read();
})();
