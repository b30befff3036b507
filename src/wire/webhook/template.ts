/**
 * Fills an operator's template of a body. Beside Handlebars' own words there is `{{json x}}`, which writes a list or a
 * whole value as JSON. A template that is wrong, or gives no JSON where JSON is due, is told of, and the built-in body
 * is sent: a message in other words is better than none.
 */
import Handlebars from 'handlebars'
import { oneLine } from '../mail/safe-text.ts'
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
    const why = error instanceof Error ? error.message : String(error)
    const what = error instanceof SyntaxError ? `it does not give JSON: ${why}` : why
    return { kind: 'wrong', why: oneLine(what, 300) }
  }
}

/** The strings in it are escaped already, so they only lack their quotes. */
function asJson(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(asJson).join(',')}]`
  const pairs = Object.entries(value).filter(([, one]) => typeof one !== 'function')
  return `{${pairs.map(([key, one]) => `${JSON.stringify(key)}:${asJson(one)}`).join(',')}}`
}
