import { testShortForm } from '../short-form.ts';
import { disk } from './campaign.ts';

testShortForm(disk);
