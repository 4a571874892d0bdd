import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { HarborContext, useDaemon, useHarbor } from './harbor.ts';
import { placeOf } from './model/live.ts';
import { AppPage } from './views/app-page.tsx';
import { HostPage } from './views/host-page.tsx';
import { LogPage } from './views/log-page.tsx';
import { SignIn } from './views/sign-in.tsx';

function usePlace() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = (): void => setHash(location.hash);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return placeOf(hash);
}

function Header() {
  const { me, isConnected, leave } = useHarbor();
  return (
    <header>
      <nav aria-label="Pages">
        <a href="#/">Host</a> <a href="#/log">Log</a>
      </nav>
      <span class="quiet">
        {isConnected ? 'live' : 'connecting …'}
        {me ? `, ${me.name ?? me.kind} (${me.role})` : ''}
      </span>
      {me?.kind === 'token' ? (
        <button type="button" onClick={leave}>
          Forget token
        </button>
      ) : undefined}
    </header>
  );
}

function Dashboard() {
  const harbor = useDaemon();
  const place = usePlace();
  const { refused, trouble } = harbor;
  return (
    <HarborContext.Provider value={harbor}>
      {refused ? (
        <SignIn />
      ) : (
        <>
          <Header />
          <main>
            {trouble ? (
              <p class="card act" role="alert">
                {trouble}
              </p>
            ) : undefined}
            {place.at === 'host' ? <HostPage /> : undefined}
            {place.at === 'log' ? <LogPage /> : undefined}
            {place.at === 'app' ? <AppPage key={place.app} name={place.app} /> : undefined}
          </main>
        </>
      )}
    </HarborContext.Provider>
  );
}

const root = document.getElementById('root');
if (root) render(<Dashboard />, root);
