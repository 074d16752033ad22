import { testShortForm } from '../short-form.ts';
import { soak } from './campaign.ts';

testShortForm(soak);
