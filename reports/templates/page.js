"use strict";
(() => {
  const root = document.documentElement;
  const say = (text) => { document.getElementById("say").textContent = text; };
  const keep = { get() { try { return localStorage.getItem("dataqual-theme"); } catch { return null; } },
                 set(v) { try { localStorage.setItem("dataqual-theme", v); } catch { /* a page on its own may not store */ } } };
  const themes = ["system", "light", "dark"];
  const words = [...document.querySelectorAll("#words [data-says]")].map((word) => word.dataset.says);
  const button = document.getElementById("theme");
  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = words[themes.indexOf(theme)];
  };
  let theme = themes.includes(keep.get()) ? keep.get() : "system";
  show(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    keep.set(theme);
    show(theme);
  });

  const select = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  for (const copy of document.querySelectorAll("button.copy")) {
    const label = copy.innerHTML;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const pre = copy.parentElement.querySelector("pre");
      let done = true;
      try { await navigator.clipboard.writeText(pre.textContent); }
      catch { select(pre); done = document.execCommand("copy"); }
      copy.textContent = done ? words[3] : words[4];
      say(done ? words[5] : words[6]);
      setTimeout(() => { copy.innerHTML = label; }, 2000);
    });
  }

  const reveal = () => {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const part = at && (at.closest("details:not([open])") || at.querySelector(":scope > details"));
    if (part) { part.open = true; at.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => { for (const part of opened) part.open = false; });

  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  if ("IntersectionObserver" in window) {
    const watch = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) {
        for (const a of links.values()) a.removeAttribute("aria-current");
        links.get(one.target.id).setAttribute("aria-current", "true");
      }
    }, { rootMargin: "-20% 0px -75% 0px" });
    for (const id of links.keys()) watch.observe(document.getElementById(id));
  }
})();
