/** Scenarios of checkers: each kind finds a server that answers wrong, hangs or is gone, and finds it again. */
import { createHash } from 'node:crypto'
import type { Scenario } from './scenario.ts'
import { addressOf } from './scenario.ts'
import { server, tcp, timed } from './words.ts'

const two = (kind: string, inside = ''): string =>
  ['$A', '$B'].map((address) => server(address, `${kind} { ${inside} }`)).join('')

const alive = { a: 'up', b: 'up' } as const
const web = { a: 'web', b: 'web' } as const
const both = { does: { servers: alive }, states: ['empty', 'a=1', 'a=1 b=1'] }

/** What genhash prints for the farm's page. */
const digest = createHash('md5').update('page /digest\n').digest('hex')

const page = (path: string): string => `HTTP_GET {\n url {\n path ${path}\n }\n }`

/** Less often than the others: to start a program is dear in the guest, above all for a large process. */
const misc = (inside = ''): string => `MISC_CHECK {
            delay_loop 3
            misc_path "/run/beside/exit \${FILE}"
            misc_timeout 5
            ${inside}
        }`

export const CHECKERS: readonly Scenario[] = [
  {
    name: 'HTTP_GET: a wrong status takes the server out, a server that hangs as well',
    config: `${timed} ${two('HTTP_GET', 'connect_timeout 3\n url {\n path /\n status_code 200\n }')}`,
    servers: web,
    visited: true,
    steps: {
      start: both,
      '1': { does: { servers: { b: 'wrong' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '3': { does: { servers: { a: 'hang' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'HTTP_GET with a digest and a set of statuses: another page takes the server out',
    config: `${timed} ${two('HTTP_GET', `url {\n path /digest\n digest ${digest}\n status_code 200 404 500-503\n }`)}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { servers: { b: 'wrong' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'HTTP_GET with a regex: a page without the words takes the server out',
    config: `${timed} ${two('HTTP_GET', 'url {\n path /regex\n status_code 200-599\n regex "PAGE /REG.X"\n regex_options caseless\n }')}`,
    servers: web,
    steps: {
      start: both,
      '2': { does: { servers: { a: 'wrong' } }, states: ['b=1'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'HTTP_GET with several URLs: one wrong page is enough',
    config: `${timed} ${server('$A', 'HTTP_GET {\n url {\n path /one\n }\n url {\n path /two\n }\n url {\n path /three\n }\n fast_recovery\n }')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { wrongPages: ['/two'] }, states: ['b=1'] },
      '2': { does: { wrongPages: [] }, states: ['a=1 b=1'] },
      '3': { does: { wrongPages: ['/three'] }, states: ['b=1'] },
      '4': { does: { wrongPages: [] }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'retry: a server is out only after its retries, and one failure less is nothing',
    config: `${timed} retry 2 ${two('HTTP_GET', 'url {\n path /\n }')}`,
    servers: web,
    steps: {
      start: both,
      // The first result after the start is not given its retries.
      '1': { does: { checked: ['a', 2] }, states: [] },
      '2': { does: { wrongFor: ['a', 2] }, states: [] },
      '3': { does: { servers: { a: 'wrong' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'the first result after the start needs no retries to take a server out',
    config: `${timed} retry 3 ${two('TCP_CHECK')}`,
    servers: web,
    steps: {
      start: { does: { servers: { a: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1', 'a=1'] },
      '1': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'SSL_GET: a wrong page behind TLS takes the server out',
    config: `${timed} ${two('SSL_GET', 'connect_timeout 5\n url {\n path /\n }')}`,
    servers: { a: 'tls', b: 'tls' },
    steps: {
      start: both,
      '1': { does: { servers: { b: 'wrong' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '4': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
    },
  },
  {
    name: 'SMTP_CHECK: a server that greets with 554 is out, one that hangs as well',
    config: `${timed} ${two('SMTP_CHECK', 'connect_timeout 3\n helo_name director.example')}`,
    servers: { a: 'smtp', b: 'smtp' },
    steps: {
      start: both,
      '1': { does: { servers: { a: 'wrong' } }, states: ['b=1'] },
      '2': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
      '3': { does: { servers: { b: 'hang' } }, states: ['a=1'] },
      '4': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'DNS_CHECK: a server that answers SERVFAIL or nothing is out',
    config: `${timed.replace('TCP', 'UDP')} ${two('DNS_CHECK', 'retry 1\n connect_timeout 3\n type A\n name www.example.com')}`,
    servers: { a: 'dns', b: 'dns' },
    protocol: 'udp',
    steps: {
      start: both,
      '1': { does: { servers: { b: 'wrong' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '3': { does: { servers: { a: 'hang' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'UDP_CHECK on a UDP service: who does not send the wanted reply is out',
    config: `${timed.replace('TCP', 'UDP')} ${two('UDP_CHECK', 'connect_timeout 3\n payload 70 69 6e 67\n require_reply 70 6f 6e 67')}`,
    servers: { a: 'udp', b: 'udp' },
    protocol: 'udp',
    steps: {
      start: both,
      '1': { does: { servers: { b: 'wrong' } }, states: ['a=1'] },
      '2': { does: { servers: { b: 'up' } }, states: ['a=1 b=1'] },
      '3': { does: { servers: { a: 'hang' } }, states: ['b=1'] },
      '4': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'UDP_CHECK that needs no reply: silence is fine, a closed port is not',
    config: `${timed.replace('TCP', 'UDP')} ops ${two('UDP_CHECK', 'connect_timeout 2')}`,
    servers: { a: 'udp', b: 'udp' },
    protocol: 'udp',
    steps: {
      start: both,
      '1': { does: { servers: { b: 'hang' }, checked: ['b', 2] }, states: [] },
      '2': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '3': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'PING_CHECK: a machine that is off is out',
    config: `${timed} ${server('$A', 'PING_CHECK { connect_timeout 3 }')} ${server('$P', 'PING_CHECK { connect_timeout 3 }')}`,
    servers: { a: 'none', p: 'none' },
    steps: {
      start: { does: { servers: { p: 'up' } }, states: ['empty', 'a=1', 'a=1 p=1'] },
      '1': { does: { servers: { p: 'gone' } }, states: ['a=1'] },
      '2': { does: { servers: { p: 'up' } }, states: ['a=1 p=1'] },
    },
  },
  {
    name: 'MISC_CHECK: any exit status but 0 takes the server out',
    config: `${timed} ${server('$A', misc('retry 1'))} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { exit: 1 }, states: ['b=1'] },
      '2': { does: { exit: 0 }, states: ['a=1 b=1'] },
      '3': { does: { exit: 7 }, states: ['b=1'] },
      '4': { does: { exit: 0 }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'misc_dynamic: the exit status is the weight and 2, and 0 is the configured weight',
    config: `${timed} ${server('$A', `weight 5\n ${misc('misc_dynamic')}`)} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=5', 'a=5 b=1'] },
      '1': { does: { exit: 12 }, states: ['a=10 b=1'] },
      '2': { does: { exit: 255 }, states: ['a=253 b=1'] },
      '3': { does: { exit: 2 }, states: ['a=0 b=1'] },
      '4': { does: { exit: 0 }, states: ['a=5 b=1'] },
      // keepalived subtracts the configured weight and 2 from what it had, and 0 is what is left.
      reload: { states: ['a=0 b=1'] },
      '5': { does: { exit: 22 }, states: ['a=20 b=1'] },
      '6': { does: { exit: 1 }, states: ['b=1'] },
      '7': { does: { exit: 7 }, states: ['a=5 b=1'] },
    },
    differs: {
      rows: ['`misc_dynamic` at a reload'],
      steps: { reload: [] },
    },
  },
  {
    name: 'FILE_CHECK: the number in the file changes the weight',
    besides: 'track_file number_$PORT {\n file $FILE\n weight 2\n}',
    config: `${timed} ${server('$A', 'weight 5\n FILE_CHECK {\n track_file number_$PORT\n }')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=5', 'a=5 b=1'] },
      '1': { does: { file: '10' }, states: ['a=25 b=1'] },
      '2': { does: { file: '-2' }, states: ['a=1 b=1'] },
      '3': { does: { file: '-9' }, states: ['a=0 b=1'] },
      '4': { does: { file: '0' }, states: ['a=5 b=1'] },
    },
  },
  {
    name: 'FILE_CHECK of weight 0: any number but 0 takes the server out',
    besides: 'track_file flag_$PORT {\n file $FILE\n weight 0\n}',
    config: `${timed} ${server('$A', 'weight 5\n FILE_CHECK {\n track_file flag_$PORT\n }')} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: { does: { servers: alive }, states: ['empty', 'a=5', 'a=5 b=1'] },
      '1': { does: { file: '1' }, states: ['b=1'] },
      '2': { does: { file: '0' }, states: ['a=5 b=1'] },
    },
  },
  {
    name: 'several checkers: the first that fails takes the server out, the last that recovers brings it in',
    config: `${timed} ${server('$A', `TCP_CHECK { }\n ${page('/one')}\n ${page('/two')}`)} ${tcp('$B')}`,
    servers: web,
    steps: {
      start: both,
      '1': { does: { wrongPages: ['/one'] }, states: ['b=1'] },
      // Another check fails as well; then the first is fine again. Three checks, each three times.
      '2': { does: { wrongPages: ['/one', '/two'], checked: ['a', 9] }, states: [] },
      '3': { does: { wrongPages: ['/two'], checked: ['a', 9] }, states: [] },
      '4': { does: { wrongPages: [] }, states: ['a=1 b=1'] },
      '5': { does: { servers: { a: 'refuse' } }, states: ['b=1'] },
      '6': { does: { servers: { a: 'up' } }, states: ['a=1 b=1'] },
    },
  },
  {
    name: 'connect_ip and connect_port: the check goes to a stand-in, and the row follows it',
    config: `${timed} ${server('$A', `TCP_CHECK {\n connect_ip ${addressOf('c')}\n connect_port $PORT\n }`)} ${tcp('$B')}`,
    servers: { ...web, c: 'web' },
    steps: {
      start: { does: { servers: { ...alive, c: 'up' } }, states: ['empty', 'a=1', 'a=1 b=1'] },
      '1': { does: { servers: { a: 'refuse', c: 'refuse' } }, states: ['b=1'] },
      '2': { does: { servers: { c: 'up' } }, states: ['a=1 b=1'] },
    },
  },
]
