/** What the server needs to know of a model to behave like it. */
export interface ServedModel {
  id: string;
  displayName: string;
  createdAt: string;
  /** Tokens that input and output share. */
  contextTokens: number;
  maxOutputTokens: number;
  /** A shorter prefix is silently not cached. */
  minimumCachedTokens: number;
  /** Whether it thinks unless told otherwise, and then refuses a forced tool. */
  thinks: boolean;
  /** Whether a trailing assistant message is refused. */
  refusesPrefill: boolean;
  /** Whether `output_config.effort` is known to it. */
  takesEffort: boolean;
  /** Of English prose. The tokenizer since 4.7 gives about 30 % more tokens than the one before. */
  charsPerToken: number;
}

const current = {
  contextTokens: 1_000_000,
  maxOutputTokens: 128_000,
  minimumCachedTokens: 512,
  thinks: true,
  refusesPrefill: true,
  takesEffort: true,
  charsPerToken: 3.2,
};

/** Newest first, as the Models API lists them. */
export const servedModels: readonly ServedModel[] = [
  {
    ...current,
    id: 'claude-fable-5-2',
    displayName: 'Claude Fable 5.2',
    createdAt: '2026-11-09T00:00:00Z',
  },
  {
    ...current,
    id: 'claude-haiku-5-5',
    displayName: 'Claude Haiku 5.5',
    createdAt: '2026-10-07T00:00:00Z',
  },
  {
    ...current,
    id: 'claude-sonnet-5-5',
    displayName: 'Claude Sonnet 5.5',
    createdAt: '2026-09-28T00:00:00Z',
  },
  {
    ...current,
    id: 'claude-opus-5-5',
    displayName: 'Claude Opus 5.5',
    createdAt: '2026-09-22T00:00:00Z',
  },
  {
    ...current,
    id: 'claude-haiku-4-5',
    displayName: 'Claude Haiku 4.5',
    createdAt: '2025-10-01T00:00:00Z',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    minimumCachedTokens: 4096,
    thinks: false,
    refusesPrefill: false,
    takesEffort: false,
    charsPerToken: 4.2,
  },
];

export function approximateTokens(text: string, model: ServedModel): number {
  return Math.ceil(text.length / model.charsPerToken);
}

/** The entry of the Models API; capabilities are left out, as it may. */
export function modelInfo(model: ServedModel): Record<string, unknown> {
  return {
    type: 'model',
    id: model.id,
    display_name: model.displayName,
    created_at: model.createdAt,
    max_input_tokens: model.contextTokens,
    max_tokens: model.maxOutputTokens,
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    capabilities: null,
  };
}
