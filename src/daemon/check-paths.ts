/**
 * The ways of checks `via vip` (docs/forwarding.md): set up before the first check, looked after while the daemon runs,
 * and gone when it stops. Without such a check nothing is done, but for what a run that was killed has left behind.
 */
import { alongPaths } from '../edge/path/along.ts'
import { PATH_MARKS } from '../edge/path/marks.ts'
import { openPaths, type PathAnswer, type Paths } from '../edge/path/paths.ts'
import type { Model } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import type { TableDoor } from '../model/table.ts'

export interface CheckPaths {
  /** Sets up what the model asks for and takes away the rest; passes that come together are one. */
  refresh(): Promise<void>
  /** The monitor, sending checks with a path's mark down their path. */
  along(monitor: Monitor): Monitor
  /** Takes all of them away, when a pass under way has ended. */
  close(): Promise<void>
}

interface Doors {
  readonly table: TableDoor
  model(): Model
  /** Told once when a path begins to be refused, and when it stands again. */
  say(text: string): void
}

export function createCheckPaths({ table, model, say }: Doors): CheckPaths {
  let base = -1
  let paths: Paths = openPaths(table)
  let underWay: Promise<void> = Promise.resolve()
  let waiting = false
  let closed = false
  let made = true
  const refused = new Map<number, string>()
  const wrapped = new WeakMap<Monitor, Monitor>()

  function use({ settings }: Model): void {
    const { pathmarks } = settings.table
    if (pathmarks === base) return
    if (base !== -1) paths.remove()
    base = pathmarks
    paths = openPaths(table, { marks: { base, count: PATH_MARKS.count } })
  }

  async function pass(): Promise<void> {
    const of = model()
    use(of)
    if (of.paths.length === 0 && !made) return
    const answers = await paths.ensure(of.paths)
    const { failures } = paths.remove(new Set(of.paths.map(({ mark }) => mark)))
    made = of.paths.length > 0 || failures.length > 0
    for (const answer of answers) tell(answer)
  }

  function tell(answer: PathAnswer): void {
    const before = refused.get(answer.mark)
    if (answer.kind === 'ready') {
      if (refused.delete(answer.mark)) say(`checks via vip go down the path with mark ${answer.mark} again`)
      return
    }
    if (before === answer.text) return
    refused.set(answer.mark, answer.text)
    say(`checks via vip with mark ${answer.mark} learn nothing: ${answer.text}`)
  }

  function along(monitor: Monitor): Monitor {
    const known = wrapped.get(monitor)
    if (known !== undefined) return known
    const wrap = alongPaths(monitor, (mark) => paths.answerFor(mark))
    wrapped.set(monitor, wrap)
    return wrap
  }

  return {
    refresh() {
      // One that waits for its turn will see today's model; one that has begun may not.
      if (waiting) return underWay
      waiting = true
      underWay = underWay.then(async () => {
        waiting = false
        if (closed) return
        await pass().catch((error: unknown) =>
          say(`the paths of checks via vip could not be looked after: ${String(error)}`),
        )
      })
      return underWay
    },
    along,
    async close() {
      closed = true
      await underWay
      if (model().paths.length > 0) paths.remove()
    },
  }
}
