import type { Query } from './statement.js';

/** Empties every table that the stores write. */
export const EMPTY: Query = {
  name: 'empty the database',
  text: `truncate runtime_records, runtime_operation_log, runtime_outbox, runtime_stream_cursors, runtime_leases, runtime_settings
    restart identity`,
  params: [],
};
