import { testShortForm } from '../short-form.ts';
import { disk } from './campaign.ts';

// Five relays of their own: twenty seconds where nobody else is at work, minutes where many are.
testShortForm(disk, 300_000);
