import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { seedMonth } from '../support/showcase.ts';

const text = words.costs;

test('today by the hour agrees with what the API charged', async ({ openInterface }) => {
  const { page, relay } = await openInterface();
  relay.drop({ session_id: 'docs', content: 'Hello.' });
  await relay.take('docs');
  await page.keyboard.press('3');
  await page.getByText(text.today, { exact: true }).first().click();
  await expect(page.getByRole('heading', { name: text.perHour })).toBeVisible();
  await page.getByText(text.table, { exact: true }).first().press('Enter');
  const [hour] = await relay.call('cost.hours', {});
  const { todayUsd } = await relay.call('status', {});
  expect(hour).toMatchObject({ calls: 1, usd: todayUsd, estimatedUsd: 0 });
  const rows = page.getByRole('table', { name: text.perHour }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await expect(rows.last()).toContainText(`${String(hour?.hour).padStart(2, '0')}:00`);
});

test('how good the decisions were: rates, tables, filters', async ({ openInterface }) => {
  const { page, relay } = await openInterface({ prepare: seedMonth });
  const { total, bySession } = await relay.call('stats.summary', {});
  expect(total.escalations).toBeGreaterThan(0);
  await page.keyboard.press('3');
  const { decisions } = text;
  const part = page.locator('section', {
    has: page.getByRole('heading', { name: decisions.title }),
  });
  const { escalations, escalationsNeedless } = total;
  await expect(
    part.getByText(decisions.of(escalationsNeedless, escalations), { exact: true }),
  ).toBeVisible();
  const table = part.getByRole('table', { name: decisions.bySession });
  await expect(table.getByRole('row')).toHaveCount(bySession.length + 1);

  await part.getByRole('combobox', { name: decisions.filterSession }).selectOption('parser');
  await expect(part.getByText(decisions.none).first()).toBeVisible();
});

test('the rows of the decisions are saved as CSV', async ({ openInterface }) => {
  const { page, relay, saved } = await openInterface({ prepare: seedMonth });
  await page.keyboard.press('3');
  const part = page.locator('section', {
    has: page.getByRole('heading', { name: text.decisions.title }),
  });
  const button = part.getByRole('button', { name: text.csv });
  // A key that comes before the rows would find it disabled.
  await expect(button).toBeEnabled();
  const csv = await saved(() => button.press('Enter'));
  expect(csv.name).toMatch(/^relay-decisions-\d{4}-\d\d-\d\d\.csv$/);
  const rows = await relay.call('stats.rows', {});
  expect(csv.text.trimEnd().split('\r\n')).toHaveLength(rows.length + 1);
});

test('the costs of every day are saved as CSV, to the same sum', async ({ openInterface }) => {
  const { page, relay, saved } = await openInterface({ prepare: seedMonth });
  await page.keyboard.press('3');
  const button = page.getByRole('button', { name: text.csv }).first();
  await expect(button).toBeEnabled();
  const csv = await saved(() => button.press('Enter'));
  expect(csv.name).toMatch(/^relay-costs-\d{4}-\d\d-\d\d\.csv$/);
  const [head = '', ...lines] = csv.text.trimEnd().split('\r\n');
  const usd = head.split(',').indexOf('usd');
  const sum = lines.reduce((total, line) => total + Number(line.split(',')[usd]), 0);
  const rows = await relay.call('cost.rows', {});
  expect(lines).toHaveLength(rows.length);
  expect(sum).toBeCloseTo(
    rows.reduce((total, row) => total + row.usd, 0),
    4,
  );
});
