import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { monUsage, parseMonOptions } from '../../src/cli/mon-options.ts'
import { needs } from '../needs.ts'

const vectors: readonly { readonly words: string; readonly gives: Readonly<Record<string, unknown>> }[] = [
  { words: '', gives: {} },
  { words: '-a /x/alert.d:/y', gives: { alertdir: '/x/alert.d:/y' } },
  { words: '--alertdir /x', gives: { alertdir: '/x' } },
  { words: '-A my.cf', gives: { authfile: 'my.cf' } },
  { words: '-b /usr/lib/mon', gives: { basedir: '/usr/lib/mon' } },
  { words: '-B /etc/mon', gives: { cfbasedir: '/etc/mon' } },
  { words: '-c /etc/mon/mon.cf', gives: { configfile: '/etc/mon/mon.cf' } },
  { words: '--configfile=/etc/mon/a=b.cf', gives: { configfile: '/etc/mon/a=b.cf' } },
  { words: '-c=mon.cf', gives: { configfile: 'mon.cf' } },
  { words: '-c -', gives: { configfile: '-' } },
  { words: '-c -f', gives: { configfile: '-f' } },
  { words: '-c a.cf -c b.cf', gives: { configfile: 'b.cf' } },
  { words: '-d', gives: { debug: 1 } },
  { words: '-d --debug -d', gives: { debug: 3 } },
  { words: '-D /var/lib/mon -L /var/log/mon', gives: { statedir: '/var/lib/mon', logdir: '/var/log/mon' } },
  { words: '-f', gives: { fork: true } },
  { words: '-i 5', gives: { sleep: '5' } },
  { words: '-k 500', gives: { maxkeep: '500' } },
  { words: '-l', gives: { loadstate: '' } },
  { words: '-l all', gives: { loadstate: 'all' } },
  { words: '-l -f', gives: { loadstate: '', fork: true } },
  { words: '--loadstate=opstatus', gives: { loadstate: 'opstatus' } },
  { words: '-m 20', gives: { maxprocs: '20' } },
  { words: '-M', gives: { m4: '' } },
  { words: '-M -c x', gives: { m4: '', configfile: 'x' } },
  { words: '-M /usr/bin/m4 -S', gives: { m4: '/usr/bin/m4', stopped: true } },
  { words: '--m4', gives: { m4: '' } },
  { words: '-O LOG_LOCAL6', gives: { syslogfacility: 'LOG_LOCAL6' } },
  { words: '-O local6', gives: { syslogfacility: 'local6' } },
  { words: '-p 65535 -t 0', gives: { port: '65535', trapport: '0' } },
  { words: '-p 2583 -t 2584', gives: { port: '2583', trapport: '2584' } },
  { words: "-P ''", gives: { pidfile: '' } },
  { words: '-r 60s', gives: { randstart: '60s' } },
  { words: '-s mon.d', gives: { scriptdir: 'mon.d' } },
  { words: '-S', gives: { stopped: true } },
  {
    words: '--sto --stat /x --conf y --rand 1m',
    gives: { stopped: true, statedir: '/x', configfile: 'y', randstart: '1m' },
  },
  { words: '-fork -port 3', gives: { fork: true, port: '3' } },
  { words: '--s /x --S', gives: { scriptdir: '/x', stopped: true } },
  { words: '+S', gives: { stopped: true } },
  { words: '-f --', gives: { fork: true } },
]

const split = (words: string): string[] =>
  words === '' ? [] : words.split(' ').map((word) => (word === "''" ? '' : word))

for (const { words, gives } of vectors) {
  test(`mon ${words}`, () => assert.deepEqual(parseMonOptions(split(words)), { kind: 'run', options: gives }))
}

const refused: readonly (readonly [words: string, text: RegExp])[] = [
  ['-x', /^"-x" is no option of mon; upalert mon --help lists them$/],
  ['--nonsense', /^"--nonsense" is no option of mon/],
  ['-dS', /^"-dS" is no option of mon/],
  ['--STOPPED', /^"--STOPPED" is no option of mon/],
  ['start', /^"start" is no option/],
  ['-', /^"-" is no option/],
  ['-- mon.cf', /^"--" is no option/],
  ['-c', /^"-c" lacks its value$/],
  ['--ma 3', /^"--ma" may mean --maxkeep or --maxprocs$/],
  ['-f=1', /^--fork takes no value$/],
  ['-i soon', /^"-i" cannot be "soon"$/],
  ['-m -1', /^"-m" cannot be "-1"$/],
  ['-p 65536', /^"-p" cannot be "65536"$/],
  ['--port=http', /^"--port=http" cannot be "http"$/],
  ['-O kernel', /^"-O" cannot be "kernel"$/],
  ['-l everything', /^"-l" cannot be "everything"$/],
  ['-p \u001b[2J', /^"-p" cannot be "␛\[2J"$/],
]

for (const [words, text] of refused) {
  test(`mon ${JSON.stringify(words)} is misuse, with a sentence`, () => {
    const line = parseMonOptions(split(words))
    assert.equal(line.kind, 'misuse')
    assert.match(line.kind === 'misuse' ? line.text : '', text)
  })
}

test('asked for its version or its options it does nothing else, wherever the word stands', () => {
  assert.deepEqual(parseMonOptions(['-S', '-h']), { kind: 'help' })
  assert.deepEqual(parseMonOptions(['-h', '--version', '-f']), { kind: 'version' })
})

test('the usage text names every option of mon', () => {
  for (const short of 'aAbBcdDfhiklLmMOpPrsStv') assert.match(monUsage, new RegExp(`^  -${short}, --`, 'm'))
})

/** Reads mon's own table out of mon, and answers a line of JSON for each line of words. */
const judge = String.raw`
use strict; use warnings; use Getopt::Long qw(:config no_ignore_case); use JSON::PP;
open my $mon, '<', '/usr/sbin/mon' or die; local $/; my $text = <$mon>;
my ($table) = $text =~ m{GetOptions\(\\%opt,\s*qw/(.*?)/\)}s or die 'no table';
my @table = split ' ', $table;
$SIG{__WARN__} = sub {};
my $json = JSON::PP->new->canonical;
print $json->encode([map {
  local @ARGV = @$_; my %opt; my $well = GetOptions(\%opt, @table);
  { well => $well && !@ARGV ? 1 : 0, opt => {map { $_ => "$opt{$_}" } keys %opt} }
} @{$json->decode(<STDIN>)}]);
`
const shorts: Readonly<Record<string, string>> = Object.fromEntries(
  [...monUsage.matchAll(/^ {2}-(\w), --(\w+)/gm)].map(([, short = '', name = '']) => [name, short]),
)
const words = [...Object.keys(shorts), ...Object.values(shorts)]
const optionWord = fc
  .record({
    dashes: fc.constantFrom('-', '--', '+'),
    name: fc.constantFrom(...words),
    length: fc.integer({ min: 1, max: 15 }),
    tail: fc.constantFrom('', '', '', '=x', '=7'),
  })
  .map(({ dashes, name, length, tail }) => dashes + name.slice(0, length) + tail)
const lines = fc.array(fc.oneof(optionWord, fc.constantFrom('7', 'all', 'x', '-', '-7', '')), { maxLength: 5 })

test('of any words, mon itself reads the same options, or refuses them as well', needs('mon', 'perl'), () => {
  const sample = fc.sample(lines, { numRuns: 2000, seed: 20261121 })
  const run = spawnSync('perl', ['-e', judge], { input: JSON.stringify(sample), encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
  const said: readonly { well: number; opt: Record<string, string> }[] = JSON.parse(run.stdout)
  let read = 0
  for (const [i, list] of sample.entries()) {
    const line = parseMonOptions(list)
    const { well, opt } = said[i] ?? { well: 0, opt: {} }
    if (line.kind === 'misuse') {
      // Refused here and not by mon: words that are no state file, and numbers below 0.
      assert.ok(well === 0 || / cannot be /.test(line.text), JSON.stringify({ list, line, opt }))
      continue
    }
    read += 1
    assert.equal(well, 1, JSON.stringify({ list, line }))
    if (line.kind !== 'run') assert.ok((line.kind === 'version' ? 'v' : 'h') in opt)
    else assert.deepEqual(inShort(line.options), opt, JSON.stringify(list))
  }
  assert.ok(read > 200, `only ${read} of them mean something`)
})

/** As Getopt::Long gives them: by their short names, and a flag is 1. */
const inShort = (options: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [shorts[name] ?? name, value === true ? '1' : String(value)]),
  )
