/**
 * The words behind `upalert try`: our own options, then what is tried. Behind a monitor's name every word is the monitor's,
 * but for the last, which is the host; so a monitor's `-c` is not taken for ours.
 */

export interface TryOptions {
  readonly config: string | undefined
  /** Asked instead of the hosts that are configured. */
  readonly host: string | undefined
  readonly hex: boolean
  readonly json: boolean
}

export type TryWords =
  | { readonly kind: 'monitor'; readonly options: TryOptions; readonly words: readonly string[] }
  /** `GROUP/SERVICE`, or `VIRTUAL ADDRESS:PORT`. */
  | { readonly kind: 'configured'; readonly options: TryOptions; readonly name: string; readonly real: string | null }
  | { readonly kind: 'help' }
  | { readonly kind: 'misuse'; readonly text: string }

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
const ENDPOINT = /^(?:[0-9.]+|\[[0-9a-f:.]+\]):\d+$/i

export function readTryWords(words: readonly string[], isMonitor: (name: string) => boolean): TryWords {
  const options: { config?: string; host?: string; hex: boolean; json: boolean } = { hex: false, json: false }
  const operands: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (operands.length === 0 && isMonitor(word) && !isReal(words.slice(at + 1))) {
      return { kind: 'monitor', options: filled(options), words: words.slice(at) }
    }
    const [name = '', value] = split(word)
    if (name === '-h' || name === '--help') return { kind: 'help' }
    else if (name === '--hex') options.hex = true
    else if (name === '--json') options.json = true
    else if (name === '-c' || name === '--config' || name === '--host') {
      const given = value ?? words[++at]
      if (given === undefined || given === '') return misuse(`${name} needs a value behind it`)
      options[name === '--host' ? 'host' : 'config'] = given
    } else if (word.startsWith('-') && word !== '-') return misuse(`there is no option ${word} here`)
    else operands.push(word)
  }
  const [name, real = null, more] = operands
  if (name === undefined)
    return misuse(
      'what is to be tried? Write GROUP/SERVICE, VIRTUAL ADDRESS:PORT, or a monitor, its options and a host',
    )
  if (more !== undefined)
    return misuse(`"${name}" is no monitor, and with ${operands.length} words it is nothing else that can be tried`)
  return { kind: 'configured', options: filled(options), name, real }
}

const isReal = (rest: readonly string[]): boolean => rest.length === 1 && ENDPOINT.test(rest[0] ?? '')

/** `--config=FILE`, `-cFILE`. */
function split(word: string): readonly [string, string | undefined] {
  if (/^-c./.test(word)) return ['-c', word.slice(2)]
  const equals = word.startsWith('--') ? word.indexOf('=') : -1
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

const filled = ({
  config,
  host,
  hex,
  json,
}: {
  config?: string
  host?: string
  hex: boolean
  json: boolean
}): TryOptions => ({
  config,
  host,
  hex,
  json,
})

const misuse = (text: string): TryWords => ({ kind: 'misuse', text })
