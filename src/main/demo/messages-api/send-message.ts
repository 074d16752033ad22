import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Break, breakOf, isFaultAnswer, type MessageAnswer } from './answer.ts';
import { type ComposedMessage, composeMessage, wholeMessage } from './composed-message.ts';
import { requestId, sendFault } from './fault-response.ts';
import { encodeEvent, messageSteps } from './message-stream.ts';
import type { ServedModel } from './models.ts';
import type { PromptCache } from './prompt-cache.ts';
import type { MessagesCall, RequestLog } from './request-log.ts';

interface Sending {
  call: MessagesCall;
  model: ServedModel;
  answer: Answer;
  cache: PromptCache;
  log: RequestLog;
  response: ServerResponse;
}

/** Carries out one scripted answer; resolves when nothing more will be sent. */
export async function sendMessage(sending: Sending): Promise<void> {
  const { call, model, answer, cache, log, response } = sending;
  if (answer.firstByteDelayMs) await delay(answer.firstByteDelayMs);
  if (response.destroyed) return;
  if (isFaultAnswer(answer)) return sendFault(log, call, response, answer.fault);

  const charge = cache.charge(call.body, model);
  const message = composeMessage(answer, call.body, model, charge.usage);
  charge.commit();
  const id = requestId();
  log.update(call, { status: 200, requestId: id, usage: message.usage });
  if (call.body.stream) await stream(sending, answer, message, id);
  else await sendWhole(sending, answer, message, id);
}

async function stream(
  { call, log, response }: Sending,
  answer: MessageAnswer,
  message: ComposedMessage,
  id: string,
): Promise<void> {
  const broken = breakOf(answer);
  const gateAt = answer.gate === undefined ? undefined : (answer.gateAfterChars ?? 0);
  const marks = [broken?.after, gateAt].filter((mark) => mark !== undefined);
  let gate = answer.gate;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': id,
  });
  for (const { event, data, at } of messageSteps(message, answer.chunkChars ?? 24, marks)) {
    if (gate !== undefined && gateAt !== undefined && at >= gateAt) {
      await Promise.race([gate, closed(response)]);
      gate = undefined;
    }
    if (response.destroyed) return;
    if (broken && at >= broken.after) {
      // A stalled call stays open: how it ends is the client's move.
      if (broken.how !== 'stall') log.update(call, { outcome: 'broken' });
      return breakOff(broken, answer, response);
    }
    response.write(encodeEvent(event, data));
    if (answer.chunkDelayMs && event === 'content_block_delta') await delay(answer.chunkDelayMs);
  }
  log.update(call, { outcome: 'answered' });
  response.end();
}

function breakOff(broken: Break, answer: MessageAnswer, response: ServerResponse): void {
  switch (broken.how) {
    case 'stall':
      return;
    case 'cut':
      // What was written has to leave before the socket dies, or nothing of it would arrive.
      response.write('', () => response.destroy());
      return;
    case 'end':
      response.end();
      return;
    case 'error': {
      const error = answer.sseError ?? { type: 'api_error', message: 'Internal server error' };
      response.end(encodeEvent('error', { type: 'error', error }));
      return;
    }
    case 'malformed':
      response.end('event: content_block_delta\ndata: {"type":"content_block_delta","index":\n\n');
  }
}

async function sendWhole(
  { call, log, response }: Sending,
  answer: MessageAnswer,
  message: ComposedMessage,
  id: string,
): Promise<void> {
  if (answer.gate !== undefined) await Promise.race([answer.gate, closed(response)]);
  if (response.destroyed) return;
  const broken = breakOf(answer);
  if (broken) {
    if (broken.how === 'stall') return;
    log.update(call, { outcome: 'broken' });
    response.destroy();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': id });
  response.end(JSON.stringify(wholeMessage(message)));
  log.update(call, { outcome: 'answered' });
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve);
  });
}
