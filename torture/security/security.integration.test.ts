import { testShortForm } from '../short-form.ts';
import { security } from './campaign.ts';

testShortForm(security, 600_000);
