import { Command } from 'cmdk';
import type { ReactNode } from 'react';

/** Makes what a chosen entry does: the palette closes, then the work is done. */
type Run = (work: () => unknown) => () => void;

export interface EntriesProps {
  run: Run;
  /** While something is sought, the best fit comes first whatever it is. */
  isFlat: boolean;
}

/** A group with its name, or only what is in it: cmdk ranks entries, but never groups. */
export function Section({
  isFlat,
  heading,
  children,
}: {
  isFlat: boolean;
  heading: string;
  children: ReactNode;
}) {
  return isFlat ? children : <Command.Group heading={heading}>{children}</Command.Group>;
}
