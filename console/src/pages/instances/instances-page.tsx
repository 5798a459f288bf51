import { useTexts } from '../../texts/texts.ts';
import { Page } from '../../ui/page.tsx';

export function InstancesPage() {
  const { instances } = useTexts();
  return <Page title={instances.title}>{undefined}</Page>;
}
