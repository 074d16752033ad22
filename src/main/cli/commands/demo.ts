import { runDemo } from '#demo/demo.ts';

export function demo(): Promise<number> {
  return runDemo({});
}
