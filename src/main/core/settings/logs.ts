import pino from 'pino';
import { maskSecrets } from './mask-secrets.ts';
import { openRotatingFile } from './rotating-file.ts';
import type { Secrets } from './secrets.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

type Log = (fields: object, message: string) => void;

/**
 * What core code writes its log to. Fields come first, the message is a plain sentence without
 * values in it; an error goes into the field `error`. Never throws.
 */
export type Logger = Record<LogLevel, Log>;

/** For tests and tools that keep no log. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface Logs {
  logger: Logger;
  setLevel(level: LogLevel): void;
  /** A sentence while lines cannot be written. */
  problem(): string | undefined;
  /** Closes the file; a line that comes after opens it again. */
  close(): void;
}

export interface LogOptions {
  /** The home's `logs` folder, which must exist. */
  folder: string;
  level: LogLevel;
  /** Asked for at each line, so that a new key is masked from its first moment. */
  secrets: () => Secrets;
  /** What one file may grow to; of such files there are five at most. */
  maxSizeBytes?: number;
}

/**
 * Opens `relay.log`: one JSON object a line, rotated by size. Every line is written when the call
 * returns, so that none is lost at exit or in a crash; nothing here keeps the process alive. A disk
 * that is full loses lines and stops nothing.
 *
 * In-process on purpose: pino's transports load files of their own in a thread, which a bundle does
 * not have. Not with sonic-boom (pino's own stream, and pino-roll's): it spins for ever, or never
 * writes again, after the disk was full.
 */
export function openLogs(options: LogOptions): Logs {
  const file = openRotatingFile({
    folder: options.folder,
    name: 'relay',
    maxSizeBytes: options.maxSizeBytes ?? 10_000_000,
    filesKept: 5,
    lostLine: (count, code) =>
      `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), pid: process.pid, count, code, msg: 'lines before this one could not be written' })}\n`,
  });
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    { write: (line: string) => file.write(maskSecrets(line, options.secrets())) },
  );
  return {
    logger,
    setLevel(level) {
      logger.level = level;
    },
    problem() {
      const code = file.trouble();
      // Whether it still is so is only known by writing.
      if (code !== undefined) logger.info({}, 'the log is tried again');
      if (file.trouble() === undefined) return undefined;
      return `The log (${options.folder}) cannot be written: ${code}. Mend that; Relay goes on meanwhile, and the log by itself.`;
    },
    close: () => file.close(),
  };
}
