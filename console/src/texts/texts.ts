import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en, type Texts } from './en.ts';

export type { Texts } from './en.ts';

/** The first of the browser's languages that the console has. */
const wantsPortuguese = (languages: readonly string[]): boolean =>
  languages
    .map((language) => language.toLowerCase().split('-', 1)[0])
    .find((name) => name === 'pt' || name === 'en') === 'pt';

export async function loadTexts(languages: readonly string[]): Promise<Texts> {
  if (!wantsPortuguese(languages)) return en;
  const { ptBr } = await import('./pt-br.ts');
  return ptBr;
}

const Context = createContext<Texts>(en);
export const TextsProvider = Context.Provider;
export const useTexts = (): Texts => useContext(Context);
