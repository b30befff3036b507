/**
 * Fills a Handlebars template. In a text nothing is escaped: these are words for mail and phones; in HTML everything is. The
 * operator's template may have a mistake; then the built-in one speaks, since a page in the wrong words is better than
 * none. A template reads what it is given and nothing else: no prototype, no other template, no endless repetition.
 */
import Handlebars from 'handlebars'
import { oneLine } from './safe-text.ts'
import { brokenRule, HELPERS, type Rules } from './template-rules.ts'
import { templateMistake } from './template-words.ts'

export interface Rendered {
  readonly text: string
  /** What is wrong with the operator's template; empty if nothing is. */
  readonly problem: string
}

export interface Filling {
  /** Every value is escaped as HTML. */
  readonly html?: boolean
  /** What the template is called in a sentence about it; without it, its beginning is quoted. */
  readonly name?: string
  /** Further helpers. */
  readonly helpers?: Readonly<Record<string, Handlebars.HelperDelegate>>
}

/** Characters of a template. */
export const TEMPLATE_LIMIT = 65_536
/** Times that `{{` may stand in it: reading blocks within blocks takes time by the square of their number. */
const BRACES_MOST = 1_000
/** Characters that a template may make: the built-in HTML, should each of a view's characters have to be escaped. */
export const FILLED_LIMIT = 2_097_152
/** What is made within several `each` is counted by each of them. */
const COUNTED_DEEP = 4
/** Times that all of its `each` together may repeat their text. */
const REPETITIONS = 5_000

export function render(template: string, builtIn: string, view: object, filling: Filling = {}): Rendered {
  try {
    return { text: fill(template, view, filling), problem: '' }
  } catch (error) {
    return {
      text: fill(builtIn, view, filling),
      problem: notValid(template, filling, templateMistake(error, template)),
    }
  }
}

/** What is wrong with a template, found by filling it with each of the samples; empty if nothing is. */
export function templateProblem(template: string, samples: readonly object[], filling: Filling = {}): string {
  const names = namesOf(samples)
  try {
    check(parsed(template), filling, names)
    for (const sample of samples) fill(template, sample, filling)
    return ''
  } catch (error) {
    return notValid(template, filling, templateMistake(error, template, names.keys()))
  }
}

/** Throws what is wrong with the template. */
function fill(template: string, view: object, filling: Filling): string {
  const { budget, filled } = compiled(template, filling)
  budget.repetitions = 0
  budget.made = 0
  const text = filled(view, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false })
  if (text.length > FILLED_LIMIT) throw new Error(`it makes more than ${FILLED_LIMIT} characters`)
  return text
}

interface Compiled {
  readonly budget: Budget
  readonly filled: Handlebars.TemplateDelegate
}

/** What one filling has used up so far. */
interface Budget {
  repetitions: number
  made: number
}

/** Compiling takes longer than filling by far, and it is mostly the same few templates. */
const kept = new Map<string, Compiled>()
const KEPT_MOST = 50

function compiled(template: string, filling: Filling): Compiled {
  const { html = false, helpers } = filling
  if (helpers !== undefined) return compile(template, filling)
  const name = `${html ? 'html' : 'text'} ${template}`
  const found = kept.get(name)
  if (found !== undefined) return found
  const made = compile(template, filling)
  if (kept.size >= KEPT_MOST) kept.clear()
  kept.set(name, made)
  return made
}

function compile(template: string, filling: Filling): Compiled {
  const program = parsed(template)
  check(program, filling, null)
  const { html = false, helpers = {} } = filling
  // A compiler of our own for each template: nobody else's helper can change what it means.
  const handlebars = Handlebars.create()
  const budget: Budget = { repetitions: 0, made: 0 }
  handlebars.unregisterHelper('log')
  boundRepetition(handlebars, budget)
  handlebars.registerHelper({ ...helpers })
  const knownHelpers = Object.fromEntries([...HELPERS, ...Object.keys(helpers)].map((name) => [name, true]))
  const filled = handlebars.compile(program, { noEscape: !html, strict: true, knownHelpersOnly: true, knownHelpers })
  return { budget, filled }
}

function parsed(template: string): hbs.AST.Program {
  if (template.length > TEMPLATE_LIMIT) throw new Error(`it has more than ${TEMPLATE_LIMIT} characters`)
  const braces = template.split('{{').length - 1
  if (braces > BRACES_MOST) throw new Error(`it has {{ more than ${BRACES_MOST} times`)
  return Handlebars.parse(template)
}

function check(program: hbs.AST.Program, { html = false, helpers = {} }: Filling, names: Rules['names']) {
  const broken = brokenRule(program, { html, names, helpers: Object.keys(helpers) })
  if (broken !== null) throw new Error(broken)
}

/** An `each` within an `each` within an `each` makes a small template endless. */
function boundRepetition(handlebars: typeof Handlebars, budget: Budget): void {
  const { each } = handlebars.helpers
  if (each === undefined) return
  handlebars.registerHelper('each', function (this: unknown, context: unknown, options?: Handlebars.HelperOptions) {
    if (options === undefined) throw new Error('{{#each}} does not say of what')
    const counted: Handlebars.TemplateDelegate = (one, further) => {
      budget.repetitions += 1
      if (budget.repetitions > REPETITIONS) throw new Error(`it repeats a text more than ${REPETITIONS} times`)
      const text = options.fn(one, further)
      budget.made += text.length
      if (budget.made > FILLED_LIMIT * COUNTED_DEEP) throw new Error(`it makes more than ${FILLED_LIMIT} characters`)
      return text
    }
    return each.call(this, context, { ...options, fn: counted })
  })
}

/** Every name that occurs at any depth, and whether anything of that name can be repeated. */
function namesOf(samples: readonly object[]): ReadonlyMap<string, boolean> {
  const names = new Map<string, boolean>()
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) names.set(name, names.get(name) === true || typeof inner === 'object')
      collect(inner)
    }
  }
  samples.forEach(collect)
  return names
}

const notValid = (template: string, { name }: Filling, why: string): string =>
  `the template ${name ?? `"${oneLine(template, 80)}"`} is not valid: ${oneLine(why, 200)}`
