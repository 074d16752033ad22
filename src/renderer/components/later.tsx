import { type ComponentType, use } from 'react';
import { onIdle } from './idle-time.ts';

const parts: { load(): Promise<unknown> }[] = [];

/**
 * A part of the interface that no first picture needs, and that is loaded after it. Where it is asked
 * for before it is there, the nearest `Suspense` waits; from then on it is drawn in the same breath, so
 * that what is typed next finds its field.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let Part: ComponentType<Props> | undefined;
  let loading: Promise<ComponentType<Props>> | undefined;
  const begin = () => {
    loading ??= load().then((loaded) => {
      Part = loaded;
      return loaded;
    });
    return loading;
  };
  parts.push({ load: begin });
  return function Later(props: Props) {
    const There = Part ?? use(begin());
    return <There {...props} />;
  };
}

/** Loads all parts, one after the other, whenever there is nothing else to do. */
export async function loadTheRest(): Promise<void> {
  for (const { load } of parts) {
    await new Promise<void>((resolve) => onIdle(() => resolve()));
    // What cannot be had now is asked for again where it is needed, and fails there.
    await load().catch(() => {});
  }
}
