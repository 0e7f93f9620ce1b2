// The page's own script: shows each exchange that Gradio brings, raises the banner, suggests questions while somebody
// types, walks through the symptom check and serves the buttons on cards. Everything is kept in memory; nothing is
// stored in the browser, and nothing is loaded from elsewhere.
"use strict";

window.faqbot = (() => {
  const VALUES = JSON.parse(document.getElementById("faqbot-values").textContent);
  const TEXTS = VALUES.texts;
  const RANK = { none: 0, conditional: 1, urgent: 2, emergency: 3 };
  const PATIENCE = 20000; // milliseconds without an answer before the page says so
  const kept = new Map(); // passages for the visit summary by id, as {title, document, url}
  let log = null;
  let waiting = null;
  let raised = "none";
  let regional = {}; // numbers of the raised alert by region
  let timer = 0;
  let shown = "";
  let asks = 0;
  let lastQuestion = "";

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const textarea = () => one("#question textarea, #question input");
  const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function button(className, text, action) {
    const element = make("button", className, text);
    element.type = "button";
    element.addEventListener("click", action);
    return element;
  }

  function say(text) {
    const status = one("#spoken");
    if (status) status.textContent = text;
  }

  const unwell = (text) => [text, TEXTS.unwell].filter(Boolean).join(" ");

  // The exchange that is under way: what was asked, and three dots. Gives what the event sends.
  function asked(question, history) {
    asks += 1;
    closeSuggestions();
    if (log && String(question || "").trim()) {
      settle();
      lastQuestion = question;
      waiting = make("article", "turn waiting");
      waiting.append(make("h2", "asked", question.trim()));
      const dots = make("p", "typing");
      for (let dot = 0; dot < 3; dot += 1) dots.append(make("span"));
      dots.append(make("span", "typing-words", TEXTS.searching));
      waiting.append(dots);
      log.append(waiting);
      bring(waiting);
      say(TEXTS.searching);
      timer = window.setTimeout(failed, PATIENCE);
    }
    return [question, history, region()];
  }

  // While the server is away a question must fail and leave the page as it is. Gradio would take a lost connection for
  // the end of the page, and a busy server for something to try again later.
  const fetched = window.fetch;
  window.fetch = async (...request) => {
    try {
      return await fetched.apply(window, request);
    } catch (error) {
      const address = String(request[0]?.url || request[0]);
      if (address.includes("/queue/data")) failed();
      if (!address.includes("/queue/join")) throw error;
      return new Response("{}", { status: 503, headers: { "Content-Type": "application/json" } });
    }
  };

  // A connection that broke in the middle of an answer cannot be mended: Gradio sends nothing any more.
  function sent() {
    const before = asks;
    if (waiting || !textarea()?.value.trim()) return;
    window.setTimeout(() => { if (asks === before) stuck(); }, 1500);
  }

  function stuck() {
    if (one(".stuck", log)) return;
    const notice = make("p", "problem stuck", unwell(TEXTS.stuck));
    notice.append(button("reload", TEXTS.reload, () => window.location.reload()));
    log.append(notice);
    bring(notice);
    say(unwell(TEXTS.stuck));
  }

  function settle() {
    window.clearTimeout(timer);
    if (waiting) waiting.remove();
    waiting = null;
  }

  function failed() {
    if (!waiting) return;
    window.clearTimeout(timer);
    one(".typing", waiting)?.replaceWith(make("p", "problem", unwell(TEXTS.failed)));
    waiting.classList.remove("waiting");
    waiting = null;
    say(unwell(TEXTS.failed));
  }

  // A new value of the conversation: {n, html, banner, spoken, fresh}, n another for each. The html was made safe where it was made.
  function show(value) {
    if (!value || !log || value.n === shown) return; // Gradio may tell of one value twice
    shown = value.n;
    settle();
    const exchange = make("div", "exchange");
    exchange.innerHTML = value.html;
    prepare(exchange);
    if (value.fresh) {
      log.replaceChildren(exchange);
      return anew();
    }
    one(".welcome", log)?.closest(".exchange").remove();
    log.append(exchange);
    if (value.retracted) {
      raised = "none"; // weak evidence that the person took back
      lower();
    }
    raise(value.banner);
    say(value.spoken || "");
    bring(exchange);
    watchCard(exchange);
  }

  function prepare(element) {
    if ("speechSynthesis" in window) return;
    for (const each of all("[data-do=read]", element)) each.remove();
  }

  function bring(element) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  // The banner. It only ever rises within a conversation, but for weak evidence taken back, and is one line once the card with the same words is in view.
  function raise(banner) {
    if (!banner || RANK[banner.level] < 2 || RANK[banner.level] < RANK[raised] || !one("#banner")) return;
    raised = banner.level;
    regional = banner.regions || {};
    const body = make("div", "banner-inner");
    const heading = make("p", "banner-heading");
    heading.append(make("span", "sign", "!"), make("span", "banner-label", banner.label), make("span", "hidden", banner.prefix + " "));
    one(".sign", heading).setAttribute("aria-hidden", "true");
    heading.append(make("span", "banner-words", banner.heading));
    body.append(heading);
    if (banner.numbers.length) body.append(calls(make("p", "calls"), banner.numbers));
    if (banner.because) body.append(make("p", "because", banner.because));
    one("#banner").dataset.level = banner.level;
    one("#banner").dataset.mood = banner.mood;
    delete one("#banner").dataset.compact;
    one("#raised").replaceChildren(body);
    measure();
  }

  function calls(place, numbers) {
    place.replaceChildren(...numbers.map((number) => {
      const call = make("a", "call", number.call);
      call.href = "tel:" + number.tel;
      call.title = number.label;
      return call;
    }));
    return place;
  }

  function watchCard(exchange) {
    const card = one(".care[data-level=emergency], .care[data-level=urgent]", exchange);
    if (!card || !one("#banner")) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      if (raised === "none") return;
      one("#banner").dataset.compact = "true";
      measure();
    }, { threshold: 0.25 });
    observer.observe(card);
  }

  function lower() {
    const banner = one("#banner");
    if (!banner) return;
    banner.dataset.level = "none";
    banner.dataset.mood = "";
    delete banner.dataset.compact;
    one("#raised")?.replaceChildren();
    measure();
  }

  // What is scrolled to must not end up under the banner.
  function measure() {
    const banner = one("#banner");
    const height = banner && getComputedStyle(banner).position === "sticky" ? banner.offsetHeight : 0;
    document.documentElement.style.setProperty("--banner", height + "px");
  }

  // Where the person is, for as long as the page is open: whose numbers come first.
  function region() {
    return one("#region")?.value || VALUES.region;
  }

  function moved() {
    const advice = one("#advice");
    if (advice) {
      const numbers = VALUES.numbers[region()] || [];
      const parts = VALUES.standing[region()].split(new RegExp(`(?<!\\d)(${numbers.join("|") || "$^"})(?!\\d)`));
      advice.replaceChildren(...parts.map((part) => {
        if (!numbers.includes(part)) return part;
        const link = make("a", "", part);
        link.href = "tel:" + part;
        return link;
      }));
    }
    const numbers = regional[region()];
    if (raised === "none" || !numbers) return measure();
    for (const place of all("#raised .calls")) calls(place, numbers);
    for (const list of all(`#turns .care-${raised} .calls`)) {
      list.replaceChildren(...numbers.map((number) => {
        const item = make("li");
        item.append(calls(make("span"), [number]).firstChild, " ", make("span", "", number.label));
        return item;
      }));
    }
    measure();
  }

  function fillBox(text) {
    const box = textarea();
    if (!box) return;
    const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set;
    set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    closeSuggestions();
  }

  function ask(text) {
    fillBox(text);
    // Gradio reads the box in its next round.
    window.setTimeout(() => { closeSuggestions(); one("#send").click(); }, 60);
  }

  // Links: #q=... asks; ?q=... is rewritten, since what follows a question mark may be written to a log.
  function askFromAddress() {
    const address = new URL(window.location.href);
    const query = address.searchParams.get("q");
    if (query !== null) {
      address.searchParams.delete("q");
      address.hash = "q=" + encodeURIComponent(query);
      window.history.replaceState(null, "", address);
    }
    if (!address.hash.startsWith("#q=")) return;
    const question = new URLSearchParams(address.hash.slice(1)).get("q") ?? "";
    if (!question.trim()) return;
    whenReady(() => window.setTimeout(() => ask(question), 150));
  }

  // Gradio puts the box on the page some time after the conversation.
  function whenReady(act) {
    const ready = window.setInterval(() => {
      if (!textarea() || !one("#send")) return;
      window.clearInterval(ready);
      act();
    }, 50);
  }

  // Search as you type: a listbox above the box, after the combobox pattern of the ARIA Authoring Practices.
  let list = null;
  let options = [];
  let active = -1;
  let typing = 0;
  let typed = "";

  function setUpSuggestions() {
    const box = textarea();
    if (list || !box) return;
    list = make("ul", "suggestions");
    list.id = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", TEXTS.suggestions);
    list.hidden = true;
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) ask(option.textContent);
    });
    one("#composer").prepend(list);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");
    box.addEventListener("input", () => {
      window.clearTimeout(typing);
      typing = window.setTimeout(suggest, 60);
    });
    box.addEventListener("blur", () => window.setTimeout(closeSuggestions, 150));
    if (box.value) typing = window.setTimeout(suggest, 60); // what was typed before this script ran
  }

  async function suggest() {
    const box = textarea(), text = box.value;
    if (document.activeElement !== box || (text.match(/[\p{L}\p{N}]/gu) || []).length < 2 || text.length > 200) {
      return closeSuggestions();
    }
    typed = text;
    try {
      const response = await fetched("suggest", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }),
      });
      const found = response.ok ? (await response.json()).suggestions : [];
      if (typed === text && box.value === text && document.activeElement === box) openSuggestions(found);
    } catch {
      closeSuggestions();
    }
  }

  function openSuggestions(found) {
    const fresh = found.filter((each) => each.toLowerCase() !== typed.trim().toLowerCase());
    if (!fresh.length) return closeSuggestions();
    const first = list.hidden;
    options = fresh.map((text, at) => {
      const option = make("li", "", text);
      option.id = "suggestion-" + at;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = false;
    choose(-1);
    textarea().setAttribute("aria-expanded", "true");
    if (first) say(fill(TEXTS.suggestions_found, { n: fresh.length }));
  }

  function closeSuggestions() {
    window.clearTimeout(typing);
    typed = "";
    if (!list || list.hidden) return;
    list.hidden = true;
    options = [];
    choose(-1);
    textarea()?.setAttribute("aria-expanded", "false");
  }

  function choose(at) {
    active = at;
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === at)));
    const box = textarea();
    if (at < 0) return box?.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  // Keys in the box: the list's, and ArrowUp in an empty box for the last question.
  function boxKey(event) {
    const open = list && !list.hidden, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) {
      event.preventDefault();
      const count = options.length + 1; // one place is the box itself
      choose((active + 1 + step + count) % count - 1);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      closeSuggestions();
    } else if (open && event.key === "Enter" && active >= 0) {
      event.preventDefault();
      event.stopPropagation();
      ask(options[active].textContent);
    } else if (event.key === "ArrowUp" && !textarea().value && lastQuestion) {
      event.preventDefault();
      fillBox(lastQuestion);
    } else if (event.key === "Enter" && !event.shiftKey) {
      sent();
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#send")) sent();
    if (event.target.closest(".skip")) {
      event.preventDefault();
      one("#tab-ask-button")?.click();
      window.setTimeout(() => textarea()?.focus(), 60);
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("#question")) return boxKey(event);
    if (event.target.closest?.("[role=tab]")) return tabKey(event);
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey && textarea()?.offsetParent) {
      event.preventDefault();
      textarea().focus();
    }
  }, true);

  // Tabs by arrow keys; only the chosen one is in the order of the Tab key.
  function tabKey(event) {
    const tabs = all("[role=tab]", event.target.closest("[role=tablist]")).filter((tab) => tab.offsetParent);
    const at = tabs.indexOf(event.target.closest("[role=tab]"));
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    tab.click();
    tab.focus();
  }

  function rove() {
    for (const tab of all("[role=tablist] [role=tab]")) {
      const stop = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
      if (tab.tabIndex !== stop) tab.tabIndex = stop;
    }
  }

  function setUpTabs() {
    const tabs = one("[role=tablist]");
    if (!tabs) return;
    rove();
    new MutationObserver(rove).observe(tabs, { subtree: true, attributes: true, attributeFilter: ["aria-selected"], childList: true });
  }

  // Buttons on a card.
  const doing = {
    copy: (card, pressed) => copyText(cardText(card), pressed),
    link: (card, pressed) => copyText(one("a.in", card).href, pressed),
    print: () => window.print(),
    read(card, pressed) {
      const speech = window.speechSynthesis;
      const mine = pressed.dataset.reading === "true";
      speech.cancel();
      for (const each of all("[data-reading]")) stopReading(each);
      if (mine) return;
      const quote = one(".quote", card).cloneNode(true);
      for (const mark of all(".ref", quote)) mark.remove();
      const words = new SpeechSynthesisUtterance(`${plain(one(".card-title", card))}. ${plain(quote)}`);
      words.lang = document.documentElement.lang;
      words.onend = words.onerror = () => stopReading(pressed);
      pressed.dataset.reading = "true";
      pressed.textContent = TEXTS.stop_reading;
      speech.speak(words);
    },
    keep(card, pressed) {
      const title = one(".card-title", card).textContent;
      kept.set(card.dataset.passage, { title, document: card.dataset.document, url: card.dataset.url });
      confirm(pressed, TEXTS.kept);
    },
  };

  async function copyText(text, pressed) {
    try {
      await navigator.clipboard.writeText(text);
      confirm(pressed, TEXTS.copied);
    } catch {
      confirm(pressed, TEXTS.no_copy);
    }
  }

  function stopReading(pressed) {
    delete pressed.dataset.reading;
    pressed.textContent = TEXTS.read_aloud;
  }

  // What is copied: the words, where they stand, their address here and at their origin, and the sources they name.
  function cardText(card) {
    const quote = one(".quote", card);
    const path = all(".path span:not(.hidden, .step)", card).map(plain).join(" › ");
    const written = one(".written", card);
    const sources = all(".sources li", card).map(plain);
    return [
      quote.innerText.trim(),
      "",
      "— " + [path, written && plain(written)].filter(Boolean).join(", "),
      one("a.in", card).href,
      one("a.out", card)?.href,
      ...(sources.length ? ["", TEXTS.sources + ":", ...sources] : []),
    ].filter((line) => line !== undefined).join("\n");
  }

  function confirm(pressed, words) {
    const before = pressed.dataset.words || pressed.textContent;
    pressed.dataset.words = before;
    pressed.textContent = words;
    say(words);
    window.setTimeout(() => { pressed.textContent = before; }, 2500);
  }

  // A source mark leads to its entry on the same card, which may have to be opened first.
  function follow(event, mark) {
    const entry = document.getElementById(mark.getAttribute("href").slice(1));
    if (!entry) return;
    event.preventDefault();
    for (let folded = entry.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    entry.focus();
    entry.scrollIntoView({ block: "center" });
  }

  // What somebody thinks of an answer; one at a time goes to the server, and each answer is judged once.
  let telling = null; // {bar, pressed} under way

  function tell(pressed) {
    const bar = pressed.closest(".opinion");
    if (telling || bar.dataset.kept) return;
    telling = { bar, pressed, timer: window.setTimeout(untold, PATIENCE) };
    pressed.setAttribute("aria-pressed", "true");
    one(".thanks", bar).textContent = TEXTS.feedback_sending;
    if (pressed.dataset.verdict !== "helpful") offer(bar);
    one("#tell").click();
  }

  // Somebody whose question was not answered is shown the next passages by name, and whom to ask.
  function offer(bar) {
    const instead = one(".instead", bar), offered = one(".offered", bar);
    if (!instead) return;
    offered?.replaceChildren(...all(".other", bar.closest(".exchange")).map((folded) => {
      const item = make("li");
      item.append(button("", plain(one(".other-title", folded)), () => {
        folded.open = true;
        bring(folded);
        one("summary", folded).focus({ preventScroll: true });
      }));
      return item;
    }));
    instead.hidden = false;
  }

  function opinion() {
    if (!telling) return {};
    return { ...JSON.parse(telling.bar.dataset.opinion), verdict: telling.pressed.dataset.verdict };
  }

  function settleOpinion(isKept, words) {
    if (!telling) return;
    const { bar, pressed, timer: patience } = telling;
    telling = null;
    window.clearTimeout(patience);
    one(".thanks", bar).textContent = words;
    if (!isKept) return pressed.setAttribute("aria-pressed", "false");
    bar.dataset.kept = "true";
    for (const each of all("[data-verdict]", bar)) each.setAttribute("aria-disabled", "true");
  }

  function untold() {
    settleOpinion(false, TEXTS.feedback_unsent);
  }

  // Called by a component that is not seen, when the server has said what became of it: {n, kept, words}.
  function told(element, props, watch) {
    watch("value", () => { if (props.value?.n) settleOpinion(props.value.kept, props.value.words); });
  }

  function clicked(event) {
    const mark = event.target.closest("a.ref");
    if (mark) return follow(event, mark);
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.ask !== undefined) return ask(pressed.dataset.ask || pressed.textContent);
    if (pressed.dataset.verdict) return tell(pressed);
    if (pressed.dataset.do === "not-meant") return ask(pressed.textContent);
    const card = pressed.closest(".card");
    if (card && doing[pressed.dataset.do]) doing[pressed.dataset.do](card, pressed);
  }

  // Called by the conversation's component when it is on the page.
  function attach(element, props, watch) {
    log = one("#turns", element);
    element.addEventListener("click", clicked);
    show(props.value);
    watch("value", () => show(props.value));
    whenReady(() => {
      setUpSuggestions();
      setUpTabs();
    });
    askFromAddress();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (one("#banner")) new ResizeObserver(measure).observe(one("#banner"));
    one("#region")?.addEventListener("change", moved);
  });
  window.addEventListener("hashchange", askFromAddress);

  // The symptom check: one question at a time. After each "yes" and "not sure" the rules look at the answers so far, so
  // that an emergency ends it at once. Answers stand in `given` and nowhere else.
  const given = new Map();
  let at = -1;
  let mode = ""; // "step" while an answer is looked at, "end" while the conclusion is awaited
  let stepTimer = 0;
  let goOn = false; // the person has seen the emergency and goes on

  const form = () => one(".check");
  const steps = () => all(".check .step").filter((step) => given.get(step.dataset.after) !== "no");

  function showPart(name) {
    for (const part of ["intro", "steps", "end"]) one(".check-" + part, form()).hidden = part !== name;
  }

  function pressChosen(step) {
    for (const choice of all("[data-answer]", step)) {
      choice.setAttribute("aria-pressed", String(given.get(step.dataset.name) === choice.dataset.answer));
    }
  }

  function showStep(next) {
    const asking = steps();
    at = Math.max(0, Math.min(next, asking.length - 1));
    showPart("steps");
    one("#outcome .shown").replaceChildren();
    for (const step of all(".check .step")) step.hidden = step !== asking[at];
    const step = asking[at];
    pressChosen(step);
    one(".check-at", form()).textContent = fill(TEXTS.check_progress, { at: at + 1, all: asking.length });
    one("progress", form()).max = asking.length;
    one("progress", form()).value = at;
    one("h3", step).setAttribute("aria-describedby", "check-at");
    one("h3", step).focus({ preventScroll: true });
  }

  function look(as) {
    mode = as;
    window.clearTimeout(stepTimer);
    stepTimer = window.setTimeout(checkFailed, as === "step" ? 4000 : PATIENCE);
    one("#conclude").click();
  }

  function forward() {
    const asking = steps();
    if (at + 1 < asking.length) showStep(at + 1);
    else look("end");
  }

  function answerStep(step, value) {
    given.set(step.dataset.name, value);
    pressChosen(step);
    if (value === "no" || goOn) forward();
    else look("step");
  }

  function checkClicked(event) {
    const pressed = event.target.closest("button");
    if (!pressed || !form()?.contains(pressed)) return;
    const step = steps()[at];
    if (pressed.dataset.answer) return answerStep(step, pressed.dataset.answer);
    switch (pressed.dataset.check) {
      case "start": return showStep(0);
      case "next": return keepOpen(step);
      case "skip":
        given.delete(step.dataset.name);
        if (one("input", step)) one("input", step).value = "";
        return forward();
      case "back": return at === 0 && one(".check-end", form()).hidden ? resetCheck() : showStep(one(".check-end", form()).hidden ? at - 1 : at);
      case "finish":
        if (one("input", step)?.value.trim()) given.set(step.dataset.name, one("input", step).value.trim());
        return look("end");
      case "go-on": goOn = true; return forward();
      case "again": return resetCheck();
      default: return undefined;
    }
  }

  function keepOpen(step) {
    const words = one("input", step).value.trim();
    if (!words) {
      given.delete(step.dataset.name);
      return forward();
    }
    given.set(step.dataset.name, words);
    return goOn ? forward() : look("step");
  }

  function resetCheck() {
    given.clear();
    at = -1;
    goOn = false;
    mode = "";
    window.clearTimeout(stepTimer);
    if (!form()) return;
    for (const input of all("input", form())) input.value = "";
    for (const choice of all("[aria-pressed]", form())) choice.setAttribute("aria-pressed", "false");
    showPart("intro");
    one("#outcome .shown")?.replaceChildren();
  }

  // The conclusion of the answers so far: {n, html, banner, spoken}.
  function checked(element, props, watch) {
    const place = one(".shown", element);
    form().addEventListener("click", checkClicked);
    form().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) { event.preventDefault(); keepOpen(steps()[at]); }
    });
    watch("value", () => {
      const value = props.value, as = mode;
      if (!value || !value.html || !as) return;
      window.clearTimeout(stepTimer);
      mode = "";
      const stop = value.banner.level === "emergency" && as === "step";
      if (as === "step" && !stop) return forward();
      place.innerHTML = value.html;
      showPart("end");
      one(".check-stopped", form()).hidden = !stop;
      one("[data-check=go-on]", form()).hidden = !stop;
      raise(value.banner);
      say(value.spoken);
      watchCard(place);
      bring(form());
      const heading = one("h3", place);
      if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
    });
  }

  function checkFailed() {
    window.clearTimeout(stepTimer);
    const as = mode;
    mode = "";
    if (as === "step") return forward();
    if (as !== "end") return;
    one("#outcome .shown").replaceChildren(make("p", "problem", unwell(TEXTS.failed)));
    say(unwell(TEXTS.failed));
  }

  // The summary for a visit: {n, html, banner, spoken, page}.
  function summarised(element, props, watch) {
    const place = one(".shown", element);
    watch("value", () => {
      const value = props.value;
      if (!value || !value.html) return;
      place.innerHTML = value.html;
      if (value.page) place.append(summaryButtons(value.page, place));
      say(value.spoken);
      bring(place);
    });
  }

  function summaryButtons(page, place) {
    const actions = make("p", "actions");
    const words = place.innerText.trim();
    const copy = button("", TEXTS.copy, () => copyText(words, copy));
    const print = button("", TEXTS.print, () => window.print());
    const save = make("a", "save", TEXTS.save_page);
    save.href = URL.createObjectURL(new Blob([page], { type: "text/html" }));
    save.download = "summary-for-my-visit.html";
    actions.append(copy, print, save);
    return actions;
  }

  // A new conversation: nothing of the old one stays on the page.
  function anew() {
    kept.clear();
    resetCheck();
    for (const place of all("#summary .shown")) place.replaceChildren();
    if ("speechSynthesis" in window) window.speechSynthesis.cancel();
    raised = "none";
    regional = {};
    lastQuestion = "";
    lower();
  }

  return {
    attach, asked, failed, checked, checkFailed, summarised, opinion, told, untold, region,
    answers: () => Object.fromEntries(given), kept: () => [...kept.values()],
  };
})();
