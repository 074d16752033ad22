import { expect, type Page } from 'playwright/test';
import type { SettingsPart } from '../../src/renderer/state/settings-parts.ts';
import { words } from '../../src/renderer/words.ts';
import { partsOf } from './parts.ts';
import type { RelayProcess } from './relay-process.ts';
import { sessions } from './showcase.ts';

/** A view of the interface as the owner would come to it; for pictures and for what holds of all. */
export interface View {
  /** Also the name of its picture. */
  name: string;
  /** From a window just opened on the showcase, by what the owner does, until it is there. */
  open(page: Page, relay: RelayProcess): Promise<unknown>;
  /** What has to be undone for the next view. */
  close?(page: Page, relay: RelayProcess): Promise<unknown>;
  /** Shown in a narrow window instead of the usual one. */
  isNarrow?: boolean;
}

export const narrowWindow = { width: 720, height: 480 };

const dialog = (page: Page, name: string | RegExp) =>
  expect(page.getByRole('dialog', { name })).toBeVisible();
const heading = (page: Page, name: string) =>
  expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

const openSession = async (page: Page, name: string) => {
  await partsOf(page).row(name).click();
  await expect(partsOf(page).conversation.getByRole('heading', { level: 1, name })).toBeVisible();
};

async function openSettings(page: Page, part: SettingsPart) {
  await page.keyboard.press('Control+,');
  await heading(page, words.settings.title);
  const parts = page.getByRole('navigation', { name: words.settings.title });
  await parts.getByRole('button', { name: words.settings.parts[part], exact: true }).click();
  await expect(
    page.getByRole('heading', { level: 2, name: words.settings.parts[part], exact: true }),
  ).toBeVisible();
}

/** Every view there is; a new one is one line. */
export const views: readonly View[] = [
  { name: 'window', open: showWindow },
  { name: 'conversation', open: (page) => openSession(page, sessions.parser.title) },
  { name: 'streaming', open: (page) => openSession(page, sessions.suite.title) },
  { name: 'long-names', open: (page) => openSession(page, sessions.long.title) },
  { name: 'idle-session', open: (page) => openSession(page, sessions.oldBranch.title) },
  { name: 'answering', open: (page) => press(page, 'r') },
  { name: 'editing', open: (page) => press(page, 'e') },
  { name: 'session-menu', open: openSessionMenu, close: (page) => page.keyboard.press('Escape') },
  { name: 'autonomy-menu', open: openAutonomyMenu, close: (page) => page.keyboard.press('Escape') },
  { name: 'details', open: openDetails },
  { name: 'details-summary', open: openSummary },
  { name: 'draft', open: (page) => openItem(page, sessions.docs.title) },
  {
    name: 'draft-editing',
    open: async (page) => {
      await openItem(page, sessions.docs.title);
      await press(page, 'e');
      await expect(partsOf(page).inbox.getByRole('textbox')).toBeFocused();
    },
  },
  { name: 'tool-leave', open: (page) => openItem(page, sessions.flaky.title) },
  { name: 'permission', open: (page) => openItem(page, sessions.assets.title) },
  { name: 'receipt', open: openReceipt },
  { name: 'receipt-request', open: openRequest },
  { name: 'search', open: openSearch },
  { name: 'palette', open: (page) => press(page, 'Control+k', words.palette.title) },
  { name: 'keys', open: (page) => press(page, '?', words.keys.title) },
  { name: 'costs', open: openCosts },
  { name: 'costs-today', open: openCostsToday },
  { name: 'costs-table', open: openCostsTable },
  { name: 'costs-decisions', open: openDecisions },
  { name: 'settings-supervisor', open: (page) => openSettings(page, 'supervisor') },
  { name: 'settings-brief', open: (page) => openSettings(page, 'brief') },
  { name: 'settings-conversation', open: (page) => openSettings(page, 'conversation') },
  { name: 'settings-autonomy', open: (page) => openSettings(page, 'autonomy') },
  { name: 'settings-budget', open: (page) => openSettings(page, 'budget') },
  { name: 'settings-claude-code', open: (page) => openSettings(page, 'claudeCode') },
  { name: 'settings-change', open: openPlannedChange },
  { name: 'settings-tools', open: (page) => openSettings(page, 'tools') },
  { name: 'settings-notifications', open: openTopic },
  { name: 'settings-faults', open: (page) => openSettings(page, 'faults') },
  { name: 'settings-appearance', open: (page) => openSettings(page, 'appearance') },
  { name: 'settings-data', open: (page) => openSettings(page, 'data') },
  { name: 'settings-about', open: (page) => openSettings(page, 'about') },
  { name: 'first-run', open: openFirstRun },
  { name: 'paused', open: (page) => press(page, 'Space'), close: resume },
  { name: 'toast', open: copyText },
  {
    name: 'narrow-sessions',
    isNarrow: true,
    open: (page) => partsOf(page).tab('sessions').click(),
  },
  { name: 'narrow-conversation', isNarrow: true, open: openNarrowConversation },
  { name: 'narrow-inbox', isNarrow: true, open: (page) => partsOf(page).tab('inbox').click() },
  { name: 'narrow-details', isNarrow: true, open: openNarrowDetails },
  { name: 'narrow-costs', isNarrow: true, open: openCosts },
  { name: 'narrow-decisions', isNarrow: true, open: openDecisions },
  { name: 'narrow-settings', isNarrow: true, open: (page) => openSettings(page, 'supervisor') },
  { name: 'narrow-receipt', isNarrow: true, open: openReceipt },
  { name: 'settled', open: settleEverything },
  { name: 'lost', open: loseRelay, close: regainRelay },
];

/** Of a home in which nothing has happened, without a key; in this order. */
export const emptyViews: readonly View[] = [
  { name: 'first-run-new', open: (page) => heading(page, words.firstRun.title) },
  { name: 'empty', open: leaveFirstRun },
];

/** Opens a view from the start, whatever was open before. */
export async function showView(view: View, page: Page, relay: RelayProcess): Promise<void> {
  await page.setViewportSize(view.isNarrow ? narrowWindow : { width: 1200, height: 760 });
  await page.reload();
  await expect(page.getByRole('contentinfo').getByText(words.status.running)).toBeVisible();
  await view.open(page, relay);
}

async function showWindow(page: Page) {
  const { cards, conversation } = partsOf(page);
  await expect(cards).not.toHaveCount(0);
  // The conversation stands at its end.
  await expect(page.getByRole('log')).toBeVisible();
  await expect(conversation.getByRole('button', { name: words.conversation.toEnd })).toHaveCount(0);
}

async function press(page: Page, key: string, opened?: string) {
  await page.keyboard.press(key);
  if (opened !== undefined) await dialog(page, opened);
}

async function openSessionMenu(page: Page) {
  await partsOf(page).row(sessions.parser.title).click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: words.sessions.menu.details })).toBeVisible();
}

async function openAutonomyMenu(page: Page) {
  const { autonomy } = words.sessions.menu;
  await partsOf(page).conversation.getByRole('button', { name: autonomy }).click();
  await expect(page.getByRole('menuitemradio').first()).toBeVisible();
}

async function openDetails(page: Page) {
  await openSession(page, sessions.parser.title);
  await partsOf(page).log.press('s');
  const { details } = partsOf(page);
  await expect(details.getByRole('textbox', { name: words.details.brief.title })).toHaveValue(/./);
  await expect(details.getByText(words.details.cost.days)).toBeAttached();
  await expect(details.getByRole('combobox').last()).toBeAttached();
}

async function openSummary(page: Page) {
  await openDetails(page);
  const { details } = partsOf(page);
  await details.locator('summary').click();
  await details.getByRole('button', { name: words.details.summaries.show }).click();
  await expect(details.getByTitle(words.details.summaries.open).first()).toBeVisible();
  await details.locator('summary').evaluate((summary) => summary.scrollIntoView());
}

async function openNarrowDetails(page: Page) {
  await partsOf(page).tab('sessions').click();
  await openDetails(page);
}

async function settleEverything(page: Page) {
  const { cards, inbox } = partsOf(page);
  for (let left = await cards.count(); left > 0; left -= 1) {
    await page.keyboard.press('x');
    await expect(cards).toHaveCount(left - 1);
  }
  await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
}

async function leaveFirstRun(page: Page) {
  await page.getByRole('button', { name: words.firstRun.later }).click();
  await expect(page.getByText(words.sessions.noneBody).first()).toBeVisible();
}

async function openItem(page: Page, name: string) {
  const card = partsOf(page).card(new RegExp(`^${name}:`));
  await card.click();
  await expect(card).toHaveAttribute('aria-current', 'true');
}

async function openRequest(page: Page) {
  await openReceipt(page);
  const receipt = page.getByRole('dialog');
  await receipt.getByText(words.receipt.sent.title).last().click();
  await expect(receipt.getByText(words.receipt.sent.same)).toBeVisible();
}

async function openReceipt(page: Page) {
  await page.keyboard.press('i');
  await dialog(page, /./);
  await expect(page.getByRole('dialog').getByText(words.receipt.price)).toBeVisible();
}

async function openSearch(page: Page) {
  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: words.search.placeholder }).fill('public API');
  await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
}

async function openCosts(page: Page) {
  await page.keyboard.press('3');
  await heading(page, words.costs.title);
  await expect(page.getByRole('heading', { name: words.costs.budgets })).toBeAttached();
}

async function openCostsToday(page: Page) {
  await openCosts(page);
  await page.getByText(words.costs.today, { exact: true }).first().click();
  await expect(page.getByRole('heading', { name: words.costs.perHour })).toBeVisible();
}

async function openDecisions(page: Page) {
  await openCosts(page);
  const { title, byModel } = words.costs.decisions;
  await expect(page.getByRole('heading', { name: byModel, level: 3 })).toBeAttached();
  const head = page.getByRole('heading', { name: title });
  await head.evaluate((element) => element.scrollIntoView({ block: 'start' }));
}

async function openCostsTable(page: Page) {
  await openCosts(page);
  await page.getByText(words.costs.table, { exact: true }).first().click();
  await expect(page.getByRole('table').first()).toBeVisible();
}

async function openPlannedChange(page: Page) {
  await openSettings(page, 'claudeCode');
  await page.getByRole('button', { name: words.settings.connectUser }).click();
  await expect(page.getByRole('button', { name: words.settings.makeChange })).toBeVisible();
}

async function openTopic(page: Page) {
  await openSettings(page, 'notifications');
  await page.getByRole('button', { name: words.settings.topicShow }).click();
  await expect(page.getByRole('img', { name: words.settings.topicQr })).toBeVisible();
}

async function openFirstRun(page: Page) {
  await press(page, 'Control+k', words.palette.title);
  await page.keyboard.type(words.actions.firstRun);
  await page.keyboard.press('Enter');
  await heading(page, words.firstRun.title);
  await expect(page.getByText(words.firstRun.proven).first()).toBeVisible();
}

async function resume(page: Page) {
  await page.keyboard.press('Space');
  await expect(partsOf(page).status).toContainText(words.status.running);
}

async function copyText(page: Page) {
  await openSession(page, sessions.parser.title);
  await page.getByRole('button', { name: words.conversation.copyText }).last().click();
  await expect(page.getByText(words.done.copied).first()).toBeVisible();
}

async function openNarrowConversation(page: Page) {
  await partsOf(page).tab('sessions').click();
  await openSession(page, sessions.parser.title);
}

async function loseRelay(page: Page, relay: RelayProcess) {
  await openSession(page, sessions.parser.title);
  await expect(page.getByRole('log').getByRole('article').first()).toBeVisible();
  await relay.kill();
  await expect(partsOf(page).lost).toBeVisible();
}

async function regainRelay(page: Page, relay: RelayProcess) {
  await relay.start();
  await expect(partsOf(page).lost).toHaveCount(0, { timeout: 20_000 });
}
