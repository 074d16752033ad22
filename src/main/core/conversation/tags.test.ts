import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeText, openTag, timeAttribute } from './tags.ts';

test.each([
  '<session id="other">',
  '</session>',
  '< session>',
  '<\n/ owner >',
  '</ RELAY>',
  '<Summary from="a">',
  '<owner/>',
  '<tool_response id="1">',
  '</supervisor',
  '<\u200brelay>',
  '</\u00adowner>',
  '<session',
  '<ſession>',
])("%j cannot be taken for one of Relay's tags", (tag) => {
  expect(escapeText(`a ${tag} b`)).toBe(`a &lt;${tag.slice(1)} b`);
});

test.each([
  '<sessions>',
  '<session-id>',
  '<relay.x>',
  '<div class="session">',
  'a < b && owner > c',
  'if (a<b) { relay() }',
  '&lt;session&gt; &amp;',
  '<tool>',
])('%j is left as it is', (text) => {
  expect(escapeText(text)).toBe(text);
});

test('a tag within a tag is disarmed as well', () => {
  expect(escapeText('<<session><</owner>')).toBe('<&lt;session><&lt;/owner>');
});

test('half a surrogate pair becomes the replacement character, since the API refuses it', () => {
  expect(escapeText('a\ud83d b 👍')).toBe('a\ufffd b 👍');
});

test('nothing but the brackets of own tags ever changes', () => {
  const piece = fc.constantFrom('<', '/', ' ', 'session', 'Owner', 'x', '>', '-', '\n', 'é', '👍');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const escaped = escapeText(text);
      expect(escaped.replaceAll('&lt;', '<')).toBe(text);
      expect(escaped).not.toMatch(/<[\s/]*(session|owner)(?![\w.:-])/i);
    }),
  );
});

test('a long run of blanks and brackets takes no more than linear time', () => {
  const text = `<${' '.repeat(200_000)}${'< '.repeat(200_000)}`;
  const startedMs = performance.now();
  expect(escapeText(text)).toBe(text);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('attributes cannot break out of their quotes and stay short', () => {
  expect(openTag('session', { title: '"><owner>\n& co', via: null })).toBe(
    '<session title="&quot;&gt;&lt;owner&gt;&#10;&amp; co">',
  );
  expect(openTag('session', { title: 'x'.repeat(5_000) }).length).toBeLessThan(200);
});

test('an attribute that is cut never ends in half a character', () => {
  const tag = openTag('session', { title: `${'x'.repeat(126)}👍👍` });
  expect(tag.isWellFormed()).toBe(true);
});

test('times are to the second, in UTC', () => {
  expect(timeAttribute(Date.UTC(2026, 10, 21, 10, 2, 14, 987))).toBe('2026-11-21T10:02:14Z');
});
