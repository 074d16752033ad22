import { testShortForm } from '../short-form.ts';
import { fuzz } from './campaign.ts';

testShortForm(fuzz, 600_000);
