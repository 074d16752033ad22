import { existsSync, readFileSync } from 'node:fs';
import { relayService, tellManager } from '../service/relay-service.ts';
import { isOwnServiceFile } from '../service/service-file.ts';
import { type Check, fault, good, note, type Patient } from './check.ts';

/** Whether the relay starts by itself, and the right one does. */
export function checkService({ env }: Patient): Check[] {
  const service = relayService(env);
  if (service === undefined) return [];
  const { file, text } = service;
  if (!existsSync(file)) {
    const how = 'Let it, with: relay service install';
    return [note('service', `The relay does not start by itself. ${how}`)];
  }
  const there = readFileSync(file, 'utf8');
  if (!isOwnServiceFile(there)) return [note('service', `${file} was not written by Relay.`)];
  if (there !== text) {
    const message = `${file} starts another installation or home. Run: relay service install`;
    return [fault('service', message)];
  }
  const problem = tellManager(service.isRunning, env);
  if (problem === undefined) return [good('service', `The service runs (${file}).`)];
  return [note('service', `The service is installed (${file}) but does not run.`)];
}
