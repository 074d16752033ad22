import { useId } from 'react';
import type { InboxItem } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { useActions } from '../../state/context.ts';
import { type ItemAction, itemActions } from '../../state/item-actions.ts';

/** What can be done with an item, each with what happens then. */
export function CardButtons({ item }: { item: InboxItem }) {
  const actions = useActions();
  const id = useId();
  const does: Record<ItemAction, () => void> = {
    approve: () => void actions.approve(item.id),
    edit: () => actions.edit('edit', item),
    answer: () => actions.edit('answer', item),
    direct: () => actions.edit('direct', item),
    dismiss: () => void actions.dismiss(item.id),
  };
  return (
    <ul className="card-choices">
      {itemActions(item).map(({ action, name, hint, key }, index) => (
        <li key={action}>
          <Button
            look={index === 0 ? 'main' : 'plain'}
            hotkey={key}
            aria-describedby={`${id} ${action}`}
            onClick={does[action]}
          >
            {name}
          </Button>
          <span id={`${id} ${action}`} className="card-hint">
            {hint}
          </span>
        </li>
      ))}
    </ul>
  );
}
