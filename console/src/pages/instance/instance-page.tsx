import { useTexts } from '../../texts/texts.ts';
import { Page } from '../../ui/page.tsx';

export function InstancePage({ name }: { readonly name: string }) {
  const { settings } = useTexts();
  return <Page title={settings.title(name)}>{undefined}</Page>;
}
