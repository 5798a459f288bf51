import { useRef } from 'preact/hooks';
import { useStore } from '../../api/store.ts';
import { useViewer } from '../../api/viewer.tsx';
import { useTexts } from '../../texts/texts.ts';
import { numberText } from '../../ui/number-text.ts';
import { isFound, partOf } from './found.ts';
import { type Listing, settingsOf } from './instance-list.ts';
import { Pager } from './pager.tsx';
import { HeldHeads, Row } from './row.tsx';
import { SearchBar } from './search-bar.tsx';
import { search } from './search-state.ts';

interface InstanceTableProps {
  readonly listing: Listing;
  readonly maySeeSettings: boolean;
}

/** What was found, a page at a time. */
export function InstanceTable({ listing, maySeeSettings }: InstanceTableProps) {
  const { language, instances } = useTexts();
  // Where one is all that there can be, there is nothing to look for.
  const isOne = useViewer().token.instance !== null;
  const wanted = useStore(search);
  const found = listing.instances.filter((instance) => isFound(instance, wanted));
  const part = partOf(found, wanted.page);
  const top = { previous: useRef<HTMLButtonElement>(null), next: useRef<HTMLButtonElement>(null) };
  const turn = (page: number): void => search.set({ ...wanted, page });
  return (
    <>
      {!isOne && <SearchBar search={wanted} listing={listing} found={found.length} />}
      {!isOne && (
        <div class="list-head">
          <p>{instances.found(found.length, numberText(language, found.length))}</p>
          <Pager part={part} total={found.length} turn={turn} previous={top.previous} next={top.next} />
        </div>
      )}
      {found.length === 0 ? (
        <p class="card nothing">{listing.isComplete ? instances.noneFound : instances.loading}</p>
      ) : (
        <table class="instances" role="table">
          <caption class="hidden">{instances.title}</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                {instances.instance}
              </th>
              <th scope="col" role="columnheader">
                {instances.state}
              </th>
              {maySeeSettings && <HeldHeads />}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {part.rows.map((instance) => (
              <Row
                key={instance.id}
                instance={instance}
                settings={settingsOf(listing, instance)}
                maySeeSettings={maySeeSettings}
              />
            ))}
          </tbody>
        </table>
      )}
      {part.rows.length > 10 && (
        <div class="list-foot">
          <Pager
            part={part}
            total={found.length}
            turn={(page, way) => {
              turn(page);
              // The new page is read from its top, and the same button goes on from there.
              top[way].current?.focus();
            }}
          />
        </div>
      )}
    </>
  );
}
