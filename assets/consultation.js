// What is typed into a record's form is kept while it is typed: on the server, and on this
// device only as long as the server could not be told.
(() => {
  const PREFIX = "record-draft:";
  const WAIT = 800;
  const AGAIN = 5000;
  const forget = (subject) => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && (!subject || key.endsWith(":" + subject))) localStorage.removeItem(key);
    }
  };
  const main = document.getElementById("main");
  if (main.dataset.done) forget(main.dataset.done);
  document.addEventListener("submit", ({ target }) => {
    if (target.dataset.forget) forget(target.dataset.forget);
  });

  const wrong = document.querySelector("#summary a, [aria-invalid=true]");
  const shown = (key) => {
    for (let box = key?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    return key;
  };
  const reveal = (id) => shown(document.getElementById(id))?.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#f-"]');
    if (!link) return;
    event.preventDefault();
    reveal(link.hash.slice(1));
  });
  if (wrong?.hash) reveal(wrong.hash.slice(1));

  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const { keep: subject, owner } = form.dataset;
  const place = PREFIX + owner + ":" + subject;
  const status = document.getElementById("kept");
  const csrf = form.elements.csrf.value;
  const clock = (time) => new Date(time).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const typed = () => {
    const data = new URLSearchParams(new FormData(form));
    data.delete("csrf");
    for (const [name, value] of [...data]) if (!value) data.delete(name);
    return data.toString();
  };
  // Another person's, left by a session that ended by itself.
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && !key.startsWith(PREFIX + owner + ":")) localStorage.removeItem(key);
  }

  let timer, sending, leaving, pending = false;
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  async function save() {
    if (!pending || leaving) return;
    const body = typed();
    sending = new AbortController();
    try {
      const answer = await fetch("/consultations/drafts/" + subject, {
        method: "POST", body, keepalive: body.length < 60000, signal: sending.signal, redirect: "error",
        headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": csrf },
      });
      if (!answer.ok) throw new Error(answer.status);
      if (typed() !== body) return later(WAIT);
      pending = false;
      localStorage.removeItem(place);
      status.textContent = form.dataset.kept.replace("§", clock(Date.now()));
    } catch {
      if (leaving) return;
      status.textContent = form.dataset.local;
      later(AGAIN);
    }
  }
  function touched() {
    pending = true;
    // First here, so that nothing is lost between two tries; taken away once the server has it.
    try {
      localStorage.setItem(place, JSON.stringify({ at: Date.now(), body: typed() }));
    } catch {
      // A full or forbidden storage: the server's copy is enough.
    }
    later(WAIT);
  }
  form.addEventListener("input", touched);
  addEventListener("online", () => later(0));
  addEventListener("pagehide", () => save());
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    sending?.abort();
  });
  addEventListener("pageshow", () => (leaving = false));

  // What this device kept and the server never had.
  const kept = JSON.parse(localStorage.getItem(place) ?? "null");
  const offer = document.getElementById("offer");
  function fill(body) {
    const values = new URLSearchParams(body);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" && field.name !== "version" || field.type === "submit") continue;
      const value = values.get(field.name) ?? "";
      if (field.type === "checkbox") field.checked = value !== "";
      else if (field.type === "radio") field.checked = field.value === value;
      else if (field.type !== "hidden" || value) field.value = value;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (kept && kept.body === typed()) localStorage.removeItem(place);
  else if (kept && (!offer || new URLSearchParams(location.search).has("resume"))) fill(kept.body);
  else if (kept && !wrong) {
    const take = offer.querySelector("[data-take]");
    take.textContent = take.dataset.words.replace("§", clock(kept.at));
    offer.hidden = false;
    form.inert = true;
    const end = () => {
      offer.hidden = true;
      form.inert = false;
    };
    take.addEventListener("click", () => (end(), fill(kept.body)));
    offer.querySelector("[data-leave]").addEventListener("click", () => (end(), localStorage.removeItem(place)));
    take.focus();
  }

  // A number outside its range is said at once; the server says it again.
  form.addEventListener("change", ({ target }) => {
    const said = target.dataset.outside;
    if (!said) return;
    const value = target.value.trim().replace(",", ".");
    const number = Number(value);
    const outside = target.dataset.min && (Number.isNaN(number) || number < target.dataset.min || number > target.dataset.max);
    const bad = value !== "" && (outside || target.validity.patternMismatch);
    const error = document.getElementById("e-" + target.name);
    error.textContent = bad ? said : "";
    error.hidden = !bad;
    if (bad) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
  });

  // The examination of somebody in whom nothing is found, and back again.
  const button = document.getElementById("nothing-found");
  let before;
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    const normal = [...new URLSearchParams(button.dataset.answers)];
    const now = normal.map(([name]) => [name, form.elements[name].value]);
    for (const [name, word] of before ?? normal) {
      for (const radio of form.querySelectorAll(`[name="${name}"]`)) radio.checked = radio.value === word;
    }
    before = before ? undefined : now;
    [button.textContent, button.dataset.undo] = [button.dataset.undo, button.textContent];
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // The same answer twice is not read out twice.
  let last;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "judged" || detail.isError) return;
    if (detail.xhr.responseText === last) detail.shouldSwap = false;
    last = detail.xhr.responseText;
  });
})();
