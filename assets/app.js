// What htmx cannot do. Drafts are kept until the tab closes.
(() => {
  const on = (name, act) => document.addEventListener(name, act);
  const all = (root, selector) => root.querySelectorAll?.(selector) ?? [];
  const draftKey = (area) => "draft:" + area.dataset.draft;

  const boxes = () => all(document, "[data-scroll-end]");

  // For the page and every part htmx brings.
  function prepare(root) {
    all(root, "[data-draft]").forEach((area) => {
      area.value ||= sessionStorage.getItem(draftKey(area)) ?? "";
    });
    boxes().forEach((box) => (box.scrollTop = box.keep ?? box.scrollHeight));
  }
  prepare(document);
  document.querySelector(".top [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  on("htmx:load", ({ detail: { elt } }) => {
    prepare(elt);
    if (elt === document.body) return;
    const news = elt.dataset?.announce ?? all(elt, "[data-announce]")[0]?.dataset.announce;
    if (news) document.getElementById("announce").textContent = news;
  });
  // Who has scrolled up to read stays there; the others see the newest.
  on("htmx:beforeSwap", () => {
    boxes().forEach((box) => {
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
      box.keep = atEnd ? null : box.scrollTop;
    });
  });

  on("input", ({ target }) => {
    if (target.dataset.draft) sessionStorage.setItem(draftKey(target), target.value);
  });
  on("change", ({ target }) => target.closest("form[data-autosubmit]")?.requestSubmit());
  on("keydown", (event) => {
    const send = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (send && event.target.dataset.draft) event.target.form.requestSubmit();
  });
  on("click", ({ target }) => {
    target.closest("[data-dismiss]")?.closest(".toast").remove();
    all(document, "details.menu[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
  });
  on("submit", ({ target }) => {
    if (!target.matches("[data-sign-out]")) return;
    sessionStorage.clear();
    localStorage.clear();
  });

  on("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful) return;
    document.getElementById("offline")?.remove();
    if (detail.requestConfig.verb === "get") return;
    all(detail.elt, "[data-draft]").forEach((area) => {
      sessionStorage.removeItem(draftKey(area));
      area.value = "";
    });
  });
  // A gateway's error page must not take the place of a part of ours.
  on("htmx:beforeSwap", ({ detail }) => {
    const ours = detail.xhr.getResponseHeader("X-Request-Id");
    if (detail.isError && !ours) detail.shouldSwap = false;
    if (detail.isError && !ours) offline();
  });
  on("htmx:sendError", offline);
  function offline() {
    if (document.getElementById("offline")) return;
    const toasts = document.getElementById("toasts");
    const toast = Object.assign(document.createElement("div"), { id: "offline", className: "toast warn" });
    toast.textContent = toasts.dataset.offline;
    toasts.append(toast);
  }
})();
