import { useTexts } from '../../texts/texts.ts';
import { Page } from '../../ui/page.tsx';

export function LinkPage(_props: { readonly name: string | undefined }) {
  const { link } = useTexts();
  return <Page title={link.title}>{undefined}</Page>;
}
