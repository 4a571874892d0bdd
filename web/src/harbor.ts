import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Right } from '../../src/model/access.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { HostStatus } from '../../src/model/report.ts';
import { ask, Refusal, token } from './ask.ts';
import { follow } from './follow.ts';
import { type Progress, told } from './model/live.ts';

export interface Me {
  readonly kind: 'local' | 'token' | 'anonymous';
  readonly name?: string;
  readonly role: string;
  readonly rights: readonly Right[];
  readonly apps: readonly string[];
}

/** All that the page knows of the daemon. */
export interface Harbor {
  readonly me: Me | undefined;
  readonly status: HostStatus | undefined;
  readonly isConnected: boolean;
  /** A token is asked for; why. */
  readonly refused: Refusal | undefined;
  readonly trouble: string | undefined;
  readonly progress: Progress;
  /** Entries that came since the page was opened, the newest first. */
  readonly fresh: readonly Entry[];
  readonly enter: (text: string, isRemembered: boolean) => void;
  readonly leave: () => void;
  readonly look: () => void;
}

const nobody = (): never => {
  throw new Error('there is no harbor around this');
};

export const HarborContext = createContext<Harbor>({
  me: undefined,
  status: undefined,
  isConnected: false,
  refused: undefined,
  trouble: undefined,
  progress: {},
  fresh: [],
  enter: nobody,
  leave: nobody,
  look: nobody,
});

export const useHarbor = (): Harbor => useContext(HarborContext);

const mostFresh = 1_000;
/** Milliseconds between two looks that nobody hinted at: also without events the page does not lie for long. */
const lookEvery = 15_000;

export function useDaemon(): Harbor {
  const [session, setSession] = useState(0);
  const [me, setMe] = useState<Me>();
  const [refused, setRefused] = useState<Refusal>();
  const [isConnected, setConnected] = useState(false);
  const [progress, setProgress] = useState<Progress>({});
  const [fresh, setFresh] = useState<readonly Entry[]>([]);
  const { status, trouble, fail, look, clear } = useStatus(setRefused);
  const start = async (signal: AbortSignal): Promise<void> => {
    setMe(await ask<Me>('/v1/me', signal));
    setRefused(undefined);
    await follow(
      {
        entry: (entry) => setFresh((known) => [entry, ...known].slice(0, mostFresh)),
        progress: (app, message) => setProgress((known) => told(known, app, message)),
        stale: () => void look(),
        connected: setConnected,
        refused: setRefused,
      },
      signal,
    );
  };
  useEffect(() => {
    const stop = new AbortController();
    start(stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      fail(error);
      if (!(error instanceof Refusal && error.status === 401)) setTimeout(() => setSession((n) => n + 1), 3_000);
    });
    const timer = setInterval(() => void (document.hidden || look()), lookEvery);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [session]);

  const again = (): void => {
    setRefused(undefined);
    setMe(undefined);
    setFresh([]);
    setProgress({});
    clear();
    setSession((n) => n + 1);
  };
  return {
    me,
    status,
    isConnected,
    refused,
    trouble,
    progress,
    fresh,
    enter(text, isRemembered) {
      token.keep(text, isRemembered);
      again();
    },
    leave() {
      token.forget();
      again();
    },
    look: () => void look(),
  };
}

/** The host's status, looked at once at a time; who asks meanwhile gets another look afterwards. */
function useStatus(refuse: (refusal: Refusal) => void) {
  const [status, setStatus] = useState<HostStatus>();
  const [trouble, setTrouble] = useState<string>();
  const looking = useRef({ isUnderWay: false, isDue: false });
  const fail = (error: unknown): void => {
    if (error instanceof Refusal && error.status === 401) refuse(error);
    else setTrouble(error instanceof Error ? error.message : String(error));
  };
  const look = async (): Promise<void> => {
    looking.current.isDue = true;
    if (looking.current.isUnderWay) return;
    looking.current.isUnderWay = true;
    while (looking.current.isDue) {
      looking.current.isDue = false;
      await ask<HostStatus>('/v1/status').then((found) => {
        setStatus(found);
        setTrouble(undefined);
      }, fail);
    }
    looking.current.isUnderWay = false;
  };
  const clear = (): void => {
    setStatus(undefined);
    setTrouble(undefined);
  };
  return { status, trouble, fail, look, clear };
}
