/** Calendar schedules by node-cron: `cron "0 8-18 * * 1-5"` in the machine's own time zone. */
import { schedule } from 'node-cron'

/** Calls back at each date of the expression; the returned function ends it. */
export function calendar(expression: string, callback: () => void): () => void {
  const task = schedule(expression, callback)
  return () => {
    void task.destroy()
  }
}
