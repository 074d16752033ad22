import type { InboxItem } from '#shared/models.ts';
import type { RelayClient } from '../relay-client.ts';
import { Age } from './age.tsx';
import type { Act } from './status-page.tsx';

/** What waits for the owner, with the two answers that need no words. */
export function InboxSection({
  items,
  client,
  act,
}: {
  items: readonly InboxItem[];
  client: RelayClient;
  act: Act;
}) {
  const via = 'inbox' as const;
  return (
    <section aria-label="Inbox">
      <h2>Needs you {items.length > 0 && <span className="count">{items.length}</span>}</h2>
      {items.length === 0 && <p className="muted">Nothing needs you.</p>}
      <ul>
        {items.map((item) => (
          <li key={item.id} className="card">
            <p className="muted">
              {item.id}, {item.kind}, {item.title ?? item.sessionId ?? 'relay'}{' '}
              <Age at={item.openedAt} />
            </p>
            <p>{item.summary}</p>
            {item.proposal !== '' && <p>Proposal: {item.proposal}</p>}
            <p className="actions">
              <button
                type="button"
                onClick={() => void act(client.call('inbox.approve', { itemId: item.id, via }))}
              >
                Approve
              </button>
              <button
                type="button"
                onClick={() => void act(client.call('inbox.dismiss', { itemId: item.id, via }))}
              >
                Dismiss
              </button>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
