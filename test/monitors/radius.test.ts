/** A real FreeRADIUS, over IPv4 and IPv6, ldirectord beside us; and what a server may do to us. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type RadiusOptions, radius } from '../../monitors/radius.ts'
import { host } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { LDIRECTORD, ldirectordSays } from './ldirectord.ts'
import { context } from './peers.ts'
import { endOf, folder, freePort, start } from './started.ts'

const FREERADIUS = needs('freeradius')
const LONG = 'ü'.repeat(64)

/** `signed`: it hears no request without a Message-Authenticator. */
const configuration = (dir: string, address: string, port: number, signed: boolean): string => `
name = freeradius
prefix = /usr
libdir = /usr/lib/freeradius
logdir = ${dir}
run_dir = ${dir}
db_dir = ${dir}
raddbdir = ${dir}
pidfile = ${dir}/pid
max_request_time = 5
cleanup_delay = 0
max_requests = 256
log {
  destination = stdout
}
security {
  max_attributes = 200
  reject_delay = 0
  status_server = no
}
client here {
  ipaddr = ${address}
  secret = xyzzy5461
  require_message_authenticator = ${signed ? 'yes' : 'no'}
}
modules {
  pap {
  }
  always handled {
    rcode = handled
  }
}
server default {
  listen {
    type = auth
    ipaddr = ${address}
    port = ${port}
  }
  authorize {
    if (&User-Name == "nemo") {
      update control {
        &Cleartext-Password := "arctangent"
      }
    }
    if (&User-Name == "long") {
      update control {
        &Cleartext-Password := "${LONG}"
      }
    }
    if (&User-Name == "token") {
      update reply {
        &Reply-Message := "the number, after arctangent, please"
      }
      update control {
        &Response-Packet-Type := Access-Challenge
      }
      handled
    }
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
  }
}
`

async function freeradius(t: TestContext, { address = '127.0.0.1', signed = true } = {}): Promise<number> {
  const dir = folder(endOf(t), 'freeradius')
  const port = await freePort(address)
  writeFileSync(join(dir, 'radiusd.conf'), configuration(dir, address, port, signed))
  await start(endOf(t), '/usr/sbin/freeradius', ['-f', '-l', 'stdout', '-d', dir, '-n', 'radiusd'], /Ready to process/)
  return port
}

const nemo = { login: 'nemo', password: 'arctangent', secret: 'xyzzy5461' }

async function ask(options: RadiusOptions, at = '127.0.0.1') {
  const [result] = (await radius.check([host(at)], { timeout: 5, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.kind === 'up' ? null : result.code)

const logins: readonly (readonly [name: string, options: Partial<RadiusOptions>, code: string | null, text: RegExp])[] =
  [
    ['lets nemo in', {}, null, /^let nemo in$/],
    ['lets somebody in whose password fills eight blocks', { login: 'long', password: LONG }, null, /^let long in$/],
    ['does not know the password', { password: 'arctangents' }, 'login-refused', /^did not let nemo in$/],
    ['does not know the name', { login: 'anna' }, 'login-refused', /^did not let anna in$/],
    [
      'wants more than a password',
      { login: 'token' },
      'challenged',
      /^wants more of token than a password \("the number, after \*\*\*, please"\)$/,
    ],
    [
      'has another secret',
      { secret: 'xyzzy', timeout: 0.5 },
      'timed-out',
      /did not answer on UDP port \d+ within 500 ms; to a client/,
    ],
  ]
for (const [name, options, code, text] of logins) {
  test(`a FreeRADIUS that hears signed requests alone: ${name}`, FREERADIUS, async (t) => {
    const result = await ask({ port: await freeradius(t), ...nemo, ...options })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
    assert.doesNotMatch(result.text, /arctangent|xyzzy/)
  })
}

test('FreeRADIUS is up over IPv6', FREERADIUS, async (t) => {
  const result = await ask({ port: await freeradius(t, { address: '::1' }), ...nemo }, '::1')
  assert.equal(result.kind, 'up', result.text)
})

for (const password of ['arctangent', 'wrong']) {
  test(`ldirectord says of FreeRADIUS and the password ${password} what we say`, FREERADIUS, async (t) => {
    if (LDIRECTORD.skip !== false) return t.skip(LDIRECTORD.skip)
    const port = await freeradius(t, { signed: false })
    const { kind } = await ask({ port, ...nemo, password })
    const service = { service: 'radius', login: 'nemo', passwd: password, secret: 'xyzzy5461' }
    assert.equal(await ldirectordSays({ check: 'check_radius', service, real: { port } }), kind)
  })
}

async function datagrams(
  t: TestContext,
  answers: (request: Buffer, turn: number) => readonly Buffer[],
): Promise<number> {
  const socket = createSocket('udp4')
  let turn = 0
  socket.on('message', (bytes, from) => {
    turn += 1
    for (const answer of answers(bytes, turn)) socket.send(answer, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket.address().port
}

/** An acceptance that knows no secret. */
const acceptance = (request: Buffer): Buffer =>
  Buffer.concat([Buffer.from([2, request[1] ?? 0, 0, 20]), Buffer.alloc(16)])

test('an acceptance by somebody who does not have our secret is down, and told', async (t) => {
  const port = await datagrams(t, (request) => [acceptance(request)])
  const result = await ask({ port, ...nemo, timeout: 0.5 })
  assert.equal(codeOf(result), 'wrong-secret')
  assert.match(result.text, /^answered, but not with our secret/)
})

test('bytes that are no RADIUS are passed over', async (t) => {
  const port = await datagrams(t, () => [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(5000, 2)])
  assert.equal(codeOf(await ask({ port, ...nemo, timeout: 0.3 })), 'timed-out')
})

test('nobody listens', async () => {
  assert.equal(codeOf(await ask({ port: 1, ...nemo })), 'refused')
})

const unsendable: readonly (readonly [name: string, options: Partial<RadiusOptions>, code: string])[] = [
  ['a password that RADIUS cannot carry', { password: `${LONG}x` }, 'bad-option'],
  ['a login that RADIUS cannot carry', { login: LONG.repeat(2) }, 'bad-option'],
  ['a password file that is not there', { passwordFile: '/nonexistent/password' }, 'password-unreadable'],
]
for (const [name, options, code] of unsendable) {
  test(`${name} speaks against nobody`, async () => {
    const result = await ask({ port: 1, ...nemo, ...options })
    assert.deepEqual([result.kind, codeOf(result)], ['unknown', code])
  })
}

test('a password may stand in a file', FREERADIUS, async (t) => {
  const file = join(folder(endOf(t), 'password'), 'password')
  writeFileSync(file, 'arctangent\r\nsomething else\n')
  const { password: _inFile, ...rest } = nemo
  const result = await ask({ port: await freeradius(t), ...rest, passwordFile: file })
  assert.equal(result.kind, 'up', result.text)
})
