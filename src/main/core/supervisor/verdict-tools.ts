import type Anthropic from '@anthropic-ai/sdk';

/**
 * The two tools by which a verdict is given. Optional (`tool_choice: auto`): a forced tool is an
 * error on current models, and plain text is the verdict most of the time. Strict, so that the input
 * fits. They never change within a conversation: a changed tool voids the whole prompt cache.
 */
export const verdictTools: Anthropic.Tool[] = [
  {
    name: 'escalate',
    description:
      'Ask the owner and hold this session until they answer. Use it when your instructions say that the owner decides. Nothing is sent to the session.',
    strict: true,
    input_schema: {
      type: 'object',
      properties: {
        question: {
          type: 'string',
          description:
            'One sentence that the owner can answer in five seconds without reading anything else.',
        },
        proposal: {
          type: 'string',
          description:
            'What you will do if the owner just says yes, concrete enough to be done without asking again; empty if you have none.',
        },
        reasoning: {
          type: 'string',
          description: 'Why you ask, and what speaks for each answer. A few sentences.',
        },
      },
      required: ['question', 'proposal', 'reasoning'],
      additionalProperties: false,
    },
  },
  {
    name: 'finish',
    description:
      'Let this session stop: what was asked of it is done and shown to be done. Nothing is sent to the session.',
    strict: true,
    input_schema: {
      type: 'object',
      properties: {
        reason: {
          type: 'string',
          description: 'What was achieved and what shows it, in one or two sentences.',
        },
      },
      required: ['reason'],
      additionalProperties: false,
    },
  },
];

export const verdictToolChoice: Anthropic.ToolChoiceAuto = {
  type: 'auto',
  disable_parallel_tool_use: true,
};
