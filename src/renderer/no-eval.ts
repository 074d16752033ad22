import { config } from 'zod/v4/core';

// Else it tries whether code may be made from text, which the page's policy refuses and reports.
config({ jitless: true });
