import { useMay, useViewer } from '../../api/viewer.tsx';
import { useTexts } from '../../texts/texts.ts';
import { Page } from '../../ui/page.tsx';
import { Linking } from './linking.tsx';
import { NameForm } from './name-form.tsx';
import './link.css';

export function LinkPage({ name }: { readonly name: string | undefined }) {
  const { link } = useTexts();
  const { instance } = useViewer().token;
  const mayMake = useMay('ADMIN') && instance === null;
  const mayPair = useMay('PAIR');
  // What is shown to scan comes by a subscription.
  const maySee = useMay('READ');
  const may = mayPair && maySee && (mayMake || name !== undefined);
  return (
    <Page title={name === undefined ? link.title : link.titleOf(name)}>
      {!may && <p class="note note-warn">{name === undefined ? link.mayNotMake : link.mayNotPair}</p>}
      {may && (name === undefined ? <NameForm /> : <Linking name={name} />)}
    </Page>
  );
}
