import { Dialog } from '../../components/dialog.tsx';
import { useActions } from '../../state/context.ts';
import { commandKey } from '../../state/platform.ts';
import { words } from '../../words.ts';

/** All keys on one sheet. */
export function KeysSheet() {
  const actions = useActions();
  const { does, groups } = words.keys;
  const sheet: [string, [string[], string][]][] = [
    [
      groups.inbox,
      [
        [['A'], does.approve],
        [['E'], does.edit],
        [['R'], does.answer],
        [['D'], does.direct],
        [['X'], does.dismiss],
        [['I'], does.receipt],
      ],
    ],
    [
      groups.lists,
      [
        [['J', 'K'], does.move],
        [['S'], does.details],
        [['C'], does.compose],
        [['Enter'], does.send],
        [['Shift Enter'], does.newline],
        [['Esc'], does.close],
      ],
    ],
    [
      groups.everywhere,
      [
        [['Space'], does.pause],
        [[`${commandKey}K`], does.palette],
        [['/'], does.search],
        [['1', `${commandKey}1`], does.sessions],
        [['2', `${commandKey}2`], does.inbox],
        [['3', `${commandKey}3`], does.costs],
        [[`${commandKey},`], does.settings],
        [['?'], does.keys],
      ],
    ],
  ];
  return (
    <Dialog title={words.keys.title} onClose={actions.closeDialog}>
      <div className="keys-sheet">
        {sheet.map(([group, keys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={what}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name} className="key">
                        {name}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
