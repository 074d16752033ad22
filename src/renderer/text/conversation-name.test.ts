import { describe, expect, it } from 'vitest';
import { ConversationId, SessionId } from '#shared/ids.ts';
import { words } from '../words.ts';
import { conversationName, conversationsFor } from './conversation-name.ts';

const docs = SessionId.parse('docs');
const conversation = (text: string) => ConversationId.parse(text);

describe('conversationName', () => {
  it('calls a project by the last part of its folder, on either kind of machine', () => {
    expect(conversationName(conversation('/home/jc/work/shop'), docs)).toBe('shop');
    expect(conversationName(conversation('C:\\work\\shop'), docs)).toBe('shop');
  });

  it('knows the one that the session has to itself, by both of its names', () => {
    const { ownShort } = words.details.conversation;
    expect(conversationName(conversation('docs'), docs)).toBe(ownShort);
    expect(conversationName(conversation('session:docs'), docs)).toBe(ownShort);
    expect(conversationName(conversation('session:parser'), docs)).toBe('parser');
  });
});

describe('conversationsFor', () => {
  it('offers its own first, then each of the others once, by name', () => {
    const among = ['/work/shop', '/work/parser', '/work/shop', 'session:docs'].map((id) => ({
      conversationId: conversation(id),
    }));
    expect(conversationsFor(docs, among)).toEqual(['docs', '/work/parser', '/work/shop']);
  });
});
