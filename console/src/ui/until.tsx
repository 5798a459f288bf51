import { useEffect, useState } from 'preact/hooks';
import { useTexts } from '../texts/texts.ts';
import { STEPS } from './ago.tsx';

/** "in 12 seconds", in the person's language; what is due is due now. */
export function untilText(language: string, at: number, now: number): string {
  const left = Math.max(0, Math.ceil((at - now) / 1_000));
  const { unit, seconds } = STEPS.find((step) => left >= step.seconds) ?? STEPS[3];
  const format = new Intl.RelativeTimeFormat(language, { numeric: left === 0 ? 'auto' : 'always' });
  return format.format(Math.floor(left / seconds), unit);
}

/** When something will be. It counts down by itself, each second where it comes soon. */
export function Until({ at }: { readonly at: string }) {
  const { language } = useTexts();
  const [now, setNow] = useState(Date.now());
  const time = Date.parse(at);
  const isSoon = time - now < 120_000;
  const isOver = time <= now;
  // Where the time before was over, this clock has stood still since.
  useEffect(() => setNow(Date.now()), [at]);
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => setNow(Date.now()), isSoon ? 1_000 : 15_000);
    return () => clearInterval(timer);
  }, [at, isSoon, isOver]);
  return (
    <time dateTime={at} title={new Date(time).toLocaleString(language)}>
      {untilText(language, time, now)}
    </time>
  );
}
