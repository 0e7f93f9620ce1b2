// The page's own script: shows each exchange that Gradio brings, raises the banner, and serves the cards' buttons.
// It keeps everything in memory; nothing is stored in the browser, and nothing is loaded from elsewhere.
"use strict";

window.faqbot = (() => {
  const RANK = { none: 0, conditional: 1, urgent: 2, emergency: 3 };
  const PATIENCE = 20000; // milliseconds without an answer before the page says so
  const kept = new Map(); // passages for the visit summary by id, as {title, document, url}
  let log = null;
  let waiting = null;
  let raised = "none";
  let timer = 0;
  let shown = "";
  let asks = 0;

  const one = (selector, root = document) => root.querySelector(selector);

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function say(text) {
    const status = one("#spoken");
    if (status) status.textContent = text;
  }

  // The exchange that is under way: what was asked, and three dots.
  function asked(question) {
    asks += 1;
    if (!log || !String(question || "").trim()) return;
    settle();
    waiting = make("article", "turn waiting");
    waiting.append(make("h2", "asked", question.trim()));
    const dots = make("p", "typing");
    for (let dot = 0; dot < 3; dot += 1) dots.append(make("span"));
    dots.append(make("span", "typing-words", "Looking through the articles …"));
    waiting.append(dots);
    log.append(waiting);
    bring(waiting);
    say("Looking through the articles.");
    timer = window.setTimeout(failed, PATIENCE);
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
    if (waiting || !one("#question textarea")?.value.trim()) return;
    window.setTimeout(() => { if (asks === before) stuck(); }, 1500);
  }

  function stuck() {
    if (one(".stuck", log)) return;
    const words = "This page has lost its connection and has to be loaded again. What is shown here will be gone: "
      + "copy or print what you want to keep. If you feel very unwell, call your emergency number.";
    const notice = make("p", "problem stuck", words);
    const button = make("button", "reload", "Load the page again");
    button.type = "button";
    button.addEventListener("click", () => window.location.reload());
    notice.append(button);
    log.append(notice);
    bring(notice);
    say(words);
  }

  document.addEventListener("click", (event) => { if (event.target.closest("#send")) sent(); }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.closest("#question")) sent();
  }, true);

  function settle() {
    window.clearTimeout(timer);
    if (waiting) waiting.remove();
    waiting = null;
  }

  function failed() {
    if (!waiting) return;
    const words = "No answer came: the connection to the server was lost or it is too busy. "
      + "Your question is still in the box. Wait a moment, then send it again. "
      + "If you feel very unwell, do not wait for this page: call your emergency number.";
    window.clearTimeout(timer);
    one(".typing", waiting)?.replaceWith(make("p", "problem", words));
    waiting.classList.remove("waiting");
    waiting = null;
    say(words);
  }

  // A new value of the conversation: {n, html, banner, spoken, fresh}, n another for each. The html was made safe where it was made.
  function show(value) {
    if (!value || !log || value.n === shown) return; // Gradio may tell of one value twice
    shown = value.n;
    settle();
    const turn = make("div", "exchange");
    turn.innerHTML = value.html;
    if (value.fresh) {
      log.replaceChildren(turn);
      return anew();
    }
    one(".welcome", log)?.closest(".exchange").remove();
    log.append(turn);
    raise(value.banner);
    say(value.spoken || "");
    bring(turn);
  }

  function bring(element) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  // The banner only ever rises within a conversation.
  function raise(banner) {
    if (!banner || RANK[banner.level] < 2 || RANK[banner.level] < RANK[raised]) return;
    raised = banner.level;
    const place = one("#raised");
    const body = make("div", "banner-inner");
    const heading = make("p", "banner-heading");
    heading.append(make("span", "sign", "!"), make("span", "banner-label", banner.label), make("span", "hidden", banner.prefix + " "));
    one(".sign", heading).setAttribute("aria-hidden", "true");
    heading.append(document.createTextNode(banner.heading));
    body.append(heading);
    if (banner.numbers.length) {
      const calls = make("p", "calls");
      for (const number of banner.numbers) {
        const call = make("a", "call", number.call);
        call.href = "tel:" + number.tel;
        call.title = number.label;
        calls.append(call);
      }
      body.append(calls);
    }
    if (banner.because) body.append(make("p", "because", banner.because));
    one("#banner").dataset.level = banner.level;
    one("#banner").dataset.mood = banner.mood;
    place.replaceChildren(body);
    measure();
  }

  function lower() {
    one("#banner").dataset.level = "none";
    one("#banner").dataset.mood = "";
    one("#raised").replaceChildren();
    measure();
  }

  function ask(text) {
    const box = one("#question textarea, #question input");
    if (!box) return;
    const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set;
    set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    // Gradio reads the box in its next round.
    window.setTimeout(() => one("#send").click(), 60);
  }

  const doing = {
    async copy(card, button) {
      const quote = one(".quote", card).innerText.trim();
      const path = one(".path", card).innerText.replace(/^From:\s*/, "").trim();
      const source = one("a.out", card)?.href;
      try {
        await navigator.clipboard.writeText([quote, "— " + path, source].filter(Boolean).join("\n"));
        confirm(button, "Copied");
      } catch {
        confirm(button, "Your browser does not allow copying here");
      }
    },
    print() {
      window.print();
    },
    keep(card, button) {
      const title = one(".card-title", card).textContent;
      kept.set(card.dataset.passage, { title, document: card.dataset.document, url: card.dataset.url });
      confirm(button, "Added");
    },
  };

  // What somebody thinks of an answer; one at a time goes to the server, and each answer is judged once.
  let telling = null; // {bar, button} under way

  function tell(button) {
    const bar = button.closest(".opinion");
    if (telling || bar.dataset.kept) return;
    telling = { bar, button, timer: window.setTimeout(untold, PATIENCE) };
    button.setAttribute("aria-pressed", "true");
    one(".thanks", bar).textContent = "Sending …";
    one("#tell").click();
  }

  function opinion() {
    if (!telling) return {};
    return { ...JSON.parse(telling.bar.dataset.opinion), verdict: telling.button.dataset.verdict };
  }

  function settleOpinion(kept, words) {
    if (!telling) return;
    const { bar, button, timer } = telling;
    telling = null;
    window.clearTimeout(timer);
    one(".thanks", bar).textContent = words;
    if (!kept) return button.setAttribute("aria-pressed", "false");
    bar.dataset.kept = "true";
    for (const each of bar.querySelectorAll("button")) each.setAttribute("aria-disabled", "true");
  }

  function untold() {
    settleOpinion(false, "This could not be sent: the connection to the server was lost or it is too busy. Try again in a moment.");
  }

  // Called by a component that is not seen, when the server has said what became of it: {n, kept, words}.
  function told(element, props, watch) {
    watch("value", () => { if (props.value?.n) settleOpinion(props.value.kept, props.value.words); });
  }

  function confirm(button, words) {
    const before = button.dataset.words || button.textContent;
    button.dataset.words = before;
    button.textContent = words;
    say(words);
    window.setTimeout(() => { button.textContent = before; }, 2500);
  }

  function clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.ask !== undefined) ask(button.textContent);
    if (button.dataset.verdict) return tell(button);
    const card = button.closest(".card");
    if (card && doing[button.dataset.do]) doing[button.dataset.do](card, button);
  }

  // Called by the conversation's component when it is on the page.
  function attach(element, props, watch) {
    log = one("#turns", element);
    element.addEventListener("click", clicked);
    show(props.value);
    watch("value", () => show(props.value));
  }

  // What is scrolled to must not end up under the banner.
  function measure() {
    const height = one("#banner").offsetHeight;
    document.documentElement.style.setProperty("--banner", height + "px");
  }

  document.addEventListener("DOMContentLoaded", () => new ResizeObserver(measure).observe(one("#banner")));

  // The conclusion of the check, or the summary: {n, html, banner, spoken, page}.
  function outcome(element, props, watch) {
    const place = one(".shown", element);
    watch("value", () => {
      const value = props.value;
      if (!value || !value.html) return;
      place.innerHTML = value.html;
      if (value.page) place.append(summaryButtons(value.page, place));
      raise(value.banner);
      say(value.spoken);
      bring(place);
    });
  }

  function summaryButtons(page, place) {
    const actions = make("p", "actions");
    const copy = make("button", "", "Copy");
    const words = place.innerText.trim();
    copy.addEventListener("click", () => navigator.clipboard.writeText(words).then(
      () => confirm(copy, "Copied"), () => confirm(copy, "Your browser does not allow copying here")));
    const print = make("button", "", "Print");
    print.addEventListener("click", () => window.print());
    const save = make("a", "save", "Save as a page");
    save.href = URL.createObjectURL(new Blob([page], { type: "text/html" }));
    save.download = "summary-for-my-visit.html";
    for (const button of [copy, print]) button.type = "button";
    actions.append(copy, print, save);
    return actions;
  }

  // The answers of the guided check by the question's id; what was left out is left out.
  function answers() {
    const given = {};
    for (const input of document.querySelectorAll("#check input")) {
      if (input.type === "radio" ? input.checked : input.value.trim()) given[input.name] = input.value;
    }
    return given;
  }

  // A new conversation: nothing of the old one stays on the page.
  function anew() {
    kept.clear();
    for (const input of document.querySelectorAll("#check input")) {
      if (input.type === "radio") input.checked = false;
      else input.value = "";
    }
    for (const place of document.querySelectorAll("#outcome .shown, #summary .shown")) place.replaceChildren();
    raised = "none";
    lower();
  }

  return { attach, asked, failed, outcome, answers, opinion, told, untold, kept: () => [...kept.values()] };
})();
