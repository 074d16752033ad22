import type * as ContextMenu from '@radix-ui/react-context-menu';
import type * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { Check, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { autonomies } from '#shared/autonomies.ts';
import type { SessionSummary } from '#shared/models.ts';
import { useActions, useInterface, useRelay } from '../state/context.ts';
import { sessionsOf } from '../state/selectors.ts';
import {
  conversationName,
  conversationsFor,
  isOwnConversation,
  ownConversation,
} from '../text/conversation-name.ts';
import { words } from '../words.ts';
import { useMenuLayer } from './menu-layer.ts';

/** The two menus have the same parts; which one it is only decides where it opens. */
type Kit = Pick<
  typeof ContextMenu | typeof DropdownMenu,
  | 'Item'
  | 'Separator'
  | 'Sub'
  | 'SubTrigger'
  | 'SubContent'
  | 'Portal'
  | 'RadioGroup'
  | 'RadioItem'
  | 'ItemIndicator'
>;

interface Props {
  session: SessionSummary;
  kit: Kit;
}

/** What can be done with a session, in its row's context menu and in its conversation's head. */
export function SessionMenuItems({ session, kit }: Props) {
  const { Item, Separator } = kit;
  const actions = useActions();
  const { bridge } = useInterface();
  const { id, muted, cwd } = session;
  const menu = words.sessions.menu;
  return (
    <>
      <Item className="menu-item" onSelect={() => actions.showDetails(id)}>
        {menu.details}
        <kbd>S</kbd>
      </Item>
      <Separator className="menu-line" />
      <Part kit={kit} name={menu.autonomy}>
        <AutonomyItems session={session} kit={kit} />
      </Part>
      <Part kit={kit} name={menu.conversation}>
        <ConversationItems session={session} kit={kit} />
      </Part>
      <Item className="menu-item" onSelect={() => actions.setMuted(id, !muted)}>
        {muted ? menu.unmute : menu.mute}
      </Item>
      <Separator className="menu-line" />
      <Item className="menu-item" onSelect={() => actions.exportSession(id, 'markdown')}>
        {menu.exportMarkdown}
      </Item>
      <Item className="menu-item" onSelect={() => actions.exportSession(id, 'jsonl')}>
        {menu.exportJson}
      </Item>
      <Separator className="menu-line" />
      {bridge.desktop && cwd !== null && (
        <Item
          className="menu-item"
          onSelect={() => bridge.desktop?.openFolder({ kind: 'session', sessionId: id })}
        >
          {menu.openFolder}
        </Item>
      )}
      {cwd !== null && (
        <Item className="menu-item" onSelect={() => actions.copy(cwd)}>
          {menu.copyPath}
        </Item>
      )}
      <Item className="menu-item" onSelect={() => actions.copy(id)}>
        {menu.copyId}
      </Item>
    </>
  );
}

/** A menu within the menu. */
function Part({ kit, name, children }: { kit: Kit; name: string; children: ReactNode }) {
  const { Sub, SubTrigger, SubContent, Portal } = kit;
  const layer = useMenuLayer();
  return (
    <Sub>
      <SubTrigger className="menu-item">
        {name}
        <ChevronRight size={12} aria-hidden="true" />
      </SubTrigger>
      <Portal container={layer}>
        <SubContent className="menu" collisionPadding={8}>
          {children}
        </SubContent>
      </Portal>
    </Sub>
  );
}

/** The three degrees of autonomy, with what each means. */
export function AutonomyItems({ session, kit }: Props) {
  const { RadioGroup, RadioItem, ItemIndicator } = kit;
  const actions = useActions();
  return (
    <RadioGroup
      value={session.autonomy}
      onValueChange={(value) => {
        const chosen = autonomies.find((one) => one === value);
        if (chosen) void actions.setAutonomy(session.id, chosen);
      }}
    >
      {autonomies.map((option) => (
        <RadioItem key={option} value={option} className="menu-item menu-choice">
          <span className="menu-check">
            <ItemIndicator>
              <Check size={12} aria-hidden="true" />
            </ItemIndicator>
          </span>
          <span>
            {words.autonomy[option].name}
            <small>{words.autonomy[option].means}</small>
          </span>
        </RadioItem>
      ))}
    </RadioGroup>
  );
}

const mostConversations = 8;

/** The conversation it belongs to, checked, and those it could be moved to. */
function ConversationItems({ session: { id, conversationId }, kit }: Props) {
  const { RadioGroup, RadioItem, ItemIndicator } = kit;
  const actions = useActions();
  const all = conversationsFor(id, useRelay(sessionsOf));
  const current = isOwnConversation(conversationId, id) ? ownConversation(id) : conversationId;
  const shown = all.filter((one, index) => index < mostConversations || one === current);
  return (
    <RadioGroup
      value={current}
      onValueChange={(value) => {
        const chosen = all.find((one) => one === value);
        if (chosen) void actions.moveSession(id, chosen);
      }}
    >
      {shown.map((one) => (
        <RadioItem key={one} value={one} className="menu-item menu-choice">
          <span className="menu-check">
            <ItemIndicator>
              <Check size={12} aria-hidden="true" />
            </ItemIndicator>
          </span>
          <span>
            {one === ownConversation(id)
              ? words.details.conversation.own
              : conversationName(one, id)}
          </span>
        </RadioItem>
      ))}
    </RadioGroup>
  );
}
