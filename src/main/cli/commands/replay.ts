import { readFile } from 'node:fs/promises';
import { formatUsd } from '#shared/format.ts';
import type { ExchangeId } from '#shared/ids.ts';
import type { SideCall } from '#shared/models.ts';
import type { RpcOutput } from '#shared/rpc.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { indent, printable } from '../text.ts';
import { showQuery } from '../with-relay.ts';

export interface ReplayOptions {
  json?: boolean;
  model?: string;
  /** A file. */
  instructions?: string;
  brief?: string;
}

/** A past exchange again, beside what it was. */
export async function replay(
  context: CommandContext,
  exchange: string,
  { json, model, instructions: file, brief }: ReplayOptions,
): Promise<number> {
  const read = file === undefined ? {} : await readInstructions(file);
  if (!read) {
    context.terminal.complain(`${file} cannot be read. Name a file of instructions.`);
    return exitCode.failed;
  }
  const input = {
    // A cast: whatever was typed; the relay checks it by the contract.
    exchangeId: exchange as ExchangeId,
    ...read,
    ...(model === undefined ? {} : { model }),
    ...(brief === undefined ? {} : { brief }),
  };
  return showQuery(context, 'exchange.replay', input, describe, json ? { json } : {});
}

async function readInstructions(file: string): Promise<{ instructions: string } | undefined> {
  try {
    return { instructions: await readFile(file, 'utf8') };
  } catch {
    return undefined;
  }
}

function describe({ original, replay: again }: RpcOutput<'exchange.replay'>): string {
  const then = original ? one('then', original) : 'then: it was not answered\n';
  return `${then}\n${one('now', again)}`;
}

function one(when: string, { model, verdict, text, costUsd }: SideCall): string {
  const cost = costUsd === null ? 'no price known' : formatUsd(costUsd);
  const said = verdict.kind === 'escalate' ? `${verdict.question}\n${verdict.proposal}` : text;
  const words = verdict.kind === 'finish' ? verdict.reason : said;
  return `${when}: ${verdict.kind}, ${model}, ${cost}\n${indent(printable(words.trim()), 2)}\n`;
}
