/** From the most to the least; apart from its schema, for who needs no schemas. */
export const toolPolicies = ['allow', 'ask', 'deny'] as const;
