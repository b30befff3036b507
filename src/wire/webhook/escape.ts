/**
 * Values on their way into a template, escaped by what the template's text is. It is done to the values before the template
 * sees them, and not to its output: so neither `{{x}}` nor `{{{x}}}` lets a summary end a string, whatever it contains.
 * Sources: RFC 8259 §7 (JSON strings), WHATWG URL §5 (forms), HTML and XML 1.0 §2.4.
 */
export type Escape = (text: string) => string

/** Without its quotes. A lone surrogate becomes its \uXXXX, so the result is well-formed UTF-8. */
export const jsonEscape: Escape = (text) =>
  JSON.stringify(text).slice(1, -1).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

const formEscape: Escape = (text) => new URLSearchParams([['', text]]).toString().slice(1)

const markupEscape: Escape = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

/** The part of a content type that says what it is: `application/json; charset=utf-8` is application/json. */
export const mediaType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase()

export const isJson = (contentType: string): boolean =>
  /^application\/(?:json|[\w.-]+\+json)$/.test(mediaType(contentType))

export function escapeFor(contentType: string): Escape {
  const type = mediaType(contentType)
  if (isJson(contentType)) return jsonEscape
  if (type === 'application/x-www-form-urlencoded') return formEscape
  if (/^(?:text\/html|text\/xml|application\/(?:xml|[\w.-]+\+xml))$/.test(type)) return markupEscape
  return (text) => text
}

/** How deep a view is: a summary of members, each with its list of failing hosts. */
const DEEPEST = 6

/** Every string in it escaped, keys excepted, which are ours. */
export function escaped(value: unknown, safe: Escape, depth = 0): unknown {
  if (typeof value === 'string') return safe(value)
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return value === undefined ? '' : value
  if (Array.isArray(value)) return value.map((one) => escaped(one, safe, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one, safe, depth + 1)]))
}
