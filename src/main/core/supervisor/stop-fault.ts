import type { Fault } from '#shared/fault.ts';
import { faultOf } from './classify-fault.ts';
import type { Reception } from './reception.ts';

/** What is wrong with an answer that came to its end but ended for a reason that spoils it. */
export function faultByStop({
  stopReason,
  refusalCategory,
}: Pick<Reception, 'stopReason' | 'refusalCategory'>): Fault | undefined {
  switch (stopReason) {
    case 'max_tokens':
      return faultOf(
        'max-tokens',
        'The answer did not fit into the allowed length. Relay makes the call again with more room.',
      );
    case 'model_context_window_exceeded':
      return faultOf(
        'prompt-too-long',
        'Conversation and answer together are longer than the model can hold. Relay shortens the conversation and makes the call again.',
      );
    case 'refusal':
      return faultOf('refusal', refusalSentence(refusalCategory));
    default:
      return undefined;
  }
}

function refusalSentence(category: string | undefined): string {
  // As the API names it, which may be a name that nobody knows yet.
  const plain = String(category ?? '').match(/[\p{L}\p{N}]+/gu) ?? [];
  const named = plain.length === 0 ? '' : ` (category: ${plain.join(' ').slice(0, 60)})`;
  return `The model declined to answer${named}. Answer the session yourself, or choose another model in Settings.`;
}
