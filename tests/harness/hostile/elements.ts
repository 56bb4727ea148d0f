/**
 * What a page may ask of a host through its elements; each is put into the document, and then into frames of its own.
 */
export const hostileElements = (at: string, hash: string): string[] => [
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
  `<script type="speculationrules">` +
    `{"prefetch": [{"urls": ["${at}speculation"]}], "prerender": [{"urls": ["${at}prerender-rules"]}]}</script>`,
  `<script type="importmap">{"imports": {"x": "${at}importmap"}, "integrity": {"${at}importmap": "${hash}"}}</script>` +
    `<script type="module">import "x"</script>`,
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
  `<style>@import "${at}import"; @font-face { font-family: f; src: url("${at}font") } ` +
    `body { background: url("${at}background"); font-family: f; cursor: url("${at}cursor"), auto } ` +
    `a::after { content: url("${at}content") }</style>`,
  `<div style="background-image: image-set('${at}image-set' 1x); mask: url('${at}mask'); ` +
    `filter: url('${at}filter#f'); list-style-image: url('${at}list')">x</div>`,
  `<svg><image href="${at}svg-image"/><use href="${at}svg-use#a"/>` +
    `<filter id="f"><feImage href="${at}svg-feimage"/></filter><rect width="9" height="9" filter="url(#f)"/>` +
    `<script href="${at}svg-script"></script></svg>`,
  `<base href="${at}base/">`,
  `<body background="${at}body">`,
  `<table background="${at}table"><tr><td background="${at}cell">x</table>`,
  `<form action="${at}form" method="post"><input name="a" value="secret"><button id="submit">x</button></form>`,
  `<form action="${at}form-get"><input name="a" value="secret"><button formaction="${at}formaction">x</button></form>`,
  `<a ping="${at}ping" href="${at}anchor" attributionsrc="${at}attribution-click">x</a>`,
  `<a href="${at}download" download>x</a>`,
  `<area href="${at}area" ping="${at}area-ping">`,
];
