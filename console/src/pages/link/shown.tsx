import { useEffect, useRef } from 'preact/hooks';
import type { InstanceToLinkFragment } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';
import { useSecondsUntil } from '../../ui/use-seconds-until.ts';
import { focusIfLost } from './focus.ts';
import { QrCode } from './qr-code.tsx';

type Pairing = NonNullable<InstanceToLinkFragment['pairing']>;

/** No code lives longer: where more seems to be left, this machine's clock is wrong, and nothing is said. */
const LONGEST_S = 180;

/** What a phone scans, or somebody types on it, with the way there. */
export function Shown({ pairing: { qr, code, expiresAt } }: { readonly pairing: Pairing }) {
  const { link } = useTexts();
  const seconds = useSecondsUntil(Date.parse(expiresAt));
  const isKnown = seconds > 0 && seconds <= LONGEST_S;
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
          {!isKnown ? '' : qr ? link.qrLeft(seconds) : link.codeLeft(seconds)}
        </p>
      </div>
    </div>
  );
}
