// The chat for any page: <script src="https://SERVER/widget.js" defer></script> and <faqbot-chat></faqbot-chat>.
// It talks to the server it was loaded from, which must admit the page's origin (FAQBOT_ORIGINS). Everything is set as
// text, nothing is stored, nothing else is loaded.
"use strict";

(() => {
  const SERVER = new URL(document.currentScript.src).origin;
  const STANDING = "{{standing}}"; // the server puts its region's advice here
  const RANK = { none: 0, conditional: 1, urgent: 2, emergency: 3 };
  const LABEL = { emergency: "Emergency", urgent: "Urgent", conditional: "Check this first" };
  const PREFIX = {
    emergency: "Immediate action required: ", urgent: "Urgent advice: ", conditional: "If this is happening to you: ",
  };
  const LOST = "No answer came. Your question is still in the box: wait a moment and send it again. "
    + "If you feel very unwell, do not wait: call your emergency number.";
  const PATIENCE = 20000;
  const STYLE = `
    :host { --ink: #17313b; --paper: #f5f8f7; --card: #fff; --line: #d3dfde; --soft: #4a6069; --accent: #0b5e69;
      --on: #fff; --wash: #e0eff0; --mark: #fdf0b8; display: flex; flex-direction: column; max-width: 44rem; height: 36rem;
      max-height: 90vh; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
      overflow: hidden; font: 1rem/1.55 system-ui, sans-serif; contain: content; }
    @media (prefers-color-scheme: dark) { :host { --ink: #e6f0f0; --paper: #0f1a1e; --card: #17262b; --line: #30464d;
      --soft: #a8bcc1; --accent: #7fd0d6; --on: #06262b; --wash: #19383e; --mark: #5a4c0d; } }
    * { box-sizing: border-box; overflow-wrap: anywhere; }
    .banner { flex: none; padding: .6rem 1rem; background: var(--wash); border-bottom: 2px solid var(--accent); font-size: .9rem; }
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
      background: var(--accent); color: var(--on); white-space: pre-wrap; }
    .care, .card, .note { margin: 0 0 .8rem; padding: .8rem 1rem; border-radius: .8rem; }
    .card { background: var(--card); border: 1px solid var(--line); } .note { background: var(--wash); }
    .card h3 { margin: 0 0 .4rem; font-size: 1.05rem; } .sure { font-weight: 600; margin: 0 0 .6rem; }
    blockquote { margin: 0 0 .6rem; padding-left: .8rem; border-left: 4px solid var(--accent); }
    blockquote p { margin: 0 0 .4rem; } mark { background: var(--mark); color: inherit; }
    .from { color: var(--soft); font-size: .9rem; } a { color: var(--accent); } .emergency a { color: inherit; }
    summary { min-height: 2.75rem; padding: .6rem 0; cursor: pointer; color: var(--accent); font-weight: 600; }
    form { flex: none; display: flex; gap: .5rem; padding: .7rem 1rem; border-top: 1px solid var(--line); }
    textarea { flex: 1; min-width: 0; min-height: 2.9rem; padding: .6rem .8rem; font: inherit; color: inherit; resize: none;
      background: var(--card); border: 2px solid var(--soft); border-radius: .7rem; }
    button { min-height: 2.9rem; padding: 0 1.1rem; font: inherit; font-weight: 650; border-radius: .7rem; cursor: pointer;
      background: var(--accent); color: var(--on); border: 1px solid var(--accent); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }`;

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  const shownText = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, "");

  // A line of a passage as text, its highlighted parts in <mark>; Markdown's own marks are left out.
  function writeLine(parent, line, at, highlights) {
    let from = 0;
    const put = (end, marked) => {
      const words = shownText(line.slice(from, end)).replace(/\*\*|__|`|^#+ /g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replace(/\s*\|\s*/g, " · ");
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
    if (hit.passage.context) block.append(make("p", "from", shownText(hit.passage.context)));
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
    const anchor = make("a", "", text);
    anchor.href = address;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return anchor;
  }

  function card(hit, nearest) {
    const { passage } = hit, article = make("article", "card");
    if (nearest) article.append(make("p", "from", "Not an answer: the nearest I have"));
    article.append(make("h3", "", shownText(passage.question || passage.headings.at(-1) || passage.title)), quote(hit));
    const from = make("p", "from", shownText([passage.title, passage.author, passage.date].filter(Boolean).join(" · ")) + " ");
    const path = passage.document_id.split("/").map(encodeURIComponent).join("/");
    const place = `?start=${passage.start}&end=${passage.end}#passage`;
    from.append(link(`${SERVER}/documents/${path}${place}`, "Read it in the whole article"));
    if (/^https?:\/\//i.test(passage.url)) from.append(" ", link(passage.url, "Original source"));
    article.append(from);
    return article;
  }

  function advice(alert, whole) {
    const box = make(whole ? "section" : "div", whole ? `care ${alert.level}` : "");
    const heading = make("p");
    heading.append(make("span", "label", LABEL[alert.level] + " "), make("span", "hidden", PREFIX[alert.level]),
      make("strong", "", alert.heading || alert.message));
    box.append(heading);
    if (whole) for (const line of alert.body) box.append(make("p", "", line));
    const calls = make("p");
    for (const number of alert.numbers) {
      const call = make("a", "call", "Call " + number.tel);
      call.href = "tel:" + number.tel.replace(/[^0-9+*#]/g, "");
      call.title = number.label;
      calls.append(call);
    }
    if (alert.numbers.length) box.append(calls);
    return box;
  }

  function sure(answer) {
    if (answer.band === "none") return "I don't have an answer to that.";
    if (answer.band === "related") return "This may help, but it is not a direct answer.";
    if (answer.confidence >= 0.8) return "This very likely answers your question.";
    return answer.confidence >= 0.5 ? "This probably answers your question." : "This may answer your question.";
  }

  class FaqbotChat extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const style = new CSSStyleSheet();
      style.replaceSync(STYLE);
      root.adoptedStyleSheets = [style];
      this.said = [];
      this.level = "none";
      this.banner = make("aside", "banner");
      this.banner.setAttribute("aria-label", "Safety advice");
      this.raised = make("div");
      this.raised.setAttribute("role", "alert");
      this.standing = make("p", "", STANDING);
      this.banner.append(this.standing, this.raised);
      this.log = make("div", "log");
      this.log.setAttribute("role", "log");
      this.log.setAttribute("aria-label", "Answers");
      this.log.tabIndex = 0;
      const form = make("form");
      this.box = make("textarea");
      this.box.rows = 1;
      this.box.setAttribute("aria-label", "Your question");
      this.box.placeholder = "Your question, in your own words";
      form.append(this.box, make("button", "", "Ask"));
      form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(); });
      this.box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.ask(); }
      });
      root.append(this.banner, this.log, form);
    }

    async ask() {
      const question = this.box.value;
      if (!question.trim() || this.busy) return;
      this.busy = true;
      const asked = make("p", "asked", shownText(question)), waiting = make("p", "note", "Looking through the articles …");
      this.log.append(asked, waiting);
      asked.scrollIntoView({ block: "start" });
      try {
        const response = await fetch(`${SERVER}/api/answer`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ question, history: this.said }),
          credentials: "omit",
          signal: AbortSignal.timeout(PATIENCE),
        });
        this.show(await response.json(), question, waiting);
      } catch {
        waiting.replaceWith(make("p", "note", LOST));
      } finally {
        this.busy = false;
      }
    }

    show(reply, question, waiting) {
      const parts = [];
      if (reply.alert && RANK[reply.alert.level]) {
        this.raise(reply.alert);
        parts.push(advice(reply.alert, true));
      }
      if (reply.error) {
        parts.push(make("p", "note", reply.error));
      } else {
        this.said.push(question);
        this.box.value = "";
        parts.push(...this.passages(reply));
      }
      waiting.replaceWith(...parts);
    }

    passages(answer) {
      const none = answer.band === "none", [best, ...others] = answer.hits.map((hit) => card(hit, none));
      const parts = [make("p", "sure", sure(answer))];
      if (best && !none) parts.push(best);
      const rest = none && best ? [best, ...others] : others;
      if (rest.length) parts.push(this.folded(none ? "The nearest passages I have" : "Other passages on this", rest));
      return answer.alert.level === "emergency" ? [this.folded("What the articles say, for later", parts)] : parts;
    }

    folded(title, parts) {
      const details = make("details");
      details.append(make("summary", "", title), ...parts);
      return details;
    }

    // The banner only rises; the standing advice gives way to it.
    raise(alert) {
      if (RANK[alert.level] < 2 || RANK[alert.level] < RANK[this.level]) return;
      this.level = alert.level;
      this.banner.className = `banner ${alert.level}`;
      this.standing.hidden = true;
      this.raised.replaceChildren(advice(alert, false));
      if (alert.matches.length) this.raised.append(make("p", "", "Because you wrote: “" + alert.matches.join("”, “") + "”"));
    }
  }

  if (!customElements.get("faqbot-chat")) customElements.define("faqbot-chat", FaqbotChat);
})();
