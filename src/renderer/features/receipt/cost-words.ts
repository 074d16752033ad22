import { formatUsd } from '#shared/format.ts';
import { words } from '../../words.ts';

/** What a call cost, marked where it is only what it would cost; empty where nobody knows. */
export function costWords(cost: { costUsd: number | null; isEstimate: boolean }): string {
  const { costUsd, isEstimate } = cost;
  if (costUsd === null) return words.receipt.noPrice;
  return isEstimate ? words.receipt.estimated(formatUsd(costUsd)) : formatUsd(costUsd);
}
