/** `upalert init` from a file of answers and at a terminal: what is written, what is left alone, and what is said. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import type { InitOptions } from '../../src/cli/init.ts'
import { checkedFiles } from '../../src/daemon/check.ts'
import { runInit } from '../../src/daemon/init.ts'

const ANSWERS = `mailto = ops@example.com
virtual = web
address = 192.0.2.10
port = http
forward = dr
real = 10.1.1.2
real = 10.1.1.3
check = http /health
`

interface Desk {
  path(name: string): string
  read(name: string): string
  write(name: string, text: string): string
  /** Runs init without looking at the machine, and gives what it said. */
  init(options: InitOptions): Promise<{ readonly status: number; readonly out: string; readonly err: string }>
}

function desk(t: TestContext): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-init-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const path = (name: string) => join(directory, name)
  return {
    path,
    read: (name) => readFileSync(path(name), 'utf8'),
    write(name, text) {
      writeFileSync(path(name), text)
      return path(name)
    },
    async init(options) {
      const output = new PassThrough()
      let err = ''
      const complain = (text: string) => {
        err += `${text}\n`
      }
      const status = await runInit(
        { checks: false, ...options },
        { input: new PassThrough(), output, isTerminal: false, complain },
      )
      return { status, out: String(output.read() ?? ''), err }
    },
  }
}

test('a second run with the same answers changes nothing and says so', async (t) => {
  const { init, path, read, write } = desk(t)
  const answers = write('answers', ANSWERS)
  const first = await init({ answers, output: path('mon.cf') })
  assert.equal(first.status, 0)
  assert.match(first.out, /mon\.cf is written\.[\s\S]*ip address replace 192\.0\.2\.10\/32 dev lo[\s\S]*upalert check /)
  const written = read('mon.cf')
  const before = statSync(path('mon.cf'))
  const second = await init({ answers, output: path('mon.cf') })
  assert.deepEqual(second, { status: 0, out: `${path('mon.cf')}: no change\n`, err: '' })
  assert.equal(read('mon.cf'), written)
  assert.equal(statSync(path('mon.cf')).ino, before.ino)
  assert.deepEqual((await checkedFiles(path('mon.cf'), false)).problems, [])
})

test('the answers that are kept write the same again', async (t) => {
  const { init, path, read, write } = desk(t)
  await init({ answers: write('answers', ANSWERS), output: path('mon.cf'), saveAnswers: path('kept') })
  const again = await init({ answers: path('kept'), saveAnswers: path('kept') })
  assert.match(again.out, /mon\.cf: no change\n/)
  assert.match(read('kept'), /output = .*mon\.cf\n/)
  assert.deepEqual(readdirSync(path('.')).sort(), ['answers', 'kept', 'mon.cf'])
})

test('what init wrote and nobody edited follows changed answers, and the former text is kept', async (t) => {
  const { init, path, read, write } = desk(t)
  await init({ answers: write('answers', ANSWERS), output: path('mon.cf') })
  const before = read('mon.cf')
  const changed = await init({ answers: write('answers', `${ANSWERS}scheduler = rr\n`), output: path('mon.cf') })
  assert.equal(changed.status, 0)
  assert.match(
    changed.out,
    /was as init had left it, and is replaced[\s\S]*\n- {5}scheduler wlc\n[\s\S]*\+ {5}scheduler rr\n/,
  )
  assert.equal(read('mon.cf.bak'), before)
})

test('a file that was edited stays, its difference is shown, and --force replaces it', async (t) => {
  const { init, path, read, write } = desk(t)
  const answers = write('answers', ANSWERS)
  await init({ answers, output: path('mon.cf') })
  const edited = read('mon.cf').replace('interval 10s', 'interval 3s')
  write('mon.cf', edited)
  const kept = await init({ answers, output: path('mon.cf') })
  assert.equal(kept.status, 1)
  assert.match(
    kept.err,
    /has been edited since; it stays as it is[\s\S]*- {9}interval 3s\n\+ {9}interval 10s\n[\s\S]*--force/,
  )
  assert.equal(read('mon.cf'), edited)
  const forced = await init({ answers, output: path('mon.cf'), force: true })
  assert.equal(forced.status, 0)
  assert.equal(read('mon.cf.bak'), edited)
  assert.match(read('mon.cf'), /interval 10s/)
})

test('a file of somebody else stays too', async (t) => {
  const { init, path, read, write } = desk(t)
  write('mon.cf', 'mine\n')
  const { status } = await init({ answers: write('answers', ANSWERS), output: path('mon.cf') })
  assert.equal(status, 1)
  assert.equal(read('mon.cf'), 'mine\n')
})

test('everybody may read it, unless passwords are in it; a mode that is there stays', async (t) => {
  const { init, path, write } = desk(t)
  const modeOf = (name: string) => (statSync(path(name)).mode & 0o777).toString(8)
  const umask = process.umask(0o022)
  t.after(() => process.umask(umask))
  await init({ answers: write('a', ANSWERS), output: path('open.cf') })
  assert.equal(modeOf('open.cf'), '644')
  const secret = `mailserver = smtp://u:p@mail.example.com\n${ANSWERS}`
  await init({ answers: write('b', secret), output: path('secret.cf'), saveAnswers: path('kept') })
  assert.equal(modeOf('secret.cf'), '600')
  assert.equal(modeOf('kept'), '600')
  chmodSync(path('open.cf'), 0o640)
  await init({ answers: write('a', `${ANSWERS}scheduler = sh\n`), output: path('open.cf') })
  assert.equal(modeOf('open.cf'), '640')
  assert.equal(modeOf('open.cf.bak'), '640')
})

test('a link stays a link, and one directory is made', async (t) => {
  const { init, path, read, write } = desk(t)
  const answers = write('answers', ANSWERS)
  await init({ answers, output: path('etc/mon.cf') })
  symlinkSync(path('etc/mon.cf'), path('link.cf'))
  await init({ answers: write('answers', `${ANSWERS}scheduler = sh\n`), output: path('link.cf') })
  assert.match(read('etc/mon.cf'), /scheduler sh/)
})

test('where it cannot be written, the sentence says what to do', async (t) => {
  const { init, path, write } = desk(t)
  const answers = write('answers', ANSWERS)
  mkdirSync(path('directory'))
  write('file', '')
  const fails = async (output: string, says: RegExp) => {
    const { status, err } = await init({ answers, output })
    assert.equal(status, 3)
    assert.match(err, says)
  }
  await fails(path('directory'), /is no file but a directory; name a file in it/)
  await fails(path('a/b/mon.cf'), /there is no directory .*make it with "mkdir -p/)
  await fails(path('file/mon.cf'), /a part of .* is no directory/)
  await fails('/proc/mon.cf', /\/proc\/mon\.cf/)
})

test('wrong answers are told with their lines, and nothing is written', async (t) => {
  const { init, path, write } = desk(t)
  const answers = write('answers', ANSWERS.replace('10.1.1.3', '10.1.1.3:81'))
  const { status, err } = await init({ answers, output: path('mon.cf') })
  assert.equal(status, 2)
  assert.match(
    err,
    /answers:7:8: direct routing leaves the packet as it is.*\n +real = 10\.1\.1\.3:81\n +\^+ write port 80 or none/,
  )
  assert.equal(existsSync(path('mon.cf')), false)
  const absent = await init({ answers: path('nowhere') })
  assert.equal(absent.status, 2)
  assert.match(absent.err, /cannot be read/)
})

test('without a terminal and without answers it says what to do', async (t) => {
  const { status, err } = await desk(t).init({})
  assert.equal(status, 64)
  assert.match(err, /this is none; write the answers into a file and name it with --answers FILE/)
})

test('the commands for the machines are printed for answers, and for any configuration that is there', async (t) => {
  const { init, path, write } = desk(t)
  const answers = write('answers', ANSWERS)
  const ofAnswers = await init({ answers, output: path('mon.cf'), printSetup: true })
  assert.equal(existsSync(path('mon.cf')), false)
  await init({ answers, output: path('mon.cf') })
  assert.deepEqual(await init({ output: path('mon.cf'), printSetup: true }), ofAnswers)
  const keepalived = write(
    'keepalived.conf',
    'virtual_server 192.0.2.1 80 {\n  lvs_method TUN\n  real_server 10.1.1.2 80 {\n  }\n}\n',
  )
  assert.match((await init({ output: keepalived, printSetup: true })).out, /dev tunl0/)
  const nothing = await init({ output: path('nowhere'), printSetup: true })
  assert.equal(nothing.status, 2)
})
