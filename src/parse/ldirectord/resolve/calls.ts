/** Modules called with options that the file's words came to; what a schema refuses is told where it was written. */
import type { AlertCall } from '../../../model/model.ts'
import { faultsOf } from '../../option-faults.ts'
import { quoted } from '../../text/visible.ts'
import { placeOfWord, spanOf, type Word } from '../words.ts'
import type { Around } from './around.ts'

interface Called {
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
  /** The directive that asks for it, and its words as mon.cf would have them. */
  readonly keyword: Word
  readonly at: Word
  readonly words: readonly string[]
}

/** Empty after a mistake, which is then in the report. */
export function alertCall(
  { module, options, keyword, at, words }: Called,
  { surroundings, report }: Around,
): AlertCall[] {
  const shape = surroundings.alerts.get(module)
  if (shape === undefined) {
    const message = `${quoted(keyword.text)} needs the alert ${quoted(module)}, which this build does not have`
    report.error('alert-unknown', spanOf(keyword), message, 'take the line out, or use another upalert')
    return []
  }
  const { filled, faults } = faultsOf(shape, options)
  for (const { property, index, text, allowed } of faults) {
    const value: unknown = property === null ? undefined : options[property]
    const item: unknown = Array.isArray(value) && index !== null ? value[index] : value
    const what = typeof item === 'string' ? quoted(item) : `its ${property ?? 'value'}`
    report.error('alert-value', spanOf(at), `${what} ${text}`, allowed)
  }
  if (faults.length > 0) return []
  const [script = module, ...rest] = words
  return [
    {
      module,
      options: filled,
      text: words.join(' '),
      withHosts: false,
      place: placeOfWord(keyword),
      exit: null,
      script,
      argumentText: rest.join(' '),
      ...(shape.combines?.(filled) === true ? { combines: true } : {}),
      ...(shape.keepAlive === true ? { keepAlive: true } : {}),
    },
  ]
}
