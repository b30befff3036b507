/**
 * Fills a Handlebars template. Nothing is escaped as HTML: these are texts for mail and phones. The operator's template may
 * have a mistake; then the built-in one speaks, since a page in the wrong words is better than none.
 */
import Handlebars from 'handlebars'
import { oneLine } from './safe-text.ts'

export interface Rendered {
  readonly text: string
  /** What is wrong with the operator's template; empty if nothing is. */
  readonly problem: string
}

/** Our own instance: no plugin's helper can change what a template means. */
const handlebars = Handlebars.create()

export function render(template: string, builtIn: string, view: object): Rendered {
  try {
    return { text: fill(template, view), problem: '' }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      text: fill(builtIn, view),
      problem: `the template "${oneLine(template, 80)}" is not valid: ${oneLine(why, 200)}`,
    }
  }
}

const fill = (template: string, view: object): string => handlebars.compile(template, { noEscape: true })(view)
