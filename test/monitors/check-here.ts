/** Runs one monitor once and prints its result: `check-here.ts MONITOR OPTIONS HOST…`. Tests start it inside a namespace. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { monitors } from '../../monitors/index.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'

/** A port on which this process itself accepts, and answers each datagram with itself. */
const { BECOME, LISTEN } = process.env
const server = createServer((socket) => socket.on('error', () => undefined).end())
const echo = createSocket('udp6', (bytes, from) => echo.send(bytes, from.port, from.address))
if (LISTEN !== undefined) {
  await once(server.listen(Number(LISTEN), '::'), 'listening')
  await once(echo.bind(Number(LISTEN), '::'), 'listening')
}
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
server.close()
echo.close()
