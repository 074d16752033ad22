import { useState } from 'react';
import type { RpcOutput } from '#shared/rpc.ts';
import { Button } from '../../components/button.tsx';
import { Diff } from '../../components/diff.tsx';
import { useInterface } from '../../state/context.ts';
import { costWords } from '../../text/cost-figures.ts';
import { words } from '../../words.ts';

type Proposal = RpcOutput<'instructions.propose'>;

interface Props {
  /** The text above is being edited: what is proposed goes into the file, not into that. */
  isEditing: boolean;
  onApplied: () => Promise<void>;
}

/** Additions to supervisor.md out of the owner's corrections: proposed, shown, then his choice. */
export function Learning({ isEditing, onApplied }: Props) {
  const { actions, bridge } = useInterface();
  const [isAsking, setAsking] = useState(false);
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const [problem, setProblem] = useState('');
  const text = words.settings.learning;
  const propose = async () => {
    setAsking(true);
    setProblem('');
    const answer = await bridge.call('instructions.propose', {});
    setAsking(false);
    setProposal(answer.ok ? answer.value : null);
    setProblem(answer.ok ? '' : answer.error.message);
  };
  const apply = async ({ seq, diff }: Proposal) => {
    const answer = await bridge.call('instructions.apply', { seq, diff });
    setProblem(answer.ok ? '' : answer.error.message);
    if (!answer.ok) return;
    setProposal(null);
    await onApplied();
    actions.toast('done', text.applied);
  };
  return (
    <section className="block learning">
      <h3>{text.title}</h3>
      <p className="quiet">{text.body}</p>
      <div className="field-line">
        <Button disabled={isAsking} onClick={() => void propose()}>
          {isAsking ? text.asking : text.propose}
        </Button>
      </div>
      <p className="result" role="status">
        {problem}
        {proposal && (
          <>
            {proposal.diff === '' ? text.nothing : text.proposed} {costOf(proposal)}
          </>
        )}
      </p>
      {proposal && proposal.diff !== '' && (
        <>
          <Diff text={proposal.diff} />
          <div className="field-line">
            <Button look="main" disabled={isEditing} onClick={() => void apply(proposal)}>
              {text.apply}
            </Button>
            <Button look="quiet" onClick={() => setProposal(null)}>
              {text.discard}
            </Button>
            {isEditing && <small>{text.saveFirst}</small>}
          </div>
        </>
      )}
    </section>
  );
}

function costOf({ corrections, model, costUsd, isEstimate }: Proposal): string {
  const { outOf, unpriced } = words.settings.learning;
  if (costUsd === null) return outOf(corrections, model, unpriced);
  const cost = costWords({ usd: costUsd, estimatedUsd: isEstimate ? costUsd : 0 });
  return outOf(corrections, model, cost);
}
