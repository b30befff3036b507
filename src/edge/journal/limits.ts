/** The journal's limits, in one place so that tests can make them small. */
export interface JournalLimits {
  /** A segment that has grown to this is closed; a snapshot is taken then. Start-up reads about two of them. */
  readonly segmentBytes: number
  /** Bytes handed to the disk with one sync. */
  readonly writeBytes: number
  /** Commits that wait in memory while the disk refuses them. Beyond it the oldest lose their history, not their state. */
  readonly waitingCommits: number
  readonly waitingBytes: number
  /** How long after a refused write the next one is tried, in milliseconds: doubled each time up to the second. */
  readonly retryFirst: number
  readonly retryMost: number
  /** A commit that arrives is tried at once if the last try is this long ago, in milliseconds. */
  readonly retryAtAppend: number
  /** Entries kept in memory for `log`, `why` and the feed. */
  readonly recentEntries: number
  /** History kept on disk for `log` after PostgreSQL has it. */
  readonly historyBytes: number
  /** History kept on disk for a PostgreSQL that does not take it: about a million entries. Beyond it the oldest go. */
  readonly backlogBytes: number
  /** Entries that one query gives at most. */
  readonly queryEntries: number
}

const MIB = 1024 * 1024

export const journalLimits: JournalLimits = {
  segmentBytes: 8 * MIB,
  writeBytes: MIB,
  waitingCommits: 10_000,
  waitingBytes: 64 * MIB,
  retryFirst: 1_000,
  retryMost: 30_000,
  retryAtAppend: 1_000,
  recentEntries: 10_000,
  historyBytes: 64 * MIB,
  backlogBytes: 512 * MIB,
  queryEntries: 10_000,
}
