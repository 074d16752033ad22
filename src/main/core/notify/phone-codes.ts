import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ItemId } from '#shared/ids.ts';
import { createFile } from '../settings/whole-file.ts';

export type ButtonAct = 'approve' | 'dismiss';

/**
 * The codes behind the buttons. Each is for one act on one item; ids of items are never given again,
 * and what is settled cannot be settled twice, so that a code is good once. They follow from a key
 * that never leaves the home: a button works after a restart as well, and nothing has to be kept.
 */
export interface PhoneCodes {
  codeFor(act: ButtonAct, itemId: ItemId): string;
  isGood(act: ButtonAct, itemId: ItemId, code: string): boolean;
}

const keyBytes = 32;
const codeLength = 22;

/** @param stateDir where the key is kept, mode 0600; made where there is none */
export function createPhoneCodes(stateDir: string): PhoneCodes {
  let key: string | undefined;
  const codeFor = (act: ButtonAct, itemId: ItemId) => {
    // At its first use, since a disk that fails must keep nothing else from starting.
    key ??= readKey(path.join(stateDir, 'phone.key'));
    return createHmac('sha256', key)
      .update(`${act} ${itemId}`)
      .digest('base64url')
      .slice(0, codeLength);
  };
  return {
    codeFor,
    isGood(act, itemId, code) {
      const [wanted, given] = [Buffer.from(codeFor(act, itemId)), Buffer.from(code)];
      return wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}

function readKey(file: string): string {
  createFile(file, `${randomBytes(keyBytes).toString('base64url')}\n`, 0o600);
  return readFileSync(file, 'utf8').trim();
}
