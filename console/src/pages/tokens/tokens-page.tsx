import { useTexts } from '../../texts/texts.ts';
import { Page } from '../../ui/page.tsx';

export function TokensPage() {
  const { tokens } = useTexts();
  return <Page title={tokens.title}>{undefined}</Page>;
}
