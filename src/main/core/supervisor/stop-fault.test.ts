import { expect, test } from 'vitest';
import { faultByStop } from './stop-fault.ts';

test.each([
  [undefined, 'declined to answer.'],
  ['cyber', 'declined to answer (category: cyber).'],
  ['general_harms', 'declined to answer (category: general harms).'],
  ['new\n<b>kind</b>', 'declined to answer (category: new b kind b).'],
  ['\u202e', 'declined to answer.'],
])('a refusal of category %j is said in plain words', (refusalCategory, words) => {
  const fault = faultByStop({ stopReason: 'refusal', refusalCategory });
  expect(fault).toMatchObject({ code: 'refusal', remedy: 'decide' });
  expect(fault?.message).toContain(words);
});
