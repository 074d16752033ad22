import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FaultAnswer } from './answer.ts';
import type { ReceivedRequest, RequestLog } from './request-log.ts';

export type ApiFault = FaultAnswer['fault'];

const typeOfStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

export function faultOf(status: number, message: string): ApiFault {
  return { status, message };
}

export function requestId(): string {
  return `req_${randomBytes(12).toString('hex')}`;
}

/** The API's error envelope, or what a proxy in between makes of it. */
export function sendFault(
  log: RequestLog,
  received: ReceivedRequest,
  response: ServerResponse,
  fault: ApiFault,
): void {
  const id = requestId();
  const retryAfter = fault.retryAfterDate?.toUTCString() ?? fault.retryAfterSeconds?.toString();
  const isJson = fault.nonJson === undefined;
  response.writeHead(fault.status, {
    'content-type': isJson ? 'application/json' : 'text/html',
    'request-id': id,
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  response.end(isJson ? JSON.stringify(envelope(fault, id)) : fault.nonJson);
  log.update(received, { status: fault.status, requestId: id, outcome: 'answered' });
}

function envelope(fault: ApiFault, id: string): Record<string, unknown> {
  const type = fault.type ?? typeOfStatus[fault.status] ?? 'api_error';
  const details = fault.errorCode === undefined ? {} : { details: { error_code: fault.errorCode } };
  return {
    type: 'error',
    error: { type, message: fault.message ?? type, ...details },
    request_id: id,
  };
}
