/**
 * mon's own clients, unmodified, against the real mon and against upalert's server, one step after the other on both:
 * they show the same. What a client prints of times, ports and pids is masked.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { needs } from '../../needs.ts'
import type { Cleaning } from '../../peers/mon/daemon.ts'
import { bothSides } from './one-config.ts'

const options = { ...needs('mon', 'perl'), timeout: 120_000 }

interface Ran {
  readonly status: number | null
  readonly output: string
  readonly errors: string
}

interface Invocation {
  readonly program: string
  readonly args?: readonly string[]
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** The home of a client: where it keeps its own files, and its working directory. */
function home(t: Cleaning, files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'upalert-client-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text, { mode: 0o755 })
  }
  return path
}

async function run({ program, args = [], input = '', env = {} }: Invocation, cwd: string): Promise<Ran> {
  const child = spawn(program, [...args], {
    cwd,
    env: { PATH: process.env.PATH, TZ: 'UTC', HOME: cwd, LC_ALL: 'C', ...env },
    signal: AbortSignal.timeout(60_000),
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (errors += chunk))
  // A client that does not read its input ends before it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [status] = await once(child, 'close')
  return { status, output, errors }
}

/** Sorted, since mon tells groups and services in any order; without what differs from one second to the next. */
const masked = (text: string, port: number): readonly string[] =>
  text
    .replaceAll(String(port), 'PORT')
    .replace(/\w{3} \w{3} [ \d]\d [\d:]{8}(?: \d{4})?/g, 'DATE')
    .replace(/\d\d:\d\d:\d\d(?: on \w+, [\w-]+|, \d+-\w+-\d+)?/g, 'TIME')
    .replace(/\w+, \d\d \w{3} \d{4} TIME GMT/g, 'DATE')
    .replace(/(?<![#\w])[+-]?(?:\d+h)?(?:\d+m)?\d+s\b/g, 'LENGTH')
    .replace(/(?:\d+ (?:days?|hours?|minutes?), )*\d+ seconds?\b/g, 'LENGTH')
    .replace(/(?<=\(monitor_duration\).*>)-?\d+/g, 'LENGTH')
    .replace(/\b\d{10}\b/g, 'EPOCH')
    .replace(/(?<=\\20)\d{10}(?=\\20)/g, 'EPOCH')
    .replace(/(?<=(?:timer|failure_duration|monitor_duration)=)-?\d+/g, 'LENGTH')
    .replace(/(?<=Server PID is )\d+|(?<=^server )\d+/gm, 'PID')
    .replace(/(?<=PID )\d+@\S+/g, 'N@HOST')
    .split('\n')
    .map((line) => line.trim().replace(/ +/g, ' '))
    .filter((line) => line !== '')
    .toSorted()

/** Runs a client on both sides, or on ours alone, and answers what it printed on ours. */
type Both = (made: (port: number) => Invocation, where?: 'both' | 'here') => Promise<Ran>

async function both(t: Cleaning, files?: (port: number) => Readonly<Record<string, string>>): Promise<Both> {
  const sides = await bothSides(t)
  const homes = [sides.mon.port, sides.ours.port].map((port) => ({ port, cwd: home(t, files?.(port)) }))
  return async (made, where = 'both') => {
    if (where === 'here') return run(made(sides.ours.port), homes[1]?.cwd ?? '')
    const [theirs, ours] = await Promise.all(homes.map(({ port, cwd }) => run(made(port), cwd)))
    assert.ok(theirs !== undefined && ours !== undefined)
    const seen = [theirs, ours].map(({ status, output, errors }, i) => {
      const port = homes[i]?.port ?? 0
      return { status, output: masked(output, port), errors: masked(errors, port) }
    })
    assert.deepEqual(seen[1], seen[0])
    return ours
  }
}

test('moncmd gives commands, from its arguments, from its input, and logged in', options, async (t) => {
  const client = await both(t)
  const moncmd = (words: readonly string[], input = '') =>
    client((port) => ({ program: 'moncmd', args: ['-s', '127.0.0.1', '-p', `${port}`, ...words], input }))
  assert.match((await moncmd(['list', 'watch'])).output, /^(?:g s|g s2|solo s|solo trapped)\n/)
  assert.match((await moncmd(['list', 'failures'])).output, /^group=g service=s opstatus=0 /)
  await moncmd(['ack', 'g', 's', "'on\\20it'"])
  await moncmd(['disable', 'host', 'h7'])
  assert.equal((await moncmd(['list', 'disabled'])).output, 'group solo: h7\nwatch solo\n220 list disabled completed\n')
  assert.match((await moncmd([], 'list state\nservertime\nlist views\nnonsense\n')).output, /220 list state completed/)
  const login = await moncmd(['-a', '-l', 'joe'], 'USER=joe\nPASS=x\n\nlist state\n')
  assert.match(login.output, /scheduler running/)
})

test('monshow shows all services as text, and one in detail', options, async (t) => {
  const client = await both(t)
  const monshow = (...words: string[]) =>
    client((port) => ({ program: 'monshow', args: ['--server', '127.0.0.1', '--port', `${port}`, ...words] }))
  assert.match((await monshow('--showall', '--full')).output, /^R g +s +FAIL .* h1 is "gone": 100%$/m)
  await monshow('--showall', '--full', '--disabled')
  await monshow()
  assert.match((await monshow('--detail', 'g,s', '--showall')).output, /the "front" page, 100%[\s\S]*\n\tand more\n/)
  await monshow('--detail', 'g,s2', '--showall')
  await monshow('--detail', 'solo,trapped', '--showall')
})

test('monshow shows the same as a CGI program', options, async (t) => {
  const rc = (port: number) => `set host 127.0.0.1\nset port ${port}\nset full\nset show-disabled\n`
  const client = await both(t, (port) => ({ '.monshowrc': rc(port) }))
  const page = (query: string) => {
    const env = { REQUEST_METHOD: 'GET', QUERY_STRING: query, SCRIPT_NAME: '/monshow.cgi' }
    return client(() => ({ program: '/usr/lib/cgi-bin/monshow.cgi', env }))
  }
  assert.match((await page('')).output, /h1 is "gone": 100%/)
  assert.match((await page('detail=g,s')).output, /the "front" page, 100%/)
  await page('watch=solo')
  await page('disabled=1')
})

test('monfailures tells of the failing service, and whether there is one', options, async (t) => {
  const client = await both(t)
  const monfailures = () =>
    client((port) => ({ program: 'monfailures', args: ['--server', '127.0.0.1', '--port', `${port}`] }))
  const { status, output } = await monfailures()
  assert.equal(status, 1)
  assert.match(output, /^g:s +.* h1 is "gone": 100%$/m)
  await client((port) => ({ program: 'moncmd', args: ['-s', '127.0.0.1', '-p', `${port}`, 'ack', 'g', 's', 'x'] }))
  assert.match((await monfailures()).output, /\[acked\] h1 is "gone": 100%/)
})

/** It is told in its source where moncmd and sendmail are, and has no option for a port. */
const PATHS = `package Paths;
*CORE::GLOBAL::open = sub (*;$@) {
    my ($handle, $what) = @_;
    $handle = caller() . '::' . $handle unless ref $handle;
    $what =~ s{/usr/local/bin/moncmd -s \\S+}{moncmd -s 127.0.0.1 -p $ENV{PORT}};
    $what =~ s{/usr/lib/sendmail -oi -t}{cat > mail};
    no strict 'refs';
    return CORE::open(*{$handle}, $what);
};
1;
`

test('skymon lists, disables and enables at the word of a pager', options, async (t) => {
  const sides = await bothSides(t)
  const mails: string[] = []
  for (const port of [sides.mon.port, sides.ours.port]) {
    const files = {
      'Paths.pm': PATHS,
      '.skytel/allow': 'lf\nld\ndh\ndw\nds\neh\new\nes\n',
      // crypt('secret', 'ab')
      '.skytel/password': 'abcvqpwiWKCPc\n',
    }
    const cwd = home(t, files)
    const hash = await run({ program: 'perl', args: ['-e', 'print crypt("secret", "ab")'] }, cwd)
    writeFileSync(join(cwd, '.skytel/password'), `${hash.output}\n`)
    const input = '/secret:lf;ld;dh h1;ds g s;dw solo;ld;eh h1;es g s;ew solo;dh h77;ld\n'
    const args = ['-I', cwd, '-MPaths', '/usr/bin/skymon', 'pager@example.org']
    const { status } = await run({ program: 'perl', args, input, env: { PORT: `${port}` } }, cwd)
    assert.equal(status, 0)
    mails.push(readFileSync(join(cwd, 'mail'), 'utf8'))
  }
  // What is switched off at once comes in any order from mon.
  const sorted = mails.map((mail) => mail.split('\n').toSorted())
  assert.deepEqual(sorted[1], sorted[0])
  assert.match(mails[1] ?? '', /520 disable host failed, host\(s\) h77 do not exist/)
  assert.match(mails[1] ?? '', /watch g service s\n/)
})

/** Newer CGI.pm have lost two names that mon.cgi calls. */
const OLD_CGI = `package OldCGI;
use CGI;
*CGI::startform = \\&CGI::start_form unless CGI->can('startform');
*CGI::endform = \\&CGI::end_form unless CGI->can('endform');
1;
`

test('mon.cgi shows its pages, and its buttons do what they say', options, async (t) => {
  const client = await both(t, () => ({ 'OldCGI.pm': OLD_CGI }))
  const page = async (query: string, where: 'both' | 'here' = 'both'): Promise<string> => {
    const made = (port: number): Invocation => ({
      program: 'perl',
      args: ['-T', '-I', '.', '-MOldCGI', '/usr/lib/cgi-bin/mon.cgi'],
      env: {
        ...{ REQUEST_METHOD: 'GET', SCRIPT_NAME: '/mon.cgi' },
        QUERY_STRING: `h=127.0.0.1&p=${port}&command=${query}`,
      },
    })
    return (await client(made, where)).output
  }
  assert.match(await page('query_opstatus'), /h1 is "gone": 100%/)
  await page('query_opstatus_failures')
  assert.match(await page('query_group&args=g'), /h2/)
  assert.match(await page('svc_details&args=g,s'), /and more/)
  assert.match(await page('list_alerthist'), /rec\.alert/)
  assert.match(await page('list_pids'), /Server PID is/)
  await page('list_dtlog')
  assert.match(await page('mon_test_config'), /OK, no errors were found/)
  assert.match(await page('mon_ack&args=g,s&ackcomment=on+it%27s'), /acknowledged successfully/)
  assert.match(await page('mon_disable&args=host,h1'), /DISABLED/)
  await page('mon_disable&args=watch,solo')
  await page('mon_disable&args=service,g,s')
  assert.match(await page('list_disabled'), /h1/)
  await page('mon_enable&args=host,h1&rt=svc')
  await page('mon_enable&args=watch,solo&rt=svc')
  await page('mon_enable&args=service,g,s&rt=svc')
  assert.match(await page('mon_schedctl&args=stop'), /stopped/)
  await page('mon_schedctl&args=start')
  await page('mon_savestate&args=')
  await page('mon_loadstate&args=')
  await page('mon_reload&args=auth')
  await page('moncgi_reset')
  // A view is a cookie to it; without one it shows everything again.
  assert.match(await page('query_opstatus&setview=front'), /Current View: front/)
  // The monitor does run at mon's side, so only ours is looked at.
  assert.match(await page('mon_test_service&args=solo,s', 'here'), /test monitor completed for service s/)
})
