/** What a JSON Schema finds wrong in an options object, in an operator's words. Ajv does the finding. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { OptionShape } from '../model/module.ts'

export interface Fault {
  readonly kind: 'value' | 'missing'
  /** `null`: the schema itself is at fault, or the object as a whole. */
  readonly property: string | null
  /** Which of an array's items. */
  readonly index: number | null
  /** A sentence's tail: "is not a whole number". */
  readonly text: string
  /** What is allowed instead. */
  readonly allowed: string
  /** The values to choose from, where they can be listed. */
  readonly values: readonly string[]
}

interface Validated {
  /** A copy with numbers read and defaults filled in. */
  readonly filled: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
}

export function faultsOf(shape: OptionShape, values: Readonly<Record<string, unknown>>): Validated {
  const filled: Record<string, unknown> = structuredClone(values)
  const validate = validatorOf(shape)
  if (typeof validate === 'string') return { filled, faults: [wholeFault(validate)] }
  if (validate(filled)) return { filled, faults: [] }
  return { filled, faults: onePerPlace(validate.errors ?? []) }
}

/** Compiled once for each module; a shape never changes. */
const validators = new WeakMap<OptionShape, ValidateFunction | string>()

function validatorOf(shape: OptionShape): ValidateFunction | string {
  const known = validators.get(shape)
  if (known !== undefined) return known
  const made = compile(shape)
  validators.set(shape, made)
  return made
}

/** A plugin's schema is input as well: one that does not compile is a problem, not an exception. */
function compile(shape: OptionShape): ValidateFunction | string {
  try {
    const ajv = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true, strict: false, verbose: true })
    addFormats.default(ajv)
    return ajv.compile(shape.schema)
  } catch (error) {
    return error instanceof Error ? error.message : 'the schema does not compile'
  }
}

const wholeFault = (text: string): Fault => ({
  kind: 'value',
  property: null,
  index: null,
  text: `their schema is wrong (${text.slice(0, 200)})`,
  allowed: 'this is a mistake in the module, not in this file',
  values: [],
})

/** A schema with alternatives complains of each of them and then of all; one complaint a place is enough. */
function onePerPlace(errors: readonly ErrorObject[]): Fault[] {
  const seen = new Set<string>()
  const faults: Fault[] = []
  const ofAll = (error: ErrorObject) => error.keyword === 'anyOf' || error.keyword === 'oneOf'
  for (const error of [...errors.filter(ofAll), ...errors.filter((one) => !ofAll(one))]) {
    const fault = faultOf(error)
    const place = `${fault.property}/${fault.index}`
    if (seen.has(place)) continue
    seen.add(place)
    faults.push(fault)
  }
  return faults
}

function faultOf(error: ErrorObject): Fault {
  const [, property, index] = error.instancePath.split('/')
  const params: Readonly<Record<string, unknown>> = error.params
  const base = { property: property ?? null, index: index === undefined ? null : Number(index), values: [] }
  if (error.keyword === 'required' || error.keyword === 'dependencies') {
    const missing = String(params.missingProperty)
    return { ...base, kind: 'missing', property: missing, text: 'is missing', allowed: '' }
  }
  const [text, usual] = wording(error, params)
  const form = formOf(error)
  const allowed = form === null ? usual : `write ${form}`
  const values = Array.isArray(params.allowedValues) ? params.allowedValues.map(String) : []
  return { ...base, kind: error.keyword === 'minItems' ? 'missing' : 'value', text, allowed, values }
}

/** A property may say in words what its pattern means: `form: '32 hex digits'`. */
function formOf({ parentSchema, keyword }: ErrorObject): string | null {
  const form: unknown = parentSchema?.form
  const about = ['pattern', 'format', 'anyOf', 'oneOf', 'type']
  return typeof form === 'string' && about.includes(keyword) ? form : null
}

type Wording = readonly [text: string, allowed: string]

function wording(error: ErrorObject, params: Readonly<Record<string, unknown>>): Wording {
  switch (error.keyword) {
    case 'enum':
      return ['is not allowed', `one of ${Array.isArray(params.allowedValues) ? params.allowedValues.join(', ') : ''}`]
    case 'type':
      return [`is not ${typeName(String(params.type))}`, `write ${typeName(String(params.type))}`]
    case 'minimum':
      return ['is too small', `at least ${params.limit}`]
    case 'exclusiveMinimum':
      return ['is too small', `more than ${params.limit}`]
    case 'maximum':
      return ['is too large', `at most ${params.limit}`]
    case 'exclusiveMaximum':
      return ['is too large', `less than ${params.limit}`]
    case 'minLength':
      return ['is too short', `at least ${params.limit} characters`]
    case 'maxLength':
      return ['is too long', `at most ${params.limit} characters`]
    case 'maxItems':
      return ['is one too many', `at most ${params.limit}`]
    case 'pattern':
      return ['does not have the right form', `it must match ${params.pattern}`]
    case 'format':
      return [`is not valid`, `write ${formatName(String(params.format))}`]
    case 'anyOf':
    case 'oneOf':
      return ['is not valid', alternatives(error.parentSchema)]
    default:
      return [error.message ?? 'is not valid', '']
  }
}

const formatName = (format: string) => FORMATS[format] ?? `a ${format}`

const FORMATS: Readonly<Record<string, string>> = {
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'a URL',
  email: 'a mail address',
  regex: 'a regular expression',
  hostname: 'the name of a host',
}

function alternatives(schema: ErrorObject['parentSchema']): string {
  const list: unknown = schema?.anyOf ?? schema?.oneOf
  if (!Array.isArray(list)) return ''
  const names = list.flatMap((one: { readonly format?: unknown }) =>
    typeof one.format === 'string' ? [formatName(one.format)] : [],
  )
  return names.length === 0 ? '' : `write ${names.join(' or ')}`
}

function typeName(type: string): string {
  const names: Readonly<Record<string, string>> = {
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    string: 'text',
    array: 'a list',
  }
  return names[type] ?? type
}
