import type { Pace } from './pace.ts';
import type { ScriptedLine } from './scripted-supervisor.ts';
import type { Stage } from './stage.ts';

const says = (text: string, mustHaveRead?: string): ScriptedLine => ({
  answer: { text },
  ...(mustHaveRead === undefined ? {} : { mustHaveRead }),
});

/**
 * What happens in the demo: two sessions of one project, where the second would build on what the
 * first has just changed, and one of another project, which goes on while the first waits for the
 * owner.
 */
export async function playStory(stage: Stage, pace: Pace): Promise<void> {
  const refunds = stage.session('refunds-api', 'Idempotent refunds', 'shop');
  const checkout = stage.session('checkout-web', 'Refund button', 'shop');
  const photos = stage.session('photo-import', 'Slow nightly import', 'photos');
  const retryAfter =
    pace.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: pace.retryAfterSeconds };
  const overloaded: ScriptedLine = {
    answer: { fault: { status: 529, message: 'Overloaded', ...retryAfter } },
  };

  await stage.exchange(
    refunds,
    'Refunds are idempotent now: a request with a known Idempotency-Key answers 409 and pays nothing. All 61 tests pass. Shall I go on with the ledger?',
    says(
      'Not yet. Two requests with one key can arrive in the same millisecond, and none of the 61 tests tries that. Send 20 in parallel with one key, count the rows in `refunds`, and show me the output.',
    ),
  );
  await stage.exchange(
    refunds,
    'It paid three times: 20 requests, 3 rows. Check and insert were two statements. The key is UNIQUE now and the insert comes first: 20 requests, 1 row, 19 replays. A replay now answers 200 with "replayed": true, no longer 409, so that clients may simply retry. 64 tests pass; the parallel one ran 500 times.',
    says(
      'That is the evidence I wanted; keep it. Put the change from 409 to 200 with `replayed` into docs/api.md, then go on with the ledger.',
    ),
  );
  await stage.exchange(
    checkout,
    'The refund button works. On 200 it says "Refund issued", on 409 "Already refunded". 18 component tests pass. Ready for review?',
    says(
      'Not ready: the refunds API no longer sends 409. A repeated refund answers 200 with `replayed: true`, so your page would tell the customer that money is on its way twice. Branch on `replayed`, delete the 409 case and its test, and add a test for the replay.',
      'no longer 409',
    ),
  );
  await stage.exchange(
    photos,
    'The nightly import takes 41 minutes for 12,000 photos. Profiled: 78 % is readExif, which opens each file three times and reads it whole. I would add Redis and cache the results.',
    overloaded,
    says(
      'No new service for this: every photo is new, a cache would never be hit. Open each file once and read the first 64 KiB, where EXIF lives. Before you time it, save the checksums of the 12,000 thumbnails, so that we can tell whether anything changed.',
    ),
  );
  await stage.brokenEnvelope('backup-job.json', '{ "content": "Backup done" }');
  await stage.escalation(
    refunds,
    'The ledger is in and docs/api.md is updated; 72 tests pass. The old table refund_attempts (2.1 million rows) is not read by anything any more. The migration that drops it is ready. Shall I run it in production?',
    {
      answer: {
        tool: 'escalate',
        input: {
          question:
            'May refunds-api drop the table refund_attempts (2.1 million rows) in production?',
          proposal: 'No: rename it now, and drop it in 30 days if nothing missed it.',
          reasoning:
            'Nothing in the code reads it, but dropping it cannot be undone, and reports or auditors may read it from outside of the code.',
        },
      },
    },
  );
  await stage.exchange(
    photos,
    'One open per file, first 64 KiB: 41 min is now 9 min 20 s. 11,998 checksums are equal, 2 differ. Those two are panoramas whose EXIF starts after 64 KiB. Raise the limit to 1 MiB?',
    says(
      'Keep 64 KiB, and read the whole file only when no EXIF was found in it; the two panoramas are your test. Show me the time and all 12,000 checksums again.',
    ),
  );
  await stage.ownerAnswers(
    refunds,
    'Rename it, but keep it 90 days: the auditors come in January.',
    says(
      'Do not drop it. Rename it to `refund_attempts_old` in the migration, and write into docs/runbook.md that it may be dropped 90 days from today, after the audit in January. Run the migration against staging and show me what the ledger tests say.',
      'auditors come in January',
    ),
  );
  await stage.exchange(
    photos,
    '9 min 31 s, and all 12,000 checksums are equal. Next I would convert the HEIC files to JPEG on the way in.',
    says(
      'The import is what was asked, and it is shown. Leave HEIC out; name it in your report. Commit with both timings in the message.',
    ),
  );
  await stage.ownerTells(
    photos,
    'HEIC is welcome after all, but only for new photos. Never touch the archive.',
  );
  await stage.farewell(
    checkout,
    'Done: the page branches on `replayed`, the 409 case is gone, a replay says "Already refunded". 19 tests pass, 0 skipped; output attached.',
    {
      answer: {
        tool: 'finish',
        input: {
          reason:
            'The button follows the new answers of the refunds API; 19 tests, the replay among them, show it. Nothing is left.',
        },
      },
    },
  );
}
