/** An lvs.cf under the running daemon: what it asks its real servers, and what becomes of the table when they answer otherwise. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readTryWords } from '../../src/cli/try-words.ts'
import { tryDoors } from '../../src/daemon/try.ts'
import { fresh, shell } from '../scripts.ts'
import { DaemonProcess } from './daemon-process.ts'

/** A server that greets as it is told. */
class Greeter {
  banner: string
  /** To whatever it is sent. */
  answer = ''
  readonly heard: string[] = []

  constructor(banner: string) {
    this.banner = banner
  }

  start(t: TestContext, address = '127.0.0.1', port = 0): Promise<number> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        this.heard.push(bytes.toString('latin1'))
        socket.write(this.answer, 'latin1')
      })
      socket.write(this.banner, 'latin1')
    })
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, address, () => {
        const at = server.address()
        resolve(typeof at === 'object' && at !== null ? at.port : 0)
      })
    })
  }
}

/** `lines`: how its one real server is checked, every second. */
const lvs = (port: number, lines: string): string => `network = direct
virtual mail {
  active = 1
  address = 192.0.2.25 eth0:1
  port = ${port}
  timeout = 1
  reentry = 1
  ${lines}
  server one {
    active = 1
    address = 127.0.0.1
    weight = 3
  }
}
`

function daemonOf(t: TestContext, text: string): DaemonProcess {
  const daemon = new DaemonProcess(t)
  daemon.configure('database = none\nrandstart = 1s\ndirector = lvs.cf')
  writeFileSync(join(daemon.directory, 'lvs.cf'), text)
  daemon.start()
  return daemon
}

/** What "upalert try" finds of the real server: the verdict, and the bytes that it shows. */
async function tried(text: string, port: number): Promise<{ verdict: string; seen: readonly string[] }> {
  const file = fresh('lvs.cf')
  writeFileSync(file, text)
  const read = readTryWords(['-c', file, 'mail', `127.0.0.1:${port}`], doors.isMonitor)
  assert.ok(read.kind === 'configured')
  const answer = await doors.tryConfigured(read)
  assert.ok(answer.kind === 'tried', answer.kind === 'refused' ? answer.text : answer.kind)
  const [one] = answer.tried
  assert.ok(one)
  const seen = one.exchange.flatMap((each) =>
    each.kind === 'ran' ? [] : [`${each.kind} ${each.bytes.toString('latin1')}`],
  )
  return { verdict: one.result.hosts.map(({ kind }) => kind).join(), seen }
}

const doors = tryDoors((named) => named ?? '')

test('send and expect: a banner that changes takes the real server out of the table, and back when it is as it was', async (t) => {
  const greeter = new Greeter('220 mail ready\r\n')
  const port = await greeter.start(t)
  const daemon = daemonOf(t, lvs(port, 'expect = "220 mail"'))
  const up = await daemon.said(/mail serves: 1 of 1/)
  greeter.banner = '554 no service\r\n'
  const down = await daemon.said(/mail: IPVS \(in memory\) remove 127\.0\.0\.1:\d+/, up)
  greeter.banner = '220 mail ready\r\n'
  await daemon.said(/mail: IPVS \(in memory\) add 127\.0\.0\.1:\d+/, down)
})

test('escapes of send and expect are those bytes on the wire, and upalert try shows them', async (t) => {
  const greeter = new Greeter('')
  greeter.answer = 'a\tb\\\r\n'
  const port = await greeter.start(t)
  const text = lvs(port, String.raw`send = "x\ty\\z\r\n"${'\n'}  expect = "a\tb\\\r\n"`)
  assert.deepEqual(await tried(text, port), {
    verdict: 'up',
    seen: ['sent x\ty\\z\r\n', 'received a\tb\\\r\n'],
  })
  assert.deepEqual(greeter.heard, ['x\ty\\z\r\n'])
})

test('use_regex: ^220 is found in a banner as a regular expression, and is not the text ^220', async (t) => {
  const port = await new Greeter('220 mail ready\r\n').start(t)
  assert.equal((await tried(lvs(port, 'expect = "^220"\n use_regex = 1'), port)).verdict, 'up')
  assert.equal((await tried(lvs(port, 'expect = "^220"\n use_regex = 0'), port)).verdict, 'down')
  const other = await new Greeter('x 220\r\n').start(t)
  assert.equal((await tried(lvs(other, 'expect = "^220"\n use_regex = 1'), other)).verdict, 'down')
})

test('send_program: the real server is in use while the program prints the word, and out with another or when it fails', async (t) => {
  const says = fresh('says')
  writeFileSync(says, 'echo "127.0.0.1 ok"')
  // The program asks whatever it likes, over TLS as well; it is given the address.
  const program = shell(`test "$1" = 127.0.0.1 || exit 9; . ${says}`)
  const daemon = daemonOf(t, lvs(80, `send_program = "${program} %h"\n  expect = "127.0.0.1 ok"`))
  let heard = await daemon.said(/mail serves: 1 of 1/)
  for (const other of ['echo "127.0.0.1 no"', 'echo "127.0.0.1 ok"; exit 1', 'exit 0']) {
    writeFileSync(says, other)
    heard = await daemon.said(/mail: IPVS \(in memory\) remove 127\.0\.0\.1:80/, heard)
    writeFileSync(says, 'echo "127.0.0.1 ok"')
    heard = await daemon.said(/mail: IPVS \(in memory\) add 127\.0\.0\.1:80/, heard)
  }
})
