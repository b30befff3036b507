/** `upalert try MONITOR --help`: what a monitor asks, and its options, as it declares them. */
import type { Monitor } from '../model/monitor.ts'

const COLUMN = 28

export function monitorHelp({ name, question, schema, flags, rest, inOrder }: Monitor): string {
  const options = Object.entries(schema.properties).flatMap(([property, { type, description }]) => {
    if (property === rest) return []
    if (property === inOrder?.property) return inOrder.words.map((word) => row(`--${word} TEXT`, description))
    const short = Object.keys(flags).find((flag) => flags[flag] === property)
    const long = `--${property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    const value = type === 'boolean' ? '' : ` ${type === 'integer' || type === 'number' ? 'NUMBER' : 'TEXT'}`
    return [row(`${short === undefined ? '' : `-${short}, `}${long}${value}`, description)]
  })
  const behind = rest === null ? '' : ` ${rest.toUpperCase()}…`
  return [`${name}: ${question}`, `upalert try ${name} [OPTIONS]${behind} HOST`, '', ...options].join('\n')
}

const row = (option: string, description: string): string => `  ${option.padEnd(COLUMN)}  ${description}`
