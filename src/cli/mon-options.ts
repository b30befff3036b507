/**
 * The options of mon(8), as `upalert mon` takes them: `-c FILE`, `--configfile FILE`, `--configfile=FILE`; long names may
 * be shortened as far as they stay clear, one dash is as good as two, and short flags are not bundled. What mon passes
 * over (stray words, mistyped options, which end it with status 0) is refused here.
 * Source: mon(8), "OPTIONS"; Getopt::Long(3perl), which mon reads them with.
 */
import { quoted } from '../parse/text/visible.ts'
import { FACILITIES } from '../wire/mon/syslog.ts'

export interface MonOptions {
  readonly alertdir?: string
  readonly authfile?: string
  readonly basedir?: string
  readonly cfbasedir?: string
  readonly configfile?: string
  /** How often it was given. */
  readonly debug?: number
  readonly statedir?: string
  readonly fork?: true
  /** Seconds. */
  readonly sleep?: string
  readonly maxkeep?: string
  /** `disabled`, `opstatus` or `all`; empty for a bare `-l`, which means `disabled`. */
  readonly loadstate?: string
  readonly logdir?: string
  /** The program; empty: `m4` from the search path. */
  readonly m4?: string
  readonly maxprocs?: string
  readonly syslogfacility?: string
  readonly port?: string
  readonly pidfile?: string
  readonly randstart?: string
  readonly scriptdir?: string
  readonly stopped?: true
  readonly trapport?: string
}

export type MonCommandLine =
  | { readonly kind: 'run'; readonly options: MonOptions }
  | { readonly kind: 'help' | 'version' }
  /** A sentence for the operator. */
  | { readonly kind: 'misuse'; readonly text: string }

type Name = keyof MonOptions | 'help' | 'version'

interface Option {
  readonly short: string
  readonly name: Name
  readonly takes: 'value' | 'maybe' | 'nothing'
  readonly form?: RegExp
  readonly about: string
}

const NUMBER = /^\d{1,9}$/
/** At most 65535. */
const PORT = /^0*(\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/
/** As Perl's Sys::Syslog takes them. */
const FACILITY = new RegExp(`^((log_)?(${Object.keys(FACILITIES).join('|')}))?$`, 'i')
/** The end of the options. */
const LAST = '--'
const OPTION_LIKE = /^(?:--|-|\+)./s
const SEE = 'upalert mon --help lists them'

const OPTIONS: readonly Option[] = [
  { short: 'a', name: 'alertdir', takes: 'value', about: 'DIR[:DIR]  where alert programs are' },
  { short: 'A', name: 'authfile', takes: 'value', about: 'FILE       who may give which command' },
  { short: 'b', name: 'basedir', takes: 'value', about: 'DIR        base of relative directories' },
  { short: 'B', name: 'cfbasedir', takes: 'value', about: 'DIR        base of mon.cf, auth.cf, monusers.cf' },
  { short: 'c', name: 'configfile', takes: 'value', about: 'FILE       the configuration' },
  {
    short: 'd',
    name: 'debug',
    takes: 'nothing',
    about: '           what happens also on standard output; with -f in monerrfile',
  },
  { short: 'D', name: 'statedir', takes: 'value', about: 'DIR        what is remembered' },
  { short: 'f', name: 'fork', takes: 'nothing', about: '           go to the background' },
  { short: 'h', name: 'help', takes: 'nothing', about: '           this text' },
  {
    short: 'i',
    name: 'sleep',
    takes: 'value',
    form: NUMBER,
    about: 'SECONDS    how often what is held back is looked at again; 1',
  },
  { short: 'k', name: 'maxkeep', takes: 'value', form: NUMBER, about: 'NUMBER     entries kept in the histories; 100' },
  {
    short: 'l',
    name: 'loadstate',
    takes: 'maybe',
    form: /^(disabled|opstatus|all)?$/,
    about: '[WORD]     load disabled, opstatus, or all from the state files',
  },
  { short: 'L', name: 'logdir', takes: 'value', about: 'DIR        downtime log and alert history' },
  {
    short: 'm',
    name: 'maxprocs',
    takes: 'value',
    form: NUMBER,
    about: 'NUMBER     monitor programs at once; 0 for no limit',
  },
  { short: 'M', name: 'm4', takes: 'maybe', about: '[PROGRAM]  put the configuration through m4 first' },
  { short: 'O', name: 'syslogfacility', takes: 'value', form: FACILITY, about: 'FACILITY   of syslog(3); daemon' },
  { short: 'p', name: 'port', takes: 'value', form: PORT, about: 'PORT       of clients, TCP; 2583' },
  { short: 'P', name: 'pidfile', takes: 'value', about: "FILE       '' for none" },
  { short: 'r', name: 'randstart', takes: 'value', about: 'TIME       first checks come at random within it: 60s, 5m' },
  { short: 's', name: 'scriptdir', takes: 'value', about: 'DIR[:DIR]  where monitor programs are' },
  { short: 'S', name: 'stopped', takes: 'nothing', about: '           start with the scheduler stopped' },
  { short: 't', name: 'trapport', takes: 'value', form: PORT, about: 'PORT       of traps, UDP; 2583' },
  { short: 'v', name: 'version', takes: 'nothing', about: '           the version' },
]

interface Given {
  readonly option: Option
  /** What stands behind the `=`. */
  readonly attached: string | null
}

export function parseMonOptions(words: readonly string[]): MonCommandLine {
  const given = new Set<Name>()
  let options: MonOptions = {}
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word === LAST && at + 1 === words.length) break
    const found = find(word)
    if (typeof found === 'string') return misuse(found)
    const { option } = found
    const { value, taken } = valueFor(found, words[at + 1])
    at += taken
    const fault = faultIn(word, option, value)
    if (fault !== null) return misuse(fault)
    given.add(option.name)
    options = { ...options, ...setting(option, value ?? '', options) }
  }
  if (given.has('version')) return { kind: 'version' }
  return given.has('help') ? { kind: 'help' } : { kind: 'run', options }
}

const misuse = (text: string): MonCommandLine => ({ kind: 'misuse', text })

/** A value may begin with a dash where one must come; a bare `-` is no option. */
function valueFor({ option: { takes }, attached }: Given, next: string | undefined) {
  if (attached !== null) return { value: attached, taken: 0 }
  const isNext = next !== undefined && (takes === 'value' || (takes === 'maybe' && !OPTION_LIKE.test(next)))
  return isNext ? { value: next, taken: 1 } : { value: null, taken: 0 }
}

function faultIn(word: string, { name, takes, form }: Option, value: string | null): string | null {
  if (takes === 'nothing') return value === null ? null : `--${name} takes no value`
  if (takes === 'value' && value === null) return `${quoted(word)} lacks its value`
  return form === undefined || form.test(value ?? '') ? null : `${quoted(word)} cannot be ${quoted(value ?? '')}`
}

function setting({ name, takes }: Option, value: string, { debug = 0 }: MonOptions): MonOptions {
  if (name === 'help' || name === 'version') return {}
  if (name === 'debug') return { debug: debug + 1 }
  return { [name]: takes === 'nothing' ? true : value }
}

/** The option that a word names: exactly, or by the beginning of one long name. Otherwise a sentence. */
function find(word: string): Given | string {
  const [, name = '', , value = null] = /^(?:--|-|\+)([^=]+)(=([\s\S]*))?$/.exec(word) ?? []
  if (name === '') return `${quoted(word)} is no option; ${SEE}`
  const exact = OPTIONS.find((option) => option.short === name || option.name === name)
  const begun = OPTIONS.filter((option) => option.name.startsWith(name))
  const option = exact ?? (begun.length === 1 ? begun[0] : undefined)
  if (option !== undefined) return { option, attached: value }
  if (begun.length > 1) return `${quoted(word)} may mean ${begun.map((one) => `--${one.name}`).join(' or ')}`
  return `${quoted(word)} is no option of mon; ${SEE}`
}

export const monUsage: string = [
  'upalert mon [OPTIONS]: the daemon with the options, defaults and quirks of mon(8).',
  '',
  ...OPTIONS.map(({ short, name, about }) => `  -${short}, --${name.padEnd(15)} ${about}`),
  '',
  'quirks = mon-1.3 is in force unless the configuration says "quirks = none".',
].join('\n')
