/* Teichaku's tag: tells the site's own server which pages are read. It asks nobody else, reads no
   cookie and takes no fingerprint. What it sends is listed in the notice of the site. */
(function (settings) {
  "use strict";
  var w = window, d = document, n = navigator, page, seenFrom, seen, quarters, queue = [];
  var target = new URL("/c/" + settings.key + "/", d.currentScript.src).href;
  var KEPT = "teichaku:" + settings.key, MOST = 100, OLDEST = 864e5, AT_ONCE = 10, LONGEST = 3e5;
  var FILES = /\.(pdf|docx?|xlsx?|pptx?|csv|zip|mp4|mp3|epub|txt)$/i;
  var sending = [], pause = 0, timer, allowed = false, early = w.teichaku && w.teichaku.q || [];
  var objects = n.doNotTrack === "1" || w.doNotTrack === "1" || n.globalPrivacyControl;

  function id() {
    var b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = b[6] & 15 | 64; b[8] = b[8] & 63 | 128;
    return Array.from(b, function (x) { return (x + 256).toString(16).slice(1); }).join("")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function here() {
    // Of a query nothing but the names of campaigns: the rest may be about a person.
    var l = location, utm = l.search.slice(1).split("&").filter(function (part) {
      return /^utm_\w+=/.test(part);
    }).join("&");
    return (l.origin + l.pathname + (utm && "?" + utm)).slice(0, 1000);
  }

  function bare(address) { return address.split(/[?#]/)[0].slice(0, 1000); }

  function cut(text, most) { return String(text).slice(0, most).replace(/[\ud800-\udbff]$/, ""); }

  function plain(values) {
    var found = {}, left = 10;
    for (var key in values) {
      var value = values[key], type = typeof value;
      if (left && key && /^(string|number|boolean)$/.test(type)) {
        found[cut(key, 100)] = type === "string" ? cut(value, 200) : value;
        left -= 1;
      }
    }
    return found;
  }

  function store(events) {
    try {
      if (events) localStorage.setItem(KEPT, JSON.stringify(events.slice(-MOST)));
      else localStorage.removeItem(KEPT);
    } catch (e) { /* a browser that keeps nothing still sends */ }
  }

  function stored() {
    try {
      var since = Date.now() - OLDEST;
      return JSON.parse(localStorage.getItem(KEPT) || "[]").filter(function (e) { return e.t > since; });
    } catch (e) { return []; }
  }

  function put(kind, more) {
    if (!allowed) return;
    var event = { i: id(), n: kind, t: Date.now(), u: page };
    for (var key in more) event[key] = more[key];
    queue = queue.concat(event).slice(-MOST);
    if (!timer) later(200);
  }

  function packed(events) {
    var now = Date.now();
    return JSON.stringify({ s: now, w: n.webdriver ? 1 : 0, e: events.map(function (event) {
      var sent = { a: Math.max(0, now - event.t) };
      for (var key in event) if (key !== "t") sent[key] = event[key];
      return sent;
    }) });
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(function () { timer = 0; send(); }, wait);
  }

  function again(seconds) {
    // Twice as long each time, and not all browsers at the same moment.
    pause = Math.min(pause * 2 || 1000, LONGEST);
    queue = sending.concat(queue); sending = [];
    store(queue);
    later(Math.max(pause, seconds * 1000 || 0) * (1 + Math.random() / 2));
  }

  function post(method, body) {
    return fetch(target, { method: method, body: body, credentials: "include", keepalive: true });
  }

  function send() {
    if (!queue.length || sending.length || !allowed) return;
    sending = queue.splice(0, AT_ONCE);
    post("POST", packed(sending)).then(function (answer) {
      if (answer.status === 429 || answer.status > 499) {
        return again(+answer.headers.get("Retry-After"));
      }
      sending = []; pause = 0; store(queue);  // kept, or refused for good
      if (queue.length) later(0);
    }, function () { again(0); });
  }

  function read() {
    var now = Date.now();
    if (seenFrom) { seen += now - seenFrom; seenFrom = now; }
    if (seen >= 1000) put("read", { d: Math.round(seen / 1000), q: quarters });
    seen = 0;
  }

  function hide() {
    read(); seenFrom = 0;
    if (!allowed) return;
    store(sending.concat(queue));
    while (n.onLine !== false && queue.length) {
      var body = packed(queue.slice(0, AT_ONCE));
      if (!n.sendBeacon || !n.sendBeacon(target, body)) { send(); break; }
      queue.splice(0, AT_ONCE);
      store(sending.concat(queue));
    }
  }

  function show() { seenFrom = seenFrom || Date.now(); if (queue.length) later(200); }

  function view(before) {
    page = here(); seen = 0; quarters = 0; seenFrom = d.visibilityState === "hidden" ? 0 : Date.now();
    put("view", before ? { r: bare(before) } : {});
    scrolled();
  }

  function scrolled() {
    var whole = d.documentElement.scrollHeight || 1;
    quarters = Math.max(quarters, Math.min(4, Math.floor(4 * (w.scrollY + w.innerHeight + 2) / whole)));
  }

  function moved() {
    var before = page;
    if (here() !== before) { read(); view(before); }
  }

  function start() {
    if (allowed || objects) return;
    allowed = true;
    queue = stored();
    view(/^https?:/.test(d.referrer) && d.referrer);
  }

  function stop() {
    allowed = false; queue = []; sending = []; clearTimeout(timer);
    // The cookie is the server's, so it is asked to take it back; once, and only if there may be one.
    try { if (localStorage.getItem(KEPT)) post("DELETE").catch(function () {}); } catch (e) { /* none */ }
    store();
  }

  w.teichaku = function (what, name, more) {
    if (what === "event" && name) put("custom", { m: cut(name, 100), p: plain(more) });
    if (what === "consent") (name === "granted" ? start : stop)();
  };

  ["pushState", "replaceState"].forEach(function (name) {
    var plain = history[name];
    history[name] = function () { plain.apply(history, arguments); moved(); };
  });
  w.addEventListener("popstate", moved);
  w.addEventListener("scroll", scrolled, { passive: true });
  w.addEventListener("online", function () { later(0); });
  w.addEventListener("pagehide", hide);
  d.addEventListener("visibilitychange", function () { (d.visibilityState === "hidden" ? hide : show)(); });
  d.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (link && /^https?:/.test(link.href) && FILES.test(bare(link.href))) put("download", { f: bare(link.href) });
  }, true);

  if (!settings.ask) start();
  early.forEach(function (call) { w.teichaku.apply(w, call); });
})(SETTINGS);
