import type { Glance } from './glance.ts';
import type { RelayLink } from './link/relay-link.ts';

/** Events come in bursts; one look serves them all. */
const gatherMs = 100;
/** Costs and waits pass with time alone (midnight), so it looks now and then without an event. */
const idleLookMs = 60_000;

export interface RelayWatch {
  current(): Glance;
  /** Looks at once. */
  look(): void;
  stop(): void;
}

/** Keeps a glance of the relay up to date: looks at every event, and at every change of the link. */
export function watchRelay(link: RelayLink, onGlance: (glance: Glance) => void): RelayWatch {
  let glance: Glance = { kind: 'lost', message: 'The relay is starting.' };
  let stopStream = () => {};
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isLooking = false;
  let isStale = false;
  let isStreaming = false;

  function become(next: Glance): void {
    if (isStopped) return;
    glance = next;
    onGlance(next);
  }

  function lookSoon(afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), afterMs);
  }

  async function look(): Promise<void> {
    if (isLooking) {
      isStale = true;
      return;
    }
    isLooking = true;
    do {
      isStale = false;
      await lookOnce();
    } while (isStale);
    isLooking = false;
    if (!isStopped) lookSoon(idleLookMs);
  }

  async function lookOnce(): Promise<void> {
    const answer = await link.call('snapshot', {});
    const state = link.state();
    if (!answer.ok || state.kind === 'lost') {
      become({ kind: 'lost', message: state.kind === 'lost' ? state.message : sentence(answer) });
      return;
    }
    const { status, inbox, sessions, cost, seq } = answer.value;
    become({ kind: 'linked', status, inbox, sessions, todayUsd: cost.todayUsd });
    if (!isStreaming) follow(seq);
  }

  function follow(after: number): void {
    isStreaming = true;
    const stop = link.stream(
      after,
      (item) => {
        if (item.kind === 'event' && !isLooking) lookSoon(gatherMs);
        else if (item.kind === 'event') isStale = true;
      },
      () => {
        isStreaming = false;
        if (link.state().kind === 'linked') lookSoon(gatherMs);
      },
    );
    stopStream = stop;
  }

  const leave = link.onChange((state) => {
    if (state.kind === 'lost') {
      stopStream();
      isStreaming = false;
      become({ kind: 'lost', message: state.message });
    } else {
      void look();
    }
  });
  void look();
  return {
    current: () => glance,
    look: () => void look(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
      leave();
      stopStream();
    },
  };
}

function sentence(answer: { ok: true } | { ok: false; error: { message: string } }): string {
  return answer.ok ? 'The relay is gone; looking for it.' : answer.error.message;
}
