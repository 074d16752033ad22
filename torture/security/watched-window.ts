import type { Page } from 'playwright';

/** A page on which everything that must not happen is written down. */
export interface WatchedWindow {
  /** What is wrong with the page as it is now: sentences that name the place. */
  look(where: string): Promise<void>;
  /** Everything that went wrong, from the beginning; each once. */
  problems(): string[];
  /** How often it was looked at. */
  looks(): number;
}

/** Before anything of the page runs: what is blocked by its policy came too far already. */
export async function watchWindow(
  page: Page,
  isOwn: (url: string) => boolean,
): Promise<WatchedWindow> {
  const found = new Map<string, string>();
  let looks = 0;
  const tell = (kind: string, sentence: string) => {
    if (!found.has(kind)) found.set(kind, sentence);
  };
  page.on('dialog', (dialog) => {
    tell('dialog', `A dialog was shown: ${dialog.message()}.`);
    void dialog.dismiss();
  });
  page.context().on('request', (request) => {
    if (!isOwn(request.url())) tell(`request ${request.url()}`, `It asked for ${request.url()}.`);
  });
  page.context().on('page', (other) => tell('page', `It opened a window: ${other.url()}.`));
  page.on('framenavigated', (frame) => {
    if (!isOwn(frame.url())) tell('navigation', `It went to ${frame.url()}.`);
  });
  page.on('pageerror', (error) =>
    tell(`error ${error.message}`, `The page failed: ${error.message}.`),
  );
  await page.addInitScript(() => {
    const seen: string[] = [];
    Reflect.set(window, '__violations', seen);
    document.addEventListener('securitypolicyviolation', (event) => {
      seen.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.reload();

  return {
    problems: () => [...found.values()],
    looks: () => looks,
    async look(where) {
      looks += 1;
      for (const [kind, what] of await page.evaluate(findProblems)) {
        tell(`${kind} ${what.slice(0, 60)}`, `In ${where}: ${kind}: ${what}`);
      }
    },
  };
}

/** Runs in the page; kind and what of it. */
function findProblems(): [string, string][] {
  const found: [string, string][] = [];
  const add = (kind: string, what: string) => found.push([kind, what.slice(0, 200)]);
  if ('pwned' in window || 'pwned' in Object.prototype)
    add('script was run', 'window.pwned is set');
  const violations: unknown = Reflect.get(window, '__violations');
  if (Array.isArray(violations)) {
    for (const one of violations) add('stopped by the policy alone', String(one));
  }
  const dangerous = [
    'body script, iframe, frame, object, embed, base, video, audio, portal, marquee, style, math, svg script',
    'body link, body meta, svg image, svg use, svg foreignObject, img, picture, source, track, template',
    'a[href]:not([href^="https:"]), form[action], [srcset], [srcdoc], [ping], [formaction], [background]',
    '#pwn, .pwn, [name=pwn], #relay, #document, [name=getElementById], [name=opener], xss, x',
    '[style*="url("], [style*="z-index: 99999"], [style*="inset: 0"], [contenteditable]:not([contenteditable=false])',
  ].join(', ');
  for (const element of document.querySelectorAll(dangerous)) {
    const html = element.outerHTML.slice(0, 160);
    // The interface's own pictures and scripts lie beside it.
    if (/^<(script|link|img)[^>]*(src|href)="(\.?\/|relay:|data:image\/)/.test(html)) continue;
    add('markup became an element', html);
  }
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) add('a handler', `${element.tagName} ${name}`);
      if (/^(title|aria-label|alt|placeholder)$/.test(name) && hidden(value)) {
        add(
          'an attribute that reads as another',
          `${element.className} ${name}=${JSON.stringify(value)}`,
        );
      }
    }
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // What is edited is there as it is.
    if (node.parentElement instanceof HTMLTextAreaElement) continue;
    const text = node.textContent ?? '';
    if (hidden(text)) {
      const place = node.parentElement?.closest('[class]')?.className ?? '';
      add(
        'a text that reads as another',
        `${String(place)}: ${JSON.stringify(text.slice(0, 120))}`,
      );
    }
  }
  if (hidden(document.title)) add('a title that reads as another', document.title);
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 1) add('the page is wider than the window', `${wide} px`);
  return found;

  /** Controls, directions, and what takes no room; the joiner of emoji aside. */
  function hidden(text: string): boolean {
    return /(?![\n\t\r\u200d])[\p{Cc}\p{Cf}]/u.test(text);
  }
}
