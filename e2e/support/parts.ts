import type { Locator, Page } from 'playwright/test';
import { words } from '../../src/renderer/words.ts';

/**
 * Where things are in the interface, by role and name, as the owner or a screen reader finds them.
 * The words are the interface's own, so that a better word breaks no spec.
 */
export function partsOf(page: Page) {
  const inbox = page.getByRole('complementary', { name: words.tabs.inbox });
  const sessions = page.getByRole('navigation', { name: words.sessions.title });
  return {
    sessions,
    /** The row of a session in the left column. */
    row: (name: string | RegExp) => sessions.getByRole('option', { name }),
    conversation: page.getByRole('region', { name: words.conversation.title }),
    /** Of a session, in the place of its conversation. */
    details: page.getByRole('region', { name: words.details.title, exact: true }),
    /** What was said, scrolled. */
    log: page.getByRole('log'),
    inbox,
    cards: inbox.getByRole('article'),
    card: (about: string | RegExp) => inbox.getByRole('article', { name: about }),
    composer: page.getByRole('textbox', { name: words.composer.placeholder }),
    status: page.getByRole('contentinfo'),
    lost: page.getByRole('alert').filter({ hasText: words.connection.lost }),
    tab: (name: keyof typeof words.tabs) => page.getByRole('button', { name: words.tabs[name] }),
  };
}

/** A letter of the conversation, by its words. */
export function letter(log: Locator, text: string | RegExp): Locator {
  return log.getByRole('article').filter({ hasText: text });
}
