/** What checks of one service against one host came to within a minute; latencies in milliseconds, of those that passed. */
export interface RollupRow {
  readonly service: string
  readonly host: string
  readonly count: number
  readonly failures: number
  readonly unknown: number
  readonly p50: number | null
  readonly p95: number | null
  readonly max: number | null
}
