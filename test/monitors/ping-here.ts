/** Runs the ping monitor once and prints its result: `ping-here.ts OPTIONS HOST…`. Tests start it inside a namespace. */
import { ping } from '../../monitors/ping.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'

const { BECOME } = process.env
if (BECOME !== undefined) {
  process.setgroups?.([])
  process.setgid?.(Number(BECOME))
  process.setuid?.(Number(BECOME))
}

const [options = '{}', ...hosts] = process.argv.slice(2)
const timeout = seconds(20)
const context = { signal: AbortSignal.timeout(timeout), timeout, environment: {} }
process.stdout.write(JSON.stringify(await ping.check(hosts.map(host), JSON.parse(options), context)))
