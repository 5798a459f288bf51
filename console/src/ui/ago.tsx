import { useEffect, useState } from 'preact/hooks';
import { useTexts } from '../texts/texts.ts';

/** The largest of which there is one counts. */
export const STEPS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

/** "12 seconds ago", in the person's language. The service's clock may be ahead of theirs: nothing was seen in the future. */
export function agoText(language: string, at: number, now: number, style: 'long' | 'short' = 'long'): string {
  const past = Math.max(0, Math.floor((now - at) / 1_000));
  const { unit, seconds } = STEPS.find((step) => past >= step.seconds) ?? STEPS[3];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style }).format(-Math.floor(past / seconds), unit);
}

/** How long ago something was. It counts on by itself, slowly once it is old. */
export function Ago({ at, style = 'long' }: { readonly at: string; readonly style?: 'long' | 'short' }) {
  const { language } = useTexts();
  const [now, setNow] = useState(Date.now());
  const time = Date.parse(at);
  const isYoung = now - time < 60_000;
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), isYoung ? 1_000 : 15_000);
    return () => clearInterval(timer);
  }, [at, isYoung]);
  return (
    <time dateTime={at} title={new Date(time).toLocaleString(language)}>
      {agoText(language, time, now, style)}
    </time>
  );
}
