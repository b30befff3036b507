/** The same userfile, the same logins: what the real mon says, and what we say. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { authenticator } from '../../../src/edge/auth/authenticator.ts'
import { needs } from '../../needs.ts'
import { type Mon, startMon } from '../../peers/mon/daemon.ts'

const password = 'correct horse battery'
const settings = {
  des: 'ab',
  md5: '$1$saltsalt$',
  sha256: '$5$abc$',
  sha512: '$6$abc$',
  bcrypt: '$2y$04$abcdefghijklmnopqrstuu',
  yescrypt: '$y$j9T$F5Jx5fExrKuPp53xLKQ..1',
}

function userfile(): string {
  const script = 'my $p = shift; print crypt($p, $_), "\\n" for @ARGV'
  const { stdout } = spawnSync('perl', ['-e', script, password, ...Object.values(settings)], { encoding: 'utf8' })
  const hashes = stdout.trim().split('\n')
  const entries = Object.keys(settings).map((name, i) => `${name}:${hashes[i]}`)
  const [first = ''] = hashes
  return [
    ...['# users', '', ...entries, `blanks : ${first}`, `twice:${first}`, 'twice:*', `Case:${first}`],
    ...['locked:!', 'star:*', 'plain:geheim', 'fail0:*0', 'fail1:*1', 'x:x', 'empty:', 'colonless', ''],
  ].join('\n')
}

test('the real mon and we let the same users in with the same passwords', needs('mon', 'perl'), async (t) => {
  const mon = await monWith(t, 'userfile')
  const path = join(mon.directory, 'users')
  writeFileSync(path, userfile())
  const ours = authenticator({ types: ['userfile'], userfile: path, pamservice: 'passwd' })
  const users = [...Object.keys(settings), 'blanks', 'twice', 'Case', 'case', 'locked', 'star', 'plain', 'x', 'nobody']
  let letIn = 0
  for (const user of [...users, 'fail0', 'fail1', 'empty', 'colonless']) {
    for (const given of [password, 'wrong', `${password}x`, password.slice(0, 8), 'geheim', 'x', '*0', '*1', '!', '']) {
      const theirs = (await mon.command(`login ${user} ${given}`)).status === '220 login accepted'
      const { ok, text } = await ours(user, given, '127.0.0.1')
      assert.equal(ok, theirs, `${user} with "${given}": ${text}`)
      if (ok) letIn += 1
    }
  }
  // Six kinds and two more names; DES looks at eight characters only, so three passwords each open its three.
  assert.equal(letIn, 5 + 3 * 3)
})

test('with trustlocal the real mon and we believe any name from this machine', needs('mon'), async (t) => {
  const mon = await monWith(t, 'userfile trustlocal')
  const ours = authenticator({
    types: ['userfile', 'trustlocal'],
    userfile: join(mon.directory, 'users'),
    pamservice: '',
  })
  for (const [user, given] of [
    ['joe', 'x'],
    ['joe', ''],
    ['', ''],
  ] as const) {
    const theirs = (await mon.command(`login ${user} ${given}`.trimEnd())).status === '220 login accepted'
    assert.equal((await ours(user, given, '127.0.0.1')).ok, theirs, user)
  }
})

function monWith(t: Parameters<typeof startMon>[0], types: string): Promise<Mon> {
  return startMon(t, {
    config: (directory) => `authtype = ${types}\nuserfile = ${directory}/users\nhostgroup g h1\n`,
    files: { users: '' },
  })
}
