import type { DocumentNode, ExecutionResult } from 'graphql';
import type { RequestRecord } from '../../telemetry/request-record.ts';

/** What an operation came to: an answer, or a stream of them. */
export type OperationOutcome = ExecutionResult | AsyncIterable<ExecutionResult>;

/** Notes it: of a stream, that it has begun. */
export function noteResult(record: RequestRecord, result: OperationOutcome | readonly ExecutionResult[]): void {
  if (isSeveral(result)) return record.noteOk();
  const { errors = [] } = result;
  for (const { extensions } of errors) {
    const code = extensions?.['code'];
    record.noteError(typeof code === 'string' ? code : 'UNKNOWN');
  }
  record.noteOk();
}

const isSeveral = (
  result: OperationOutcome | readonly ExecutionResult[],
): result is Exclude<typeof result, ExecutionResult> => Array.isArray(result) || Symbol.asyncIterator in result;

/** Notes which operation a request holds: from the document and not as the client names it, where it can only be a name. */
export function noteOperation(
  record: RequestRecord | undefined,
  { definitions }: DocumentNode,
  wanted: string | null | undefined,
): void {
  if (!record) return;
  for (const definition of definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    if (wanted && definition.name?.value !== wanted) continue;
    record.operation = definition.name?.value ?? definition.operation;
    return;
  }
}
