/**
 * Looks at what a plugin exports and says what is wrong with it, before anything of it is called. Source: the types
 * Monitor, Alert and OptionShape in src/model, which a plugin in JavaScript cannot be held to by a compiler.
 */
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { OptionProperty, OptionSchema, OptionShape } from '../model/module.ts'

/** Calls the plugin's function; what comes back, and whether it throws, is anybody's guess. */
export type PluginFunction = (...words: readonly unknown[]) => unknown

export interface PluginMonitor extends OptionShape {
  readonly kind: 'monitor'
  readonly name: string
  readonly question: string
  /** See Monitor. */
  readonly startsPrograms: boolean
  readonly check: PluginFunction
}

export interface PluginAlert extends OptionShape {
  readonly kind: 'alert'
  readonly name: string
  readonly deed: string
  readonly send: PluginFunction
  /** See Alert; what is missing the plugin has not. */
  readonly further: { readonly [name in Further]?: PluginFunction }
  readonly keepAlive: boolean
}

/** Functions that an alert may have besides `send`. */
const FURTHER = ['receiver', 'line', 'combines', 'render', 'faults', 'repeat'] as const
type Further = (typeof FURTHER)[number]

/** A text is what is wrong, in a clause. */
export function readMonitor(value: unknown): PluginMonitor | string {
  if (!isRecord(value) || !('check' in value))
    return 'neither an object with a check function nor one with a send function'
  const shape = readShape(value)
  if (typeof shape === 'string') return shape
  const check = functionOf(value, 'check')
  if (check === null) return `check of ${shape.name} is not a function`
  const { startsPrograms = false } = value
  if (typeof startsPrograms !== 'boolean') return `startsPrograms of ${shape.name} is neither true nor false`
  return { kind: 'monitor', ...shape, question: textOr(value.question, 'a plugin'), startsPrograms, check }
}

export function readAlert(value: Record<string, unknown>): PluginAlert | string {
  const shape = readShape(value)
  if (typeof shape === 'string') return shape
  const send = functionOf(value, 'send')
  if (send === null) return `send of ${shape.name} is not a function`
  const further: { [name in Further]?: PluginFunction } = {}
  for (const name of FURTHER) {
    if (value[name] === undefined) continue
    const found = functionOf(value, name)
    if (found === null) return `${name} of ${shape.name} is not a function`
    further[name] = found
  }
  const { keepAlive = false } = value
  if (typeof keepAlive !== 'boolean') return `keepAlive of ${shape.name} is neither true nor false`
  return { kind: 'alert', ...shape, deed: textOr(value.deed, 'a plugin'), send, further, keepAlive }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

interface NamedShape extends OptionShape {
  readonly name: string
}

function readShape(value: Record<string, unknown>): NamedShape | string {
  const { name, flags = {}, rest = null, restIsVerbatim = false } = value
  if (typeof name !== 'string' || !/^[A-Za-z][\w.-]{0,63}$/.test(name)) {
    return `its name, ${JSON.stringify(name) ?? 'missing'}, is not a word of letters, digits, dots, dashes and underscores`
  }
  const schema = readSchema(value.schema)
  if (typeof schema === 'string') return `the schema of ${name} ${schema}`
  const short = readFlags(flags, schema)
  if (typeof short === 'string') return `flags of ${name} ${short}`
  if (rest !== null && (typeof rest !== 'string' || schema.properties[rest]?.type !== 'array')) {
    return `rest of ${name} is neither null nor the name of an array property of its schema`
  }
  if (typeof restIsVerbatim !== 'boolean') return `restIsVerbatim of ${name} is neither true nor false`
  return { name, schema, flags: short, rest, restIsVerbatim }
}

const PROPERTY_TYPES = new Set(['string', 'integer', 'number', 'boolean', 'array'])

function readSchema(value: unknown): OptionSchema | string {
  if (!isRecord(value)) return 'is missing'
  const { type, properties, additionalProperties } = value
  if (type !== 'object') return 'does not say type: "object"'
  if (additionalProperties !== false) {
    return 'does not say additionalProperties: false, so misspelt options would pass unseen'
  }
  if (!isRecord(properties)) return 'has no properties; write properties: {} for a plugin without options'
  for (const [name, property] of Object.entries(properties)) {
    if (!isProperty(property)) return `does not give property ${name} a type that an option may have and a description`
  }
  try {
    const ajv = new Ajv({ strict: false })
    addFormats.default(ajv)
    ajv.compile(value)
  } catch (error) {
    return `is not a JSON Schema: ${error instanceof Error ? error.message : String(error)}`
  }
  return {
    ...value,
    type,
    properties: Object.fromEntries(Object.entries(properties).filter(hasProperty)),
    additionalProperties,
  }
}

const hasProperty = (entry: [string, unknown]): entry is [string, OptionProperty] => isProperty(entry[1])

const isProperty = (value: unknown): value is OptionProperty =>
  isRecord(value) && PROPERTY_TYPES.has(String(value.type)) && typeof value.description === 'string'

function readFlags(value: unknown, schema: OptionSchema): Record<string, string> | string {
  if (!isRecord(value)) return 'is not an object'
  const flags: Record<string, string> = {}
  for (const [flag, property] of Object.entries(value)) {
    if (!/^[A-Za-z0-9]$/.test(flag)) return `has the key "${flag}", which is not one letter or digit`
    if (typeof property !== 'string' || schema.properties[property] === undefined) {
      return `maps ${flag} to ${JSON.stringify(property)}, which is no property of its schema`
    }
    flags[flag] = property
  }
  return flags
}

/** Bound to its object, so that a plugin may use `this`. */
function functionOf(value: Record<string, unknown>, name: string): PluginFunction | null {
  const found = value[name]
  return typeof found === 'function' ? (...words) => Reflect.apply(found, value, words) : null
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
