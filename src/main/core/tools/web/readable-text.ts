import { convert } from 'html-to-text';

/** Beyond this the rest of a page is no text any more. */
const longestHtml = 2_000_000;

/** The words of a page, with headings, lists, tables and where its links lead. */
export function readableText(html: string): string {
  return convert(html.slice(0, longestHtml), {
    wordwrap: false,
    baseElements: { selectors: ['main', 'article', 'body'], orderBy: 'occurrence' },
    limits: { maxInputLength: longestHtml, maxDepth: 200, maxChildNodes: 20_000 },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'svg', format: 'skip' },
      { selector: 'nav', format: 'skip' },
      { selector: 'footer', format: 'skip' },
      { selector: 'form', format: 'skip' },
      { selector: 'noscript', format: 'skip' },
      {
        selector: 'a',
        options: { ignoreHref: false, noAnchorUrl: true, hideLinkHrefIfSameAsText: true },
      },
      { selector: 'table', format: 'dataTable' },
      ...['h1', 'h2', 'h3', 'h4'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  }).trim();
}
