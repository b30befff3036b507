/** Runs one monitor once and prints its result: `check-here.ts MONITOR OPTIONS HOST…`. Tests start it inside a namespace. */
import { monitors } from '../../monitors/index.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'

const { BECOME } = process.env
if (BECOME !== undefined) {
  process.setgroups?.([])
  process.setgid?.(Number(BECOME))
  process.setuid?.(Number(BECOME))
}

const [name = '', options = '{}', ...hosts] = process.argv.slice(2)
const timeout = seconds(20)
const context = { signal: AbortSignal.timeout(timeout), timeout, environment: {} }
const result = await monitors.get(name)?.check(hosts.map(host), JSON.parse(options), context)
process.stdout.write(JSON.stringify(result))
