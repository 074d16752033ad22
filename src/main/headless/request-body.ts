import type { IncomingMessage } from 'node:http';
import { deepestJson, isJsonDeeper } from '#core/json-depth.ts';

/** The largest body of a call; the largest thing in one is an envelope's text of 8 MiB, escaped. */
export const maxBodyBytes = 16 * 1024 * 1024;

export type Body = { ok: true; value: unknown } | { ok: false; status: 400 | 413; message: string };

/** Reads a request's JSON up to the limit; rejects only when the connection breaks. */
export async function readJsonBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    // What is too much is still read to its end within reason: cutting the connection while the
    // client sends would lose it the answer that says why.
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
    else if (sizeBytes > 4 * maxBodyBytes) break;
    else chunks.length = 0;
  }
  if (sizeBytes > maxBodyBytes) {
    return { ok: false, status: 413, message: 'The request is over 16 MiB.' };
  }
  const bytes = Buffer.concat(chunks);
  // As values, 16 MiB of brackets are more memory than Relay may take.
  if (isJsonDeeper(bytes, deepestJson)) {
    const message = `The request is nested more than ${deepestJson} levels deep.`;
    return { ok: false, status: 400, message };
  }
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8') || '{}') };
  } catch {
    return { ok: false, status: 400, message: 'The request is not valid JSON.' };
  }
}
