import { render } from 'preact';
import { App } from './app.tsx';
import { loadTexts, TextsProvider } from './texts/texts.ts';
import './styles/base.css';

const texts = await loadTexts(navigator.languages);
document.documentElement.lang = texts.language;
const root = document.querySelector('#root');
if (root !== null) {
  render(
    <TextsProvider value={texts}>
      <App />
    </TextsProvider>,
    root,
  );
}
