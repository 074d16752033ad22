import { testShortForm } from '../short-form.ts';
import { input } from './campaign.ts';

testShortForm(input);
