import { request as httpRequest } from 'node:http';
import { expect, test } from '../support/interface.ts';

test.describe('who gets in', () => {
  test('the token leaves the address and is good for one browser only', async ({
    openInterface,
  }) => {
    const { page, relay } = await openInterface();
    await expect(page).toHaveURL(`http://127.0.0.1:${relay.port()}/`);

    const used = await relay.makeUrl();
    const first = await page.context().browser()?.newContext();
    await first?.newPage().then((other) => other.goto(used));
    const stranger = await page.context().browser()?.newContext();
    const strange = await stranger?.newPage();
    const replayed = await strange?.goto(used);
    expect(replayed?.status()).toBe(403);
    await expect(strange?.locator('body') ?? page.locator('body')).toContainText('relay url');
    expect(await stranger?.cookies()).toEqual([]);
    await first?.close();
    await stranger?.close();
  });
});
void httpRequest;
