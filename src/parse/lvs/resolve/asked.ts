/**
 * What a virtual asks of its real servers -> the module that asks it, and its options. Source: nanny 0.8.6, tried; UDP from
 * its source.
 */

import type { Report } from '../../text/report.ts'
import { quoted } from '../../text/visible.ts'
import type { Section } from '../file.ts'
import { spanOf, type Word } from '../word.ts'
import { readEre } from './ere.ts'
import { portOf } from './front.ts'
import { escaped, textOf } from './texts.ts'

export interface Asked {
  /** What the check is called after. */
  readonly kind: string
  readonly module: string
  /** Without the port and the time limit. */
  readonly options: Readonly<Record<string, unknown>>
  /** Steps, the connection included, each of which may take `timeout`. */
  readonly waits: number
  /** It starts a program. */
  readonly program: boolean
  /** It connects somewhere, and needs a port. */
  readonly needsPort: boolean
  /** The words as people know them. */
  readonly text: string
  readonly at: Word
  /** The word that each option comes from, for its faults; `step` and such have one for each item. */
  readonly words: Readonly<Record<string, readonly Word[]>>
  /** Nothing of it says more than `kind`. */
  readonly usual: boolean
}

/** nanny asks a web server this where nothing is written. */
const HTTP = 80
const HTTP_STEPS = ['send GET / HTTP/1.0\\r\\n\\r\\n', 'expect HTTP']

/** `null` after a mistake, which is then in the report. */
export function askedBy(section: Section, report: Report): Asked | null {
  const { settings, keyword } = section
  if (settings.send_program !== undefined && settings.send_program.value.text.trim() !== '') {
    return programAsked(section, settings.send_program, report)
  }
  const send = textOf(settings.send, report)
  const expect = textOf(settings.expect, report)
  if (wrongText(section, send, expect)) return null
  if (settings.use_regex?.value === true && expect === null) {
    const message = 'use_regex counts for nothing where nothing is expected'
    report.warning('use-regex', spanOf(settings.use_regex.keyword), message, 'write expect = "…", or take the line out')
  }
  const udp = settings.protocol?.value === 'udp'
  if (send !== null || expect !== null) return talkAsked(section, { send, expect, udp }, report)
  if (udp) return { ...PLAIN, kind: 'udp', module: 'udp', text: 'udp', at: keyword }
  if (portOf(section) !== HTTP) return { ...PLAIN, kind: 'tcp', module: 'tcp', text: 'connect', at: keyword }
  const text = 'GET / HTTP/1.0, expect HTTP'
  return { ...PLAIN, kind: 'http', module: 'expect', options: { step: HTTP_STEPS }, waits: 3, text, at: keyword }
}

const PLAIN = { options: {}, waits: 1, program: false, needsPort: true, usual: true, words: {} } as const

/** A text is written that could not be read. */
const wrongText = ({ settings }: Section, send: string | null, expect: string | null): boolean =>
  (send === null && (settings.send?.value.text ?? '') !== '') ||
  (expect === null && (settings.expect?.value.text ?? '') !== '')

interface Talk {
  readonly send: string | null
  readonly expect: string | null
  readonly udp: boolean
}

function talkAsked(section: Section, { send, expect, udp }: Talk, report: Report): Asked | null {
  const { settings, keyword } = section
  const answer = answerSteps(section, { send, expect, udp }, report)
  if (answer === null) return null
  if (udp && send === null) {
    const message =
      'nothing is sent before this answer is waited for, and few servers speak unasked over UDP: a datagram without a text is sent'
    const hint = 'write send = "…", a text that these servers answer'
    report.warning('udp-nothing-sent', spanOf(settings.expect?.keyword ?? keyword), message, hint)
  }
  const steps = [...(send !== null || udp ? [`send ${escaped(send ?? '')}`] : []), ...answer]
  const words = [settings.send, settings.expect].flatMap((one) =>
    one === undefined || one.value.text === '' ? [] : [one.value],
  )
  return {
    ...PLAIN,
    kind: 'expect',
    module: 'expect',
    options: { step: steps, ...(udp ? { udp: true } : {}) },
    waits: steps.length + 1,
    text: [send === null ? '' : 'send', expect === null ? '' : 'expect'].filter((word) => word !== '').join('/'),
    at: settings.send?.keyword ?? settings.expect?.keyword ?? keyword,
    words: { step: words },
    usual: false,
  }
}

/** `null` after a mistake. */
function answerSteps({ settings }: Section, { expect, udp }: Talk, report: Report): readonly string[] | null {
  const { use_regex } = settings
  const isRegex = use_regex?.value === true
  // A datagram alone tells nothing: nanny waits for a byte that comes back.
  if (expect === null) return udp ? ['expect *'] : []
  if (!isRegex || expect === '*') return [`expect ${expect === '*' ? '*' : escaped(expect)}`]
  const regex = readEre(expect)
  if (regex.kind === 'pattern') return [`regex ${regex.pattern}`]
  const at = settings.expect?.value ?? use_regex.keyword
  const hint = 'write a POSIX extended regular expression, such as "^HTTP/1\\\\.[01] 200"'
  report.error('regex', spanOf(at), `this regular expression cannot be had: ${regex.text}`, hint)
  return null
}

type Program = NonNullable<Section['settings']['send_program']>

function programAsked(section: Section, { keyword, value }: Program, report: Report): Asked | null {
  const { settings } = section
  const expect = textOf(settings.expect, report)
  if (expect === null && (settings.expect?.value.text ?? '') !== '') return null
  const written = value.text.split(/[ \t]+/).filter((word) => word !== '')
  const command = written.map((word) => (word === '%h' ? '{host}' : word === '%p' ? '{port}' : word))
  remarkOnProgram(section, value, written, expect, report)
  return {
    ...PLAIN,
    kind: 'send_program',
    module: 'send-program',
    program: true,
    options: { command, ...(expect === null ? {} : { expect }) },
    needsPort: written.includes('%p'),
    text: `send_program ${value.text}`,
    at: keyword,
    words: { command: [value], expect: settings.expect === undefined ? [] : [settings.expect.value] },
    usual: false,
  }
}

function remarkOnProgram(
  { settings }: Section,
  value: Word,
  words: readonly string[],
  expect: string | null,
  report: Report,
): void {
  const glued = words.find((word) => /%[hp]/.test(word) && word !== '%h' && word !== '%p')
  if (glued !== undefined) {
    const message = `${quoted(glued)} is handed over as it is: %h and %p count as words of their own only`
    report.warning('program-words', spanOf(value), message, 'put blanks around %h and %p')
  }
  const braces = words.find((word) => word.includes('{host}') || word.includes('{port}'))
  if (braces !== undefined) {
    const message = `{host} and {port} in ${quoted(braces)} become the address and port of the real server`
    report.warning('program-words', spanOf(value), message, 'write %h and %p as words of their own')
  }
  if (expect === null) {
    const message =
      'nanny takes every server for down where send_program has no expect; here a program that prints and exits with 0 is good'
    report.warning('program-expect', spanOf(value), message, 'write expect = "…", the text that the program prints')
  }
  for (const [word, setting] of [
    ['send', settings.send],
    ['use_regex', settings.use_regex?.value === true ? settings.use_regex : undefined],
  ] as const) {
    if (setting === undefined) continue
    const message = `${word} counts for nothing beside send_program`
    report.warning('program-beside', spanOf(setting.keyword), message, 'take one of the two lines out')
  }
}
