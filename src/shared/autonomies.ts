/** From the least to the most; apart from its schema, for who needs no schemas. */
export const autonomies = ['off', 'draft', 'auto'] as const;
