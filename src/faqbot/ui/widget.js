// The chat for any page: <script src="https://SERVER/widget.js" defer></script> and <faqbot-chat></faqbot-chat>.
// It talks to the server it was loaded from, which must admit the page's origin (FAQBOT_ORIGINS). Everything is set as
// text, nothing is stored, nothing else is loaded. Attributes: mode ("inline" or "launcher"), position ("right" or
// "left"), heading, greeting, examples (with "|" between), accent, accent-dark, texts (JSON), all of them optional.
"use strict";

(() => {
  const SERVER = new URL(".", document.currentScript.src).href;
  const VALUES = "{{values}}"; // the server puts its own here
  const RANK = { none: 0, conditional: 1, urgent: 2, emergency: 3 };
  const PATIENCE = 20000;
  const STYLE = `
    :host { --ink: #17313b; --paper: #f5f8f7; --card: #fff; --line: #d3dfde; --soft: #4a6069; --accent: var(--faqbot-light, #0b5e69);
      --on: #fff; --wash: #e0eff0; --mark: #fdf0b8; color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) { :host { --ink: #e6f0f0; --paper: #0f1a1e; --card: #17262b; --line: #30464d;
      --soft: #a8bcc1; --accent: var(--faqbot-dark, #7fd0d6); --on: #06262b; --wash: #19383e; --mark: #5a4c0d; } }
    :host { display: block; background: var(--paper); max-width: 44rem; border-radius: 1rem; }
    :host([mode=launcher]) { position: fixed; bottom: 1rem; right: 1rem; z-index: 2147483000; border-radius: 1.6rem; max-width: none; }
    :host([mode=launcher][position=left]) { right: auto; left: 1rem; }
    * { box-sizing: border-box; overflow-wrap: anywhere; }
    [hidden] { display: none !important; }
    .chat { display: flex; flex-direction: column; height: 36rem; max-height: 90vh; background: var(--paper); contain: content;
      border: 1px solid var(--line); border-radius: 1rem; overflow: hidden; }
    :host([mode=launcher]) .chat { width: min(26rem, calc(100vw - 2rem)); height: min(40rem, calc(100vh - 2rem)); box-shadow: 0 8px 40px rgb(0 0 0 / 25%); }
    .head { flex: none; display: flex; gap: .5rem; align-items: center; justify-content: space-between; padding: .4rem .5rem .4rem 1rem; }
    h2, h3, h4 { margin: 0 0 .4rem; line-height: 1.3; } .head h2 { margin: 0; font-size: 1.05rem; } h3 { font-size: 1.05rem; } h4 { font-size: .9rem; }
    .banner { flex: none; padding: .5rem 1rem; background: var(--wash); border-bottom: 2px solid var(--accent); font-size: .875rem; }
    .banner p, .care p { margin: 0 0 .4rem; } .banner p:last-child, .care p:last-child { margin: 0; }
    .urgent { background: #fff3e8; color: #8f3a06; border: 3px solid #c8631b; }
    .emergency { background: #a4121f; color: #fff; border: 3px solid #4d060d; }
    .conditional { background: #edf4fd; color: #1f4e8c; border: 2px solid #1f4e8c; }
    .label { font-weight: 700; text-transform: uppercase; font-size: .8rem; letter-spacing: .04em; }
    .call { display: inline-flex; align-items: center; min-height: 2.75rem; margin: .2rem .5rem .2rem 0; padding: 0 .9rem;
      border: 2px solid currentcolor; border-radius: .6rem; color: inherit; font-weight: 700; text-decoration: none; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .log { flex: 1; overflow-y: auto; padding: 1rem; }
    .asked { margin: 0 0 .8rem auto; width: fit-content; max-width: 90%; padding: .5rem .9rem; border-radius: 1rem 1rem .2rem;
      background: var(--accent); color: var(--on); white-space: pre-wrap; border: 1px solid transparent; }
    .care, .card, .note, .more { margin: 0 0 .8rem; } .care, .card, .note { padding: .8rem 1rem; border-radius: .8rem; }
    .card, .note { background: var(--card); border: 1px solid var(--line); }
    blockquote { margin: .4rem 0; padding-left: .8rem; border-left: 4px solid var(--accent); } blockquote p { margin: 0 0 .5rem; }
    mark { background: var(--mark); color: inherit; border-radius: .2rem; } .sure { font-weight: 650; margin: 0 0 .6rem; }
    .from, .quiet, .card li { color: var(--soft); font-size: .9rem; margin: 0 0 .3rem; } a { color: var(--accent); } .card ul { margin: 0; padding-left: 1.2rem; }
    summary { min-height: 2.75rem; padding: .6rem 0; cursor: pointer; color: var(--accent); font-weight: 600; }
    form { flex: none; display: flex; gap: .5rem; align-items: end; padding: .7rem 1rem; border-top: 1px solid var(--line); }
    textarea { flex: 1; min-width: 0; min-height: 2.9rem; padding: .6rem .8rem; font: inherit; color: inherit; resize: none;
      background: var(--card); border: 2px solid var(--soft); border-radius: .7rem; }
    button { min-height: 2.75rem; padding: 0 1rem; font: inherit; font-weight: 650; border-radius: .7rem; cursor: pointer;
      background: var(--card); color: var(--accent); border: 1px solid var(--line); }
    .list { list-style: none; margin: 0 0 .8rem; padding: 0; display: grid; gap: .4rem; } .list button { width: 100%; text-align: left; padding: .5rem .9rem; }
    .verdicts { display: flex; flex-wrap: wrap; gap: .4rem; } button[aria-pressed=true] { border: 2px solid var(--accent); }
    .send, .launcher { background: var(--accent); color: var(--on); border-color: var(--accent); }
    .launcher { min-height: 3.25rem; padding: 0 1.4rem; border-radius: 2rem; box-shadow: 0 4px 20px rgb(0 0 0 / 25%); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } .emergency :focus-visible { outline-color: #fff; }
    @media (forced-colors: active) { .asked, mark, button { border: 1px solid; } }`;

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

  const clean = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, "");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // A line of a passage as text, its highlighted parts in <mark>; Markdown's own marks are left out.
  function writeLine(parent, line, at, highlights) {
    let from = 0;
    const put = (end, marked) => {
      const words = clean(line.slice(from, end)).replace(/!\[[^\]]*\]\([^)]*\)/g, "").replace(/\*\*|__|`|^#+ /g, "")
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/\s*\|\s*/g, " · ");
      if (words) parent.append(marked ? make("mark", "", words) : words);
      from = end;
    };
    for (const [start, end] of highlights) {
      const first = Math.max(start - at, from), last = Math.min(end - at, line.length);
      if (first >= last) continue;
      put(first, false);
      put(last, true);
    }
    put(line.length, false);
  }

  function quote(hit) {
    const block = make("blockquote");
    if (hit.passage.context) block.append(make("p", "from", clean(hit.passage.context)));
    let at = 0;
    for (const line of hit.passage.text.split("\n")) {
      if (line.trim()) {
        const paragraph = make("p");
        writeLine(paragraph, line, at, hit.highlights);
        block.append(paragraph);
      }
      at += line.length + 1;
    }
    return block;
  }

  function link(address, text) {
    if (!/^https?:\/\//i.test(address)) return make("span", "", text);
    const anchor = make("a", "", text);
    anchor.href = address;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return anchor;
  }

  class FaqbotChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const style = new CSSStyleSheet();
      style.replaceSync(STYLE);
      root.adoptedStyleSheets = [style];
      this.texts = { ...VALUES.texts, ...this.own() };
      for (const [name, value] of [["light", this.getAttribute("accent") || VALUES.accent], ["dark", this.getAttribute("accent-dark") || VALUES.accentDark]]) {
        if (/^#[0-9a-f]{3,8}$/i.test(value || "")) this.style.setProperty("--faqbot-" + name, value);
      }
      this.chat = make("div", "chat");
      this.chat.append(this.makeHead(), this.makeBanner(), this.makeLog(), this.makeForm());
      root.append(this.chat);
      if (this.getAttribute("mode") === "launcher") root.append(this.makeLauncher());
      this.reset();
    }

    // The texts that the site's author has set, as JSON in the attribute `texts`.
    own() {
      try {
        const given = JSON.parse(this.getAttribute("texts") || "{}");
        return Object.fromEntries(Object.entries(given).filter(([name, text]) => name in VALUES.texts && typeof text === "string"));
      } catch {
        console.warn("faqbot-chat: the attribute texts is not JSON, so it is left out");
        return {};
      }
    }

    makeHead() {
      const head = make("div", "head");
      head.append(make("h2", "", this.getAttribute("heading") || VALUES.title), button("", this.texts.start_again, () => this.reset()));
      if (this.getAttribute("mode") === "launcher") head.append(button("", this.texts.widget_close, () => this.open(false)));
      return head;
    }

    makeBanner() {
      this.banner = make("aside", "banner");
      this.banner.setAttribute("aria-label", this.texts.safety_label || VALUES.title);
      this.raised = make("div");
      this.raised.setAttribute("role", "alert");
      this.standing = make("p", "", VALUES.standing);
      this.banner.append(this.standing, this.raised);
      return this.banner;
    }

    makeLog() {
      this.log = make("div", "log");
      this.log.setAttribute("role", "log");
      this.log.setAttribute("aria-label", this.getAttribute("heading") || VALUES.title);
      this.log.tabIndex = 0;
      return this.log;
    }

    makeForm() {
      const form = make("form");
      this.box = make("textarea");
      this.box.rows = 1;
      this.box.setAttribute("aria-label", this.texts.question);
      this.box.placeholder = this.texts.placeholder;
      const send = make("button", "send", this.texts.ask);
      form.append(this.box, send);
      form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(); });
      this.box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.ask(); }
        if (event.key === "ArrowUp" && !this.box.value && this.said.length) { event.preventDefault(); this.box.value = this.said.at(-1); }
      });
      return form;
    }

    makeLauncher() {
      this.launcher = button("launcher", this.texts.widget_open, () => this.open(true));
      this.launcher.setAttribute("aria-expanded", "false");
      this.chat.hidden = true;
      this.chat.setAttribute("role", "dialog");
      this.chat.setAttribute("aria-label", this.getAttribute("heading") || VALUES.title);
      this.chat.addEventListener("keydown", (event) => { if (event.key === "Escape") this.open(false); });
      return this.launcher;
    }

    open(wanted) {
      this.chat.hidden = !wanted;
      this.launcher.hidden = wanted;
      this.launcher.setAttribute("aria-expanded", String(wanted));
      (wanted ? this.box : this.launcher).focus();
    }

    // A new conversation: greeting and examples, the standing advice alone.
    reset() {
      this.said = [];
      this.turn = (this.turn || 0) + 1;
      this.lower();
      const given = this.getAttribute("examples");
      const examples = given ? given.split("|").map((text) => text.trim()).filter(Boolean) : VALUES.examples;
      this.log.replaceChildren(make("p", "", this.getAttribute("greeting") || this.texts.widget_greeting), make("p", "quiet", VALUES.stored),
        ...this.questions(this.texts.people_ask, examples));
    }

    lower() {
      this.level = "none";
      this.weak = false;
      this.banner.className = "banner";
      this.banner.hidden = !VALUES.standing;
      this.standing.hidden = !VALUES.standing;
      this.raised.replaceChildren();
    }

    questions(title, texts) {
      if (!texts.length) return [];
      const list = make("ul", "list");
      for (const text of texts) {
        const item = make("li");
        item.append(button("", clean(text), () => { this.box.value = text; this.ask(); }));
        list.append(item);
      }
      return [make("h4", "", title), list];
    }

    async ask() {
      const question = this.box.value, turn = this.turn;
      if (!question.trim() || this.busy) return;
      this.busy = true;
      const asked = make("p", "asked", clean(question)), waiting = make("p", "note", this.texts.searching);
      asked.prepend(make("span", "hidden", this.texts.you_wrote + " "));
      this.log.append(asked, waiting);
      asked.scrollIntoView({ block: "nearest" });
      try {
        const reply = await this.send("api/answer", { question, history: this.said });
        if (turn === this.turn) this.show(reply, question, waiting);
      } catch {
        waiting.replaceWith(make("p", "note", [this.texts.failed, this.texts.unwell].filter(Boolean).join(" ")));
      } finally {
        this.busy = false;
      }
    }

    async send(path, body) {
      const response = await fetch(SERVER + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        signal: AbortSignal.timeout(PATIENCE),
      });
      return response.json();
    }

    show(reply, question, waiting) {
      const parts = [];
      if (reply.alert) {
        if (this.weak && reply.alert.level !== this.level) this.lower(); // weak evidence that the person took back
        this.raise(reply.alert);
        if (RANK[reply.alert.level]) parts.push(this.advice(reply.alert, true));
      }
      if (reply.error) {
        parts.push(make("p", "note", reply.error));
      } else {
        this.said.push(question);
        this.box.value = "";
        parts.push(...this.content(reply));
      }
      waiting.replaceWith(...parts);
      parts[0]?.previousElementSibling?.scrollIntoView({ block: "nearest" });
    }

    content(answer) {
      if (answer.reply) return [make("p", "note", answer.reply)];
      const emergency = answer.alert.level === "emergency";
      const parts = (answer.parts || []).length
        ? answer.parts.flatMap((part) => [make("h3", "", clean(part.question)), ...this.passages(part)])
        : [...this.questions(this.texts.choose, answer.choices || []), ...this.passages(answer)];
      if (emergency) return [this.folded(this.texts.for_later, parts)];
      if (!answer.answered) return parts;
      const above = new Set(answer.hits.map((hit) => hit.passage.question));
      const further = answer.suggestions.filter((text) => !above.has(text) && !this.said.includes(text));
      return [...parts, ...(VALUES.feedback ? [this.feedback(answer)] : []), ...this.questions(this.texts.ask_next, further)];
    }

    passages(answer) {
      const none = answer.band === "none" || !answer.hits.length, parts = [make("p", "sure", this.sure(answer))];
      if (none) return parts;
      if (answer.unmatched?.length) parts.push(make("p", "quiet", fill(this.texts.unmatched, { words: clean(answer.unmatched.join(", ")) })));
      if (answer.note) parts.push(make("p", "quiet", answer.note));
      const [best, ...others] = answer.hits.map((hit) => this.card(hit));
      parts.push(best);
      if (others.length) parts.push(this.folded(this.texts.others, others));
      return parts;
    }

    sure(answer) {
      const { very_likely, probably, may_help, no_answer, about } = this.texts;
      return { "very likely": very_likely, probably, "may help": may_help }[answer.certainty]
        || [no_answer, fill(about, { title: VALUES.title })].join(" ");
    }

    card(hit) {
      const { passage } = hit, article = make("article", "card"), texts = this.texts;
      article.append(make("h3", "", clean(passage.question || passage.headings.at(-1) || passage.title)), quote(hit));
      const from = make("p", "from", clean([passage.title, passage.author, passage.date].filter(Boolean).join(" · ")) + " ");
      from.append(link(SERVER + passage.path, texts.whole_article));
      if (/^https?:\/\//i.test(passage.url)) from.append(" ", link(passage.url, texts.original));
      article.append(from);
      if (passage.sources.length) {
        const list = make("ul");
        for (const source of passage.sources) {
          const item = make("li", "", source.mark ? `[${source.mark}] ` : "");
          item.append(link(source.url, clean(source.title || source.url)), clean([source.author, source.date].filter(Boolean).map((part) => ", " + part).join("")));
          list.append(item);
        }
        article.append(make("h4", "", passage.sources.length === 1 ? texts.source : texts.sources), list);
      }
      return article;
    }

    folded(title, parts) {
      const details = make("details", "more");
      details.append(make("summary", "", title), ...parts);
      return details;
    }

    // Three verdicts; after a "no" the person is shown whom else to ask.
    feedback(answer) {
      const texts = this.texts, bar = make("section"), verdicts = make("p", "verdicts"), status = make("p", "quiet");
      bar.setAttribute("role", "group");
      bar.setAttribute("aria-label", texts.feedback_label);
      status.setAttribute("role", "status");
      for (const [verdict, text] of [["helpful", texts.feedback_helpful], ["not_helpful", texts.feedback_not_helpful], ["did_not_answer", texts.feedback_did_not_answer]]) {
        const pressed = button("", text, async () => {
          if (bar.dataset.kept) return;
          bar.dataset.kept = "true";
          pressed.setAttribute("aria-pressed", "true");
          status.textContent = texts.feedback_sending;
          if (verdict !== "helpful" && VALUES.contact) bar.append(make("p", "note", fill(texts.feedback_contact, { contact: VALUES.contact })));
          const passage_id = answer.hits[0]?.passage.id || "";
          const reply = await this.send("api/feedback", { question: answer.question, verdict, passage_id, confidence: answer.confidence }).catch(() => ({}));
          status.textContent = reply.kept ? texts.feedback_thanks : reply.error || texts.feedback_unsent;
          if (reply.kept) return;
          delete bar.dataset.kept;
          pressed.setAttribute("aria-pressed", "false");
        });
        pressed.setAttribute("aria-pressed", "false");
        verdicts.append(pressed);
      }
      bar.append(make("h4", "", texts.feedback_question), verdicts, status);
      return bar;
    }

    advice(alert, whole) {
      const box = make(whole ? "section" : "div", whole ? `care ${alert.level}` : ""), texts = this.texts, heading = make("p");
      const label = alert.level === "emergency" && alert.categories.includes("crisis") ? texts.level_crisis : texts["level_" + alert.level];
      heading.append(make("span", "label", label + " "), make("span", "hidden", texts["prefix_" + alert.level] + " "), make("strong", "", alert.heading || alert.message));
      box.append(heading);
      if (whole) for (const line of alert.body) box.append(make("p", "", clean(line)));
      const calls = make("p");
      for (const number of alert.numbers) {
        const call = make("a", "call", fill(texts.call, { number: number.tel }));
        call.href = "tel:" + number.tel.replace(/[^0-9+*#]/g, "");
        call.title = number.label;
        calls.append(call);
      }
      if (alert.numbers.length) box.append(calls);
      if (whole && alert.can_retract) box.append(button("", texts.not_meant, () => { this.box.value = texts.not_meant; this.ask(); }));
      return box;
    }

    // The banner only rises; the standing advice gives way to it.
    raise(alert) {
      if (RANK[alert.level] < 2 || RANK[alert.level] < RANK[this.level]) return;
      this.level = alert.level;
      this.weak = Boolean(alert.can_retract);
      this.banner.hidden = false;
      this.banner.className = `banner ${alert.level}`;
      this.standing.hidden = true;
      this.raised.replaceChildren(this.advice(alert, false));
      if (alert.matches.length) this.raised.append(make("p", "", `${this.texts.because_wrote}: “${clean(alert.matches.join("”, “"))}”`));
    }
  }

  if (!customElements.get("faqbot-chat")) customElements.define("faqbot-chat", FaqbotChat);
})();
