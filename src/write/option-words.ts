/**
 * A module's options -> the words of mon.cf that mean them: the inverse of parse/options.ts. What is as its default is left
 * out, and what no words can say goes into one of JSON.
 */
import type { OptionProperty, OptionShape } from '../model/module.ts'
import { objectIn, takesObjects, WHOLE } from '../parse/option-json.ts'
import { flagOf } from '../parse/options.ts'
import { word } from './mon/words.ts'

/** Ready to stand behind the name of the module. */
export function optionWords(shape: OptionShape, options: unknown): readonly string[] {
  if (typeof options !== 'object' || options === null) return []
  const { properties } = shape.schema
  const given = portFirst(shape, Object.entries(options)).filter(
    ([name, value]) => value !== undefined && !isDefault(properties[name], value),
  )
  const flags: string[] = []
  const inJson: Record<string, unknown> = {}
  let rest: readonly string[] = []
  for (const [name, value] of given) {
    const said = properties[name] === undefined ? null : wordsOf(name, properties[name], value, shape)
    if (said === null) inJson[name] = value
    else if (name === shape.rest) rest = said
    else flags.push(...said)
  }
  const whole = Object.keys(inJson).length === 0 ? [] : [WHOLE, word(jsonText(inJson))]
  // Behind -- nothing is a flag.
  const bare = shape.restIsVerbatim === true ? rest.slice(0, 1) : rest
  const dashes = bare.some((one) => /^['"]?-/.test(one)) ? ['--'] : []
  return [...whole, ...flags, ...dashes, ...rest]
}

/** What a server is asked at is what people look for. */
const portFirst = (shape: OptionShape, options: readonly [string, unknown][]) => [
  ...options.filter(([name]) => name === shape.flags.p),
  ...options.filter(([name]) => name !== shape.flags.p),
]

function isDefault(property: OptionProperty | undefined, value: unknown): boolean {
  return property?.default !== undefined && JSON.stringify(property.default) === JSON.stringify(value)
}

/** `null`: no words can say it. */
function wordsOf(name: string, property: OptionProperty, value: unknown, shape: OptionShape): readonly string[] | null {
  const flag = shape.flags.p === name ? '-p' : flagOf(name)
  if (property.type === 'boolean')
    return typeof value === 'boolean' ? [value ? flag : flag.replace(/^--/, '--no-')] : null
  if (property.type !== 'array') {
    const said = wordOf(value)
    return said === null ? null : [flag, said]
  }
  if (!Array.isArray(value) || value.length === 0) return null
  const words: string[] = []
  for (const item of value) {
    const [own, said] = itemOf(name, property, item, shape) ?? []
    if (said === undefined) return null
    if (name === shape.rest) words.push(said)
    else words.push(own === undefined ? flag : `--${own}`, said)
  }
  return words
}

/** The flag, where items have flags of their own, and the word. */
function itemOf(
  name: string,
  property: OptionProperty,
  item: unknown,
  { inOrder }: OptionShape,
): readonly [flag: string | undefined, word: string] | null {
  if (takesObjects(property) && typeof item === 'object' && item !== null) return [undefined, word(jsonText(item))]
  if (takesObjects(property) && typeof item === 'string' && objectIn(item) !== null) return null
  const own = inOrder?.property === name && typeof item === 'string' ? /^(\S+) ([\s\S]*)$/.exec(item) : null
  const [, flag = '', text = ''] = own ?? []
  if (inOrder?.words.includes(flag) === true) {
    const said = wordOf(text)
    return said === null ? null : [flag, said]
  }
  const said = wordOf(item)
  return said === null ? null : [undefined, said]
}

function wordOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && isPlain(value) ? word(value) : null
}

/** Line ends and other control characters cannot stand in mon.cf; a tab can. */
const isPlain = (text: string) =>
  !/[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''))

/** With all that is invisible, and the quote that goes around it, as escapes. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value).replace(
    /['\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
