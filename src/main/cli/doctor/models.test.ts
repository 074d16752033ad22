import { expect, test } from 'vitest';
import { Settings } from '#shared/settings.ts';
import { checkModels } from './models.ts';

const choose = (model: string, prices = {}) => {
  const settings = Settings.parse({});
  return { ...settings, prices, supervisor: { ...settings.supervisor, model } };
};

test('models with a price and no end are not spoken of', () => {
  expect(checkModels(Settings.parse({}), '2026-11-21')).toEqual([]);
});

test('a model that ends is named before that day, and is a fault from then on', () => {
  const dated = choose('claude-sonnet-4-5-20250929');
  const [before] = checkModels(dated, '2026-11-29');
  expect(before).toMatchObject({ name: 'model', state: 'note' });
  expect(before?.message).toContain('(supervisor.model) ends on 2026-11-30.');
  expect(checkModels(dated, '2026-11-30')).toMatchObject([{ state: 'fault' }]);
});

test('a model without a price is named, until the owner gives it one', () => {
  const [check] = checkModels(choose('our-gateway-model'), '2026-11-21');
  expect(check).toMatchObject({ state: 'note' });
  expect(check?.message).toMatch(/no price for our-gateway-model.*no budget holds/);
  const price = { input: 1, output: 5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 };
  expect(
    checkModels(choose('our-gateway-model', { 'our-gateway-model': price }), '2026-11-21'),
  ).toEqual([]);
});
