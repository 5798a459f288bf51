import { useStore } from '../api/store.ts';
import { hrefs, route } from '../router.ts';
import { useTexts } from '../texts/texts.ts';
import { Page } from '../ui/page.tsx';
import { InstancesPage } from './instances/instances-page.tsx';
import { lazyPage } from './lazy-page.tsx';

const InstancePage = lazyPage(async () => (await import('./instance/instance-page.tsx')).InstancePage);
const LinkPage = lazyPage(async () => (await import('./link/link-page.tsx')).LinkPage);
const TokensPage = lazyPage(async () => (await import('./tokens/tokens-page.tsx')).TokensPage);

function NotFound() {
  const { shell } = useTexts();
  return (
    <Page title={shell.notFound}>
      <p>
        <a href={hrefs.instances}>{shell.toInstances}</a>
      </p>
    </Page>
  );
}

/** The page that the address names. Another instance is another page: nothing of the one before stays. */
export function Pages() {
  const now = useStore(route);
  switch (now.page) {
    case 'instances':
      return <InstancesPage />;
    case 'instance':
      return <InstancePage key={now.name} name={now.name} />;
    case 'link':
      return <LinkPage key={now.name} name={now.name} />;
    case 'tokens':
      return <TokensPage />;
    case 'unknown':
      return <NotFound />;
  }
}
