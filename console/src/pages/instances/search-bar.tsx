import { useEffect, useRef, useState } from 'preact/hooks';
import type { InstanceState } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';
import { numberText } from '../../ui/number-text.ts';
import type { Search } from './found.ts';
import type { Listing } from './instance-list.ts';
import { searchFor } from './search-state.ts';

/** Who types is told what was found once they pause. */
const PAUSE_MS = 600;

interface SearchBarProps {
  readonly search: Search;
  readonly listing: Listing;
  readonly found: number;
}

/** Says how many were found after each search: not when an instance comes or goes. */
function Announced({ search, found }: Pick<SearchBarProps, 'search' | 'found'>) {
  const { language, instances } = useTexts();
  const [said, setSaid] = useState('');
  const latest = useRef(found);
  latest.current = found;
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(
      () => setSaid(instances.found(latest.current, numberText(language, latest.current))),
      PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [search.text, search.state]);
  return (
    <div role="status" class="hidden">
      {said}
    </div>
  );
}

export function SearchBar({ search, listing, found }: SearchBarProps) {
  const { language, instances, states } = useTexts();
  const number = (value: number): string => numberText(language, value);
  const known = Object.keys(states) as InstanceState[];
  const shown = known.filter((state) => listing.states.has(state) || state === search.state);
  return (
    <search class="search">
      <div class="search-text">
        <label for="search-text">{instances.search}</label>
        <input
          id="search-text"
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder={instances.searchHint}
          value={search.text}
          onInput={({ currentTarget }) => searchFor({ text: currentTarget.value })}
        />
      </div>
      <div>
        <label for="search-state">{instances.state}</label>
        <select
          id="search-state"
          value={search.state ?? ''}
          onChange={({ currentTarget }) => {
            searchFor({ state: known.find((state) => state === currentTarget.value) });
          }}
        >
          <option value="">{instances.counted(instances.allStates, number(listing.instances.length))}</option>
          {shown.map((state) => (
            <option key={state} value={state}>
              {instances.counted(states[state], number(listing.states.get(state) ?? 0))}
            </option>
          ))}
        </select>
      </div>
      <Announced search={search} found={found} />
    </search>
  );
}
