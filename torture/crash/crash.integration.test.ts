import { testShortForm } from '../short-form.ts';
import { crash } from './campaign.ts';

testShortForm(crash);
