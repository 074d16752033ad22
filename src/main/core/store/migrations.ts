/**
 * The schema, step by step; `user_version` counts the steps taken. Never change one that has been
 * released: add another. `events` is the only truth, everything else can be rebuilt from it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE events (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    ts_ns           INTEGER NOT NULL,
    type            TEXT NOT NULL,
    session_id      TEXT,
    conversation_id TEXT,
    exchange_id     TEXT,
    tool_use_id     TEXT,
    payload         TEXT NOT NULL,
    tokens          INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX events_by_session ON events (session_id, seq) WHERE session_id IS NOT NULL;
  CREATE INDEX events_by_conversation ON events (conversation_id, seq)
    WHERE conversation_id IS NOT NULL;
  CREATE INDEX events_by_exchange ON events (exchange_id, seq) WHERE exchange_id IS NOT NULL;
  CREATE INDEX events_uncounted ON events (seq)
    WHERE tokens = 0 AND type IN ('user_message', 'agent_message', 'tool_call', 'tool_response');

  -- One row: the decider's state as of seq, so that a start need not read all history.
  CREATE TABLE state_snapshot (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    state   TEXT NOT NULL
  ) STRICT;

  CREATE TABLE sessions (
    id           TEXT PRIMARY KEY,
    title        TEXT,
    cwd          TEXT,
    conversation_id TEXT NOT NULL,
    exchanges    INTEGER NOT NULL DEFAULT 0,
    cost_usd     REAL NOT NULL DEFAULT 0,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    last_words   TEXT NOT NULL DEFAULT ''
  ) STRICT;

  -- The order in which the supervisor was shown things; position is null while it waits its turn.
  CREATE TABLE entries (
    seq             INTEGER PRIMARY KEY REFERENCES events (seq),
    conversation_id TEXT NOT NULL,
    exchange_id     TEXT,
    -- The session's title when it spoke: a later one must not change what was sent already.
    title           TEXT,
    position        INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX entries_by_position ON entries (conversation_id, position)
    WHERE position IS NOT NULL;
  CREATE INDEX entries_pending ON entries (conversation_id, seq) WHERE position IS NULL;

  CREATE TABLE conversations (
    id            TEXT PRIMARY KEY,
    last_position INTEGER NOT NULL DEFAULT 0,
    summary_seq   INTEGER
  ) STRICT;

  CREATE TABLE exchanges (
    id              TEXT PRIMARY KEY,
    session_id      TEXT,
    conversation_id TEXT NOT NULL,
    origin          TEXT NOT NULL,
    opened_seq      INTEGER NOT NULL,
    opened_at       INTEGER NOT NULL,
    closed_at       INTEGER,
    how             TEXT,
    cost_usd        REAL NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX exchanges_by_session ON exchanges (session_id, opened_seq);

  -- One row a day, session, model and purpose, so that totals cost the same at any history.
  CREATE TABLE spend (
    day            TEXT NOT NULL,
    session_id     TEXT NOT NULL,
    model          TEXT NOT NULL,
    purpose        TEXT NOT NULL,
    calls          INTEGER NOT NULL DEFAULT 0,
    input          INTEGER NOT NULL DEFAULT 0,
    output         INTEGER NOT NULL DEFAULT 0,
    cache_read     INTEGER NOT NULL DEFAULT 0,
    cache_write_5m INTEGER NOT NULL DEFAULT 0,
    cache_write_1h INTEGER NOT NULL DEFAULT 0,
    cost_usd       REAL NOT NULL DEFAULT 0,
    saved_usd      REAL NOT NULL DEFAULT 0,
    unpriced_calls INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, session_id, model, purpose)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE items (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    code            TEXT,
    session_id      TEXT,
    conversation_id TEXT,
    exchange_id     TEXT,
    summary         TEXT NOT NULL,
    proposal        TEXT NOT NULL,
    reasoning       TEXT NOT NULL,
    holds           INTEGER NOT NULL,
    opened_at       INTEGER NOT NULL,
    settled_at      INTEGER,
    how             TEXT,
    via             TEXT
  ) STRICT;
  CREATE INDEX items_open ON items (opened_at) WHERE settled_at IS NULL;

  -- Which files and envelope ids have been taken.
  CREATE TABLE taken_files (
    file_key TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE taken_ids (
    session_id  TEXT NOT NULL,
    envelope_id TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (session_id, envelope_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rejected (
    seq    INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    reason TEXT NOT NULL,
    at     INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- The standing instructions are asked for at every call, and change once in a thousand.
  CREATE INDEX events_instructions ON events (seq) WHERE type = 'system_message';
  `,
  `
  -- What can be searched (docs/decisions/0006): the words of each event, and one token each for its
  -- session and conversation, so that a filter is a list of rows like any word.
  CREATE VIEW searchable AS
    SELECT seq,
      substr(CASE type
        WHEN 'tool_call' THEN (payload ->> 'name') || ' ' || (payload -> 'input')
        WHEN 'tool_response' THEN payload ->> 'output'
        ELSE payload ->> 'text'
      END, 1, 262144) AS text,
      's' || hex(session_id) || ' c' || hex(conversation_id) AS place
    FROM events
    WHERE type IN ('user_message', 'agent_message', 'tool_call', 'tool_response', 'summary.made');
  -- Keeps the index only; the words stay where they are.
  CREATE VIRTUAL TABLE search USING fts5 (text, place, content = 'searchable',
    content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
  INSERT INTO search (search) VALUES ('rebuild');
  `,
  `
  CREATE TABLE facts (
    id              TEXT PRIMARY KEY,
    pinned_seq      INTEGER NOT NULL,
    conversation_id TEXT NOT NULL,
    text            TEXT NOT NULL,
    "by"            TEXT NOT NULL,
    pinned_at       INTEGER NOT NULL,
    edited_at       INTEGER
  ) STRICT;
  CREATE INDEX facts_by_conversation ON facts (conversation_id, pinned_seq);
  CREATE TABLE briefs (
    session_id TEXT PRIMARY KEY,
    text       TEXT NOT NULL,
    "by"       TEXT NOT NULL,
    set_at     INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- What was known at some time in the past, and what stood for what.
  CREATE INDEX events_facts ON events (conversation_id, seq)
    WHERE type IN ('fact.pinned', 'fact.edited', 'fact.unpinned');
  CREATE INDEX events_briefs ON events (session_id, seq) WHERE type = 'brief.set';
  CREATE INDEX events_summaries ON events (conversation_id, seq) WHERE type = 'summary.made';
  `,
  `
  ALTER TABLE exchanges ADD COLUMN model TEXT;
  -- 1: its reply was a draft; 2: which the owner changed.
  ALTER TABLE exchanges ADD COLUMN drafted INTEGER NOT NULL DEFAULT 0;

  -- One row a day, session and model, so that rates cost the same at any history.
  CREATE TABLE outcomes (
    day                  TEXT NOT NULL,
    session_id           TEXT NOT NULL,
    model                TEXT NOT NULL,
    replies              INTEGER NOT NULL DEFAULT 0,
    replies_wrong        INTEGER NOT NULL DEFAULT 0,
    replies_fine         INTEGER NOT NULL DEFAULT 0,
    escalations          INTEGER NOT NULL DEFAULT 0,
    escalations_needless INTEGER NOT NULL DEFAULT 0,
    escalations_fine     INTEGER NOT NULL DEFAULT 0,
    finishes             INTEGER NOT NULL DEFAULT 0,
    drafts_approved      INTEGER NOT NULL DEFAULT 0,
    drafts_edited        INTEGER NOT NULL DEFAULT 0,
    drafts_dropped       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, session_id, model)
  ) STRICT, WITHOUT ROWID;
  -- What can be scored, where its score counts, and the score.
  CREATE TABLE scored (
    exchange_id TEXT NOT NULL,
    subject     TEXT NOT NULL,
    day         TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    model       TEXT NOT NULL,
    score       TEXT,
    PRIMARY KEY (exchange_id, subject)
  ) STRICT, WITHOUT ROWID;
  -- Where the owner said what should have been otherwise.
  CREATE TABLE corrections (
    exchange_id TEXT NOT NULL,
    kind        TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (exchange_id, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX corrections_by_seq ON corrections (seq);

  -- A row here: the read models are to be made anew from the events before they are used.
  CREATE TABLE read_models_due (one INTEGER PRIMARY KEY CHECK (one = 1)) STRICT;
  INSERT INTO read_models_due SELECT 1 WHERE EXISTS (SELECT 1 FROM events);
  `,
  `
  CREATE INDEX events_applied ON events (seq) WHERE type = 'proposal.applied';
  `,
  `
  -- What moves a drive, by session: the list of types is that of \`tellingTypes\` (core/drives).
  CREATE INDEX events_telling ON events (session_id, seq)
    WHERE type IN ('session.failed', 'tool_response', 'exchange.opened', 'exchange.closed',
      'item.opened', 'item.settled', 'draft.edited', 'dispatch.claimed', 'reply.scored',
      'escalation.scored');
  CREATE INDEX events_learnt ON events (seq) WHERE type IN ('drives.learnt', 'drives.reset');
  `,
  `
  -- What all rows of \`spend\` and \`outcomes\` come to, by one thing at a time: they grow with the
  -- days, and their sums were made anew at each look.
  CREATE TABLE spend_totals (
    dimension      TEXT NOT NULL,
    "key"          TEXT NOT NULL,
    calls          INTEGER NOT NULL,
    input          INTEGER NOT NULL,
    output         INTEGER NOT NULL,
    cache_read     INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    cost_usd       REAL NOT NULL,
    saved_usd      REAL NOT NULL,
    unpriced_calls INTEGER NOT NULL,
    PRIMARY KEY (dimension, "key")
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX spend_totals_dearest ON spend_totals (dimension, cost_usd);
  INSERT INTO spend_totals
    SELECT dimension, "key", sum(calls), sum(input), sum(output), sum(cache_read),
      sum(cache_write_5m), sum(cache_write_1h), sum(cost_usd), sum(saved_usd), sum(unpriced_calls)
    FROM (
      SELECT 'all' AS dimension, '' AS "key", * FROM spend
      UNION ALL SELECT 'day', day, * FROM spend
      UNION ALL SELECT 'session', session_id, * FROM spend
      UNION ALL SELECT 'model', model, * FROM spend
      UNION ALL SELECT 'purpose', purpose, * FROM spend
    ) GROUP BY dimension, "key";

  CREATE TABLE outcome_totals (
    dimension            TEXT NOT NULL,
    "key"                TEXT NOT NULL,
    replies              INTEGER NOT NULL DEFAULT 0,
    replies_wrong        INTEGER NOT NULL DEFAULT 0,
    replies_fine         INTEGER NOT NULL DEFAULT 0,
    escalations          INTEGER NOT NULL DEFAULT 0,
    escalations_needless INTEGER NOT NULL DEFAULT 0,
    escalations_fine     INTEGER NOT NULL DEFAULT 0,
    finishes             INTEGER NOT NULL DEFAULT 0,
    drafts_approved      INTEGER NOT NULL DEFAULT 0,
    drafts_edited        INTEGER NOT NULL DEFAULT 0,
    drafts_dropped       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (dimension, "key")
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outcome_totals_busiest ON outcome_totals (dimension, replies + escalations);
  INSERT INTO outcome_totals
    SELECT dimension, "key", sum(replies), sum(replies_wrong), sum(replies_fine), sum(escalations),
      sum(escalations_needless), sum(escalations_fine), sum(finishes), sum(drafts_approved),
      sum(drafts_edited), sum(drafts_dropped)
    FROM (
      SELECT 'all' AS dimension, '' AS "key", * FROM outcomes
      UNION ALL SELECT 'day', day, * FROM outcomes
      UNION ALL SELECT 'session', session_id, * FROM outcomes
      UNION ALL SELECT 'model', model, * FROM outcomes
    ) GROUP BY dimension, "key";
  `,
  `
  -- How much of it was answered by the owner's Claude Code, and is an estimate.
  ALTER TABLE spend ADD COLUMN estimated_usd REAL NOT NULL DEFAULT 0;
  ALTER TABLE spend_totals ADD COLUMN estimated_usd REAL NOT NULL DEFAULT 0;
  -- Hours are a new dimension of the totals, which only the events know.
  INSERT OR IGNORE INTO read_models_due SELECT 1 WHERE EXISTS (SELECT 1 FROM events);
  `,
];
