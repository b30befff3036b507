import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seconds } from '../../../src/model/units.ts'
import { type Disabled, decodeDisabledFile, encodeDisabledFile } from '../../../src/wire/mon/disabled-file.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import { decodeOpstatusFile, encodeOpstatusFile, type SavedService } from '../../../src/wire/mon/state-file.ts'
import { periodValues, serviceValues, stateText } from './saved-services.ts'
import { anyText, floodDeadline, floods, name, troubleText } from './texts.ts'

/** As mon 1.3.6 wrote it: an acknowledged failure with = in its texts, a period without a label, an expression with a tab. */
const written = [
  'group=g\tservice=s\top_status=0\tfailure_count=1\talert_count=1\tlast_success=0\tfirst_success=\tconsec_failures=1' +
    '\tlast_failure=1795268015\tfirst_failure=1795268015\tlast_summary=su=m\\20%%s\\20\\c3\\a9\\09x\tlast_failure_time=' +
    '\tlast_failure_summary=\tlast_failure_detail=\tlast_detail=de=t\\0a\tack=1795268017\tack_comment=joe:\\20a\\20=\\20\\41' +
    '\tlast_trap=0\tlast_traphost=\texitval=3\tlast_check=1795268017\tlast_op_status=7\tfailure_output=su=m\\0ade=t\\0a' +
    '\ttrap_timer=\twd {Sun-Sat} \t hr {0-23}:last_alert=1795268015\twd {Sun-Sat} \t hr {0-23}:alert_sent=1' +
    '\twd {Sun-Sat} \t hr {0-23}:1stfailtime=\twd {Sun-Sat} \t hr {0-23}:failcount=' +
    '\tLAB:last_alert=\tLAB:alert_sent=0\tLAB:1stfailtime=1795268015\tLAB:failcount=1',
  'group=solo\tservice=p\top_status=7\tfailure_count=0\talert_count=0\tlast_success=0\tfirst_success=\tconsec_failures=0' +
    '\tlast_failure=0\tfirst_failure=\tlast_summary=\tlast_failure_time=\tlast_failure_summary=\tlast_failure_detail=' +
    '\tlast_detail=\tack=0\tack_comment=\tlast_trap=0\tlast_traphost=\texitval=undef\tlast_check=\tlast_op_status=7' +
    '\tfailure_output=\ttrap_timer=3594\t:last_alert=\t:alert_sent=0\t:1stfailtime=\t:failcount=',
  '',
].join('\n')

const untested = {
  ...({
    opStatus: 7,
    failureCount: 0,
    alertCount: 0,
    lastSuccess: null,
    firstSuccess: null,
    consecFailures: 0,
  } as const),
  ...{ lastFailure: null, firstFailure: null, lastSummary: '', lastFailureTime: null, lastFailureSummary: '' },
  ...{
    lastFailureDetail: '',
    lastDetail: '',
    ack: null,
    ackComment: '',
    lastTrap: null,
    lastTraphost: '',
    exitval: null,
  },
  ...({ lastCheck: null, lastOpStatus: 7, failureOutput: '', trapTimer: null } as const),
}
const quiet = { lastAlert: null, alertSent: 0, firstFailTime: null, failcount: 0 }

test('a file that mon wrote is read, texts with = and labels with tabs included', () => {
  const services: SavedService[] = [
    {
      ...untested,
      ...{ group: 'g', service: 's', opStatus: 0, failureCount: 1, alertCount: 1, consecFailures: 1 },
      ...{ lastFailure: atSecond(1795268015), firstFailure: atSecond(1795268015), lastSummary: 'su=m %%s \u00e9\tx' },
      ...{ lastDetail: 'de=t\n', ack: atSecond(1795268017), ackComment: 'joe: a = A', exitval: '3' },
      ...{ lastCheck: atSecond(1795268017), failureOutput: 'su=m\nde=t\n' },
      periods: [
        { ...quiet, label: 'wd {Sun-Sat} \t hr {0-23}', lastAlert: atSecond(1795268015), alertSent: 1 },
        { ...quiet, label: 'LAB', firstFailTime: atSecond(1795268015), failcount: 1 },
      ],
    },
    { ...untested, group: 'solo', service: 'p', trapTimer: seconds(3594), periods: [{ ...quiet, label: '' }] },
  ]
  assert.deepEqual(decodeOpstatusFile(written), { services, complaints: [] })
  assert.deepEqual(decodeOpstatusFile(encodeOpstatusFile(services)), { services, complaints: [] })
})

test('an untested service is written byte for byte as mon writes it', () => {
  const line = written.slice(written.indexOf('group=solo')).replace(':failcount=', ':failcount=0')
  assert.equal(encodeOpstatusFile(decodeOpstatusFile(line).services), line)
})

test('whatever the texts are, they survive the file', () => {
  const label = fc.oneof(
    name,
    fc.constant(''),
    fc.constantFrom('wd {Mon-Fri} hr {7am-10pm}', 'a:b', 'x\ty', 'ack', 'tag=x'),
  )
  const period = fc.tuple(label, periodValues).map(([label, values]) => ({ label, ...values }))
  const service: fc.Arbitrary<SavedService> = fc
    .tuple(
      name,
      name,
      serviceValues(stateText),
      fc.uniqueArray(period, { selector: ({ label }) => label, maxLength: 3 }),
    )
    .map(([group, service, values, periods]) => ({ group, service, ...values, periods }))
  fc.assert(
    fc.property(fc.array(service, { maxLength: 3 }), (services) => {
      const text = encodeOpstatusFile(services)
      assert.match(text, /^[\t\n -~]*$/)
      assert.deepEqual(decodeOpstatusFile(text), { services, complaints: [] })
    }),
  )
})

const broken: readonly { line: string; says: readonly string[]; why: string }[] = [
  { line: 'group=g\tservice=s\tack=x', says: ['"x" is no value of ack'], why: 'a time is a number' },
  { line: 'group=g\tservice=s\tack=-5', says: ['"-5" is no value of ack'], why: 'not below 0' },
  { line: 'group=g\tservice=s\top_status=12', says: ['"12" is no value of op_status'], why: 'a status is one of ten' },
  { line: 'group=g\tservice=s\tbogus=1', says: ['unknown field "bogus"'], why: 'a name is one of the manual’s' },
  { line: 'group=g\tservice=s\tP:bogus=1', says: ['unknown field "P:bogus"'], why: 'also for a period' },
  { line: 'group=g\tservice=s\tword\tack=0', says: ['no = in "word\\t"'], why: 'a field has a value' },
  { line: 'group=g\tservice=s\tword', says: ['no = in "word\\t"'], why: 'the last one too' },
  { line: 'service=s\tgroup=g', says: ['does not begin with group=… and service=…'], why: 'the names come first' },
  { line: '\0\0\0', says: ['does not begin with group=… and service=…'], why: 'a line is text' },
]
for (const { line, says, why } of broken) {
  test(`${JSON.stringify(line)} earns a complaint with its line: ${why}`, () => {
    const complaints = says.map((text) => ({ line: 3, text }))
    assert.deepEqual(decodeOpstatusFile(`group=ok\tservice=ok\n\n${line}\n`).complaints, complaints)
  })
}

test('a field that is wrong leaves the others as they are, and one that is missing stays as before the first event', () => {
  const { services } = decodeOpstatusFile('group=g\tservice=s\tack=x\tlast_summary=y\top_status=fail')
  assert.deepEqual(services, [{ ...untested, group: 'g', service: 's', lastSummary: 'y', opStatus: 0, periods: [] }])
})

test('a file that is something else altogether fills no log', () => {
  assert.equal(decodeOpstatusFile('x\n'.repeat(5000)).complaints.length, 100)
  assert.equal(decodeDisabledFile('x\n'.repeat(5000)).complaints.length, 100)
})

const entries: readonly Disabled[] = [
  { kind: 'host', host: 'h7' },
  { kind: 'watch', group: 'solo' },
  { kind: 'service', group: 'g', service: 's' },
]

test('what is disabled is written and read in mon’s words', () => {
  const text = 'disable host h7\ndisable watch solo\ndisable service g s\n'
  assert.equal(encodeDisabledFile(entries), text)
  assert.deepEqual(decodeDisabledFile(text), { entries, complaints: [] })
})

test('a line that disables nothing is named by its number', () => {
  const lines = [
    'enable host h',
    'disable',
    'disable host',
    'disable service g',
    'disable watch a b',
    'disable service g s x',
  ]
  const { entries, complaints } = decodeDisabledFile(`disable host h\n${lines.join('\n')}\n`)
  assert.deepEqual(entries, [{ kind: 'host', host: 'h' }])
  assert.deepEqual(
    complaints.map(({ line }) => line),
    [2, 3, 4, 5, 6, 7],
  )
})

test('any text is an answer', () => {
  fc.assert(
    fc.property(fc.oneof(anyText(200), troubleText), (text) => {
      for (const any of [text, `group=g\tservice=s\t${text}`]) decodeOpstatusFile(any)
      decodeDisabledFile(text)
    }),
  )
})

for (const { name, text } of floods) {
  test(`a megabyte of ${name} is read in linear time`, { timeout: floodDeadline }, () => {
    decodeOpstatusFile(text)
    decodeOpstatusFile(`group=g\tservice=s\tlast_summary=${text}`)
    decodeOpstatusFile(`group=g\tservice=s\t${text}`)
    decodeDisabledFile(text)
  })
}
