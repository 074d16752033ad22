import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright/test';
import { expect, test } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';
import { escalation } from '../support/supervisor.ts';

/** A server that should never hear anything: what phones home, phones there. */
async function listenForCalls() {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object; only pipes have a string.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Everything a session can try on a page; `beacon` is where it would report to. */
function attacks(beacon: string): string[] {
  return [
    `<img src=x onerror="window.pwned=1"><img src="${beacon}/img">`,
    `<script>window.pwned=1;alert('pwned')</script>`,
    `<svg onload="alert('pwned')"><iframe src="${beacon}/frame"></iframe></svg>`,
    `<form action="${beacon}/form"><button>Approve</button></form>`,
    `<style>@import url("${beacon}/style");*{display:none}</style>`,
    `<a href="javascript:alert('pwned')">Approve</a><base href="${beacon}/">`,
    `<meta http-equiv="refresh" content="0;url=${beacon}/meta"><link rel="stylesheet" href="${beacon}/link">`,
    `[run](javascript:alert('pwned')) [file](file:///etc/passwd) [data](data:text/html,<script>alert(1)</script>) [vb](vbscript:x)`,
    `[plain](${beacon}/plain-link) <${beacon}/autolink> ${beacon}/bare`,
    `![picture](${beacon}/picture.png) ![ref][r]\n\n[r]: ${beacon}/reference.png`,
    `| ![cell](${beacon}/cell.png) | b |\n|---|---|\n| <video src="${beacon}/video" autoplay> | c |`,
    '```html\n<script>window.pwned=1</script>\n```',
    `text ${'`'.repeat(3)}<img src="${beacon}/code">`,
    '<details open ontoggle="window.pwned=1">x</details><input autofocus onfocus="window.pwned=1">',
  ];
}

/** What could do something on a page, beyond what the interface itself is made of. */
async function dangerousElements(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = document.querySelectorAll(
      [
        'body script, iframe, object, embed, base, video, audio, img, meta[http-equiv], style',
        'a[href]:not([href^="https:"]), form[action], link:not([rel="icon"]):not([href^="/assets/"])',
        '[onerror], [onload], [onclick], [onfocus], [ontoggle], [srcset], [srcdoc]',
      ].join(', '),
    );
    return [...found]
      .map((element) => element.outerHTML.slice(0, 120))
      .filter((html) => !/^<(script|link|img)[^>]*(src|href)="(\.?\/|relay:)/.test(html));
  });
}

test('HTML, scripts, links and images do nothing, wherever they are said', async ({
  openInterface,
}) => {
  const beacon = await listenForCalls();
  const { page, relay, supervisor } = await openInterface();
  const dialogs: string[] = [];
  const requests: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.context().on('request', (request) => {
    if (!new URL(request.url()).pathname.match(/^\/(rpc|stream|assets)|^\/$/)) {
      requests.push(request.url());
    }
  });
  page.context().on('page', () => requests.push('a new window'));
  const before = page.url();
  const { card, log, row } = partsOf(page);
  const title = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>';

  for (const [index, attack] of attacks(beacon.url).entries()) {
    const text = `Attack ${index}. ${attack}`;
    supervisor.willSay(
      index === 0 ? escalation(`Ask ${attack}`, attack, attack) : { text: `Answer ${attack}` },
    );
    const session_id = index === 0 ? 'asking' : 'hostile';
    relay.drop({ session_id, content: text, title, cwd: '/tmp/<b>x</b>' });
    if (index > 0) await relay.take(session_id);
  }
  await expect(card(/Ask/)).toBeVisible();
  await card(/Ask/).click();
  await card(/Ask/).getByText('Reasoning').click();
  expect(await dangerousElements(page)).toEqual([]);

  await row(/img src/)
    .last()
    .click();
  await expect(letter(log, 'Attack 13.')).toBeVisible();
  // By the eye of every row: what is drawn only when it is scrolled to counts too.
  for (let step = 0; step < 40; step += 1) {
    expect(await dangerousElements(page)).toEqual([]);
    await log.evaluate((scroller) => scroller.scrollBy(0, -300));
  }
  await expect(letter(log, '<script>window.pwned=1').first()).toBeVisible();
  await expect(letter(log, '<script>window.pwned=1').first()).toContainText('</script>');

  // A click on a bad link goes nowhere.
  const bad = log.getByText('run', { exact: true }).first();
  await bad.scrollIntoViewIfNeeded();
  await bad.click();
  expect(page.url()).toBe(before);
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  expect(dialogs).toEqual([]);
  expect(requests).toEqual([]);
  expect(beacon.calls).toEqual([]);
  await beacon.close();
});

test('a text with tricks is shown as it is', async ({ openInterface }) => {
  const { page, relay, supervisor } = await openInterface();
  const { log, row } = partsOf(page);
  supervisor.willSay({ text: 'Run `rm -rf \u202Egnp.txt\u202C` now. zero\u200Bwidth' });
  relay.drop({
    session_id: 'tricky',
    content:
      '\u001b[31mred\u001b[0m and \u001b]0;owned title\u0007a bell, \u001b[2J\u001b[Hcleared, \u0000nul',
    title: 'good\u202Elive\u2066name',
  });
  await relay.take('tricky');
  await row(/good/).click();
  await expect(letter(log, 'red and')).toBeVisible();
  const text = (await log.textContent()) ?? '';
  expect(text).toContain('[U+202E]gnp.txt[U+202C]');
  expect(text).toContain('zero[U+200B]width');
  const everything = (await page.locator('body').textContent()) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(everything).not.toMatch(/[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069\u200b]/);
  expect(everything).not.toContain('[31m');
  await expect(page).toHaveTitle('Relay');
});

test('a huge line and a huge text hold nothing up and widen nothing', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  const { log, row, conversation, composer } = partsOf(page);
  relay.drop({ session_id: 'huge', content: `One line. ${'x'.repeat(2_000_000)}` });
  await relay.take('huge');
  relay.drop({ session_id: 'huge', content: `# Deep\n\n${'> '.repeat(30_000)}deep` });
  await relay.take('huge');
  relay.drop({
    session_id: 'huge',
    content: Array.from({ length: 50_000 }, (_, line) => `| ${line} | **b** |`).join('\n'),
  });
  await relay.take('huge');
  relay.drop({ session_id: 'huge', content: 'The last word.', title: 'W'.repeat(5_000) });
  await relay.take('huge');
  await row(/W{9}|huge/).click();
  await expect(letter(log, 'The last word.')).toBeVisible();
  const widest = () =>
    page.evaluate(() => {
      const scroller = document.querySelector('[role=log]');
      return {
        page: document.documentElement.scrollWidth - innerWidth,
        log: (scroller?.scrollWidth ?? 0) - (scroller?.clientWidth ?? 0),
      };
    });
  expect(await widest()).toEqual({ page: 0, log: 0 });
  await log.evaluate((scroller) => scroller.scrollTo(0, 0));
  await expect(letter(log, 'One line.')).toBeVisible();
  expect(await widest()).toEqual({ page: 0, log: 0 });
  await expect(conversation.getByRole('heading', { level: 1 })).toBeInViewport();

  // What nests too deep is shown as it was written, unfolded too.
  await log
    .getByRole('button', { name: /^Show .* more/ })
    .nth(1)
    .click();
  await expect(letter(log, '> > > > > >').locator('blockquote')).toHaveCount(0);
  await expect(letter(log, '> > > > > >')).toBeVisible();

  // Still quick: a key shows at once.
  const startedMs = Date.now();
  await composer.fill('still here');
  await expect(composer).toHaveValue('still here');
  expect(Date.now() - startedMs).toBeLessThan(1_000);
});
