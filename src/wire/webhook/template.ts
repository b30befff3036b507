/**
 * Fills an operator's template of a body. Beside Handlebars' own words there is `{{json x}}`, which writes a list or a
 * whole value as JSON. A template that is wrong, or gives no JSON where JSON is due, is told of, and the built-in body
 * is sent: a message in other words is better than none.
 */
import Handlebars from 'handlebars'
import { oneLine } from '../mail/safe-text.ts'
import { templateMistake } from '../mail/template-words.ts'
import { type Escape, escaped, escapeFor, isJson } from './escape.ts'

export type Filled =
  | { readonly kind: 'filled'; readonly text: string }
  | { readonly kind: 'wrong'; readonly why: string }

/** Our own instance: no plugin's helper can change what a template means. */
const handlebars = Handlebars.create()
// Handlebars' own would write to the daemon's standard output.
handlebars.registerHelper('log', () => {
  throw new Error('"log" is not for templates of bodies')
})
const each = handlebars.helpers.each
// Handlebars takes a text for a list of nothing, and says no word.
handlebars.registerHelper('each', function (this: unknown, of: unknown, options?: Handlebars.HelperOptions) {
  if (typeof of === 'string')
    throw new Error('{{#each}} is about a text, and repeats a list, such as failing, hostList')
  return each?.call(this, of, options)
})
handlebars.registerHelper('json', (value: unknown) => asJson(value))

/**
 * `first` is done to each value before what the content type wants: what a chat would take for a mention, say. A name that
 * there is not is a mistake, and no empty text.
 */
export function fill(template: string, view: object, contentType: string, first: Escape = (text) => text): Filled {
  try {
    const last = escapeFor(contentType)
    const values = escaped(view, (text) => last(first(text)))
    const text = handlebars.compile(template, { noEscape: true, strict: true })(values)
    if (isJson(contentType)) JSON.parse(text)
    return { kind: 'filled', text }
  } catch (error) {
    if (error instanceof SyntaxError)
      return { kind: 'wrong', why: oneLine(`it does not give JSON: ${error.message}`, 300) }
    return { kind: 'wrong', why: oneLine(templateMistake(error, template, namesIn(view)), 300) }
  }
}

const namesIn = (view: object): readonly string[] => {
  const values = Object.values(view).flat()
  const inner = values.flatMap((one) => (typeof one === 'object' && one !== null ? Object.keys(one) : []))
  return [...new Set([...Object.keys(view), ...inner])]
}

/** The strings in it are escaped already, so they only lack their quotes. */
function asJson(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(asJson).join(',')}]`
  const pairs = Object.entries(value).filter(([, one]) => typeof one !== 'function')
  return `{${pairs.map(([key, one]) => `${JSON.stringify(key)}:${asJson(one)}`).join(',')}}`
}
