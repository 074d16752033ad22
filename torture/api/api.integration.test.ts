import { testShortForm } from '../short-form.ts';
import { api } from './campaign.ts';

// A quarter of a minute; minutes on a machine that is at much else.
testShortForm(api, 300_000);
