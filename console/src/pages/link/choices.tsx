import type { Problem } from '../../api/problem.ts';
import type { InstanceToLinkFragment } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { CallProblem } from '../../ui/call-problem.tsx';
import { isLinkable } from './linkable.ts';
import { NumberForm } from './number-form.tsx';

interface ChoicesProps {
  readonly instance: InstanceToLinkFragment;
  /** Whether it was made on this page. */
  readonly isMade: boolean;
  readonly isBusy: boolean;
  /** Why the last one did not begin. */
  readonly problem: Problem | undefined;
  /** What the last one was asked for with. */
  readonly number: string | undefined;
  readonly onBegin: (phoneNumber?: string) => void;
}

/** The ways to link a phone that there are now, or that there are instead. */
export function Choices({ instance, isMade, isBusy, problem, number, onBegin }: ChoicesProps) {
  const { link } = useTexts();
  const isShown = instance.state === 'PAIRING';
  if (!isShown && !isLinkable(instance)) return null;
  const isWrongNumber = number !== undefined && problem?.code === 'BAD_USER_INPUT';
  const { qr, code } = instance.pairing ?? {};
  const byQr = qr ? undefined : code ? link.qrInstead : link.showQr;
  return (
    <div class="choices">
      {problem && !isWrongNumber && (
        <div>
          <CallProblem problem={problem} unsure={link.maybeBegun} />
          {isMade && !isShown && (
            <p>
              {link.halfMade(instance.name)}{' '}
              <a href={hrefs.instance(instance.name)}>{link.toInstance(instance.name)}</a>
            </p>
          )}
        </div>
      )}
      {byQr && (
        <p>
          <button type="button" class={code ? '' : 'main'} aria-disabled={isBusy} onClick={() => isBusy || onBegin()}>
            {byQr}
          </button>
        </p>
      )}
      <NumberForm
        title={code ? link.byOtherNumber : link.byNumber}
        isBusy={isBusy}
        isWrong={isWrongNumber}
        onBegin={onBegin}
      />
    </div>
  );
}
