import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { InstanceToLinkFragment } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';
import { useSecondsUntil } from '../../ui/use-seconds-until.ts';
import { focusIfLost } from './focus.ts';
import { QrCode } from './qr-code.tsx';

type Pairing = NonNullable<InstanceToLinkFragment['pairing']>;

/** No code lives longer. */
const LONGEST_MS = 180_000;

/** Undefined where this machine's clock is wrong: then a code seems to have run out when it comes, or to live for too long. */
function useEnd(expiresAt: string): number | undefined {
  return useMemo(() => {
    const end = Date.parse(expiresAt);
    const left = end - Date.now();
    return left > 0 && left <= LONGEST_MS ? end : undefined;
  }, [expiresAt]);
}

/** What a phone scans, or somebody types on it, with the way there. */
export function Shown({ pairing: { qr, code, expiresAt } }: { readonly pairing: Pairing }) {
  const { link } = useTexts();
  const end = useEnd(expiresAt);
  const seconds = useSecondsUntil(end);
  // The next one takes its place at once, unless the service is out of reach.
  const left = seconds === 0 ? link.ranOut : qr ? link.qrLeft(seconds) : link.codeLeft(seconds);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => focusIfLost(heading.current), [code, qr === null]);
  const steps = qr ? link.stepsForQr : link.stepsForCode;
  return (
    <div class="card shown">
      {qr && <QrCode text={qr} label={link.qrLabel} />}
      {code && (
        <div class="code-card">
          <p id="pairing-code-label">{link.code}</p>
          <output class="code" aria-labelledby="pairing-code-label">
            {`${code.slice(0, 4)}-${code.slice(4)}`}
          </output>
        </div>
      )}
      <div>
        <h2 ref={heading} tabIndex={-1}>
          {link.onThePhone}
        </h2>
        <ol>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <p class="hint" role="timer">
          {end === undefined ? '' : left}
        </p>
      </div>
    </div>
  );
}
