/**
 * A monitor as a plugin: sends PING to a Redis server and expects PONG. No dependency, no build.
 * In mon.cf: `plugin = plugins/redis.mjs` above the first watch, then `monitor redis -p 6379` in a service.
 * Source: Redis protocol specification (RESP), "Inline commands", "Simple strings" and "Simple errors".
 */
import { connect } from 'node:net'

/** A reply is one short line; more than this is no Redis. */
const REPLY_LIMIT = 512

export const monitor = {
  name: 'redis',
  question: 'does Redis answer PONG?',
  schema: {
    type: 'object',
    properties: {
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 6379, description: 'TCP port to connect to' },
      timeout: { type: 'number', exclusiveMinimum: 0, default: 5, description: 'seconds that one host may take' },
    },
    additionalProperties: false,
  },
  flags: { p: 'port', t: 'timeout' },
  rest: null,

  async check(hosts, { port = 6379, timeout = 5 }, context) {
    const results = await Promise.all(hosts.map((host) => judge(host, port, timeout * 1000, context.signal)))
    const failing = results.filter(({ kind }) => kind !== 'up')
    return {
      exit: failing.length === 0 ? 0 : 1,
      // By mon's convention the first line names the hosts that failed, and nothing else.
      summary: failing.map(({ host }) => host).join(' '),
      detail: failing.map(({ host, text }) => `${host} ${text}\n`).join(''),
      hosts: results,
      performance: [],
      warnings: [],
    }
  },
}

/** The verdict on one host. Never rejects: what the world does wrong is a result. */
async function judge(host, port, timeout, signal) {
  const started = performance.now()
  const times = { connect: null, firstByte: null }
  const { kind, code, text } = await ask(host, port, timeout, signal, (what) => {
    times[what] ??= performance.now() - started
  })
  return { kind, host, code, text, timings: { ...times, total: performance.now() - started } }
}

function ask(host, port, timeout, signal, note) {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    let reply = ''
    const done = (kind, code, text) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve({ kind, code, text })
    }
    const onAbort = () => done('unknown', 'aborted', 'was not checked to the end')
    const timer = setTimeout(() => done('down', 'timed-out', `did not answer within ${timeout / 1000} s`), timeout)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()

    socket.once('connect', () => {
      note('connect')
      socket.write('PING\r\n')
    })
    socket.on('data', (bytes) => {
      note('firstByte')
      reply += bytes.toString('latin1')
      const line = /^([^\r\n]*)\r\n/.exec(reply)?.[1]
      if (line === '+PONG') done('up', '', 'answered PONG')
      // The server is there and wants a password first: alive, as far as this monitor asks.
      else if (line?.startsWith('-NOAUTH')) done('up', '', 'answered, and wants a password')
      else if (line !== undefined) done('down', 'wrong-answer', `answered "${readable(line)}" where +PONG was expected`)
      else if (reply.length > REPLY_LIMIT) done('down', 'wrong-answer', 'answered something that is not Redis')
    })
    socket.once('end', () => done('down', 'closed', 'closed the connection without an answer'))
    socket.once('error', (error) => {
      // A name that cannot be looked up says nothing about the server, and must not move it.
      if (error.syscall === 'getaddrinfo') done('unknown', 'name', `could not be looked up (${error.code})`)
      else done('down', 'connect', `could not be connected to on port ${port} (${error.code})`)
    })
  })
}

/** What a server says is hostile input: short, and without control characters. */
function readable(text) {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)
}
