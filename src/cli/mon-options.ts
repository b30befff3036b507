/**
 * The options of mon(8), as `upalert mon` takes them: `-c FILE`, `--configfile FILE`, `--configfile=FILE`; long names may
 * be shortened as far as they stay clear, and short flags are not bundled. Source: mon(8), "OPTIONS".
 */

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

const OPTIONS: readonly Option[] = [
  { short: 'a', name: 'alertdir', takes: 'value', about: 'DIR[:DIR]  where alert programs are' },
  { short: 'A', name: 'authfile', takes: 'value', about: 'FILE       who may give which command' },
  { short: 'b', name: 'basedir', takes: 'value', about: 'DIR        base of relative directories' },
  { short: 'B', name: 'cfbasedir', takes: 'value', about: 'DIR        base of mon.cf, auth.cf, monusers.cf' },
  { short: 'c', name: 'configfile', takes: 'value', about: 'FILE       the configuration' },
  { short: 'd', name: 'debug', takes: 'nothing', about: '           what happens also on standard error, without -f' },
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
  { short: 'O', name: 'syslogfacility', takes: 'value', about: 'FACILITY   of syslog(3); daemon' },
  { short: 'p', name: 'port', takes: 'value', form: NUMBER, about: 'PORT       of clients, TCP; 2583' },
  { short: 'P', name: 'pidfile', takes: 'value', about: "FILE       '' for none" },
  { short: 'r', name: 'randstart', takes: 'value', about: 'TIME       first checks come at random within it: 60s, 5m' },
  { short: 's', name: 'scriptdir', takes: 'value', about: 'DIR[:DIR]  where monitor programs are' },
  { short: 'S', name: 'stopped', takes: 'nothing', about: '           start with the scheduler stopped' },
  { short: 't', name: 'trapport', takes: 'value', form: NUMBER, about: 'PORT       of traps, UDP; 2583' },
  { short: 'v', name: 'version', takes: 'nothing', about: '           the version' },
]

export function parseMonOptions(words: readonly string[]): MonCommandLine {
  let options: MonOptions = {}
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const found = find(word)
    if (typeof found === 'string') return { kind: 'misuse', text: found }
    const { option, attached } = found
    if (option.name === 'help' || option.name === 'version') return { kind: option.name }
    if (option.takes === 'nothing') {
      if (attached !== null) return { kind: 'misuse', text: `--${option.name} takes no value` }
      options = {
        ...options,
        ...(option.name === 'debug' ? { debug: (options.debug ?? 0) + 1 } : { [option.name]: true }),
      }
      continue
    }
    const next = words[at + 1]
    const value = attached ?? (next !== undefined && (option.takes === 'value' || !next.startsWith('-')) ? next : null)
    if (attached === null && value !== null) at += 1
    if (value === null && option.takes === 'value') return { kind: 'misuse', text: `${word} lacks its value` }
    if (option.form !== undefined && !option.form.test(value ?? '')) {
      return { kind: 'misuse', text: `${word} cannot be "${value ?? ''}"` }
    }
    options = { ...options, [option.name]: value ?? '' }
  }
  return { kind: 'run', options }
}

function find(word: string): { readonly option: Option; readonly attached: string | null } | string {
  const [, dashes = '', name = '', , value = null] = /^(--?)([A-Za-z0-9]+)(=([\s\S]*))?$/.exec(word) ?? []
  if (dashes === '') return `"${word}" is no option; upalert mon --help lists them`
  const short = OPTIONS.find((option) => option.short === name)
  if (short !== undefined) return { option: short, attached: value }
  const long = OPTIONS.filter((option) => option.name.startsWith(name.toLowerCase()))
  const exact = long.find((option) => option.name === name.toLowerCase()) ?? (long.length === 1 ? long[0] : undefined)
  if (exact !== undefined) return { option: exact, attached: value }
  if (long.length > 1) return `${word} may mean ${long.map((option) => `--${option.name}`).join(' or ')}`
  return `${word} is no option of mon; upalert mon --help lists them`
}

export const monUsage: string = [
  'upalert mon [OPTIONS]: the daemon with the options, defaults and quirks of mon(8).',
  '',
  ...OPTIONS.map(({ short, name, about }) => `  -${short}, --${name.padEnd(15)} ${about}`),
  '',
  'quirks = mon-1.3 is in force unless the configuration says "quirks = none".',
].join('\n')
