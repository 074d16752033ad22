import type { Act, WireFault } from './faulty-wire.ts';

/**
 * What Relay promises of a call to which something was done (docs/supervisor.md):
 * - `well`: it is answered as if nothing had been;
 * - `again`: it is made again by itself, after a wait, as often as it takes;
 * - `person`: one item of the inbox says what to mend, nothing else is called, and all goes on by itself;
 * - `decide`: an item of the inbox asks about this one exchange; all others go on;
 * - `shrink`, `lengthen`: it is made again, shorter or with more room, a few times, then as `decide`;
 * - `long`: as `again`, but the wait is so long that the owner is told, and can end it.
 */
export type Promised = 'well' | 'again' | 'person' | 'decide' | 'shrink' | 'lengthen' | 'long';

/** Something that can be done to a call, and what is promised then. */
export interface NamedFault {
  name: string;
  /** For the table. */
  family: string;
  promised: Promised;
  fault: WireFault;
  /** Codes that the fault may be called by; undefined: any that has this remedy. */
  codes?: readonly string[];
  /** The server asks to be left alone for at least so long. */
  leastWaitMs?: number;
  /** The call stands still until Relay hangs up. */
  isStall?: boolean;
  /** Takes seconds, or much memory: not for the short form. */
  isHeavy?: boolean;
}

export interface ErrorWords {
  type?: string;
  message?: string;
  code?: string;
}

export const send = (bytes: string | Buffer): Act => ({ do: 'send', bytes });
const crlf = '\r\n';

/** The head of a response. */
export function headOf(status: number, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}${crlf}`);
  return `HTTP/1.1 ${status} Something${crlf}${lines.join('')}${crlf}`;
}

/** A whole response that the API was never asked for. */
export function responding(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): WireFault {
  return {
    at: 'head',
    acts: (requestId) => [
      send(
        headOf(status, {
          'content-type': 'application/json',
          'request-id': requestId,
          'content-length': String(Buffer.byteLength(body)),
          // Nothing follows on a connection that was written to behind the server's back.
          connection: 'close',
          ...headers,
        }) + body,
      ),
      { do: 'end' },
    ],
  };
}

/** As the API words an error. */
export function errorBody({ type = 'api_error', message = 'Something', code }: ErrorWords): string {
  const details = code === undefined ? {} : { details: { error_code: code } };
  return JSON.stringify({
    type: 'error',
    error: { type, message, ...details },
    request_id: 'req_x',
  });
}

export const page = '<html><head><title>Proxy</title></head><body><h1>Sorry</h1></body></html>';
