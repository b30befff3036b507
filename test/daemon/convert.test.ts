/** `upalert convert`: files of all formats through the real loader, and what the command prints, writes and ends with. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import { type ConvertAnswer, type ConvertDoors, convertCommand } from '../../src/cli/convert-command.ts'
import { loadConfiguration } from '../../src/daemon/configuration.ts'
import { convert, convertDoors } from '../../src/daemon/convert.ts'
import { differencesOf } from '../../src/write/differences.ts'
import { meaningOf } from '../../src/write/meaning.ts'
import { needs } from '../needs.ts'

const folder = mkdtempSync(join(tmpdir(), 'convert-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const KEEPALIVED = `! my farm
global_defs {
  router_id LVS
}
# the shop
virtual_server 192.0.2.1 80 {
  lvs_sched wrr
  lvs_method NAT
  protocol TCP
  real_server 10.1.1.2 80 { # the old one
    TCP_CHECK {
      connect_timeout 3
    }
  }
}
vrrp_instance VI {
}
`

const LVS = `# Piranha's
primary = 192.0.2.250
service = lvs
virtual shop {
     active = 1
     address = 192.0.2.1 eth0:1
     port = 80
     scheduler = wlc
     protocol = tcp
     server one {
         address = 10.1.1.2
         active = 1
         weight = 2
     }
     server two {
         address = 10.1.1.3
         active = 0
         weight = 1
     }
}
`

const LDIRECTORD = `checkinterval = 5
# the shop
virtual = 192.0.2.1:80
\treal = 10.1.1.2:80 masq 2
\tservice = http
\trequest = "health"
\treceive = "ok"
\tscheduler = wrr
`

const MON = 'hostgroup web 10.1.1.2\n\n# the pages\nwatch web\n  service http\n    interval 9s\n    monitor http\n'

const formats: readonly (readonly [name: string, text: string, has: readonly string[]])[] = [
  [
    'keepalived.conf',
    KEEPALIVED,
    [
      '# my farm\n',
      'router_id = LVS\n',
      '# the shop\nvirtual ',
      '    # the old one\n    real 10.1.1.2',
      '# vrrp_instance VI: not converted',
    ],
  ],
  ['lvs.cf', LVS, ["# Piranha's\n", '# primary = 192.0.2.250: not converted', 'virtual shop\n', '    # real 10.1.1.3']],
  ['ldirectord.cf', LDIRECTORD, ['# the shop\nvirtual ', 'scheduler wrr', 'monitor http ']],
]
for (const [name, text, has] of formats) {
  test(`${name} becomes a mon.cf with the same Model, its comments, and what is lost`, async () => {
    const path = file(name, text)
    const found = await convert(path, { to: 'mon' })
    assert.equal(found.exit, 0, found.told.join('\n'))
    for (const part of has) assert.ok(found.text?.includes(part), `${part}\n${found.text}`)
    assert.match(found.told.at(-1) ?? '', /^1 virtual server, 1 real server, \d+ findings?$/)
    const [before, again] = [await loadConfiguration(path), await loadConfiguration(file('again.cf', found.text ?? ''))]
    assert.ok(before.model !== null && again.model !== null)
    assert.deepEqual(differencesOf(meaningOf(before.model), meaningOf(again.model)).told, [])
  })
}

test('what is lost is told with its place and the reason', async () => {
  const path = file('lost.conf', KEEPALIVED)
  const { told } = await convert(path, { to: 'mon' })
  assert.ok(
    told.includes(
      `${path}:16:1: vrrp_instance VI: upalert does not run VRRP yet: keep it in a keepalived.conf for keepalived --vrrp`,
    ),
    told.join('\n'),
  )
})

test('a keepalived.conf is written again as one, with comments behind their lines', async () => {
  const { text } = await convert(file('same.conf', KEEPALIVED), { to: 'keepalived' })
  assert.match(text ?? '', /real_server 10\.1\.1\.2 80 \{ # the old one\n/)
})

test('a mon.cf becomes a keepalived.conf, and what differs is counted', async () => {
  const pool = '\nvirtual shop\n  address 192.0.2.1:80\n  real 10.1.1.2 check web/http\n'
  const { text, told, exit } = await convert(file('to.cf', MON + pool), { to: 'keepalived' })
  assert.match(text ?? '', /virtual_server 192\.0\.2\.1 80 \{/)
  assert.match(told.at(-2) ?? '', /does not mean the same: the findings above/)
  assert.equal(exit, 1)
})

test('a mon.cf stays as it is to the byte', async () => {
  const text = `${MON.replaceAll('\n', '\r\n')}\r\n\r\n`
  const found = await convert(file('mon.cf', text), { to: 'mon' })
  assert.deepEqual([found.text, found.exit, found.told], [text, 0, ['0 virtual servers, 0 real servers, 0 findings']])
})

test('a mon.cf with comments in Latin-1 becomes UTF-8', async () => {
  const path = join(folder, 'latin1.cf')
  writeFileSync(path, Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from(`\n${MON}`)]))
  assert.equal((await convert(path, { to: 'mon' })).text, `# caf\u00e9\n${MON}`)
})

test('the alerts of the LVS-HOWTO become a virtual block', async () => {
  const text = `${MON}    period\n      alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2\n`
  const found = await convert(file('howto.cf', text), { to: 'mon' })
  assert.match(found.text ?? '', /\n {6}# alert lvs\.alert -V 192\.0\.2\.1:80 -R 10\.1\.1\.2\n/)
  assert.match(found.text ?? '', /\nvirtual 192\.0\.2\.1:80\n/)
  assert.deepEqual([found.exit, found.told], [0, ['1 virtual server, 1 real server, 0 findings']])
})

test('errors of the file are told, and nothing is written', async () => {
  const found = await convert(file('wrong.cf', 'virtual shop\n  adress 1\n'), { to: 'mon' })
  assert.deepEqual([found.text, found.exit], [null, 2])
  assert.match(found.told.join(), /"adress" is not a keyword of virtual/)
})

test('a file that is not there is told', async () => {
  const found = await convert(join(folder, 'nowhere.cf'), { to: 'mon' })
  assert.deepEqual([found.text, found.exit], [null, 2])
})

test('a file without virtual servers has nothing to convert', async () => {
  const found = await convert(file('vrrp.conf', 'vrrp_instance VI {\n}\n'), { to: 'mon' })
  assert.deepEqual([found.text, found.exit], [null, 1])
})

test('a file with nothing switched on becomes comments', async () => {
  const found = await convert(file('off.cf', LVS.replace('active = 1', 'active = 0')), { to: 'mon' })
  assert.match(found.text ?? '', /\n# virtual shop\n/)
  assert.match(found.told.at(-1) ?? '', /none of its virtual servers is switched on/)
  assert.equal(found.exit, 1)
})

test('a file that goes through m4 is to be expanded first', async () => {
  const { told, exit } = await convert(file('mon.cf.m4', MON), { to: 'mon' })
  assert.match(told.join(), /goes through m4/)
  assert.equal(exit, 2)
})

test('included files are named, and their comments come along', async () => {
  file('pool.inc', KEEPALIVED.slice(KEEPALIVED.indexOf('# the shop'), KEEPALIVED.indexOf('vrrp')))
  const path = file('whole.conf', `global_defs {\n}\ninclude ${join(folder, 'pool.inc')}\n`)
  const { told, text } = await convert(path, { to: 'mon' })
  assert.match(told[0] ?? '', /includes other files.*pool\.inc$/)
  assert.match(text ?? '', /# the shop\nvirtual/)
})

test('files that a mon.cf loads beside itself stay where they are', async () => {
  file('beside.conf', KEEPALIVED)
  const { told } = await convert(file('names.cf', `keepalived = beside.conf\n\n${MON}`), { to: 'mon' })
  assert.match(told[0] ?? '', /beside\.conf is loaded beside it/)
})

test('to keepalived nothing is told of what nobody wrote, and a mail is not lost', async () => {
  const alerting = `autoreload = yes\n${LDIRECTORD}\temailalert = ops@example.com\n`
  const { text, told } = await convert(file('mails.cf', alerting), { to: 'keepalived' })
  assert.doesNotMatch(told.join('\n'), /database|reload_check|\/http[.:]/)
  assert.match(told.join('\n'), /: autoreload = yes: .*SIGHUP/)
  assert.match(text ?? '', /notification_email \{\n {8}ops@example\.com\n/)
  assert.doesNotMatch(text ?? '', /smtp_alert no/)
})

test('to keepalived a virtual server that is switched off stands there as comments, too', async () => {
  const second = LVS.replaceAll(/^virtual \w+/gm, 'virtual off').replaceAll('192.0.2.1', '192.0.2.2')
  const off = second.slice(second.indexOf('virtual off')).replace('active = 1', 'active = 0')
  const { text } = await convert(file('off.cf', `${LVS}${off}`), { to: 'keepalived' })
  assert.match(text ?? '', /^# Switched off:\n# # off\n(?:#.*\n)*# virtual_server 192\.0\.2\.2 /m)
})

test('every sample of other formats becomes a mon.cf that means the same', needs('corpus'), async () => {
  let converted = 0
  for (const format of ['keepalived', 'lvscf', 'ldirectord']) {
    const samples = join(process.env.UPALERT_CORPUS ?? '', format)
    for (const name of readdirSync(samples)) {
      const found = await convert(join(samples, name), { to: 'mon', configId: 'host1' })
      if (found.text === null || /none of its virtual servers/.test(found.told.at(-1) ?? '')) continue
      assert.equal(found.exit, 0, `${name}\n${found.told.join('\n')}`)
      converted += 1
    }
  }
  assert.ok(converted >= 15, `${converted}`)
})

interface Ended {
  readonly exit: number
  readonly out: string
  readonly error: string
}

/** The command with these words, as main would call it. */
async function run(words: readonly string[], doors: ConvertDoors = convertDoors): Promise<Ended> {
  const program = new Command('upalert')
  const answers: ConvertAnswer[] = []
  convertCommand(program, doors, (answer) => void answers.push(answer))
  await program.parseAsync(['node', 'upalert', 'convert', ...words])
  const [answer] = answers
  assert.ok(answer)
  return { exit: answer.exit, out: answer.out, error: answer.told.map((line) => `${line}\n`).join('') }
}

test('the command prints the text, and tells of the rest on standard error', async () => {
  const { exit, out, error } = await run([file('print.conf', KEEPALIVED)])
  assert.equal(exit, 0)
  assert.match(out, /^# my farm\n/)
  assert.match(error, /1 virtual server, 1 real server, 1 finding\n$/)
})

test('a new file is written, and none is overwritten without --force', async () => {
  const target = join(folder, 'new.cf')
  const source = file('write.conf', KEEPALIVED)
  const first = await run([source, '-o', target])
  assert.deepEqual([first.exit, first.out], [0, ''])
  writeFileSync(target, 'edited')
  const second = await run([source, '-o', target])
  assert.equal(second.exit, 73)
  assert.match(second.error, /is there already: .* --force/)
  assert.equal(readFileSync(target, 'utf8'), 'edited')
  const third = await run([source, '-o', target, '--force'])
  assert.equal(third.exit, 0)
  assert.match(readFileSync(target, 'utf8'), /^# my farm/)
})

test('a file that carries passwords is for its owner alone', async () => {
  const secret = LDIRECTORD.replace(
    'service = http',
    'service = mysql\n\tlogin = "me"\n\tpasswd = "hidden"\n\tdatabase = "d"',
  )
    .replace('request = "health"', 'request = "SELECT 1"')
    .replace('\treceive = "ok"\n', '')
  const target = join(folder, 'secret.cf')
  const { exit, error } = await run([file('secret.conf', secret), '-o', target])
  assert.equal(exit, 0, error)
  assert.equal(statSync(target).mode & 0o777, 0o600)
})

test('a place where nothing can be written is told', async () => {
  const { exit, error } = await run([file('nowhere.conf', KEEPALIVED), '-o', join(folder, 'no', 'such', 'x.cf')])
  assert.equal(exit, 73)
  assert.match(error, /cannot be written/)
})

const misuses: readonly (readonly [words: readonly string[], told: RegExp])[] = [
  [[], /which file\?/],
  [['a.cf', '--from-kernel'], /two sources/],
  [['a.cf', '--check', 'tcp'], /are for --from-kernel/],
  [['--from-kernel', '--check', 'tcp', '--answers', 'x'], /both say the checks/],
]
for (const [words, told] of misuses) {
  test(`"convert ${words.join(' ')}" is misuse`, async () => {
    const { exit, error } = await run(words)
    assert.equal(exit, 64)
    assert.match(error, told)
  })
}

test('--from-kernel asks for the kernel’s table', async () => {
  const asked: unknown[] = []
  const doors: ConvertDoors = {
    ...convertDoors,
    fromKernel: async (options) => {
      asked.push(options)
      return { text: 'made\n', told: ['note: one'], exit: 1 }
    },
  }
  const { exit, out, error } = await run(['--from-kernel', '--to', 'keepalived', '--check', 'tcp'], doors)
  assert.deepEqual([exit, out, error, asked], [1, 'made\n', 'note: one\n', [{ to: 'keepalived', check: 'tcp' }]])
})
