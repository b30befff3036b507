/**
 * What a monitor or an alert says of its own options. The parser turns the words behind `monitor http` or
 * `alert mail` into an object by it, and Ajv checks that object against `schema`.
 */
export interface OptionShape {
  /** JSON Schema (draft-07) of the options object: `type: object`, `properties`, `additionalProperties: false`. */
  readonly schema: OptionSchema
  /**
   * Short flags: `{ p: 'port' }` lets the operator write `-p 80`. A property `statusCodes` may always be written
   * `--status-codes`; a boolean property takes no value, and `--no-…` sets it false; an array property may be repeated.
   */
  readonly flags: Readonly<Record<string, string>>
  /** The property that takes the words which are no flags; it is an array property. `null`: there are none. */
  readonly rest: string | null
  /** Everything from the first word that is no flag belongs to `rest`, flags included: for programs with own options. */
  readonly restIsVerbatim?: boolean
  /** What the schema cannot say about the words of `rest`; `word` counts them from 0. */
  readonly restFaults?: (words: readonly string[]) => readonly RestFault[]
  /** Flags that share one array property, so that it has their values in the order written. */
  readonly inOrder?: InOrder
  /** What the schema cannot say about an object that it finds right. */
  readonly optionFaults?: (options: Readonly<Record<string, unknown>>) => readonly OptionFault[]
}

/** With the words `send` and `expect`, `--send A --expect B` makes the items `send A` and `expect B` of `property`. */
export interface InOrder {
  readonly property: string
  readonly words: readonly string[]
}

/** `item` counts an array's items from 0; `null` is the whole option. */
export interface OptionFault {
  readonly property: string
  readonly item: number | null
  readonly message: string
  readonly hint: string
}

export interface RestFault {
  readonly word: number
  readonly message: string
  readonly hint: string
}

export interface OptionSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, OptionProperty>>
  readonly required?: readonly string[]
  readonly additionalProperties: false
}

/** One option; any further JSON Schema keyword may stand beside these. `description` becomes the help text. */
export interface OptionProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  readonly description: string
  /** What a value looks like, told where `pattern` or `format` refuses one: "codes and ranges, such as 200-299,401". */
  readonly form?: string
  readonly default?: string | number | boolean | readonly string[]
  /** Its text has escapes of its own, so that a backslash which quotes take away is worth a warning. */
  readonly escapes?: boolean
  readonly [keyword: string]: unknown
}
