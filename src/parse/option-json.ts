/**
 * Options that plain words cannot say: a block of keepalived's `url` as one word of JSON, and with `--options '{…}'` any of
 * them, control characters included. The schema judges them like all others.
 */
import type { OptionProperty } from '../model/module.ts'

/** The flag of any module that has no option of that name. */
export const WHOLE = '--options'

/** A JSON object; `null`: the text is none. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  if (!/^\s*\{/.test(text)) return null
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** Whether the items of an array may be objects. */
export function takesObjects(property: OptionProperty | undefined): boolean {
  const items: unknown = property?.type === 'array' ? property.items : undefined
  return isObject(items) && [items, ...listIn(items.anyOf), ...listIn(items.oneOf)].some(isObjectSchema)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isObjectSchema = (schema: unknown): boolean => isObject(schema) && schema.type === 'object'

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
